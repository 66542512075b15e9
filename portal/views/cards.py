"""An organisation's sites as cards."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analytics.reports.cards import SiteCard
from portal.views import numbers
from portal.views.markup import filled, joined
from portal.views.measures import change_badge
from portal.views.sparkline import sparkline
from portal.views.states import empty_state
from tenancy.text import gettext as _
from tenancy.text import ngettext


@dataclass(frozen=True, slots=True)
class CardOf:
    """A site's card: where it leads, what it is called, and what happened there (None: not known yet)."""

    href: str
    name: str
    domain: str
    card: SiteCard | None


def site_cards(cards: Sequence[CardOf], *, locale: str = "en", add: Markup | None = None) -> Markup:
    """A grid of links; where there are no sites yet, what to do, with `add` as its button."""
    if not cards:
        return empty_state(
            "globe",
            _("No sites yet"),
            _("Add a site, put one line of code into its pages, and visits appear here."),
            add,
        )
    return filled('<div class="cards">{}</div>', joined(_card(card, locale) for card in cards))


def site_mark(name: str) -> Markup:
    """A square with the first letter."""
    letter = next((c for c in name if c.isalnum()), "·").upper()
    return filled('<span class="site-mark" aria-hidden="true">{}</span>', letter)


def _card(site: CardOf, locale: str) -> Markup:
    address = filled("<small>{}</small>", site.domain) if site.domain != site.name else ""
    head = filled("<header>{}<div><h2>{}</h2>{}</div></header>", site_mark(site.name), site.name, address)
    if site.card is None:
        body = Markup('<span class="bone row"></span>')
    else:
        body = filled(
            "{}<footer><b>{}</b><span>{}</span>{}</footer>",
            sparkline(site.card.spark, strong=True),
            numbers.compact(site.card.visitors_today, locale),
            ngettext("visitor today", "visitors today", site.card.visitors_today),
            change_badge(site.card.change, locale),
        )
    return filled('<a class="card site" href="{}">{}{}</a>', site.href, head, body)
