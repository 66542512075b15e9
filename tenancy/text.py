"""The one door for text that a person reads, so that every language has one place to enter."""

from gettext import NullTranslations

_ENGLISH = NullTranslations()


def gettext(message: str) -> str:
    """The message in the reader's language."""
    return _ENGLISH.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that fits the count, in the reader's language."""
    return _ENGLISH.ngettext(singular, plural, count)


def gettext_noop(message: str) -> str:
    """Marks a message for the catalogues where it is written; gettext() translates it where it is read."""
    return message
