"""Public links: those of a site, and the portfolios of an organisation."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from nicegui import ui

from analytics.shared_links import (
    LinkTerms,
    SharedLink,
    change_link,
    create_link,
    get_link,
    list_links,
    revoke_link,
)
from portal.elements import box, button, drawn
from portal.here import CurrentHere, Here, who_may
from portal.pages.access import CurrentOrganization, SiteVisit, current_viewer
from portal.pages.client_area import client_frame
from portal.pages.guard import told
from portal.pages.link_form import open_link_form
from portal.pages.page_events import PageEvents
from portal.pages.settings_area import settings_frame
from portal.views.icons import icon
from portal.views.install import snippet_block
from portal.views.links import LinkLine, embed_code, links_table
from portal.views.shell import heading, mode_switch
from tenancy.db import session
from tenancy.domains import base_url, primary_host
from tenancy.ids import OrganizationId
from tenancy.organizations import organization_by_id
from tenancy.roles import Permission
from tenancy.sites import Site, list_sites
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

Result = TypeVar("Result")
SharingViewer = Annotated[Viewer, who_may(Permission.SHARE_REPORTS)]


async def sharing(visit: SiteVisit, events: PageEvents) -> None:
    """/sites/{site}/sharing: the links to one site."""
    visit = await visit.again()
    visit.viewer.require(Permission.SHARE_REPORTS)
    with box("div", "top"):
        drawn(heading(_("Sharing"), crumbs=[(visit.site.name, visit.path)]), "contents")
        box("div", "space")
        place = box("div", "contents")
        drawn(mode_switch())
    links = Links(visit.here, visit.site.organization_id, visit.site, ZoneInfo(visit.site.timezone))
    await links.draw(visit.viewer, events, place)


@ui.page("/clients/{organization}/sharing")
async def client_sharing_page(owner: CurrentOrganization, here: CurrentHere, viewer: SharingViewer) -> None:
    """All links of a client, and its portfolios, for its agency."""
    with client_frame(here, viewer, owner, "sharing") as place:
        await Links(here, owner.id, None, ZoneInfo(owner.timezone)).draw(viewer, PageEvents(), place)


@ui.page("/settings/sharing")
async def own_sharing_page(here: CurrentHere, viewer: SharingViewer) -> None:
    """All links of the viewer's own organisation."""
    with settings_frame(here, viewer, "/settings/sharing"):
        async with session(viewer) as db:
            own = await organization_by_id(db, viewer.organization_id)
        with box("div", "top"):
            ui.label(_("A portfolio is one public page with all of your sites.")).classes("muted")
            box("div", "space")
            place = box("div", "contents")
        await Links(here, own.id, None, ZoneInfo(own.timezone)).draw(viewer, PageEvents(), place)


class Links:
    """The list of links, with a button for a new one."""

    def __init__(
        self, here: Here, organization_id: OrganizationId, site: Site | None, zone: ZoneInfo
    ) -> None:
        self._here = here
        self._organization_id = organization_id
        self._site = site
        self._zone = zone

    async def draw(self, viewer: Viewer, events: PageEvents, place: ui.element) -> None:
        """The button goes to its place, the list below."""
        words = _("Share") if self._site else _("Share a portfolio")
        with place:
            button(words, icon=icon("share-2"), classes="primary").on_click(told(self._ask_new))
        self._list = drawn("")
        await self._show(viewer)
        events.listen({"link_change": self._ask_change, "link_revoke": self._ask_revoke})

    async def _show(self, viewer: Viewer) -> None:
        async with session(viewer) as db:
            links = await list_links(db, self._organization_id, self._site)
            owner = await organization_by_id(db, self._organization_id)
            names = {site.id: site.name for site in await list_sites(db, self._organization_id)}
            host = await primary_host(db, self._organization_id)
        lines = [
            LinkLine(
                link,
                link.terms.title or (names.get(link.site_id, "") if link.site_id else owner.name),
                base_url(host) + link.path,
            )
            for link in links
            if link.site_id is None or link.site_id in names
        ]
        self._lines = {str(line.link.id): line for line in lines}
        self._list.set_content(
            links_table(lines, zone=self._zone, now=datetime.now(UTC), locale=viewer.locale)
        )

    async def _ask_new(self) -> None:
        async def save(terms: LinkTerms, password: str | None) -> None:
            async def create(viewer: Viewer) -> SharedLink:
                async with session(viewer) as db:
                    return await create_link(
                        db, viewer, terms,
                        organization_id=self._organization_id, site=self._site, password=password or "",
                    )  # fmt: skip

            self._tell(await self._do(create))

        open_link_form(None, zone=self._zone, portfolio=self._site is None, save=save)

    async def _ask_change(self, link_id: str) -> None:
        async with session(await current_viewer(self._here)) as db:
            link = await get_link(db, link_id)

        async def save(terms: LinkTerms, password: str | None) -> None:
            async def change(viewer: Viewer) -> SharedLink:
                async with session(viewer) as db:
                    return await change_link(db, viewer, link, terms, password=password)

            await self._do(change)

        open_link_form(link, zone=self._zone, portfolio=link.site_id is None, save=save)

    async def _ask_revoke(self, link_id: str) -> None:
        line = self._lines[link_id]
        with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
            ui.label(_("Revoke the link?")).classes("dialog-title").props("role=heading aria-level=2")
            ui.label(_("“{name}” stops working everywhere. This cannot be undone.").format(name=line.name))

            async def revoke() -> None:
                async def end(viewer: Viewer) -> None:
                    async with session(viewer) as db:
                        await revoke_link(db, viewer, line.link)

                await self._do(end)
                dialog.close()

            with box("div", "dialog-buttons"):
                button(_("Cancel"), classes="quiet").on_click(dialog.close)
                button(_("Revoke"), classes="danger").on_click(told(revoke))
        dialog.on("hide", dialog.delete)

    async def _do(self, work: Callable[[Viewer], Awaitable[Result]]) -> Result:
        """Does it as whoever holds the page by now, and shows the list anew."""
        viewer = await current_viewer(self._here)
        result = await work(viewer)
        await self._show(viewer)
        return result

    def _tell(self, link: SharedLink) -> None:
        """The address, ready to be copied, with the code for another site's page."""
        line = self._lines[str(link.id)]
        # Not inside the form's dialog, which goes away now.
        with self._list.client.content, ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
            ui.label(_("The link is ready")).classes("dialog-title").props("role=heading aria-level=2")
            drawn(snippet_block(line.url, key="new-link", words=_("Copy the link")), "snippet")
            if link.terms.allowed_origins:
                ui.label(_("To embed it in a page:"))
                drawn(snippet_block(embed_code(line), key="new-frame"), "snippet")
            with box("div", "dialog-buttons"):
                button(_("Done"), classes="primary").on_click(dialog.close)
        dialog.on("hide", dialog.delete)
