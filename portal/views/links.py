"""The public links of a site or an organisation, as their owners see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from analytics.shared_links import SharedLink
from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.states import empty_state
from tenancy.text import gettext as _
from tenancy.text import ngettext


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link, what it is called where it has no title of its own, and its whole address."""

    link: SharedLink
    name: str
    url: str


def links_table(lines: Sequence[LinkLine], *, zone: ZoneInfo, now: datetime, locale: str) -> Markup:
    """A row per link: what, who may see it, views, and buttons that copy, open, change and revoke it.

    They emit ("link_change", id) and ("link_revoke", id).
    """
    if not lines:
        return empty_state(
            "share-2",
            _("Nothing is shared yet"),
            _("A public link shows selected sections of a dashboard to anyone who has it."),
        )
    rows = joined(_line(line, zone, now, locale) for line in lines)
    titles = (_("Link"), _("Who sees it"), _("Views"), "")
    header = joined(filled('<th scope="col">{}</th>', title) for title in titles)
    return filled(
        '<div class="card scroll"><table class="data links"><thead><tr>{}</tr></thead><tbody>{}</tbody>'
        "</table></div>",
        header,
        rows,
    )


def embed_code(line: LinkLine) -> str:
    """HTML for a page that shows the link in a frame."""
    return str(
        filled(
            '<iframe src="{}?embed=1" title="{}" loading="lazy" '
            'style="width:100%;height:1200px;border:0"></iframe>',
            line.url,
            line.name,
        )
    )


def _line(line: LinkLine, zone: ZoneInfo, now: datetime, locale: str) -> Markup:
    link = line.link
    buttons = [
        _copy(f"link-{link.id.hex}", line.url, _("Copy")),
        _copy(f"frame-{link.id.hex}", embed_code(line), _("Embed"))
        if link.terms.allowed_origins
        else Markup(""),
        filled(
            '<a class="btn square quiet" href="{}" target="_blank" aria-label="{}">{}</a>',
            line.url,
            _("Open"),
            icon("external-link"),
        ),
        _button("link_change", link, _("Change"), "pencil"),
        _button("link_revoke", link, _("Revoke"), "trash-2"),
    ]
    return filled(
        '<tr><td><b class="first">{}</b><small class="muted">{}</small></td><td>{}</td>'
        '<td class="num">{}<small class="muted">{}</small></td>'
        '<td><div class="row-buttons">{}</div></td></tr>',
        line.name,
        _("by {name}, {day}").format(
            name=link.created_by, day=numbers.long_day(link.created_at.astimezone(zone).date(), locale)
        ),
        _who(link, zone, now, locale),
        numbers.integer(link.view_count, locale),
        _("last {day}").format(day=numbers.day(link.last_viewed_at.astimezone(zone).date(), locale))
        if link.last_viewed_at
        else "",
        joined(buttons),
    )


def _copy(key: str, text: str, words: str) -> Markup:
    return filled(
        '<span hidden id="{0}">{1}</span><button type="button" class="btn" data-copy="#{0}">{2}'
        '<span data-copied="{3}" aria-live="polite">{4}</span></button>',
        key,
        text,
        icon("copy", 15),
        _("Copied"),
        words,
    )


def _button(event: str, link: SharedLink, words: str, symbol: str) -> Markup:
    return filled(
        '<button type="button" class="btn square quiet" data-emit="{}" data-arg="{}" aria-label="{}">{}'
        "</button>",
        event,
        link.id,
        words,
        icon(symbol),
    )


def _who(link: SharedLink, zone: ZoneInfo, now: datetime, locale: str) -> Markup:
    """The conditions, each as a few words."""
    terms = link.terms
    words = [_("With a password") if link.has_password else _("Anyone with the link")]
    if terms.expires_at is not None:
        last = numbers.long_day(terms.expires_at.astimezone(zone).date(), locale)
        words.append(_("Expired") if link.is_over(now) else _("until {day}").format(day=last))
    if terms.allowed_origins:
        sites = len(terms.allowed_origins)
        embedded = ngettext("may be embedded on {count} site", "may be embedded on {count} sites", sites)
        words.append(embedded.format(count=sites))
    return Markup("<br>").join(words)
