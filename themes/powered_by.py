"""The one line with the platform's name that a brand may switch on."""

from typing import NamedTuple

from tenancy.domains import base_url
from tenancy.settings import settings
from tenancy.text import gettext as _
from themes.theme import PLATFORM_NAME, Theme


class PoweredBy(NamedTuple):
    """Words and where they lead."""

    words: str
    url: str


def powered_by(theme: Theme) -> PoweredBy | None:
    """For the foot of sign-in pages, shared pages and mails; None unless the brand wants it."""
    if not theme.powered_by:
        return None
    return PoweredBy(
        _("Powered by {platform}").format(platform=PLATFORM_NAME), base_url(settings().platform_host)
    )
