"""What the look makes of a brand's colours where they could not be read, and why, in words."""

from dataclasses import dataclass
from math import floor

from babel.numbers import format_decimal

from tenancy.text import gettext as _
from tenancy.text import gettext_noop, spoken_locale
from themes import css
from themes.contrast import GRAPHICS, TEXT, contrast, ink_on
from themes.theme import Sidebar, Theme


@dataclass(frozen=True, slots=True)
class Correction:
    """A colour that is used instead of the chosen one, somewhere. field is the theme's; used is '#rrggbb'."""

    field: str
    used: str
    reason: str


def corrections(theme: Theme) -> list[Correction]:
    """Every place where another colour is shown than the brand chose; none where all can be read."""
    colour, accent = theme.primary_color, theme.accent_color
    branded = theme.sidebar is Sidebar.BRAND
    sidebar = css.sidebar_in_light(theme) if contrast("#ffffff", colour) < css.SIDEBAR_CONTRAST else colour
    places = (
        (_BUTTONS, "primary_color", "#ffffff", ink_on(colour), "#ffffff", colour, TEXT),
        (
            _TEXT_IN_LIGHT,
            "primary_color",
            colour,
            css.accent_on_light(theme),
            colour,
            css.light_tint(theme),
            TEXT,
        ),
        (
            _TEXT_IN_DARK,
            "primary_color",
            colour,
            css.accent_on_dark(theme),
            colour,
            css.dark_tint(theme),
            TEXT,
        ),
        (
            _SIDEBAR,
            "primary_color",
            colour,
            sidebar if branded else colour,
            "#ffffff",
            colour,
            css.SIDEBAR_CONTRAST,
        ),
        (
            _LINES_IN_LIGHT,
            "accent_color",
            accent,
            css.second_on_light(theme),
            accent,
            css.LIGHT_SURFACE,
            GRAPHICS,
        ),
        (
            _LINES_IN_DARK,
            "accent_color",
            accent,
            css.second_on_dark(theme),
            accent,
            css.dark_surface(theme),
            GRAPHICS,
        ),
    )
    return [
        Correction(field, used, _said(reason, contrast(front, back), least))
        for reason, field, wanted, used, front, back, least in places
        if used != wanted
    ]


_BUTTONS = gettext_noop(
    "Buttons have black text, because white would be unreadable on this colour ({ratio}:1; at least "
    "{least}:1 is needed)."
)
_TEXT_IN_LIGHT = gettext_noop(
    "Links and lines on light pages have a darker shade, because this one would be unreadable there "
    "({ratio}:1; at least {least}:1 is needed)."
)
_TEXT_IN_DARK = gettext_noop(
    "Links and lines on dark pages have a lighter shade, because this one would be unreadable there "
    "({ratio}:1; at least {least}:1 is needed)."
)
_SIDEBAR = gettext_noop(
    "The sidebar has a darker shade, because its small white text would be unreadable on this one "
    "({ratio}:1; at least {least}:1 is needed)."
)
_LINES_IN_LIGHT = gettext_noop(
    "Second lines on light pages have a darker shade, because this one would not be visible there "
    "({ratio}:1; at least {least}:1 is needed)."
)
_LINES_IN_DARK = gettext_noop(
    "Second lines on dark pages have a lighter shade, because this one would not be visible there "
    "({ratio}:1; at least {least}:1 is needed)."
)


def _said(reason: str, ratio: float, least: float) -> str:
    # Rounded down: 4.49 is not enough, and must not read as 4.5.
    return _(reason).format(ratio=_number(floor(ratio * 10) / 10), least=_number(least))


def _number(number: float) -> str:
    return format_decimal(number, format="0.#", locale=spoken_locale().replace("-", "_"))
