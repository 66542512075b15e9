"""Who is on a site now: the last 5 and 30 minutes."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from analytics.clickhouse import Row, query
from tenancy.sites import Site

MINUTES = 30
RECENT_S = 5 * 60
MOST_ROWS = 10
MOST_VISITORS = 50


@dataclass(frozen=True, slots=True)
class RealtimeRow:
    """Visitors of the last 30 minutes, and those of them seen in the last 5."""

    value: str
    visitors: int
    active: int


@dataclass(frozen=True, slots=True)
class RealtimeVisitor:
    """Somebody who was here in the last 5 minutes, and the page last looked at."""

    visitor_id: str
    page: str
    country: str
    device: str
    source: str
    page_views: int
    seconds: int
    """Since the start of the visit."""


@dataclass(frozen=True, slots=True)
class Realtime:
    """per_minute: visitors with an event in each of the last 30 minutes, the running one last."""

    active_5: int
    active_30: int
    per_minute: tuple[int, ...]
    pages: tuple[RealtimeRow, ...]
    sources: tuple[RealtimeRow, ...]
    countries: tuple[RealtimeRow, ...]
    visitors: tuple[RealtimeVisitor, ...]


async def realtime_report(site: Site, now: datetime) -> Realtime:
    """The visitors of the last minutes: each counts with the page where they are, and how they came."""
    moment = int(now.timestamp()) + 1
    asked = {"from": moment - MINUTES * 60, "recent": moment - RECENT_S, "to": moment}
    ranked, minutes, visitors = await asyncio.gather(
        query(site, PRESENT, **asked, rows=MOST_ROWS),
        query(site, PER_MINUTE, **asked),
        query(site, VISITORS, **asked, rows=MOST_VISITORS),
    )
    per_minute: dict[int, int] = dict(minutes)
    total = next((row for row in ranked if row[0] == "total"), ("total", "", 0, 0))
    return Realtime(
        active_5=total[3],
        active_30=total[2],
        per_minute=tuple(per_minute.get(minute, 0) for minute in range(MINUTES)),
        pages=_rows(ranked, "page"),
        sources=_rows(ranked, "source"),
        countries=_rows(ranked, "country"),
        visitors=tuple(RealtimeVisitor(*row) for row in visitors),
    )


async def active_visitors(site: Site, now: datetime) -> int:
    """The visitors of the last 5 minutes, as in realtime_report."""
    moment = int(now.timestamp()) + 1
    [(active,)] = await query(site, ACTIVE, **{"from": moment - RECENT_S, "to": moment})
    return int(active)


def _rows(ranked: list[Row], kind: str) -> tuple[RealtimeRow, ...]:
    return tuple(RealtimeRow(value, visitors, active) for of, value, visitors, active in ranked if of == kind)


_RECENT = "site_id = {site:UInt32} AND ts >= {from:DateTime('UTC')} AND ts < {to:DateTime('UTC')}"

ACTIVE = f"SELECT uniqExact(visitor_id) FROM events WHERE {_RECENT}"

PRESENT = f"""
SELECT kind, value, visitors, active
FROM (
  SELECT multiIf(grouping(page) = 0, 'page', grouping(origin) = 0, 'source', grouping(land) = 0, 'country',
      'total') AS kind,
    concat(page, origin, land) AS value, count() AS visitors,
    countIf(seen >= {{recent:DateTime('UTC')}}) AS active
  FROM (
    SELECT visitor_id, argMax(path, ts) AS page, argMax(toString(source), ts) AS origin,
      argMax(toString(country), ts) AS land, max(ts) AS seen
    FROM events WHERE {_RECENT}
    GROUP BY visitor_id
  )
  GROUP BY GROUPING SETS ((page), (origin), (land), ())
)
ORDER BY kind, visitors DESC, active DESC, value LIMIT {{rows:UInt32}} BY kind
"""

PER_MINUTE = f"""
SELECT intDiv(toUnixTimestamp(ts) - toUnixTimestamp({{from:DateTime('UTC')}}), 60) AS minute,
  uniqExact(visitor_id)
FROM events WHERE {_RECENT}
GROUP BY minute
"""

# A visit that began earlier than half an hour ago counts its page views of that half hour.
VISITORS = f"""
SELECT toString(visitor_id), argMax(path, ts), argMax(toString(country), ts), argMax(toString(device), ts),
  argMax(toString(source), ts), uniqExactIf(event_id, name = 'page_view'),
  greatest(0, dateDiff('second', argMax(session_start, ts), max(ts)))
FROM events WHERE {_RECENT}
GROUP BY visitor_id HAVING max(ts) >= {{recent:DateTime('UTC')}}
ORDER BY max(ts) DESC, visitor_id LIMIT {{rows:UInt32}}
"""
