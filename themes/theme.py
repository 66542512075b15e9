"""How one tenant looks: a frozen Theme, and the document it is stored as."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from tenancy.errors import Invalid
from tenancy.text import gettext as _
from themes.contrast import is_colour


class Mode(StrEnum):
    """Which side of light-dark() a page shows; system follows the device."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class Sidebar(StrEnum):
    PLAIN = "plain"
    BRAND = "brand"


class Font(StrEnum):
    """INTER is served by us, as is the book face in which SERIF sets headings and figures over it."""

    INTER = "inter"
    SERIF = "serif"
    SYSTEM = "system"
    HUMANIST = "humanist"
    ROUNDED = "rounded"


@dataclass(frozen=True, slots=True)
class FooterLink:
    """A link of the brand's own, under pages and mails: its imprint, its privacy policy."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A brand. Colours are '#rrggbb', radius is in px; logos and favicon are digests of stored assets."""

    name: str
    primary_color: str = "#4f5bd5"
    accent_color: str = "#8a94a8"
    radius: int = 10
    font: Font = Font.INTER
    default_mode: Mode = Mode.SYSTEM
    sidebar: Sidebar = Sidebar.PLAIN
    logo_light: str | None = None
    logo_dark: str | None = None
    favicon: str | None = None
    script_global: str = "analytics"
    names_platform: bool = False
    support_email: str | None = None
    footer_links: tuple[FooterLink, ...] = ()
    powered_by: bool = False


PLATFORM_NAME = "InsightHub"
PLATFORM_THEME = Theme(name=PLATFORM_NAME, script_global="insighthub", names_platform=True)
# A host that nobody claimed: the page may not even hint at who runs the server.
NEUTRAL_THEME = Theme(name="", primary_color="#475569")


def theme_from_document(document: Mapping[str, Any] | None, name: str) -> Theme:
    """The Theme that a stored or submitted document describes. Raises Invalid, with the field."""
    known = {field.name for field in fields(Theme)} - {"name", "names_platform"}
    values = dict(document or {})
    values.pop("names_platform", None)
    if unknown := sorted(set(values) - known - {"name"}):
        raise Invalid(_("A theme has no such setting."), field=unknown[0])
    name = _name(values.pop("name", name))
    checked = {field: CHECKS[field](field, value) for field, value in values.items() if value is not None}
    return Theme(name=name, **checked)


def platform_theme(document: Mapping[str, Any] | None) -> Theme:
    """The platform's own look: the only one under which a page may name the platform."""
    if not document:
        return PLATFORM_THEME
    theme = theme_from_document({"script_global": PLATFORM_THEME.script_global, **document}, PLATFORM_NAME)
    values = {field.name: getattr(theme, field.name) for field in fields(Theme)}
    return Theme(**{**values, "names_platform": True})


def theme_document(theme: Theme) -> dict[str, Any]:
    """What theme_from_document reads back, ready for JSON."""
    values = {field.name: getattr(theme, field.name) for field in fields(Theme)}
    del values["names_platform"]
    values["footer_links"] = [asdict(link) for link in theme.footer_links]
    return {key: str(value) if isinstance(value, StrEnum) else value for key, value in values.items()}


_DIGEST = re.compile(r"[0-9a-f]{64}")
_GLOBAL = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,39}")
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+")
LARGEST_RADIUS = 24
MOST_FOOTER_LINKS = 6


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 80:
        raise Invalid(_("A brand needs a name of at most 80 letters."), field="name")
    return " ".join(value.split())


def _colour(field: str, value: object) -> str:
    if not isinstance(value, str) or not is_colour(value):
        raise Invalid(_("A colour is written as # and six digits or letters a to f."), field=field)
    return value.lower()


def _radius(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_RADIUS:
        raise Invalid(_("The corner radius is a whole number from 0 to 24."), field=field)
    return value


def _choice(kind: type[StrEnum]) -> Any:
    def check(field: str, value: object) -> StrEnum:
        try:
            return kind(str(value))
        except ValueError:
            choices = ", ".join(kind)
            raise Invalid(_("Choose one of these: {choices}.").format(choices=choices), field=field) from None

    return check


def _digest(field: str, value: object) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise Invalid(_("That is not an uploaded file."), field=field)
    return value


def _global(field: str, value: object) -> str:
    if not isinstance(value, str) or not _GLOBAL.fullmatch(value):
        raise Invalid(
            _("The script's global is a JavaScript name: letters, digits and _, not a digit first."),
            field=field,
        )
    return value


def _email(field: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > 254 or not _EMAIL.fullmatch(value):
        raise Invalid(_("That is not an email address."), field=field)
    return value


def _footer_links(field: str, value: object) -> tuple[FooterLink, ...]:
    if not isinstance(value, list) or len(value) > MOST_FOOTER_LINKS:
        raise Invalid(_("At most six footer links fit."), field=field)
    return tuple(_footer_link(field, link) for link in value)


def _footer_link(field: str, link: object) -> FooterLink:
    words, url = (link.get("words"), link.get("url")) if isinstance(link, dict) else (None, None)
    if not isinstance(words, str) or not words.strip() or len(words) > 60:
        raise Invalid(_("A footer link needs words, at most 60 letters."), field=field)
    if not isinstance(url, str) or len(url) > 500 or not _WEB_ADDRESS.fullmatch(url):
        raise Invalid(_("A footer link begins with https:// or http://."), field=field)
    return FooterLink(" ".join(words.split()), url)


def _yes_or_no(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid(_("That is either on or off."), field=field)
    return value


CHECKS = {
    "primary_color": _colour,
    "accent_color": _colour,
    "radius": _radius,
    "font": _choice(Font),
    "default_mode": _choice(Mode),
    "sidebar": _choice(Sidebar),
    "logo_light": _digest,
    "logo_dark": _digest,
    "favicon": _digest,
    "script_global": _global,
    "support_email": _email,
    "footer_links": _footer_links,
    "powered_by": _yes_or_no,
}
