"""An organisation's sites as cards, and a reseller's clients as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analytics.reports.cards import SiteCard
from portal.views import numbers
from portal.views.measures import change_badge
from portal.views.sparkline import sparkline
from portal.views.states import empty_state
from tenancy.text import gettext as _
from tenancy.text import ngettext, pgettext


@dataclass(frozen=True, slots=True)
class CardOf:
    """A site's card: where it leads, what it is called, and what happened there (None: not known yet)."""

    href: str
    name: str
    domain: str
    card: SiteCard | None


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A client's line: totals over its sites."""

    href: str
    name: str
    sites: int
    visitors_today: int
    change: float | None
    spark: tuple[int, ...]


def site_cards(cards: Sequence[CardOf], *, locale: str = "en", add: Markup | None = None) -> Markup:
    """A grid of links; where there are no sites yet, what to do, with `add` as its button."""
    if not cards:
        return empty_state(
            "globe",
            _("No sites yet"),
            _("Add a site, put one line into its pages, and visits appear here."),
            add,
        )
    return Markup('<div class="cards">{}</div>').format(
        Markup("").join(_card(card, locale) for card in cards)
    )


def clients_table(clients: Sequence[ClientLine], *, locale: str = "en", add: Markup | None = None) -> Markup:
    """A row per client; where there are none yet, what to do, with `add` as its button."""
    if not clients:
        return empty_state(
            "building-2", _("No clients yet"), _("Create a client, then add its sites and its people."), add
        )
    titles = (
        _("Client"),
        _("Sites"),
        _("Last 24 hours"),
        _("Visitors today"),
        pgettext("of a number", "Change"),
    )
    header = Markup("").join(Markup('<th scope="col">{}</th>').format(title) for title in titles)
    rows = Markup("").join(_client(client, locale) for client in clients)
    return Markup(
        '<div class="card scroll"><table class="data"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(header, rows)


def site_mark(name: str) -> Markup:
    """A square with the first letter."""
    letter = next((c for c in name if c.isalnum()), "·").upper()
    return Markup('<span class="site-mark" aria-hidden="true">{}</span>').format(letter)


def _card(site: CardOf, locale: str) -> Markup:
    address = Markup("<small>{}</small>").format(site.domain) if site.domain != site.name else ""
    head = Markup("<header>{}<div><h2>{}</h2>{}</div></header>").format(
        site_mark(site.name), site.name, address
    )
    if site.card is None:
        body = Markup('<span class="bone row"></span>')
    else:
        body = Markup("{}<footer><b>{}</b><span>{}</span>{}</footer>").format(
            sparkline(site.card.spark, strong=True),
            numbers.compact(site.card.visitors_today, locale),
            ngettext("visitor today", "visitors today", site.card.visitors_today),
            change_badge(site.card.change, locale),
        )
    return Markup('<a class="card site" href="{}">{}{}</a>').format(site.href, head, body)


def _client(client: ClientLine, locale: str) -> Markup:
    return Markup(
        '<tr><td><a class="first" href="{}">{}<span>{}</span></a></td><td class="num">{}</td><td>{}</td>'
        '<td class="num">{}</td><td>{}</td></tr>'
    ).format(
        client.href,
        site_mark(client.name),
        client.name,
        numbers.integer(client.sites, locale),
        sparkline(client.spark, strong=True),
        numbers.integer(client.visitors_today, locale),
        change_badge(client.change, locale),
    )
