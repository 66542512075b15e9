"""What programs are told when something goes wrong: the brand's own sentence, and where to find help."""

from tenancy.text import gettext as _
from themes.theme import Theme


def api_message(theme: Theme, code: str, message: str) -> str:
    """The message of an error as this brand says it."""
    said = dict(theme.api_messages).get(code, message)
    help_at = theme.support_url or theme.support_email
    if theme.api_support and help_at:
        return _("{sentence} Help: {address}").format(sentence=said, address=help_at)
    return said
