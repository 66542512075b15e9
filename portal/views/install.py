"""Putting the script into a site: the snippet, and whether it has been heard."""

from markupsafe import Markup

from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.text import gettext as _


def snippet_block(snippet: str, *, key: str = "snippet", words: str = "") -> Markup:
    """The code to paste, with a button that copies it; another text with a key and words of its own."""
    return filled(
        '<pre class="code" id="{key}" tabindex="0">{snippet}</pre>'
        '<button type="button" class="btn" data-copy="#{key}">{icon}'
        '<span data-copied="{copied}" aria-live="polite">{words}</span></button>',
        key=key,
        snippet=snippet,
        icon=icon("copy", 15),
        copied=_("Copied"),
        words=words or _("Copy the code"),
    )


def install_check(*, heard: bool, domain: str, dashboard: str) -> Markup:
    """Waiting for the first event, or the good news with a link to the dashboard."""
    if not heard:
        return filled(
            '<div class="check" role="status"><i class="pulse"></i><span>{}</span></div>',
            _("Waiting for the first visit to {domain}. Open the site in another tab.").format(domain=domain),
        )
    return filled(
        '<div class="check done" role="status">{}<span>{}</span><span class="space"></span>'
        '<a class="btn primary" href="{}">{}</a></div>',
        icon("circle-check", 20),
        _("It works: the first visit to {domain} has arrived.").format(domain=domain),
        dashboard,
        _("Open the dashboard"),
    )
