"""/sites: every site of the viewer as a card, and a form for a new one."""

from datetime import UTC, datetime
from zoneinfo import available_timezones

from markupsafe import Markup
from nicegui import ui

from analytics.reports.cards import site_cards as cards_report
from portal.elements import box, button, drawn
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import current_viewer
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.long_work import without_keeping_back
from portal.pages.navigation import workspace
from portal.shell import frame
from portal.views.cards import CardOf, site_cards
from portal.views.icons import icon
from portal.views.shell import heading, mode_switch
from portal.views.states import cards_skeleton, error_state
from tenancy.db import session
from tenancy.errors import InsightHubError, Invalid
from tenancy.ids import OrganizationId
from tenancy.roles import Permission
from tenancy.sites import Site, VisitorMode, create_site, list_open_sites
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


@ui.page("/sites")
async def sites_page(here: CurrentHere, viewer: CurrentViewer) -> None:
    """The sites of the viewer's organisation, and of those below it that are not put away."""
    async with session(viewer) as db:
        sites = await list_open_sites(db)
    with frame(here, viewer, title=_("Sites"), groups=[workspace(viewer)], current="/sites"):
        with box("div", "top"):
            drawn(heading(_("Sites")), "contents")
            box("div", "space")
            add_site_button(here, viewer, None)
            drawn(mode_switch())
        await draw_sites(viewer, sites)


async def draw_sites(viewer: Viewer, sites: list[Site]) -> None:
    """The cards, as soon as they are counted."""
    place = drawn(cards_skeleton(len(sites)) if sites else site_cards([]))
    if sites:
        place.set_content(await without_keeping_back(_cards(viewer, sites)))


def add_site_button(here: Here, viewer: Viewer, organization_id: OrganizationId | None) -> None:
    """Opens the form for a new site, where the viewer may create one."""
    if not viewer.may(Permission.MANAGE_SITES):
        return

    async def create(values: Values) -> None:
        if not values["domain"].strip():
            raise Invalid(_("Which domain are the pages on?"), field="domain")
        now = await current_viewer(here)
        async with session(now) as db:
            site = await create_site(
                db,
                now,
                name=values["name"] or values["domain"],
                domain=values["domain"],
                timezone=values["timezone"],
                visitor_mode=VisitorMode(values["visitor_mode"]),
                organization_id=organization_id,
            )
        ui.navigate.to(f"/sites/{site.public_id}/install")

    async def ask() -> None:
        # A browser that is far away may take its time; one that says nothing is told of no zone.
        try:
            zone = await ui.run_javascript("Intl.DateTimeFormat().resolvedOptions().timeZone", timeout=5)
        except TimeoutError:
            zone = ""
        form_dialog(_("Add a site"), _fields(str(zone)), submit=_("Add the site"), on_submit=create)

    button(_("Add a site"), icon=icon("plus"), classes="primary").on_click(ask)


def _fields(zone: str) -> list[Field]:
    zones = {name: name.replace("_", " ") for name in sorted(available_timezones()) if "/" in name}
    modes = {
        VisitorMode.COOKIELESS.value: _("Without cookies (no consent needed)"),
        VisitorMode.CONSENT.value: _("Recognise visitors after their consent"),
        VisitorMode.PERSISTENT.value: _("Recognise visitors from the first page view"),
    }
    return [
        Field("domain", _("Domain"), hint=_("Such as shop.example.com; subdomains count too.")),
        Field("name", _("Name"), hint=_("Shown in lists. Leave empty to use the domain.")),
        Field("timezone", _("Time zone"), zone if zone in zones else "Etc/UTC", options=zones),
        Field("visitor_mode", _("Visitors"), VisitorMode.COOKIELESS.value, options=modes),
    ]


async def _cards(viewer: Viewer, sites: list[Site]) -> Markup:
    try:
        counted = await cards_report(sites, datetime.now(UTC))
    except InsightHubError as error:
        return error_state(error.message, retry=None)
    return site_cards(
        [
            CardOf(f"/sites/{site.public_id}", site.name, site.domain, counted.get(site.number))
            for site in sites
        ],
        locale=viewer.locale,
    )
