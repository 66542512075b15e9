"""/clients/{organization}: a client's sites, and the ways to everything else about it."""

from nicegui import ui

from portal.here import CurrentHere, CurrentViewer
from portal.pages.access import CurrentOrganization
from portal.pages.move_sites import move_sites_button
from portal.pages.navigation import clients_title, workspace
from portal.pages.overview import add_site_button, draw_sites
from portal.pages.viewing import view_as_button
from portal.shell import box, drawn, frame
from portal.views.clients import state_badge
from portal.views.shell import heading, link_button, mode_switch
from tenancy.contracts import state_of
from tenancy.db import session
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind, Permission
from tenancy.sites import list_sites
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


@ui.page("/clients/{organization}")
async def client_page(owner: CurrentOrganization, here: CurrentHere, viewer: CurrentViewer) -> None:
    """The sites of one organisation."""
    async with session(viewer) as db:
        sites, state = await list_sites(db, owner.id), await state_of(db, owner.id)
    with frame(here, viewer, title=owner.name, groups=[workspace(viewer)], current="/clients"):
        with box("div", "top"):
            drawn(heading(owner.name, crumbs=[(clients_title(viewer), "/clients")], mark=True), "contents")
            box("div", "space")
            async with session(viewer) as db:
                await view_as_button(db, here, viewer, owner)
            add_site_button(here, viewer, owner.id)
            drawn(mode_switch())
        ways = box("nav", "section-top")
        ways.props["aria-label"] = _("About this client")
        with ways:
            for symbol, words, address in _ways(viewer, owner):
                drawn(link_button(symbol, words, address), "contents")
            drawn(state_badge(state), "contents")
        await draw_sites(viewer, sites)
        await move_sites_button(here, viewer, owner, sites)


def _ways(viewer: Viewer, owner: OrganizationInfo) -> list[tuple[str, str, str]]:
    """(icon, words, address) of what else there is about a client, as far as the viewer may."""
    place = f"/clients/{owner.public_id}"
    is_client = owner.kind is OrganizationKind.CLIENT
    ways = [
        (viewer.may(Permission.MANAGE_PEOPLE), "users", _("People"), f"{place}/people"),
        (
            viewer.may(Permission.MANAGE_CLIENTS) or viewer.may(Permission.OPERATE_PLATFORM),
            "gauge",
            _("Limits and notes"),
            f"{place}/contract",
        ),
        (viewer.may(Permission.MANAGE_BRAND) and is_client, "palette", _("Brand"), f"{place}/brand"),
        (
            viewer.may(Permission.MANAGE_DOMAINS) and owner.kind is not OrganizationKind.DIRECT,
            "globe",
            _("Domains"),
            f"{place}/domains",
        ),
        (viewer.may(Permission.SHARE_REPORTS), "share-2", _("Sharing"), f"{place}/sharing"),
        (
            viewer.may(Permission.SEE_AUDIT),
            "activity",
            _("Audit log"),
            f"/settings/audit?in={owner.public_id}",
        ),
    ]
    return [(symbol, words, address) for may, symbol, words, address in ways if may]
