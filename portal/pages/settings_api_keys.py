"""/settings/api-keys: the keys of an organisation and of those below it; making and revoking them."""

from datetime import UTC, datetime
from uuid import UUID

from nicegui import ui

from portal.elements import box, button, drawn
from portal.here import CurrentHere, Here
from portal.pages.access import current_viewer
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.guard import told
from portal.pages.page_events import PageEvents
from portal.pages.settings_area import SettingsViewer, settings_frame
from portal.views import numbers
from portal.views.api_keys import api_keys_table, documentation_link
from portal.views.icons import icon
from portal.views.install import snippet_block
from tenancy.api_keys import ApiKey, Scope, create_api_key, list_api_keys, revoke_api_key
from tenancy.db import session
from tenancy.plans import REQUESTS_PER_HOUR, Plan, plan_of
from tenancy.sites import Site, get_site, list_sites
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

PATH = "/settings/api-keys"


@ui.page(PATH)
async def api_keys_page(here: CurrentHere, viewer: SettingsViewer) -> None:
    """The table, and a button for one more."""
    with settings_frame(here, viewer, PATH):
        async with session(viewer) as db:
            keys, sites = await list_api_keys(db), await list_sites(db)
            plan = await plan_of(db, viewer.organization_id)
        _Keys(here, viewer, keys, sites, plan)


class _Keys:
    """The page's own part: what its buttons change."""

    def __init__(self, here: Here, viewer: Viewer, keys: list[ApiKey], sites: list[Site], plan: Plan) -> None:
        self._here = here
        self._locale = viewer.locale
        self._sites = {site.public_id: f"{site.name} · {site.domain}" for site in sites}
        self._keys = {str(key.id): key for key in keys}
        with box("div", "lead-row"):
            with box("p", "lead"):
                ui.label(_limit(plan, viewer.locale) + " ")
                drawn(documentation_link(), tag="span")
            button(_("Create a key"), icon=icon("plus"), classes="primary").on_click(self._ask)
        self._table = drawn(self._drawn())
        # What a dialog opens must outlive that dialog.
        self._beside = box()
        PageEvents().listen({"revoke_key": self._confirm})

    def _drawn(self) -> str:
        return api_keys_table(list(self._keys.values()), now=datetime.now(UTC), locale=self._locale)

    def _ask(self) -> None:
        fields = [
            Field("name", _("Name"), hint=_("Such as the program that will use it.")),
            Field("scopes", _("Permissions"), "read", options=_scopes()),
            Field("site", _("Valid for"), "", options={"": _("All sites"), **self._sites}),
            Field("days", _("Expires"), "365", options=_lives()),
        ]
        form_dialog(_("Create an API key"), fields, submit=_("Create the key"), on_submit=self._create)

    async def _create(self, values: Values) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            site = await get_site(db, values["site"]) if values["site"] else None
            key, secret = await create_api_key(
                db,
                viewer,
                name=values["name"],
                scopes=map(Scope, values["scopes"].split()),
                site=site,
                days=int(values["days"]) or None,
            )
        self._keys = {str(key.id): key, **self._keys}
        self._table.set_content(self._drawn())
        with self._beside:
            _show(key, secret)

    async def _confirm(self, key_id: str) -> None:
        key = self._keys.get(key_id)
        if key is None:
            return
        with self._beside, ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
            title = _("Revoke “{name}”?").format(name=key.name)
            ui.label(title).classes("dialog-title").props("role=heading aria-level=2")
            ui.label(_("Programs that use it lose access at once. This cannot be undone."))

            @told
            async def revoke() -> None:
                await self._revoke(key.id)
                dialog.close()

            with box("div", "dialog-buttons"):
                button(_("Cancel"), classes="quiet").on_click(dialog.close)
                button(_("Revoke the key"), classes="primary").on_click(revoke)
        dialog.on("hide", dialog.delete)

    async def _revoke(self, key_id: UUID) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            await revoke_api_key(db, viewer, key_id)
        del self._keys[str(key_id)]
        self._table.set_content(self._drawn())


def _show(key: ApiKey, secret: str) -> None:
    """The one moment in which the key can be read."""
    with ui.dialog(value=True).props("persistent") as dialog, ui.card().classes("form-card"):
        title = _("“{name}” is ready").format(name=key.name)
        ui.label(title).classes("dialog-title").props("role=heading aria-level=2")
        ui.label(_("Copy the key now and keep it safe: it cannot be shown again."))
        drawn(snippet_block(secret, key="secret", words=_("Copy the key")), "snippet wide")
        with box("div", "dialog-buttons"):
            button(_("I have copied it"), classes="primary").on_click(dialog.close)
    dialog.on("hide", dialog.delete)


def _scopes() -> dict[str, str]:
    return {
        "read": _("Read metrics and events"),
        "write": _("Send events"),
        "read write": _("Read, and send events"),
        "admin": _("Everything"),
    }


def _lives() -> dict[str, str]:
    return {"30": _("In 30 days"), "90": _("In 90 days"), "365": _("In a year"), "0": _("Never")}


def _limit(plan: Plan, locale: str) -> str:
    amount = REQUESTS_PER_HOUR[plan]
    if amount is None:
        return _("Your programs can send any number of requests.")
    return _("All keys together can send {amount} requests per hour.").format(
        amount=numbers.integer(amount, locale)
    )
