"""Moving sites to another client: the button on a client's page, and the dialog that says what goes along."""

from collections.abc import Sequence

from nicegui import ui

from portal.elements import box, button, drawn
from portal.here import Here
from portal.pages.access import current_viewer
from portal.views.icons import icon
from portal.views.moves import what_moves
from tenancy.db import session
from tenancy.errors import InsightHubError, Invalid
from tenancy.organizations import OrganizationInfo, get_organization, list_clients, own_organization
from tenancy.roles import OrganizationKind, Permission
from tenancy.site_moves import move_site
from tenancy.sites import Site, get_site
from tenancy.text import gettext as _
from tenancy.text import ngettext
from tenancy.viewer import Viewer


async def move_sites_button(
    here: Here, viewer: Viewer, owner: OrganizationInfo, sites: Sequence[Site]
) -> None:
    """Opens the dialog, where there is something to move and somewhere to move it to."""
    if not viewer.may(Permission.MANAGE_CLIENTS) or owner.kind is not OrganizationKind.CLIENT or not sites:
        return
    async with session(viewer) as db:
        places = [one for one in await list_clients(db) if one.id != owner.id]
        places.append(await own_organization(db, viewer))
    with box("div", "line-form section"):
        button(_("Move sites to another client"), icon=icon("arrow-right", 15)).on_click(
            lambda: _MoveDialog(here, owner, sites, places).open()
        )


class _MoveDialog:
    """Which sites, where to, what becomes of public links; and in words what that means."""

    def __init__(
        self, here: Here, owner: OrganizationInfo, sites: Sequence[Site], places: Sequence[OrganizationInfo]
    ) -> None:
        self._here = here
        self._owner = owner
        self._sites = {site.public_id: site.name for site in sites}
        self._places = {place.public_id: place.name for place in places}

    def open(self) -> None:
        """Shows it."""
        first = list(self._sites) if len(self._sites) == 1 else []
        with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
            ui.label(_("Move sites")).classes("dialog-title").props("role=heading aria-level=2")
            self._chosen = ui.select(self._sites, label=_("Sites"), multiple=True, value=first)
            self._chosen.props("outlined dense use-chips").classes("wide")
            self._place = ui.select(self._places, label=_("To"), with_input=len(self._places) > 10)
            self._place.props("outlined dense").classes("wide")
            self._keep = ui.switch(_("Move public links too"), value=False)
            self._meaning = drawn("", "form-about")
            self._trouble = ui.label().classes("notice").props("role=alert")
            self._trouble.visible = False
            for one in (self._place, self._keep):
                one.on_value_change(self._explain)
            self._explain()
            with box("div", "dialog-buttons"):
                button(_("Cancel"), classes="quiet").on_click(dialog.close)
                self._move = button(_("Move"), classes="primary").on_click(self._go)
        self._dialog = dialog
        dialog.on("hide", dialog.delete)

    def _explain(self) -> None:
        place = self._places.get(str(self._place.value), "")
        self._meaning.set_content(what_moves(self._owner.name, place, keep_links=bool(self._keep.value)))

    async def _go(self) -> None:
        self._trouble.visible = False
        self._move.props("loading")
        try:
            moved = await self._move_all()
        except InsightHubError as error:
            self._trouble.text, self._trouble.visible = error.message, True
        else:
            self._dialog.close()
            words = ngettext("{number} site has been moved.", "{number} sites have been moved.", moved)
            ui.notify(words.format(number=moved), type="positive", position="top")
            ui.navigate.to(f"/clients/{self._owner.public_id}")
        finally:
            self._move.props(remove="loading")

    async def _move_all(self) -> int:
        """All of them or, where one cannot go, none."""
        chosen = [str(one) for one in self._chosen.value or ()]
        if not chosen:
            raise Invalid(_("Choose the sites to move."))
        if not self._place.value:
            raise Invalid(_("Choose where to move them."))
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            target = await get_organization(db, str(self._place.value))
            for public_id in chosen:
                site = await get_site(db, public_id)
                await move_site(db, viewer, site, target, keep_links=bool(self._keep.value))
        return len(chosen)
