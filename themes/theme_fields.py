"""What each setting of a theme may be: each function returns it checked, or raises Invalid in plain words."""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from tenancy.errors import Invalid
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from themes.contrast import is_colour
from tracker.snippet import is_global_name, is_script_file

LARGEST_RADIUS = 24
LONGEST_NAME = 80
LONGEST_TEXT = 400
MOST_LINKS = 6
API_ERRORS = MappingProxyType(
    {
        "not_signed_in": gettext_noop("Not signed in"),
        "forbidden": gettext_noop("Not allowed"),
        "not_found": gettext_noop("Not found"),
        "invalid": gettext_noop("Invalid value"),
        "too_many_tries": gettext_noop("Too many attempts"),
        "unavailable": gettext_noop("Temporarily unavailable"),
        "error": gettext_noop("An error on our side"),
    }
)
"""The errors of the API for which a brand can have its own sentence: codes, and what people call them."""


def name(value: object) -> str:
    """A brand's name."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise Invalid(_("A brand needs a name of at most 80 characters."), field="name")
    return _one_line("name", value)


def colour(field: str, value: object) -> str:
    """'#rrggbb', in small letters."""
    if not isinstance(value, str) or not is_colour(value):
        raise Invalid(_("A colour is written as # and six digits or letters a to f."), field=field)
    return value.lower()


def radius(field: str, value: object) -> int:
    """In px."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_RADIUS:
        raise Invalid(_("The corner radius is a whole number from 0 to 24."), field=field)
    return value


def choice(kind: type[StrEnum]) -> Callable[[str, object], Any]:
    """A check for one member of the enum."""

    def check(field: str, value: object) -> StrEnum:
        try:
            return kind(str(value))
        except ValueError:
            choices = ", ".join(kind)
            raise Invalid(_("Choose one of these: {choices}.").format(choices=choices), field=field) from None

    return check


def digest(field: str, value: object) -> str:
    """The digest of a stored asset."""
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise Invalid(_("That is not an uploaded file."), field=field)
    return value


def script_global(field: str, value: object) -> str:
    """The name of the script's object."""
    if not isinstance(value, str) or len(value) > 40 or not is_global_name(value):
        raise Invalid(
            _(
                "The name of the JavaScript object has letters, digits and _, does not begin with a "
                "digit, and is not a word that JavaScript or browsers use themselves."
            ),
            field=field,
        )
    return value


def script_file(field: str, value: object) -> str:
    """The name of the script's file."""
    if not isinstance(value, str) or not is_script_file(value):
        raise Invalid(
            _("A file name has lowercase letters, digits and hyphens, and ends in .js, such as visits.js."),
            field=field,
        )
    return value


def script_files(field: str, value: object) -> tuple[str, ...]:
    """Several names of files."""
    if not isinstance(value, list | tuple) or len(value) > 50:
        raise Invalid(_("That is not a list of file names."), field=field)
    return tuple(script_file(field, one) for one in value)


def email(field: str, value: object) -> str | None:
    """An email address; None for an empty text."""
    if value == "":
        return None
    if not isinstance(value, str) or len(value) > 254 or not _EMAIL.fullmatch(value):
        raise Invalid(_("That is not an email address."), field=field)
    return value


def address(field: str, value: object) -> str | None:
    """The address of a web page, with its scheme; None for an empty text."""
    if value == "":
        return None
    if not isinstance(value, str) or len(value) > 500 or not _is_web_address(value):
        raise Invalid(_("A web address begins with https://, such as https://agency.com/help."), field=field)
    return value


def paragraphs(field: str, value: object) -> str | None:
    """A short text, perhaps of several lines; None for an empty one."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Invalid(_("Please write at most 400 characters."), field=field)
    lines = [_one_line(field, line) for line in value.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip() or None


def footer_links(field: str, value: object) -> tuple[tuple[str, str], ...]:
    """Words with addresses; lines with neither are left out."""
    if not isinstance(value, list | tuple) or len(value) > MOST_LINKS:
        raise Invalid(_("At most six links are allowed."), field=field)
    links = []
    for link in value:
        if not isinstance(link, dict) or set(link) != {"words", "url"}:
            raise Invalid(_("A link has a text and an address."), field=field)
        words, url = link["words"], link["url"]
        if not words and not url:
            continue
        if not isinstance(words, str) or not words.strip() or len(words) > 60:
            raise Invalid(_("Each link needs a text of at most 60 characters."), field=field)
        checked = address(field, url)
        if checked is None:
            raise Invalid(_("Each link needs an address."), field=field)
        links.append((_one_line(field, words), checked))
    return tuple(links)


def yes_or_no(field: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise Invalid(_("This can only be on or off."), field=field)
    return value


def language(field: str, value: object) -> str | None:
    """A language's code; None for an empty text."""
    if value == "":
        return None
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise Invalid(_("That is not a language."), field=field)
    return value


def api_messages(field: str, value: object) -> tuple[tuple[str, str], ...]:
    """Sentences by code, in the order of API_ERRORS; empty ones are left out."""
    if not isinstance(value, dict) or not set(value) <= API_ERRORS.keys():
        raise Invalid(_("The API has no such error."), field=field)
    sentences = []
    for code in API_ERRORS:
        sentence = value.get(code, "")
        if not isinstance(sentence, str) or len(sentence) > 200:
            raise Invalid(_("A message can have at most 200 characters."), field=field)
        if sentence.strip():
            sentences.append((code, _one_line(field, sentence)))
    return tuple(sentences)


_DIGEST = re.compile(r"[0-9a-f]{64}")
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# Control characters, halves of characters, ends of lines.
_NO_TEXT = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
# What turns the reading direction of everything after it.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"'\\`]|[^\x21-\x7e]")


def _is_web_address(value: str) -> bool:
    if _NOT_IN_ADDRESSES.search(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and "." in (parts.hostname or "") and parts.username is None


def _one_line(field: str, value: str) -> str:
    if any(unicodedata.category(letter) in _NO_TEXT or letter in _TURNING for letter in value):
        raise Invalid(_("It contains a character that cannot be shown."), field=field)
    return value.strip()
