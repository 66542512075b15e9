"""/settings/brand and /clients/{organization}/brand: the editor of a brand, with a preview before saving."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from nicegui import ui

from portal.assets import asset_url
from portal.brand_drafts import keep_draft, new_draft
from portal.elements import box, button, drawn
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import CurrentOrganization, current_viewer
from portal.pages.brand_fields import BrandFields
from portal.pages.client_area import client_frame
from portal.pages.guard import told
from portal.pages.page_events import PageEvents
from portal.pages.settings_area import settings_frame
from portal.views.brand_editor import download_link, segments, stage, version_bar, version_list
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.db import session
from tenancy.errors import InsightHubError, Invalid
from tenancy.organizations import organization_by_id
from tenancy.roles import OrganizationKind
from tenancy.text import gettext as _
from tenancy.viewer import Viewer
from themes.brands import Brand, BrandOutdated, brand_versions, get_brand, restore_brand, save_brand
from themes.theme import Mode, Theme, theme_document

PATH = "/settings/brand"


async def _own_brand(here: CurrentHere) -> Brand:
    viewer = here.signed_in()
    async with session(viewer) as db:
        return await get_brand(db, viewer, await organization_by_id(db, viewer.organization_id))


async def _clients_brand(owner: CurrentOrganization, here: CurrentHere) -> Brand:
    viewer = here.signed_in()
    async with session(viewer) as db:
        return await get_brand(db, viewer, owner)


@ui.page(PATH)
def brand_page(
    brand: Annotated[Brand, Depends(_own_brand)], here: CurrentHere, viewer: CurrentViewer
) -> None:
    """The brand of the viewer's own organisation."""
    with settings_frame(here, viewer, PATH):
        BrandEditor(here, viewer, brand).draw()


@ui.page("/clients/{organization}/brand")
def client_brand_page(
    brand: Annotated[Brand, Depends(_clients_brand)], here: CurrentHere, viewer: CurrentViewer
) -> None:
    """A client's own name, logo and colours, set by its reseller."""
    with client_frame(here, viewer, brand.organization, "brand"):
        BrandEditor(here, viewer, brand).draw()


class BrandEditor:
    """One open editor: a draft, its form, and the preview of it."""

    def __init__(self, here: Here, viewer: Viewer, brand: Brand) -> None:
        self._here, self._viewer, self._brand = here, viewer, brand
        self._draft = _draft_of(brand)
        self._saved = self._document(brand.theme(self._draft))
        self._key = new_draft()
        self._base = f"/brands/{brand.organization.public_id}"
        self._view, self._mode, self._turn = "dashboard", _first_mode(brand), 0
        self._version: int | None = None
        self._valid = True
        self._history: ui.dialog | None = None

    def draw(self) -> None:
        """The form beside the preview."""
        ui.add_head_html(
            filled(
                '<link rel="stylesheet" href="{}"><script src="{}" defer></script>',
                asset_url("brand.css"),
                asset_url("brand.js"),
            )
        )
        theme = self._brand.theme(self._draft)
        self._fields = BrandFields(
            self._draft,
            self._brand.theme({}),
            self._on_change,
            upload=f"{self._base}/assets",
            is_clients=self._brand.is_clients,
        )
        with box("div", "brand-editor"):
            with box("div", "brand-form"):
                self._fields.draw(is_reseller=self._viewer.organization_kind is OrganizationKind.RESELLER)
            with box("div", "brand-preview"):
                self._draw_bar()
                self._banner = drawn("", "contents")
                drawn(stage())
        PageEvents().listen(
            {
                "asset": self._on_asset,
                "remove_asset": self._on_remove_asset,
                "preview_view": self._on_view,
                "preview_mode": self._on_mode,
                "preview_width": self._on_width,
                "look_at_version": self._on_look,
                "restore_version": self._on_restore,
                "back_to_draft": self._on_back,
            }
        )
        self._fields.show(theme)
        # The stage's script has to be there first.
        ui.timer(0.1, told(self._begin), once=True)

    async def _begin(self) -> None:
        await self._keep()
        await self._show()

    def _draw_bar(self) -> None:
        with box("div", "preview-bar"):
            views = [
                ("dashboard", _("Dashboard"), "layout-dashboard"),
                ("sign-in", _("Sign-in page"), "key-round"),
                ("mail", _("Email"), "mail"),
                ("pdf", _("PDF"), "file-text"),
            ]
            drawn(segments("preview_view", _("Preview"), views, self._view), "contents")
            modes = [(Mode.LIGHT.value, _("Light"), "sun"), (Mode.DARK.value, _("Dark"), "moon")]
            drawn(segments("preview_mode", _("Light or dark"), modes, self._mode), "contents")
        with box("div", "preview-bar"):
            widths = [("desktop", _("Desktop"), "monitor"), ("phone", _("Phone"), "smartphone")]
            drawn(segments("preview_width", _("Width"), widths, "desktop"), "contents")
            self._state = ui.label(_("Version {number}").format(number=self._brand.version)).classes(
                "unsaved"
            )
            box("div", "space")
            button(_("History"), icon=icon("clock", 15)).on_click(told(self._ask_history))
            button(_("Discard"), classes="quiet").on_click(self._discard)
            self._save_button = button(_("Save"), classes="primary")
            self._save_button.on_click(told(self._save))

    async def _on_change(self) -> None:
        try:
            theme = self._brand.theme(self._draft)
        except Invalid as error:
            self._valid = False
            if not self._fields.show_error(error.field or "", error.message):
                raise
            return
        self._valid = True
        self._fields.show(theme)
        self._tell_unsaved(self._document(theme) != self._saved)
        await self._keep()
        self._version = None
        await self._show()

    def _document(self, theme: Theme) -> dict[str, Any]:
        """What would be saved."""
        whole = theme_document(theme)
        if self._brand.is_clients:
            return {field: whole[field] for field, value in self._draft.items() if value is not None}
        return whole

    def _tell_unsaved(self, unsaved: bool) -> None:
        ui.run_javascript(f"document.body.dataset.unsaved = '{'yes' if unsaved else ''}'")
        self._state.text = _("Not saved yet") if unsaved else self._saved_words()

    def _saved_words(self) -> str:
        if self._brand.version == 0:
            return _("Nothing saved yet")
        return _("Version {number}").format(number=self._brand.version)

    async def _keep(self) -> None:
        await keep_draft(self._viewer, self._brand.organization.id, self._key, self._draft)

    async def _show(self) -> None:
        """Loads the preview of the draft, or of the version that is looked at."""
        self._turn += 1
        source = {"version": self._version} if self._version is not None else {"draft": self._key}
        query = urlencode({**source, "mode": self._mode, "turn": self._turn})
        ui.run_javascript(f"showPreview('{self._base}/preview/{self._view}?{query}')")
        self._banner.set_content(self._banner_text())

    def _banner_text(self) -> str:
        if self._version is not None:
            words = _("You are viewing version {number}.").format(number=self._version)
            return version_bar(
                words, ("restore_version", str(self._version), _("Restore")), ("back_to_draft", "", _("Back"))
            )
        if self._view == "pdf":
            query = urlencode({"draft": self._key, "mode": self._mode})
            return download_link(f"{self._base}/cover/pdf?{query}")
        return ""

    async def _on_asset(self, text: str) -> None:
        kind, _colon, digest = text.partition(":")
        await self._fields.put_asset(kind, digest)

    async def _on_remove_asset(self, kind: str) -> None:
        await self._fields.put_asset(kind, None)

    async def _on_view(self, view: str) -> None:
        if view in {"dashboard", "sign-in", "mail", "pdf"}:
            self._view = view
            await self._show()

    async def _on_mode(self, mode: str) -> None:
        self._mode = Mode(mode)
        await self._show()

    async def _on_width(self, width: str) -> None:
        if width in {"desktop", "phone"}:
            ui.run_javascript(f"setPreviewWidth('{width}')")

    async def _save(self) -> None:
        if not self._valid:
            ui.notify(_("Please correct what is marked first."), type="negative", position="top")
            return
        try:
            await self._save_over(self._brand)
        except BrandOutdated as error:
            self._ask_over(error.message)
        except InsightHubError as error:
            if not self._fields.show_error(error.field or "", error.message):
                raise

    async def _save_over(self, brand: Brand) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            await get_brand(db, viewer, brand.organization)
            await save_brand(db, viewer, brand, self._draft)
        self._leave()

    def _ask_over(self, message: str) -> None:
        async def over() -> None:
            viewer = await current_viewer(self._here)
            async with session(viewer) as db:
                fresh = await get_brand(db, viewer, self._brand.organization)
            await self._save_over(fresh)

        with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
            ui.label(_("Someone saved before you")).classes("dialog-title").props("role=heading aria-level=2")
            ui.label(message)
            with box("div", "dialog-buttons"):
                button(_("Cancel"), classes="quiet").on_click(dialog.close)
                button(_("Overwrite with mine")).on_click(told(over))
                button(_("Load the new version"), classes="primary").on_click(self._discard)
        dialog.on("hide", dialog.delete)

    async def _ask_history(self) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            brand = await get_brand(db, viewer, self._brand.organization)
            versions = await brand_versions(db, brand)
        with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
            ui.label(_("History")).classes("dialog-title").props("role=heading aria-level=2")
            if versions:
                zone = brand.organization.timezone
                shown = version_list(versions, brand.version, locale=viewer.locale, timezone=zone)
                drawn(shown, "wide")
            else:
                ui.label(_("Nothing has been saved yet."))
            with box("div", "dialog-buttons"):
                button(_("Close"), classes="quiet").on_click(dialog.close)
        dialog.on("hide", dialog.delete)
        self._history = dialog

    async def _on_look(self, number: str) -> None:
        self._version = int(number)
        if self._history is not None:
            self._history.close()
            self._history = None
        await self._show()

    async def _on_back(self, _argument: str) -> None:
        self._version = None
        await self._show()

    async def _on_restore(self, number: str) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            brand = await get_brand(db, viewer, self._brand.organization)
            await restore_brand(db, viewer, brand, int(number))
        self._leave()

    def _discard(self) -> None:
        self._leave()

    def _leave(self) -> None:
        """Loads the page again, in what is the brand now."""
        ui.run_javascript("document.body.dataset.unsaved = ''; location.reload()")


def _draft_of(brand: Brand) -> dict[str, Any]:
    if not brand.is_clients:
        return theme_document(brand.theme(brand.document))
    return dict(brand.document)


def _first_mode(brand: Brand) -> Mode:
    mode = brand.theme(brand.document).default_mode
    return Mode.LIGHT if mode is Mode.SYSTEM else mode
