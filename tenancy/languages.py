"""The languages that the product speaks: a closed table, and whose wish counts first."""

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Language:
    """code and rtl are for the lang and dir attributes, quasar names the pack for NiceGUI's own parts."""

    code: str
    name: str
    """What its speakers call it."""
    quasar: str
    rtl: bool = False
    offered: bool = True
    """Whether people can choose it."""

    @property
    def direction(self) -> str:
        """'ltr' or 'rtl'."""
        return "rtl" if self.rtl else "ltr"


ENGLISH = Language("en", "English", quasar="en-US")
"""What the texts in the code are written in."""

LANGUAGES = MappingProxyType(
    {
        language.code: language
        for language in (
            ENGLISH,
            Language("de", "Deutsch", quasar="de"),
            # English in Arabic letters: proves that pages mirror, and that every text went through the door.
            Language("ar", "العربية", quasar="ar", rtl=True, offered=False),
        )
    }
)
OFFERED = tuple(language for language in LANGUAGES.values() if language.offered)
COOKIE = "language"
"""Holds what a browser chose on a page without anybody signed in."""


@lru_cache(maxsize=256)
def language_of(locale: str | None) -> Language | None:
    """The language of 'de', 'de-AT' or 'de_AT'; None where we do not speak it."""
    return LANGUAGES.get(re.split("[-_]", locale or "", maxsplit=1)[0].lower())


def offered_language(code: str | None) -> Language | None:
    """The language of this code, where people can choose it."""
    return next((language for language in OFFERED if language.code == code), None)


def locale_for(
    *,
    person: str | None = None,
    client: str | None = None,
    browser: str | None = None,
    brand: str | None = None,
    accepted: str = "",
) -> str:
    """The locale to speak in: the first of these wishes that we can meet, else English.

    person and client are what the account and its organisation chose, browser what its cookie says, brand
    what the organisation of the host chose; one that chose nothing offers what Accept-Language wants.
    """
    for wish in (person, client):
        if wish and language_of(wish):
            return wish
    if chosen := offered_language(browser):
        return chosen.code
    if brand and language_of(brand):
        return brand
    return _accepted(accepted)


@lru_cache(maxsize=1000)
def _accepted(header: str) -> str:
    """The best offered language of an Accept-Language header."""
    wishes = []
    for place, part in enumerate(header[:_LONGEST_HEADER].split(",")):
        tag, _semicolon, quality = part.partition(";")
        found = offered_language(re.split("-", tag.strip(), maxsplit=1)[0].lower())
        if found:
            wishes.append((-_quality(quality), place, found.code))
    wishes.sort()
    return wishes[0][2] if wishes and wishes[0][0] < 0 else ENGLISH.code


def _quality(text: str) -> float:
    matched = _QUALITY.fullmatch(text.strip())
    return float(matched[1]) if matched else 1.0


_LONGEST_HEADER = 500
_QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)")
