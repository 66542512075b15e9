"""What NiceGUI says by itself, through the same door as our own texts."""

from typing import Any

from nicegui import translations

from tenancy.languages import LANGUAGES
from tenancy.text import gettext as _
from tenancy.text import speaking


def give_texts_to_the_frame() -> None:
    """The popups for a lost connection, in each language. It reads all catalogues: no page waits for one."""
    given: dict[Any, dict[str, str]] = translations.translations
    for language in LANGUAGES.values():
        with speaking(language.code):
            given[language.quasar] = {
                "connection_lost": _("Connection lost."),
                "trying_to_reconnect": _("Reconnecting …"),
                "message_too_long": _("That was too much data at once."),
                "message_too_long_body": _("Please try again with less."),
            }
