"""/clients/{organization} and the pages below it: their frame, with a tab for each."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from portal.here import Here
from portal.pages.navigation import clients_title, workspace
from portal.shell import box, drawn, frame
from portal.views.shell import NavLink, heading, mode_switch, page_tabs
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind, Permission
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


@contextmanager
def client_frame(here: Here, viewer: Viewer, owner: OrganizationInfo, tab: str) -> Iterator[ui.element]:
    """Draws the frame of the page of a client at a tab ("" for its sites); inside it comes the page itself.

    Yields the place for the page's own buttons, beside the client's name.
    """
    current = f"{_place(owner)}{tab and '/'}{tab}"
    tabs = _tabs(viewer, owner)
    title = next((one.title for one in tabs if one.href == current and tab), "")
    page_title = f"{title} · {owner.name}" if title else owner.name
    with frame(here, viewer, title=page_title, groups=[workspace(viewer)], current="/clients"):
        with box("div", "top"):
            drawn(heading(owner.name, crumbs=[(clients_title(viewer), "/clients")], mark=True), "contents")
            box("div", "space")
            beside = box("div", "contents")
            drawn(mode_switch())
        drawn(page_tabs(tabs, current, _("About this client")), "wide")
        yield beside


def _place(owner: OrganizationInfo) -> str:
    return f"/clients/{owner.public_id}"


def _tabs(viewer: Viewer, owner: OrganizationInfo) -> list[NavLink]:
    """What there is about a client, as far as the viewer may."""
    place, is_client = _place(owner), owner.kind is OrganizationKind.CLIENT
    manages = viewer.may(Permission.MANAGE_CLIENTS) or viewer.may(Permission.OPERATE_PLATFORM)
    has_domains = owner.kind is not OrganizationKind.DIRECT
    tabs = [
        (True, "globe", _("Sites"), place),
        (viewer.may(Permission.MANAGE_PEOPLE), "users", _("People"), f"{place}/people"),
        (manages, "gauge", _("Limits and notes"), f"{place}/contract"),
        (viewer.may(Permission.MANAGE_BRAND) and is_client, "palette", _("Brand"), f"{place}/brand"),
        (viewer.may(Permission.MANAGE_DOMAINS) and has_domains, "globe", _("Domains"), f"{place}/domains"),
        (viewer.may(Permission.SHARE_REPORTS), "share-2", _("Sharing"), f"{place}/sharing"),
        (
            viewer.may(Permission.SEE_AUDIT),
            "activity",
            _("Audit log"),
            f"/settings/audit?in={owner.public_id}",
        ),
    ]
    return [NavLink(symbol, words, address) for may, symbol, words, address in tabs if may]
