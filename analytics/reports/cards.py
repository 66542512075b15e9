"""A glance at many sites at once: visitors today, the change, and the last 24 hours as a line."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.clickhouse import query_many
from analytics.reports.metrics import change
from analytics.reports.period import Preset, period_for
from tenancy.sites import Site

HOURS = 24


@dataclass(frozen=True, slots=True)
class SiteCard:
    """Visitors since the site's midnight; yesterday's up to the same time, the change as a fraction.

    spark has the visitors of each of the last 24 hours, the running one last.
    """

    visitors_today: int
    visitors_yesterday: int
    change: float | None
    spark: tuple[int, ...]


async def site_cards(sites: Iterable[Site], now: datetime) -> dict[int, SiteCard]:
    """A card for each site, by its number; one query for each time zone among them."""
    by_zone: defaultdict[str, list[Site]] = defaultdict(list)
    for site in sites:
        by_zone[site.timezone].append(site)
    cards: dict[int, SiteCard] = {}
    for part in await asyncio.gather(*(_cards(some, now) for some in by_zone.values())):
        cards |= part
    return cards


async def _cards(sites: Sequence[Site], now: datetime) -> Mapping[int, SiteCard]:
    """The cards of sites in one time zone."""
    today = period_for(Preset.TODAY, sites[0], now)
    yesterday = today.before()
    until = today.elapsed_until
    hour = until - timedelta(minutes=until.minute, seconds=until.second)
    if hour == until:
        hour -= timedelta(hours=1)
    first_hour = hour - timedelta(hours=HOURS - 1)
    moments = {
        "today": today.begins,
        "yesterday": yesterday.begins,
        "until": until,
        "until_yesterday": today.same_moment_in(yesterday),
        "first_hour": first_hour,
        "earliest": min(yesterday.begins, first_hour),
    }
    rows = await query_many(sites, VISITORS, **{name: int(at.timestamp()) for name, at in moments.items()})
    counted = {(site, hours): counts for site, hours, *counts in rows}
    return {site.number: _card(site.number, counted) for site in sites}


_ALL_HOURS = -1


def _card(number: int, counted: Mapping[tuple[int, int], Sequence[int]]) -> SiteCard:
    today, yesterday, _visitors = counted.get((number, _ALL_HOURS), (0, 0, 0))
    spark = tuple(counted[number, hour][2] if (number, hour) in counted else 0 for hour in range(HOURS))
    return SiteCard(today, yesterday, change(today, yesterday), spark)


VISITORS = """
SELECT site_id, if(grouping(hour) = 1, -1, hour) AS hours,
  uniqExactIf(visitor_id, ts >= {today:DateTime('UTC')}),
  uniqExactIf(visitor_id, ts >= {yesterday:DateTime('UTC')} AND ts < {until_yesterday:DateTime('UTC')}),
  uniqExact(visitor_id)
FROM (
  SELECT site_id, visitor_id, ts,
    floor((toUnixTimestamp(ts) - toUnixTimestamp({first_hour:DateTime('UTC')})) / 3600) AS hour
  FROM events
  WHERE site_id IN {sites:Array(UInt32)} AND ts >= {earliest:DateTime('UTC')} AND ts < {until:DateTime('UTC')}
)
GROUP BY GROUPING SETS ((site_id), (site_id, hour))
HAVING grouping(hour) = 1 OR hour >= 0
"""
