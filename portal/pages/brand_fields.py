"""The form of a brand's editor: each field writes into the draft, and shows what is wrong with it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from portal.elements import Drawn, box, drawn
from portal.pages.guard import told
from portal.views.brand_editor import correction_notes, drop_zone
from tenancy.text import gettext as _
from tenancy.text import pgettext
from themes.corrections import corrections
from themes.pictures import AssetKind
from themes.theme import Font, Mode, Sidebar, Theme
from themes.theme_fields import API_ERRORS, LARGEST_RADIUS, LONGEST_TEXT, MOST_LINKS

Draft = dict[str, Any]
Changed = Callable[[], Awaitable[None]]


class BrandFields:
    """The form over a draft; `changed` is called after each change, with the draft changed already.

    `inherited` is what a client has where it leaves a field empty.
    """

    def __init__(
        self, draft: Draft, inherited: Theme, changed: Changed, *, upload: str, is_clients: bool
    ) -> None:
        self._draft, self._without = draft, inherited
        self._changed = told(changed)
        self._upload, self._is_clients = upload, is_clients
        self._inputs: dict[str, ValidationElement[Any]] = {}
        self._drops: dict[str, Drawn] = {}
        self._labels: dict[str, tuple[str, str]] = {}
        self._notes: dict[str, Drawn] = {}
        self._swatches: dict[str, ui.element] = {}

    def draw(self, *, is_reseller: bool) -> None:
        """The parts that this brand has."""
        with _part(_("Name and logo"), is_open=True):
            self._text("name", _("Name"), self._inherited(self._without.name))
            self._drop(AssetKind.LOGO_LIGHT, _("Logo"), _("For white and light pages. SVG or PNG."))
            self._drop(AssetKind.LOGO_DARK, _("Logo for dark pages"), _("If empty, the logo above is used."))
            if not self._is_clients:
                self._drop(
                    AssetKind.FAVICON, _("Icon"), _("For the browser tab. Square, at least 64 pixels.")
                )
        with _part(_("Colours"), is_open=True):
            self._colour("primary_color", _("Main colour"), self._without.primary_color)
            self._colour("accent_color", _("Second colour"), self._without.accent_color)
        if self._is_clients:
            return
        with _part(_("Shape and type"), is_open=True):
            self._select("font", _("Font"), _fonts())
            self._radius()
            self._select("default_mode", _("Light or dark"), _modes())
            self._select("sidebar", _("Sidebar"), _sidebars())
        with _part(_("Sign-in page")):
            self._area("sign_in_text", _("Text"), _("Appears above the form. At most 400 characters."))
            self._drop(
                AssetKind.SIGN_IN_PICTURE,
                _("Picture"),
                _("Fills half of the page. At least 1200 pixels wide."),
            )
        with _part(_("Help and links")):
            self._text("support_email", _("Help email"))
            self._text("support_url", _("Help page"), _("Begins with https://"))
            self._links()
            self._select("language", _("Language"), _languages())
            self._switch("powered_by", _("Show “Powered by” in the footer of public pages and emails"))
        with _part(_("Script on websites")):
            self._text(
                "script_global", _("Name of the JavaScript object"), _("Such as visits: visits('event')")
            )
            self._text(
                "script_file",
                _("File name of the script"),
                _("Such as visits.js. Earlier names keep working."),
            )
        with _part(_("API messages")):
            self._switch("api_support", _("Add where to find help to each message"))
            for code, title in API_ERRORS.items():
                self._sentence(code, _(title))
        if is_reseller:
            with _part(_("Clients")):
                self._switch("clients_may_brand", _("Clients may set their own name, logo and colours"))

    def show(self, theme: Theme) -> None:
        """The theme that came of the draft: reasons beside colours, and no errors."""
        for element in self._inputs.values():
            element.error = None
        found = corrections(theme)
        for field, notes in self._notes.items():
            notes.set_content(correction_notes(found, field))
            self._swatches[field].props["value"] = getattr(theme, field)

    def show_error(self, field: str, message: str) -> bool:
        """Puts the message to its field; False where there is none of that name."""
        element = self._inputs.get(field)
        if element is None:
            return False
        element.error = message
        return True

    async def put_asset(self, kind: str, digest: str | None) -> None:
        """A picture that has arrived, or None for one that was removed."""
        place = self._drops.get(kind)
        if place is None:
            return
        self._draft[kind] = digest
        place.set_content(self._zone(AssetKind(kind)))
        await self._changed()

    def _put(self, field: str) -> Callable[[Any], Awaitable[None]]:
        async def put(event: Any) -> None:
            # A client that leaves its name out has its agency's.
            self._draft[field] = None if self._is_clients and event.value == "" else event.value
            await self._changed()

        return put

    def _inherited(self, value: str) -> str:
        return _("Default: {value}").format(value=value) if self._is_clients else ""

    def _text(self, field: str, label: str, hint: str = "") -> None:
        made = ui.input(label, value=self._draft.get(field) or "", on_change=self._put(field))
        self._inputs[field] = _styled(made, hint)

    def _area(self, field: str, label: str, hint: str) -> None:
        made = ui.textarea(label, value=self._draft.get(field) or "", on_change=self._put(field))
        made.props(f"autogrow maxlength={LONGEST_TEXT}")
        self._inputs[field] = _styled(made, hint)

    def _select(self, field: str, label: str, options: Mapping[str, str]) -> None:
        made = ui.select(
            dict(options), label=label, value=self._draft.get(field) or "", on_change=self._put(field)
        )
        self._inputs[field] = _styled(made)

    def _switch(self, field: str, label: str) -> None:
        ui.switch(label, value=bool(self._draft.get(field)), on_change=self._put(field))

    def _colour(self, field: str, label: str, value: str) -> None:
        async def typed(event: Any) -> None:
            self._draft[field] = event.value.strip() or None
            await self._changed()

        def picked(event: Any) -> None:
            text.value = event.args

        with box("div", "colour"):
            swatch = box("input").props("type=color")
            swatch.props["value"] = self._draft.get(field) or value
            swatch.props["aria-label"] = _("{colour}: pick").format(colour=label)
            swatch.on("input", picked, js_handler="(event) => emit(event.target.value)", throttle=0.15)
            text = ui.input(label, value=self._draft.get(field) or "", on_change=typed)
            self._inputs[field] = _styled(text, self._inherited(value))
            self._notes[field], self._swatches[field] = drawn("", "notes"), swatch

    def _radius(self) -> None:
        async def put(event: Any) -> None:
            self._draft["radius"] = int(event.value)
            await self._changed()

        ui.label(_("Corners")).classes("hint")
        made = ui.slider(min=0, max=LARGEST_RADIUS, step=1, value=self._draft["radius"], on_change=put)
        made.props("label color=primary").props["aria-label"] = _("Corners")

    def _drop(self, kind: AssetKind, label: str, hint: str) -> None:
        self._labels[kind] = (label, hint)
        self._drops[kind] = drawn(self._zone(kind))

    def _zone(self, kind: AssetKind) -> str:
        label, hint = self._labels[kind]
        upload = f"{self._upload}/{kind}"
        return drop_zone(kind, label, hint, upload=upload, digest=self._draft.get(kind))

    def _links(self) -> None:
        links = [dict(link) for link in self._draft.get("footer_links") or ()]
        links += [{"words": "", "url": ""} for _missing in range(MOST_LINKS - len(links))]
        self._draft["footer_links"] = links
        ui.label(_("Links in the footer of public pages, such as a legal notice")).classes("hint")
        for link in links:
            with box("div", "link-row"):
                for name, label in (("words", pgettext("of a link", "Text")), ("url", _("Address"))):
                    made = ui.input(label, value=link[name], on_change=self._link_put(link, name))
                    self._inputs["footer_links"] = _styled(made)

    def _link_put(self, link: dict[str, str], name: str) -> Callable[[Any], Awaitable[None]]:
        async def put(event: Any) -> None:
            link[name] = event.value.strip()
            await self._changed()

        return put

    def _sentence(self, code: str, title: str) -> None:
        async def put(event: Any) -> None:
            self._draft["api_messages"] = {**(self._draft.get("api_messages") or {}), code: event.value}
            await self._changed()

        said = (self._draft.get("api_messages") or {}).get(code, "")
        _styled(ui.input(title, value=said, on_change=put), code)


@contextmanager
def _part(title: str, *, is_open: bool = False) -> Iterator[None]:
    with box("details", "card brand-part") as part:
        if is_open:
            part.props("open")
        with box("summary"):
            ui.label(title)
        with box("div", "brand-fields"):
            yield


def _styled(made: Any, hint: str = "") -> Any:
    # A short pause, so that a word is one change and not five.
    made.props("outlined dense debounce=250").classes("wide")
    if hint:
        made.props["hint"] = hint
        made.props("bottom-slots")
    return made


def _fonts() -> dict[str, str]:
    return {
        Font.INTER.value: _("Inter: clear and modern"),
        Font.SERIF.value: _("Fraunces and Inter: headings like in a book"),
        Font.SYSTEM.value: _("System font"),
        Font.HUMANIST.value: _("Noto Sans: open and warm"),
        Font.ROUNDED.value: _("Nunito: soft and round"),
    }


def _modes() -> dict[str, str]:
    return {
        Mode.SYSTEM.value: _("Same as the device"),
        Mode.LIGHT.value: _("Light"),
        Mode.DARK.value: _("Dark"),
    }


def _sidebars() -> dict[str, str]:
    return {Sidebar.PLAIN.value: _("Plain"), Sidebar.BRAND.value: _("In the main colour")}


def _languages() -> dict[str, str]:
    return {"": _("Language of the browser"), "en": "English", "de": "Deutsch"}
