"""/clients/{organization} and the pages below it: their frame, with a tab for each."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from portal.elements import box, drawn
from portal.here import Here
from portal.pages.navigation import clients_title, workspace
from portal.shell import frame
from portal.views.shell import heading, mode_switch, page_tabs
from tenancy.contracts import runs_clients
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
    title = next((words for words, address in tabs if address == current and tab), "")
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


def _tabs(viewer: Viewer, owner: OrganizationInfo) -> list[tuple[str, str]]:
    """(title, address) of what there is about a client, as far as the viewer may."""
    place, is_client = _place(owner), owner.kind is OrganizationKind.CLIENT
    has_domains = owner.kind is not OrganizationKind.DIRECT
    tabs = [
        (True, _("Sites"), place),
        (viewer.may(Permission.MANAGE_PEOPLE), _("People"), f"{place}/people"),
        (runs_clients(viewer), _("Limits and notes"), f"{place}/contract"),
        (viewer.may(Permission.MANAGE_BRAND) and is_client, _("Brand"), f"{place}/brand"),
        (viewer.may(Permission.MANAGE_DOMAINS) and has_domains, _("Domains"), f"{place}/domains"),
        (viewer.may(Permission.SHARE_REPORTS), _("Sharing"), f"{place}/sharing"),
        (viewer.may(Permission.SEE_AUDIT), _("Audit log"), f"/settings/audit?in={owner.public_id}"),
    ]
    return [(words, address) for may, words, address in tabs if may]
