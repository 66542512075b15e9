"""/clients/{organization}: a client's sites, and the ways to everything else about it."""

from nicegui import ui

from portal.elements import drawn
from portal.here import CurrentHere, CurrentViewer
from portal.pages.access import CurrentOrganization
from portal.pages.client_area import client_frame
from portal.pages.client_state import deleted_notice
from portal.pages.move_sites import move_sites_button
from portal.pages.overview import add_site_button, draw_sites
from portal.pages.viewing import view_as_button
from portal.views.clients import state_badge
from tenancy.contracts import runs_clients, standing_of
from tenancy.db import session
from tenancy.sites import list_sites


@ui.page("/clients/{organization}")
async def client_page(owner: CurrentOrganization, here: CurrentHere, viewer: CurrentViewer) -> None:
    """The sites of one organisation."""
    async with session(viewer) as db:
        sites, standing = await list_sites(db, owner.id), await standing_of(db, owner.id)
    with client_frame(here, viewer, owner, "") as beside:
        with beside:
            drawn(state_badge(standing.state), "contents")
            async with session(viewer) as db:
                await view_as_button(db, here, viewer, owner)
            add_site_button(here, viewer, owner.id)
        if runs_clients(viewer):
            deleted_notice(here, viewer, owner, standing)
        await draw_sites(viewer, sites)
        await move_sites_button(here, viewer, owner, sites)
