"""The table of an organisation's API keys."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.states import empty_state
from tenancy.api_keys import ApiKey, Scope
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

SCOPES = {
    Scope.READ: gettext_noop("Read"),
    Scope.WRITE: gettext_noop("Send events"),
    Scope.ADMIN: gettext_noop("Everything"),
}


def api_keys_table(keys: Sequence[ApiKey], *, now: datetime, locale: str) -> Markup:
    """A row per key, with a button that emits ("revoke_key", id); where there is none, what keys are for."""
    if not keys:
        return empty_state(
            "key-round",
            _("No API keys yet"),
            _("With a key, your programs can read your metrics and send events without anyone signing in."),
        )
    titles = (_("Key"), _("Valid for"), _("Permissions"), _("Last used"), _("Expires"), "")
    header = joined(filled('<th scope="col">{}</th>', title) for title in titles)
    rows = joined(_row(key, titles, now, locale) for key in keys)
    return filled(
        '<div class="card scroll"><table class="data keys"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        header,
        rows,
    )


def documentation_link() -> Markup:
    """To the documentation, which opens beside the page."""
    return filled('<a class="link" href="/api/docs" target="_blank">{}</a>', _("How to use a key"))


def _row(key: ApiKey, titles: Sequence[str], now: datetime, locale: str) -> Markup:
    used = numbers.ago(key.last_used_at, now, locale) if key.last_used_at else _("Never")
    ends = numbers.medium_day(key.expires_at.date(), locale) if key.expires_at else _("Never")
    over = key.expires_at is not None and key.expires_at <= now
    cells = (
        filled("{}<small>{}</small>", key.site_name or _("All sites"), key.organization_name),
        ", ".join(_(words) for scope, words in SCOPES.items() if scope in key.scopes),
        used,
        filled('<span class="bad">{}</span>', _("Expired")) if over else ends,
    )
    # On a phone the row is a block, and each cell says its title itself.
    middle = joined(
        filled('<td data-title="{}">{}</td>', title, cell)
        for title, cell in zip(titles[1:], cells, strict=False)
    )
    return filled(
        "<tr><td><b>{name}</b><small><code>{shown}…</code></small></td>{middle}"
        '<td><button type="button" class="btn square" data-emit="revoke_key" data-arg="{id}"'
        ' aria-label="{revoke}">{trash}</button></td></tr>',
        name=key.name,
        shown=key.shown,
        middle=middle,
        id=key.id,
        revoke=_("Revoke “{name}”").format(name=key.name),
        trash=icon("trash-2", 16),
    )
