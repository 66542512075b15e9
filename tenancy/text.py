"""The one door for text that a person reads: it speaks the reader's language, which the context carries."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from tenancy.catalogues import Catalogue, catalogue
from tenancy.languages import ENGLISH, Language, language_of


class _Speech(NamedTuple):
    locale: str
    language: Language
    catalogue: Catalogue


def gettext(message: str) -> str:
    """The message in the reader's language."""
    return _speech.get().catalogue.one(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that fits the count, in the reader's language."""
    return _speech.get().catalogue.counted(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """The message as it is said in a context: for a word that English uses for two things."""
    return _speech.get().catalogue.one(message, context)


def gettext_noop(message: str) -> str:
    """Marks a message for the catalogues where it is written; gettext() translates it where it is read."""
    return message


@contextmanager
def speaking(locale: str | None) -> Iterator[None]:
    """Within the block, and in the tasks that it starts, texts are in this locale's language.

    A request, a page's events and its timers have it set already. Mail, PDF and background tasks ask for
    their reader's. A language that we do not speak is English.
    """
    language = language_of(locale)
    spoken = ENGLISH if language is None else language
    known = ENGLISH.code if language is None or locale is None else locale
    before = _speech.set(_Speech(known, spoken, catalogue(spoken.code)))
    try:
        yield
    finally:
        _speech.reset(before)


def spoken_locale() -> str:
    """The locale that is spoken right now, for numbers and dates."""
    return _speech.get().locale


def spoken_language() -> Language:
    """The language that is spoken right now."""
    return _speech.get().language


def spoken_choice(usual: str | None) -> str | None:
    """The code of the language that is spoken, where the reader chose it: None where it is the usual one."""
    code = spoken_language().code
    return None if code == usual else code


_ENGLISH = _Speech(ENGLISH.code, ENGLISH, catalogue(ENGLISH.code))
_speech: ContextVar[_Speech] = ContextVar("speech", default=_ENGLISH)
