"""/settings/sign-in: the providers with whose accounts people sign in on a reseller's hosts."""

from nicegui import ui

from portal.elements import box, button, drawn
from portal.here import CurrentHere, Here
from portal.pages.access import current_viewer
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.page_events import PageEvents
from portal.pages.settings_area import SettingsViewer, settings_frame
from portal.views.icons import icon
from portal.views.identity_providers import Finding, providers_list
from portal.views.install import snippet_block
from portal.views.markup import filled
from tenancy.db import session
from tenancy.errors import InsightHubError
from tenancy.identity_providers import (
    Provider,
    ProviderForm,
    own_provider,
    own_providers,
    platform_providers,
    remove_provider,
    save_provider,
)
from tenancy.openid import check_provider
from tenancy.provider_journeys import own_callback_url
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

PATH = "/settings/sign-in"


@ui.page(PATH)
async def sign_in_settings_page(here: CurrentHere, viewer: SettingsViewer) -> None:
    """The list, a button for one more, and the address to register with each."""
    with settings_frame(here, viewer, PATH):
        await _Providers(here).draw(viewer)


class _Providers:
    """The page's own part: what its buttons change."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._findings: dict[str, Finding] = {}

    async def draw(self, viewer: Viewer) -> None:
        """Reads the list, and shows it."""
        with box("div", "lead-row"):
            self._lead = ui.label().classes("lead")
            button(_("Add a provider"), icon=icon("plus"), classes="primary").on_click(self._ask_new)
        self._table = drawn("", "wide")
        with box("section", "card form-page").style("margin-top: 16px"):
            ui.label(_("Redirect URI")).props("role=heading aria-level=2")
            ui.label(_("Enter this address at the provider, exactly as shown here."))
            url = await own_callback_url(viewer)
            drawn(snippet_block(url, key="callback", words=_("Copy the address")), "snippet wide")
        # What a dialog opens must outlive that dialog.
        self._beside = box()
        PageEvents().listen(
            {
                "check-provider": self._check,
                "change-provider": self._ask_change,
                "remove-provider": self._ask_removal,
            }
        )
        await self._show(viewer)

    async def _show(self, viewer: Viewer) -> None:
        async with session(viewer) as db:
            providers = await own_providers(db, viewer)
        self._lead.set_text(_lead(providers))
        self._table.set_content(providers_list(providers, self._findings))

    async def _check(self, key: str) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            provider = await own_provider(db, viewer, key)
        await self._look_at(viewer, provider)

    async def _look_at(self, viewer: Viewer, provider: Provider) -> None:
        """Asks the provider now, and shows what it said beside it."""
        try:
            await check_provider(provider, await own_callback_url(viewer))
        except InsightHubError as error:
            self._findings[provider.key] = Finding(good=False, words=error.message)
        else:
            words = _("It responds and accepts the client ID. Now sign in with it once.")
            self._findings[provider.key] = Finding(good=True, words=words)
        await self._show(viewer)

    def _ask_new(self) -> None:
        self._ask(None)

    async def _ask_change(self, key: str) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            provider = await own_provider(db, viewer, key)
        with self._beside:
            self._ask(provider)

    def _ask(self, known: Provider | None) -> None:
        async def save(values: Values) -> None:
            viewer = await current_viewer(self._here)
            form = ProviderForm(**{**values, "enabled": values["enabled"] == "yes"})  # type: ignore[arg-type]
            async with session(viewer) as db:
                saved = await save_provider(db, viewer, form, known.key if known else "")
            await self._look_at(viewer, saved)

        form_dialog(
            _("Change {provider}").format(provider=known.name) if known else _("Add a provider"),
            _fields(known),
            submit=_("Save and check"),
            on_submit=save,
        )

    async def _ask_removal(self, key: str) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            provider = await own_provider(db, viewer, key)

        async def remove(_values: Values) -> None:
            viewer = await current_viewer(self._here)
            async with session(viewer) as db:
                await remove_provider(db, viewer, key)
            await self._show(viewer)

        with self._beside:
            form_dialog(
                _("Remove {provider}?").format(provider=provider.name),
                [],
                submit=_("Remove"),
                on_submit=remove,
                about=filled(
                    "<p>{}</p>",
                    _(
                        "Nobody can sign in with it any more. Anyone without a password can choose "
                        "one by email."
                    ),
                ),
            )


def _fields(known: Provider | None) -> list[Field]:
    keeps = _("Leave empty to keep the stored one.") if known else ""
    return [
        Field(
            "name",
            _("Name"),
            known.name if known else "",
            _("The button reads “Continue with” and this name."),
        ),
        Field("issuer", _("Issuer"), known.issuer if known else "", "https://accounts.google.com"),
        Field("client_id", _("Client ID"), known.client_id if known else ""),
        Field("client_secret", _("Client secret"), hint=keeps, is_secret=True),
        Field(
            "email_domains",
            _("Allowed email domains"),
            ", ".join(known.email_domains) if known else "",
            _("Such as example.com. Leave empty for everyone the provider knows."),
        ),
        Field(
            "enabled",
            _("On the sign-in page"),
            "no" if known is not None and not known.enabled else "yes",
            options={"yes": _("Offered"), "no": _("Not offered")},
        ),
    ]


def _lead(own: list[Provider]) -> str:
    if own:
        return _("Your sign-in page offers these in addition to the password.")
    if names := ", ".join(one.name for one in platform_providers()):
        words = _("Your sign-in page offers {providers} through us. Your own provider replaces them.")
        return words.format(providers=names)
    return _("Your sign-in page only asks for a password.")
