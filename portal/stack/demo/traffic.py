"""Thirteen months of visits for a sample site, made inside ClickHouse from a description of the site."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from string import Template
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal.stack.demo.arrivals import Arrival, Wave, everyday, returning, waves
from portal.stack.demo.devices import devices_of
from portal.stack.demo.habits import habits_of
from portal.stack.demo.literals import Sql, literal, table
from portal.stack.demo.page_trees import Page, PageTree, page_tree
from portal.stack.demo.places import places_of
from portal.stack.demo.shapes import SampleSite
from tenancy.sites import VisitorMode

YEAR_DAYS = 396
"""Thirteen months."""


class Span(NamedTuple):
    """Events after one moment and up to another, of a site whose first day with us is `opening`."""

    opening: date
    after: datetime
    until: datetime


def traffic_sql(number: int, site: SampleSite, span: Span, events: int) -> str:
    """The INSERT for a site's events of a span; over its whole year there are about `events` of them."""
    habits = habits_of(site)
    # Some of the first day's visitors have been there before, though the site did not count them yet.
    first_day = span.opening - timedelta(days=_WARM_UP_DAYS)
    names: dict[str, object] = {
        **{name: getattr(habits, name) for name in _FIGURES},
        "site_id": number,
        "seed": zlib.crc32(site.domain.encode()),
        "domain": site.domain,
        "timezone": site.market.timezone,
        "first_day": first_day,
        "opening": midnight(span.opening, site.market.timezone),
        "planned_days": max(_PLANNED_DAYS, (span.until.date() - first_day).days) + _LONGEST_WAVE,
        "after": span.after,
        "until": span.until,
        "kept": _KEPT[site.mode],
        "weekdays": list(habits.weekdays),
        "hours": [hour for hour, weight in enumerate(habits.hours) for _ in range(weight)],
        **_people(site, first_day, events / habits.events_per_newcomer),
        **_tools(site, habits.audience),
        **_pages(page_tree(site)),
    }
    return Template(_SQL.read_text()).substitute({name: literal(value) for name, value in names.items()})


def midnight(day: date, timezone: str) -> datetime:
    """The moment at which a day begins in a time zone."""
    return datetime.combine(day, time(), ZoneInfo(timezone))


_SQL = Path(__file__).with_name("traffic.sql")
_FIGURES = (
    *("growth", "season", "best_day", "holidays", "bounces", "views", "returns", "gap_days", "dwell_s"),
    *("wants", "goes_on"),
)
_KEPT = {VisitorMode.COOKIELESS: 0.0, VisitorMode.CONSENT: 0.6, VisitorMode.PERSISTENT: 1.0}
_WARM_UP_DAYS = 45
_PLANNED_DAYS = _WARM_UP_DAYS + YEAR_DAYS
_LONGEST_WAVE = 40

_WAVE = "first_day Int32, days Int32, fade Float64, people Float64, landing UInt16, arrivals Array(UInt16)"
_ARRIVAL = (
    "referrer String, referrer_domain String, source String, medium String, campaign String, term String, "
    "content String, channel String, interest Float64, knows_site UInt8"
)
_PLACE = "country String, region String, city String, timezone String, language String"
_DEVICE = (
    "browser String, cadence UInt16, day_zero Date, oldest UInt16, os String, os_version String, "
    "kind String, screens Array(Tuple(UInt16, UInt16))"
)
_PAGE = "path String, title String, article UInt8, doings Array(UInt16)"
_DOING = "name String, chance Float64, props Array(Map(String, String))"


def _people(site: SampleSite, first_day: date, newcomers: float) -> Mapping[str, object]:
    """Who comes when, and from where; numbers of arrivals and pages count from 1."""
    last_day = first_day + timedelta(days=_PLANNED_DAYS - 1)
    happened = waves(site, first_day, last_day)
    everyday_share = 1 - sum(wave.share for wave in happened if wave.first_day <= last_day)
    paths = ["", *(page.path for page in page_tree(site).pages)]
    arrivals: list[Arrival] = []
    plans = []
    for wave in (Wave(first_day, _PLANNED_DAYS, everyday_share, 0, everyday(site), ""), *happened):
        starts, people = (wave.first_day - first_day).days, newcomers * wave.share
        urn = _urn([arrival.weight for arrival in wave.arrivals], already=len(arrivals))
        plans.append((starts, wave.days, wave.fade, people, paths.index(wave.landing), urn))
        arrivals += wave.arrivals
    back = returning(site)
    return {
        "waves": table(plans, _WAVE),
        "returning_urn": _urn([arrival.weight for arrival in back], already=len(arrivals)),
        "arrivals": table(
            ((*arrival.attribution, arrival.interest, arrival.knows_site) for arrival in (*arrivals, *back)),
            _ARRIVAL,
        ),
    }


def _tools(site: SampleSite, audience: str) -> Mapping[str, object]:
    """Where people live and what they hold in their hands."""
    places, devices = places_of(site.market.home), devices_of(audience)
    return {
        "places": table((place[:-1] for place in places), _PLACE),
        "places_urn": _urn([place.weight for place in places]),
        "devices": table(((*device[:-2], list(device.screens)) for device in devices), _DEVICE),
        "devices_urn": _urn([device.weight for device in devices]),
    }


def _pages(tree: PageTree) -> Mapping[str, object]:
    """The pages of the tree, its steps as further pages, and what people do on them; all count from 1."""
    pages: list[Page] = list(tree.pages)
    steps = []
    for step in tree.steps:
        steps.append([len(pages) + number for number, _ in enumerate(step, 1)])
        pages += step
    rows: list[tuple[object, ...]] = []
    doings: list[tuple[object, ...]] = []
    for page in pages:
        numbers = [len(doings) + number for number, _ in enumerate(page.doings, 1)]
        rows.append((page.path, page.title, page.article, numbers))
        doings += [(doing.name, doing.chance, list(doing.props)) for doing in page.doings]
    return {
        "pages": table(rows, _PAGE),
        "doings": table(doings, _DOING),
        "steps": Sql(f"CAST({literal(steps)} AS Array(Array(UInt16)))"),
        "known_urn": _urn([page.known for page in tree.pages]),
        "found_urn": _urn([page.found for page in tree.pages]),
        "next_urn": _urn([page.next for page in tree.pages]),
    }


def _urn(weights: Sequence[float], already: int = 0) -> list[int]:
    """Numbers that follow on those given already, each as often as its weight asks: drawing is a look-up."""
    total, passed, urn = sum(weights), 0.0, list[int]()
    for number, weight in enumerate(weights, already + 1):
        passed += weight
        urn += [number] * (round(_URN_SIZE * passed / total) - len(urn))
    return urn


_URN_SIZE = 600
