"""/settings/security: the second factor, the password, further ways to sign in, and devices."""

from io import BytesIO

import segno
from markupsafe import Markup
from nicegui import ui

from portal.accounts import change_own_password, turn_off_second_factor, turn_on_second_factor
from portal.elements import box, button, drawn
from portal.here import CurrentHere, CurrentPerson, Here
from portal.pages.access import current_person
from portal.pages.devices import Devices
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.guard import told
from portal.pages.identities import Identities
from portal.pages.settings_area import settings_frame
from portal.views.icons import icon
from portal.views.install import snippet_block
from portal.views.markup import filled
from portal.views.security import factor_state
from tenancy.db import system_session
from tenancy.errors import Invalid
from tenancy.second_factor import enrol, new_recovery_codes, second_factor_of
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


@ui.page("/settings/security")
async def security_page(here: CurrentHere, viewer: CurrentPerson, trouble: str = "") -> None:
    """Also for who has to turn the second factor on first. trouble: why a provider was not connected."""
    with settings_frame(here, viewer, "/settings/security"):
        with box("section", "card form-page"):
            ui.label(_("Two-factor authentication")).props("role=heading aria-level=2")
            await SecondFactor(here).draw(viewer)
        with box("section", "card form-page"):
            ui.label(_("Password")).props("role=heading aria-level=2")
            button(_("Change the password"), icon=icon("key-round")).on_click(lambda: _ask_password(here))
        await Identities(here).draw(viewer, trouble)
        await Devices(here).draw(viewer)


class SecondFactor:
    """The part of the page about the second factor: its state, and what can be done."""

    def __init__(self, here: Here) -> None:
        self._here = here

    async def draw(self, viewer: Viewer) -> None:
        """Reads the state, and shows it."""
        self._place = box("div", "steps")
        await self._show(viewer)

    async def _show(self, viewer: Viewer) -> None:
        state = await second_factor_of(viewer.user_id)
        self._place.clear()
        with self._place:
            drawn(factor_state(state, asked_for=viewer.lacks_second_factor))
            with box("div", "line-form"):
                if state.is_on:
                    button(_("New recovery codes"), icon=icon("refresh-cw")).on_click(self._ask_new_codes)
                    button(_("Turn off"), classes="danger").on_click(self._ask_off)
                else:
                    button(_("Turn on"), icon=icon("lock"), classes="primary").on_click(told(self._ask_on))

    async def _ask_on(self) -> None:
        viewer = await current_person(self._here)
        fresh = await enrol(viewer.user_id, viewer.email, self._here.theme.name)

        async def confirm(values: Values) -> None:
            now = await current_person(self._here)
            codes = await turn_on_second_factor(now, values["code"])
            self._tell(codes)
            await self._show(await current_person(self._here))

        form_dialog(
            _("Turn on two-factor authentication"),
            [Field("code", _("Code from the app"), hint=_("Six digits, which change every 30 seconds."))],
            submit=_("Turn on"),
            on_submit=confirm,
            about=filled(
                "<p>{}</p>{}<p>{}</p>{}",
                _("Scan this with an authenticator app, such as your password manager."),
                _qr(fresh.address),
                _("Or type this secret into it:"),
                filled('<code class="secret">{}</code>', fresh.secret),
            ),
        )

    def _ask_new_codes(self) -> None:
        async def renew(values: Values) -> None:
            now = await current_person(self._here)
            async with system_session(reason="new recovery codes") as db:
                codes = await new_recovery_codes(db, now.user_id, values["code"])
            self._tell(codes)
            await self._show(now)

        form_dialog(
            _("New recovery codes"),
            [Field("code", _("Code from the app"), hint=_("The old codes stop working."))],
            submit=_("Create new codes"),
            on_submit=renew,
        )

    def _ask_off(self) -> None:
        async def off(values: Values) -> None:
            await turn_off_second_factor(await current_person(self._here), values["code"])
            await self._show(await current_person(self._here))

        form_dialog(
            _("Turn off two-factor authentication"),
            [Field("code", _("Code from the app"), hint=_("Or one of your recovery codes."))],
            submit=_("Turn off"),
            on_submit=off,
        )

    def _tell(self, codes: list[str]) -> None:
        """The recovery codes, for the only time."""
        with self._place.client.content, ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
            dialog.props("persistent")
            ui.label(_("Your recovery codes")).classes("dialog-title").props("role=heading aria-level=2")
            ui.label(_("Each code signs you in once if you lose your phone. You only see them now."))
            drawn(snippet_block("\n".join(codes), key="recovery", words=_("Copy the codes")), "snippet")
            with box("div", "dialog-buttons"):
                button(_("I have saved them"), classes="primary").on_click(dialog.close)
        dialog.on("hide", dialog.delete)


def _ask_password(here: Here) -> None:
    async def change(values: Values) -> None:
        if values["new"] != values["again"]:
            raise Invalid(_("The passwords do not match."), field="again")
        await change_own_password(await current_person(here), values["password"], values["new"])
        ui.notify(
            _("Your password is changed. Other devices are signed out."), type="positive", position="top"
        )

    fields = [
        Field("password", _("Your password"), is_secret=True),
        Field("new", _("New password"), hint=_("At least 10 characters."), is_secret=True),
        Field("again", _("Repeat the new password"), is_secret=True),
    ]
    form_dialog(_("Change the password"), fields, submit=_("Save"), on_submit=change)


def _qr(address: str) -> Markup:
    drawing = BytesIO()
    segno.make(address, error="m").save(
        drawing, kind="svg", xmldecl=False, svgns=False, scale=4, border=2, dark="#000", light="#fff"
    )
    picture = Markup(drawing.getvalue().decode())  # noqa: S704  made here of numbers alone
    return filled('<div class="qr" role="img" aria-label="{}">{}</div>', _("QR code"), picture)
