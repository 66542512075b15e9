"""/clients: an agency's clients with their totals, and the page of one of them."""

from collections import defaultdict
from datetime import UTC, datetime

from markupsafe import Markup
from nicegui import ui

from analytics.reports.cards import SiteCard
from analytics.reports.cards import site_cards as cards_report
from analytics.reports.metrics import change
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import CurrentOrganization, current_viewer
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.move_sites import move_sites_button
from portal.pages.navigation import clients_title, workspace
from portal.pages.overview import add_site_button, draw_sites
from portal.pages.viewing import view_as_button
from portal.shell import box, button, drawn, frame
from portal.views.cards import ClientLine, clients_table
from portal.views.icons import icon
from portal.views.shell import heading, link_button, mode_switch
from portal.views.states import error_state
from tenancy.db import session
from tenancy.errors import InsightHubError
from tenancy.ids import OrganizationId
from tenancy.organizations import OrganizationInfo, branches, create_client, list_clients
from tenancy.roles import OrganizationKind, Permission
from tenancy.sites import Site, list_sites
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


@ui.page("/clients")
async def clients_page(here: CurrentHere, viewer: CurrentViewer) -> None:
    """The organisations below the viewer's."""
    title = clients_title(viewer)
    async with session(viewer) as db:
        clients, sites, owners = await list_clients(db), await list_sites(db), await branches(db)
    with frame(here, viewer, title=title, groups=[workspace(viewer)], current="/clients"):
        with box("div", "top"):
            drawn(heading(title), "contents")
            box("div", "space")
            _add_client_button(here, viewer)
            drawn(mode_switch())
        try:
            counted = await cards_report(sites, datetime.now(UTC))
        except InsightHubError as error:
            drawn(error_state(error.message, retry=None))
            return
        drawn(clients_table(_lines(clients, owners, sites, counted), locale=viewer.locale))


@ui.page("/clients/{organization}")
async def client_page(owner: CurrentOrganization, here: CurrentHere, viewer: CurrentViewer) -> None:
    """The sites of one organisation."""
    async with session(viewer) as db:
        sites = await list_sites(db, owner.id)
    with frame(here, viewer, title=owner.name, groups=[workspace(viewer)], current="/clients"):
        with box("div", "top"):
            crumbs = [(clients_title(viewer), "/clients")]
            drawn(heading(owner.name, crumbs=crumbs, mark=True), "contents")
            box("div", "space")
            if viewer.may(Permission.MANAGE_PEOPLE):
                drawn(link_button("users", _("People"), f"/clients/{owner.public_id}/people"), "contents")
            if viewer.may(Permission.SEE_AUDIT):
                drawn(
                    link_button("activity", _("Activity"), f"/settings/audit?in={owner.public_id}"),
                    "contents",
                )
            if viewer.may(Permission.MANAGE_DOMAINS) and owner.kind is not OrganizationKind.DIRECT:
                drawn(link_button("globe", _("Domains"), f"/clients/{owner.public_id}/domains"), "contents")
            _look_link(viewer, owner)
            async with session(viewer) as db:
                await view_as_button(db, here, viewer, owner)
            if viewer.may(Permission.SHARE_REPORTS):
                drawn(link_button("share-2", _("Sharing"), f"/clients/{owner.public_id}/sharing"), "contents")
            add_site_button(here, viewer, owner.id)
            drawn(mode_switch())
        await draw_sites(viewer, sites)
        await move_sites_button(here, viewer, owner, sites)


def _look_link(viewer: Viewer, owner: OrganizationInfo) -> None:
    if viewer.may(Permission.MANAGE_BRAND) and owner.kind is OrganizationKind.CLIENT:
        link = Markup('<a class="btn" href="/clients/{}/brand">{}{}</a>')
        drawn(link.format(owner.public_id, icon("palette", 15), _("Look")), "contents")


def _add_client_button(here: Here, viewer: Viewer) -> None:
    if not viewer.may(Permission.MANAGE_CLIENTS):
        return

    async def create(values: Values) -> None:
        now = await current_viewer(here)
        async with session(now) as db:
            client = await create_client(db, now, name=values["name"])
        ui.navigate.to(f"/clients/{client.public_id}")

    def ask() -> None:
        field = Field("name", _("Name"), hint=_("The company, as it reads on its pages."))
        form_dialog(_("Add a client"), [field], submit=_("Add the client"), on_submit=create)

    button(_("Add a client"), icon=icon("plus"), classes="primary").on_click(ask)


def _lines(
    clients: list[OrganizationInfo],
    owners: dict[OrganizationId, OrganizationId],
    sites: list[Site],
    counted: dict[int, SiteCard],
) -> list[ClientLine]:
    """A line per client, with the sums over its sites and those of organisations below it."""
    of_client: defaultdict[OrganizationId | None, list[SiteCard]] = defaultdict(list)
    number_of_sites: defaultdict[OrganizationId | None, int] = defaultdict(int)
    for site in sites:
        owner = owners.get(site.organization_id)
        number_of_sites[owner] += 1
        if site.number in counted:
            of_client[owner].append(counted[site.number])
    return [
        ClientLine(
            href=f"/clients/{client.public_id}",
            name=client.name,
            sites=number_of_sites[client.id],
            visitors_today=sum(card.visitors_today for card in of_client[client.id]),
            change=_change(of_client[client.id]),
            spark=tuple(map(sum, zip(*(card.spark for card in of_client[client.id]), strict=False))),
        )
        for client in clients
    ]


def _change(cards: list[SiteCard]) -> float | None:
    """The change of the sum of all sites."""
    before = sum(card.visitors_yesterday for card in cards)
    return change(sum(card.visitors_today for card in cards), before) if cards else None
