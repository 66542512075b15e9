"""/settings/mail: the mail server, a test of it, every kind of mail as it will look, and what was sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from nicegui import ui

from portal.elements import box, button, drawn
from portal.here import CurrentHere, Here
from portal.pages.access import current_viewer
from portal.pages.guard import told
from portal.pages.settings_area import SettingsViewer, settings_frame
from portal.views.mail import (
    kept_list,
    kind_title,
    mail_frame,
    mail_log,
    mail_subject,
    mail_text,
    outlet_state,
)
from tenancy.db import session
from tenancy.domains import base_url
from tenancy.errors import InsightHubError
from tenancy.languages import OFFERED, language_of
from tenancy.roles import OrganizationKind, Permission
from tenancy.text import gettext as _
from tenancy.text import speaking, spoken_language
from tenancy.viewer import Viewer
from themes.mail.brand import MailBrand, mail_brand
from themes.mail.drawing import draw_mail
from themes.mail.letter import Reader
from themes.mail.mail_directory import kept_mails, mail_directory_path
from themes.mail.outbox import recent_mails
from themes.mail.outlets import Outlet, outlet_for
from themes.mail.samples import sample_mails
from themes.mail.sender_settings import (
    SenderForm,
    SenderSettings,
    remove_sender_settings,
    save_sender_settings,
    sender_settings,
)
from themes.mail.servers import Security
from themes.mail.trial import send_test_mail
from themes.settings import settings
from themes.theme import Mode

PATH = "/settings/mail"


@ui.page(PATH)
async def mail_settings_page(here: CurrentHere, viewer: SettingsViewer) -> None:
    """The page of a reseller, or of the platform."""
    with settings_frame(here, viewer, PATH), box("div", "mail-settings"):
        await _Page(here, viewer).draw()


@dataclass(frozen=True)
class _Known:
    """What the page shows of the database."""

    brand: MailBrand
    outlet: Outlet
    own: SenderSettings | None


class _Page:
    """The page of one visitor."""

    def __init__(self, here: Here, viewer: Viewer) -> None:
        self._here = here
        self._viewer = viewer
        self._kind = "invitation"
        self._look = "computer"
        self._dark = False

    async def draw(self) -> None:
        known = await self._known(self._viewer)
        self._state = drawn(self._state_of(known))
        if self._viewer.organization_kind is OrganizationKind.RESELLER:
            with box("section", "card install mail-server"):
                self._draw_form(known.own)
        else:
            with box("section", "card install mail-server"):
                self._draw_platform(known)
        with box("section", "card install"):
            self._draw_previews(known.brand)
        with box("section", "card install"):
            await self._draw_log(known.brand)

    async def _known(self, viewer: Viewer) -> _Known:
        async with session(viewer) as db:
            brand = await mail_brand(db, viewer.organization_id)
            own = None if brand.is_platform else await sender_settings(db, brand.realm_id)
            return _Known(brand, await outlet_for(db, brand), own)

    def _state_of(self, known: _Known) -> str:
        outlet, own = known.outlet, known.own
        said = {"address": outlet.address, "server": outlet.server.host if outlet.server else ""}
        if own is not None and own.verified_at is not None:
            return outlet_state(
                good=True, words=_("Emails are sent through {server}, from {address}.").format(**said)
            )
        if own is not None:
            words = _("Send a test email: your server is used once one has gone through.")
            return outlet_state(good=False, words=words)
        if outlet.server is not None:
            words = _("Emails are sent through our server, from {address}.").format(**said)
            return outlet_state(good=True, words=words)
        if settings().mail_dir is not None:
            words = _("Emails are not sent: they stay on this machine, because no mail server is set up.")
            return outlet_state(good=False, words=words)
        return outlet_state(
            good=False, words=_("No emails are sent, because there is no mail server. Set one up.")
        )

    def _draw_form(self, own: SenderSettings | None) -> None:
        _title(_("Your own mail server"))
        ui.label(_("Emails to your clients are then sent through your server and from your address."))
        server = own.server if own else None
        self._fields: dict[str, ui.input | ui.select] = {}
        with box("div", "form-grid"):
            self._text("host", _("Server"), server.host if server else "", "smtp.example.com")
            self._text("port", _("Port"), str(server.port) if server else "587")
            choices = {
                Security.STARTTLS.value: _("STARTTLS (usually port 587)"),
                Security.TLS.value: _("TLS (usually port 465)"),
                Security.NONE.value: _("No encryption"),
            }
            chosen = server.security.value if server else Security.STARTTLS.value
            security = ui.select(choices, label=_("Encryption"), value=chosen).props(
                "outlined dense bottom-slots"
            )
            self._fields["security"] = security.classes("wide")
            self._text("username", _("User name"), server.username if server else "")
            hint = _("Leave empty to keep the stored one.") if own and own.has_password else ""
            self._text("password", _("Password"), "", hint).props('type=password autocomplete="new-password"')
            self._text(
                "from_address", _("Sender address"), own.from_address if own else "", "hello@example.com"
            )
            self._text("from_name", _("Sender name"), own.from_name if own else "", self._here.theme.name)
            hint = self._here.theme.support_email or _("Same as the sender")
            self._text("reply_to", _("Reply to"), own.reply_to if own else "", hint)
        self._trouble = ui.label().classes("notice").props("role=alert")
        self._trouble.visible = False
        with box("div", "form-buttons"):
            self._save = button(_("Save"), classes="primary").on_click(self._on_save)
            self._test = button(_("Send me a test email")).on_click(self._on_test)
            self._remove = button(_("Remove"), classes="quiet danger").on_click(self._on_remove)
        self._test.visible = self._remove.visible = own is not None

    def _draw_platform(self, known: _Known) -> None:
        _title(_("Mail server"))
        server = known.outlet.server
        if server is None:
            ui.label(_("Set SMTP_URL and MAIL_FROM in the environment, and restart. See docs/production.md."))
        else:
            words = _("{host}, port {port}, {security}. Set by SMTP_URL and MAIL_FROM in the environment.")
            ui.label(words.format(host=server.host, port=server.port, security=server.security))
        self._trouble = ui.label().classes("notice").props("role=alert")
        self._trouble.visible = False
        with box("div", "form-buttons"):
            self._test = button(_("Send me a test email"), classes="primary").on_click(self._on_test)

    def _draw_previews(self, brand: MailBrand) -> None:
        _title(_("How emails look"))
        kinds = {kind: kind_title(kind) for kind in sample_mails(brand.host)}
        looks = {"computer": _("Computer"), "phone": _("Phone"), "text": _("Text")}
        with box("div", "form-buttons"):
            kind = (
                ui.select(kinds, label=_("Email"), value=self._kind)
                .props("outlined dense")
                .classes("mail-kind")
            )
            languages = {one.code: one.name for one in OFFERED}
            language = ui.toggle(languages, value=spoken_language().code).props("no-caps unelevated")
            look = ui.toggle(looks, value=self._look).props("no-caps unelevated")
            dark = ui.switch(_("Dark"), value=self._dark)
        subject = drawn("", "mail-subject")
        preview = drawn("", "mail-preview")

        def show() -> None:
            self._kind, self._look, self._dark = str(kind.value), str(look.value), bool(dark.value)
            mode = Mode.DARK if self._dark else Mode.LIGHT
            locale = self._locale_of(str(language.value))
            with speaking(locale):
                mail = sample_mails(brand.host)[self._kind]
            made = draw_mail(mail, self._seen_here(brand), locale, mode=mode)
            subject.set_content(mail_subject(made.subject))
            if self._look == "text":
                preview.set_content(mail_text(made.text))
            else:
                phone = self._look == "phone"
                preview.set_content(mail_frame(made.html, title=made.subject, phone=phone))

        for one in (kind, language, look, dark):
            one.on_value_change(show)
        show()

    def _locale_of(self, code: str) -> str:
        """The viewer's own locale where it is of that language, which may be the one of a country."""
        own = language_of(self._viewer.locale)
        return self._viewer.locale if own is not None and own.code == code else code

    def _seen_here(self, brand: MailBrand) -> MailBrand:
        """With pictures from the host that this page is on: another one's would not be shown here."""
        return replace(brand, base=base_url(self._here.host.host))

    async def _draw_log(self, brand: MailBrand) -> None:
        reader = Reader(self._viewer.locale, brand.timezone, brand.theme.name)
        if self._viewer.may(Permission.OPERATE_PLATFORM) and (path := mail_directory_path()) is not None:
            _title(_("Emails on this machine"))
            ui.label(
                _("All emails of all brands, kept here instead of being sent. They are in {path}.").format(
                    path=path
                )
            )
            drawn(kept_list(kept_mails(), reader), "kept-mails")
        _title(_("Latest emails"))
        async with session(self._viewer) as db:
            drawn(mail_log(await recent_mails(db, self._viewer.organization_id), reader))

    def _text(self, name: str, label: str, value: str, hint: str = "") -> ui.input:
        made = ui.input(label, value=value).props("outlined dense bottom-slots").classes("wide")
        if hint:
            made.props["hint"] = hint
        self._fields[name] = made
        return made

    @told
    async def _on_save(self) -> None:
        await self._try(self._save, self._store)

    @told
    async def _on_test(self) -> None:
        await self._try(self._test, self._send)

    @told
    async def _on_remove(self) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            await remove_sender_settings(db, viewer)
        ui.navigate.reload()

    async def _store(self, viewer: Viewer) -> None:
        values = {name: str(one.value or "") for name, one in self._fields.items()}
        async with session(viewer) as db:
            await save_sender_settings(db, viewer, SenderForm(**values))
        self._fields["password"].value = ""
        self._test.visible = self._remove.visible = True
        ui.notify(_("Saved."), type="positive", position="top")

    async def _send(self, viewer: Viewer) -> None:
        if viewer.organization_kind is OrganizationKind.RESELLER:
            await self._store(viewer)
        server = await send_test_mail(viewer)
        words = _("{server} has accepted the email. Check the inbox of {address}.")
        ui.notify(words.format(server=server, address=viewer.email), type="positive", position="top")

    async def _try(self, pressed: ui.button, act: Callable[[Viewer], Awaitable[None]]) -> None:
        """Does it, and tells what is wrong beside the field it is about."""
        fields = getattr(self, "_fields", {})
        for one in fields.values():
            one.error = None
        self._trouble.visible = False
        pressed.props("loading")
        viewer = await current_viewer(self._here)
        try:
            await act(viewer)
        except InsightHubError as error:
            at = fields.get(error.field or "")
            if at is not None:
                at.error = error.message
            else:
                self._trouble.text, self._trouble.visible = error.message, True
        finally:
            pressed.props(remove="loading")
        self._state.set_content(self._state_of(await self._known(viewer)))


def _title(words: str) -> None:
    ui.label(words).props("role=heading aria-level=2")
