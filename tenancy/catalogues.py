"""What each message reads in a language: the .po files of locales/, read as they are, so nothing is built."""

import re
from collections.abc import Callable
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.pofile import read_po

from tenancy.languages import ENGLISH, LANGUAGES

FOLDER = Path(__file__).resolve().parents[1] / "locales"

Key = str | tuple[str, str]
"""A message, or a context and a message."""


class Catalogue:
    """The messages of a language. What is not in it reads in English."""

    def __init__(
        self, messages: dict[Key, str], plurals: dict[str, tuple[str, ...]], form_of: Callable[[int], int]
    ) -> None:
        self._messages = messages
        self._plurals = plurals
        self._form_of = form_of

    def one(self, message: str, context: str | None = None) -> str:
        """The message."""
        return self._messages.get(message if context is None else (context, message), message)

    def counted(self, singular: str, plural: str, count: int) -> str:
        """The form for this count."""
        forms = self._plurals.get(singular)
        if forms is None:
            return singular if count == 1 else plural
        return forms[self._form_of(count)]


class ArabicLetters(Catalogue):
    """English in Arabic letters: whoever reads Latin ones has found a text that has no door."""

    def __init__(self) -> None:
        super().__init__({}, {}, int)

    def one(self, message: str, context: str | None = None) -> str:
        parts = _PLACEHOLDER.split(message)
        # Every second part is a placeholder.
        return "".join(part if place % 2 else part.translate(_LETTERS) for place, part in enumerate(parts))

    def counted(self, singular: str, plural: str, count: int) -> str:
        return self.one(singular if count == 1 else plural)


@cache
def catalogue(code: str) -> Catalogue:
    """The messages of one of LANGUAGES."""
    if code == ENGLISH.code:
        return Catalogue({}, {}, int)
    if not LANGUAGES[code].offered:
        return ArabicLetters()
    with (FOLDER / f"{code}.po").open("rb") as file:
        read = read_po(file, locale=code)
    messages: dict[Key, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in read:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string:
            messages[(message.context, message.id) if message.context else message.id] = message.string
        elif isinstance(message.string, tuple | list) and all(message.string):
            plurals[message.id[0]] = tuple(message.string)
    return Catalogue(messages, plurals, c2py(read.plural_expr))


_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
_LETTERS = str.maketrans(
    dict(zip("abcdefghijklmnopqrstuvwxyz", "ابكديفغهيجقلمنوبكرستعفوخيز", strict=True))
    | dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ابكديفغهيجقلمنوبكرستعفوخيز", strict=True))
)
