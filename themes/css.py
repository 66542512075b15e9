"""The few tokens in which brands differ, for an inline <style>; app.css derives the rest from them."""

from functools import lru_cache

from themes.contrast import GRAPHICS, ink_on, mix, readable
from themes.theme import Font, Mode, Sidebar, Theme

# The surfaces of app.css on which accent-coloured text stands.
LIGHT_SURFACE = "#ffffff"
LIGHT_TINT = 0.11
DARK_TINT = 0.30
# White at 80 % is the sidebar's quietest text: it still passes on what gives white itself 9.5:1.
SIDEBAR_CONTRAST = 9.5


@lru_cache(maxsize=512)
def head_tokens(theme: Theme, mode: Mode | None = None) -> str:
    """CSS for the first <style> of a page: tokens, and the viewer's colour scheme, else the brand's."""
    mode = mode or theme.default_mode
    font, display = FONTS[theme.font]
    tokens = {
        "color-scheme": {Mode.LIGHT: "light", Mode.DARK: "dark"}.get(mode, "light dark"),
        "--brand": theme.primary_color,
        "--brand-ink": ink_on(theme.primary_color),
        "--accent": f"light-dark({accent_on_light(theme)},{accent_on_dark(theme)})",
        "--second": f"light-dark({second_on_light(theme)},{second_on_dark(theme)})",
        "--r": f"{theme.radius}px",
        "--font": font,
        "--display": display,
    }
    if theme.sidebar is Sidebar.BRAND:
        tokens["--side"] = f"light-dark({sidebar_in_light(theme)},{sidebar_in_dark(theme)})"
    declarations = ";".join(f"{name}:{value}" for name, value in tokens.items())
    return f":root{{{declarations}}}{_LOGOS[mode]}"


def served_fonts(theme: Theme) -> tuple[str, ...]:
    """The static files with the theme's fonts, worth a preload; none where the font is the device's."""
    return _SERVED[theme.font]


def light_page(theme: Theme) -> str:
    """The darkest of the light backgrounds that have a breath of the brand."""
    return mix(theme.primary_color, 0.035, "#f2f4f6")


def light_tint(theme: Theme) -> str:
    """The darkest light surface on which text in the brand's colour stands."""
    return mix(theme.primary_color, LIGHT_TINT, LIGHT_SURFACE)


def dark_tint(theme: Theme) -> str:
    """The lightest dark surface on which text in the brand's colour stands."""
    return mix(theme.primary_color, DARK_TINT, dark_surface(theme))


def dark_surface(theme: Theme) -> str:
    return mix(theme.primary_color, 0.04, "#15171c")


def dark_raised(theme: Theme) -> str:
    return mix(theme.primary_color, 0.05, "#1e2127")


def accent_on_light(theme: Theme) -> str:
    """The brand's colour as text, line and icon on light surfaces."""
    return readable(theme.primary_color, [LIGHT_SURFACE, light_page(theme), light_tint(theme)])


def accent_on_dark(theme: Theme) -> str:
    """The brand's colour as text, line and icon on dark surfaces."""
    return readable(theme.primary_color, [dark_surface(theme), dark_raised(theme), dark_tint(theme)])


def second_on_light(theme: Theme) -> str:
    """The second colour, for comparison lines: seen, never read."""
    return readable(theme.accent_color, [LIGHT_SURFACE], GRAPHICS)


def second_on_dark(theme: Theme) -> str:
    return readable(theme.accent_color, [dark_surface(theme)], GRAPHICS)


def sidebar_in_light(theme: Theme) -> str:
    """A sidebar in the brand's colour, deep enough for white text."""
    return _deep(mix(theme.primary_color, 0.86, "#101014"))


def sidebar_in_dark(theme: Theme) -> str:
    return _deep(mix(theme.primary_color, 0.3, "#0b0c10"))


def _deep(colour: str) -> str:
    # readable() moves a colour away from its backgrounds; against white that is: darker.
    return readable(colour, ["#ffffff"], SIDEBAR_CONTRAST)


_SANS = (
    'ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",'
    "Arial,sans-serif"
)
_BOOK = (
    'Fraunces,"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,"Source Serif 4",Georgia,'
    '"Liberation Serif",serif'
)
_HUMANIST = '"Noto Sans","Open Sans",Seravek,Candara,Calibri,"Segoe UI","Liberation Sans",Arial,sans-serif'
_ROUND = (
    'Nunito,ui-rounded,"SF Pro Rounded","Hiragino Maru Gothic ProN",Quicksand,Comfortaa,Manjari,Calibri,'
    '"Segoe UI","Liberation Sans",Arial,sans-serif'
)
# Text, and headings with large figures. Programs for mail load no fonts: they take the first that they have.
FONTS = {
    Font.INTER: (f"Inter,{_SANS}", f"Inter,{_SANS}"),
    Font.SERIF: (f"Inter,{_SANS}", _BOOK),
    Font.SYSTEM: (_SANS, _SANS),
    Font.HUMANIST: (_HUMANIST, _HUMANIST),
    Font.ROUNDED: (_ROUND, _ROUND),
}
_SERVED: dict[Font, tuple[str, ...]] = {
    Font.INTER: ("inter.woff2",),
    Font.SERIF: ("inter.woff2", "fraunces.woff2"),
    Font.SYSTEM: (),
    Font.HUMANIST: ("noto-sans.woff2",),
    Font.ROUNDED: ("nunito.woff2",),
}
# light-dark() chooses colours only; a logo for dark pages is another file.
_LOGOS = {
    Mode.LIGHT: ".on-dark{display:none}",
    Mode.DARK: ".on-light{display:none}",
    Mode.SYSTEM: (
        "@media(prefers-color-scheme:dark){.on-light{display:none}}"
        "@media not (prefers-color-scheme:dark){.on-dark{display:none}}"
    ),
}
