"""How one tenant looks and speaks: a frozen Theme, and the document it is stored as."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from tenancy.errors import Invalid
from tenancy.text import gettext as _
from themes import theme_fields as checked


class Mode(StrEnum):
    """Which side of light-dark() a page shows; system follows the device."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class Sidebar(StrEnum):
    PLAIN = "plain"
    BRAND = "brand"


class Font(StrEnum):
    """All but SYSTEM are served by us; SERIF sets headings and figures in a book face, over Inter."""

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
    """A brand. Colours are '#rrggbb', radius is in px; logos, pictures and favicon are digests of assets."""

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
    support_url: str | None = None
    sign_in_text: str | None = None
    sign_in_picture: str | None = None
    footer_links: tuple[FooterLink, ...] = ()
    powered_by: bool = False
    language: str | None = None
    """A language's code; None for what each reader's browser asks for."""
    script_file: str = "s.js"
    """What the script is called in the snippet."""
    former_script_files: tuple[str, ...] = ()
    """What it was called before: pages out there still ask for it."""
    api_messages: tuple[tuple[str, str], ...] = ()
    """The brand's own sentences for errors of the API, by code."""
    api_support: bool = False
    """Whether errors of the API say where to find help."""
    clients_may_brand: bool = False
    """Whether a client's own people may set what CLIENT_FIELDS (themes.looks) lists."""


PLATFORM_NAME = "InsightHub"
PLATFORM_THEME = Theme(
    name=PLATFORM_NAME, script_global="insighthub", script_file="ih.js", names_platform=True
)
# A host that nobody claimed: the page may not even hint at who runs the server.
NEUTRAL_THEME = Theme(name="", primary_color="#475569")


def theme_from_document(document: Mapping[str, Any] | None, name: str) -> Theme:
    """The Theme that a stored or submitted document describes. Raises Invalid, with the field."""
    values = dict(document or {})
    values.pop("names_platform", None)
    if unknown := sorted(set(values) - set(CHECKS) - {"name"}):
        raise Invalid(_("A brand has no such setting."), field=unknown[0])
    name = checked.name(values.pop("name", name))
    given = {field: CHECKS[field](field, value) for field, value in values.items() if value is not None}
    return Theme(name=name, **given)


def platform_theme(document: Mapping[str, Any] | None) -> Theme:
    """The platform's own look: the only one under which a page may name the platform."""
    if not document:
        return PLATFORM_THEME
    own = {"script_global": PLATFORM_THEME.script_global, "script_file": PLATFORM_THEME.script_file}
    theme = theme_from_document({**own, **document}, PLATFORM_NAME)
    values = {field.name: getattr(theme, field.name) for field in fields(Theme)}
    return Theme(**{**values, "names_platform": True})


def theme_document(theme: Theme) -> dict[str, Any]:
    """What theme_from_document reads back, ready for JSON."""
    values = {field.name: _plain(field.name, getattr(theme, field.name)) for field in fields(Theme)}
    del values["names_platform"]
    return values


def _plain(field: str, value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if field == "footer_links":
        return [asdict(link) for link in value]
    if field == "api_messages":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _footer_links(field: str, value: object) -> tuple[FooterLink, ...]:
    return tuple(FooterLink(words, url) for words, url in checked.footer_links(field, value))


CHECKS = {
    "primary_color": checked.colour,
    "accent_color": checked.colour,
    "radius": checked.radius,
    "font": checked.choice(Font),
    "default_mode": checked.choice(Mode),
    "sidebar": checked.choice(Sidebar),
    "logo_light": checked.digest,
    "logo_dark": checked.digest,
    "favicon": checked.digest,
    "script_global": checked.script_global,
    "support_email": checked.email,
    "support_url": checked.address,
    "sign_in_text": checked.paragraphs,
    "sign_in_picture": checked.digest,
    "footer_links": _footer_links,
    "powered_by": checked.yes_or_no,
    "language": checked.language,
    "script_file": checked.script_file,
    "former_script_files": checked.script_files,
    "api_messages": checked.api_messages,
    "api_support": checked.yes_or_no,
    "clients_may_brand": checked.yes_or_no,
}
"""Every setting of a document with what reads it; `name` is apart, as a brand cannot be without one."""
