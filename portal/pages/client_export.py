"""The part of a page that asks for the file of a client, watches it being made, and offers it."""

from nicegui import ui

from analytics.client_exports import ClientExport, ExportState, ask_for_export, export_of
from portal.elements import box, button, drawn
from portal.here import Here
from portal.pages.access import current_viewer
from portal.pages.guard import told
from portal.views.client_export import export_status
from portal.views.icons import icon
from tenancy.db import session
from tenancy.organizations import OrganizationInfo
from tenancy.text import gettext as _

LOOKS_EVERY_S = 1.5


class ExportPart:
    """Draws itself where it is made; `known` is where the export stood then."""

    def __init__(self, here: Here, owner: OrganizationInfo, known: ClientExport | None) -> None:
        self._here = here
        self._owner = owner
        with box("div", "export"):
            self._status = drawn("", "contents")
            self._ask = button(_("Export everything"), icon=icon("file-text", 15)).on_click(told(self._begin))
            self._again = button(_("New export"), classes="quiet").on_click(told(self._begin))
            self._timer = ui.timer(LOOKS_EVERY_S, told(self._look), active=False)
        self._show(known)

    async def _begin(self) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            await ask_for_export(db, viewer, self._owner)
        await self._look()

    async def _look(self) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            self._show(await export_of(db, self._owner.id))

    def _show(self, export: ClientExport | None) -> None:
        href = f"/clients/{self._owner.public_id}/export.zip"
        status = export_status(export, href, timezone=self._owner.timezone, locale=self._here.locale)
        self._status.set_content(status)
        under_way = export is not None and export.is_under_way
        is_ready = export is not None and export.state is ExportState.READY
        self._ask.visible = not under_way and not is_ready
        self._again.visible = is_ready
        self._timer.active = under_way
