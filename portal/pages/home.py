"""/: the first page after signing in, which depends on who it is."""

from fastapi.responses import RedirectResponse
from nicegui import ui

from portal.here import CurrentViewer
from tenancy.roles import OrganizationKind


@ui.page("/")
def start(viewer: CurrentViewer) -> RedirectResponse:
    """Agencies and operators begin with their clients, everybody else with their sites."""
    agencies = {OrganizationKind.RESELLER, OrganizationKind.PLATFORM}
    return RedirectResponse("/clients" if viewer.organization_kind in agencies else "/sites", 303)
