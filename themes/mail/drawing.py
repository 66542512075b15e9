"""Draws a letter in a brand, as HTML for mail programs and as text: one template each, for all kinds."""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tenancy.text import gettext as _
from tenancy.text import speaking
from themes.assets import mail_picture_path
from themes.contrast import GRAPHICS, ink_on, mix, readable
from themes.css import FONTS, LIGHT_SURFACE, accent_on_dark, accent_on_light, dark_surface, light_page
from themes.mail.brand import MailBrand
from themes.mail.letter import Letter, Mail, Reader, checked_path
from themes.theme import PLATFORM_NAME, Mode, Theme


@dataclass(frozen=True, slots=True)
class DrawnMail:
    """A mail, ready to be put into an envelope."""

    subject: str
    html: str
    text: str


def draw_mail(mail: Mail, brand: MailBrand, locale: str, *, mode: Mode = Mode.SYSTEM) -> DrawnMail:
    """The mail in the brand and language. Previews choose a mode; else the reader's program does."""
    with speaking(locale):
        theme = _named_on_one_line(brand.theme)
        letter = _on_one_line(mail.letter(Reader(locale, brand.timezone, theme.name)))
        action = letter.action
        known = {
            "letter": letter,
            "link": brand.base + checked_path(action.path) if action else "",
            "theme": theme,
            "logos": _logos(brand),
            "colours": _colours(theme),
            "fonts": FONTS[theme.font],
            "mode": mode,
            "lang": locale.replace("_", "-"),
            "dir": _direction(locale),
            "words": _words(theme),
        }
        return DrawnMail(
            subject=letter.subject,
            html=_templates().get_template("mail.html").render(known),
            text=_templates().get_template("mail.txt").render(known),
        )


@dataclass(frozen=True, slots=True)
class _Colours:
    """One set for light and one for dark readers."""

    page: str
    card: str
    line: str
    text: str
    quiet: str
    link: str
    button: str
    button_ink: str
    warning: str


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
        # The HTML always, the text never.
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _on_one_line(letter: Letter) -> Letter:
    """Without line breaks in what people typed: a name makes neither a header nor a paragraph."""
    return replace(
        letter,
        subject=_flat(letter.subject)[:200],
        heading=_flat(letter.heading),
        paragraphs=tuple(map(_flat, letter.paragraphs)),
        after=tuple(map(_flat, letter.after)),
        facts=tuple((_flat(label), _flat(value)) for label, value in letter.facts),
        why=_flat(letter.why),
    )


def _named_on_one_line(theme: Theme) -> Theme:
    links = tuple(replace(link, words=_flat(link.words)) for link in theme.footer_links)
    return replace(theme, name=_flat(theme.name), footer_links=links)


def _flat(words: str) -> str:
    return _SPACES.sub(" ", _CONTROLS.sub(" ", words)).strip(" ")


# Line breaks of every kind, and the characters that turn the direction of all that follows.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile(" {2,}")


def _logos(brand: MailBrand) -> dict[str, str]:
    theme = brand.theme
    light, dark = theme.logo_light or theme.logo_dark, theme.logo_dark or theme.logo_light
    if light is None or dark is None:
        return {}
    return {"light": brand.base + mail_picture_path(light), "dark": brand.base + mail_picture_path(dark)}


def _colours(theme: Theme) -> dict[str, _Colours]:
    in_light = readable(theme.primary_color, [LIGHT_SURFACE], GRAPHICS)
    card = dark_surface(theme)
    in_dark = readable(theme.primary_color, [card], GRAPHICS)
    return {
        "light": _Colours(
            page=light_page(theme),
            card=LIGHT_SURFACE,
            line="#dfe3e8",
            text="#1a1d21",
            quiet="#59626e",
            link=accent_on_light(theme),
            button=in_light,
            button_ink=ink_on(in_light),
            warning="#b93815",
        ),
        "dark": _Colours(
            page=mix(theme.primary_color, 0.03, "#0d0e11"),
            card=card,
            line="#31353d",
            text="#eceef1",
            quiet="#a5adb8",
            link=accent_on_dark(theme),
            button=in_dark,
            button_ink=ink_on(in_dark),
            warning="#f38b5e",
        ),
    }


def _words(theme: Theme) -> dict[str, str]:
    """What the frame around the letter says."""
    before, _address, after = _("Questions? Write to {address}.").partition("{address}")
    return {
        "button_fails": _("If the button does not work, open this address:"),
        "questions_before": before,
        "questions_after": after,
        "powered_by": _("Powered by {platform}").format(platform=PLATFORM_NAME) if theme.powered_by else "",
    }


def _direction(locale: str) -> str:
    try:
        return str(Locale.parse(locale.replace("-", "_")).text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"
