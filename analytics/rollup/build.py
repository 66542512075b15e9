"""Counts the closed days of large sites: who was here, then the sums by value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from analytics.clickhouse import command, delete_rows, rows_of
from analytics.reports.filters import Dimension
from analytics.rollup.days import CLOSED_AFTER, events_came_late

log = structlog.get_logger(__name__)

ROLLED_PROPERTIES = (
    Dimension.CHANNEL,
    Dimension.COUNTRY,
    Dimension.BROWSER,
    Dimension.OS,
    Dimension.DEVICE,
)
"""Properties of sessions that are rolled up, each a column of rollup_visits: what a dashboard opens with."""

ALL_VISITS = "visits"
ALL_PAGES = "pages"
"""What the sums over all visits, and over all page views, have for a dimension."""

LOOK_BACK = timedelta(days=31)
"""How far back it is known when a visitor was last seen: the longest period that the rollup answers."""

KEPT = timedelta(days=100)
"""How long a day is kept: enough for a period of that length, the one before it, and some more."""

LARGE = 100_000
"""Sessions within 30 days from which on a site gains; below, reading its events is as fast."""


def large_sites() -> list[int]:
    """The numbers of the sites that are worth it."""
    return [number for (number,) in rows_of(LARGE_SITES.format(least=LARGE))]


def roll_up(number: int, timezone: str, now: datetime) -> int:
    """Counts the closed days of a site that are not counted, or not any more, oldest first; how many."""
    counted = _counted(number)
    days = list(_closed_days(ZoneInfo(timezone), now))
    missing = next((place for place, day in enumerate(days) if day not in counted), len(days))
    if missing == len(days):
        return 0
    # What follows looks back at what is counted now, so it has to be counted after it.
    events_came_late({number: days[missing][0] * 1000})
    for start, end in days[missing:]:
        counted[start, end] = _count_day(number, start, end, counted)
    _sweep(number, counted.values())
    log.info("rollup.days_counted", site=number, days=len(days) - missing)
    return len(days) - missing


def drop_old_days(now: datetime) -> None:
    """Forgets the days that are out of reach, of all sites."""
    where = f"day < toDateTime({(now - KEPT - LOOK_BACK).timestamp():.0f}, 'UTC')"
    for table in ("rollup_days", "rollup_visits", "rollup_daily"):
        delete_rows(table, where)


@dataclass(frozen=True, slots=True)
class _Day:
    """A counted day, in Unix seconds."""

    start: int
    end: int
    version: int


_Days = dict[tuple[int, int], _Day]


def _counted(number: int) -> _Days:
    rows = rows_of(COUNTED_DAYS.format(site=number))
    return {(start, end): _Day(start, end, version) for start, end, version in rows}


def _closed_days(zone: ZoneInfo, now: datetime) -> Iterable[tuple[int, int]]:
    """From the oldest one kept; cut at the midnights of the zone, as reports are."""
    today = now.astimezone(zone).date()
    for back in range(KEPT.days, 0, -1):
        start, end = (
            datetime.combine(today - timedelta(days=days), time(), zone) for days in (back, back - 1)
        )
        if end + CLOSED_AFTER <= now:
            yield int(start.timestamp()), int(end.timestamp())


def _count_day(number: int, start: int, end: int, counted: _Days) -> _Day:
    """Announces the day, then reads it: an event that comes in between takes the day back."""
    [(version,)] = rows_of("SELECT toUnixTimestamp64Micro(now64(6)) + 1")
    before = list(_days_before(start, counted))
    known_since = before[-1].start if before else start
    state = {"site": number, "start": start, "end": end, "known_since": known_since}
    command(BEING_COUNTED.format(**state, version=version - 1))
    names = {"site": number, "start": start, "end": end, "version": version, "properties": _PROPERTIES}
    versions = ", ".join(f"{day.version}" for day in (*before, _Day(start, end, version)))
    known = KNOWN.format(site=number, start=start, known_since=known_since, versions=versions)
    command(VISITS_OF_DAY.format(**names, known=known))
    command(SUMS_OF_DAY.format(**names, **_NAMES, known=known))
    command(COUNTED.format(**state, version=version))
    return _Day(start, end, version)


def _days_before(start: int, counted: _Days) -> Iterable[_Day]:
    """The days before, back to the first that is not counted, or to the farthest that one looks back."""
    by_end = {day.end: day for day in counted.values()}
    earliest = start - LOOK_BACK.total_seconds()
    while (day := by_end.get(start)) is not None and day.start >= earliest:
        yield day
        start = day.start


def _sweep(number: int, counted: Iterable[_Day]) -> None:
    """Deletes what nothing refers to any more; not at once, as somebody may be reading it."""
    versions = ", ".join(f"({day.start}, {day.version})" for day in counted)
    for table in ("rollup_visits", "rollup_daily"):
        delete_rows(table, UNUSED.format(site=number, versions=versions))


_PROPERTIES = ", ".join(ROLLED_PROPERTIES)
_NAMES = {
    "dimensions": ", ".join(
        [f"('{ALL_VISITS}', '')", *(f"('{name}', toString({name}))" for name in ROLLED_PROPERTIES)]
    ),
    "all_pages": ALL_PAGES,
    "page": Dimension.PAGE,
}

LARGE_SITES = """
SELECT site_id FROM sessions WHERE session_start > now() - INTERVAL 30 DAY
GROUP BY site_id HAVING count() >= {least:d}
"""

COUNTED_DAYS = """
SELECT toUnixTimestamp(day), toUnixTimestamp(ends), version
FROM rollup_days FINAL WHERE site_id = {site:d} AND state = 1
"""

BEING_COUNTED = """
INSERT INTO rollup_days (site_id, day, ends, known_since, state, version)
VALUES ({site:d}, {start:d}, {end:d}, {known_since:d}, 2, {version:d})
"""

# An event that came late may lie before its session's start, but never a day.
COUNTED = """
INSERT INTO rollup_days (site_id, day, ends, known_since, state, version, goes_on)
WITH
  toDateTime({end:d}, 'UTC') AS end,
  crossing AS (
    SELECT session_id, min(session_start) AS began FROM events
    WHERE site_id = {site:d} AND ts >= end - toIntervalSecond(1801) AND ts < end + toIntervalSecond(1801)
    GROUP BY session_id HAVING min(ts) < end AND max(ts) >= end
  )
SELECT {site:d}, {start:d}, {end:d}, {known_since:d}, 1, {version:d},
  groupArray((session_id, toUnixTimestamp(began), page_views))
FROM (
  SELECT session_id, min(session_start) AS began, countIf(name = 'page_view' AND ts < end) AS page_views
  FROM events FINAL
  WHERE site_id = {site:d} AND session_id IN (SELECT session_id FROM crossing)
    AND ts >= coalesce((SELECT minOrNull(began) FROM crossing), end) - toIntervalDay(1) AND ts < end
  GROUP BY session_id
)
"""

KNOWN = """
SELECT * FROM rollup_visits
WHERE site_id = {site:d} AND day BETWEEN toDateTime({known_since:d}, 'UTC') AND toDateTime({start:d}, 'UTC')
  AND version IN ({versions})
"""

# No session is silent for longer than half an hour: one that began before has an event just before the day.
VISITS_OF_DAY = """
INSERT INTO rollup_visits (
  site_id, day, visitor_id, {properties}, pageviews, duration_s, starts, pages, seen, version)
WITH
  toDateTime({start:d}, 'UTC') AS start,
  toDateTime({end:d}, 'UTC') AS end,
  near AS (
    SELECT * FROM events FINAL
    WHERE site_id = {site:d} AND ts >= start - toIntervalSecond(1801) AND ts < end
  )
SELECT site_id, start, visitor_id, {properties}, pageviews, duration_s, part.starts, part.pages,
  last.seen, {version:d}
FROM sessions FINAL
INNER JOIN (
  SELECT session_id, min(ts) >= start AS starts,
    sumMapIf(map(path, 1), name = 'page_view' AND ts >= start) AS pages
  FROM near GROUP BY session_id HAVING max(ts) >= start
) AS part USING (session_id)
LEFT JOIN (
  SELECT visitor_id, max(day) AS seen FROM ({known})
  WHERE visitor_id IN (SELECT visitor_id FROM near) GROUP BY visitor_id
) AS last USING (visitor_id)
WHERE site_id = {site:d}
  AND session_start >= (SELECT min(session_start) FROM near)
  AND session_start <= (SELECT max(session_start) FROM near)
"""

SUMS_OF_DAY = """
INSERT INTO rollup_daily (
  site_id, day, dimension, value, seen, visitors, page_views, sessions, bounces, viewed, seconds, version)
WITH
  toDateTime({start:d}, 'UTC') AS start,
  known AS ({known}),
  those AS (SELECT * FROM known WHERE visitor_id IN (SELECT visitor_id FROM known WHERE day = start))
SELECT {site:d}, start, dimension, value, seen, count(), sum(page_views), sum(sessions), sum(bounces),
  sum(viewed), sum(seconds), {version:d}
FROM (
  SELECT dimension, value, visitor_id, maxIf(day, day < start) AS seen, countIf(day = start) AS here,
    sumIf(views, day = start) AS page_views,
    countIf(starts AND day = start) AS sessions,
    countIf(starts AND pageviews = 1 AND day = start) AS bounces,
    countIf(starts AND pageviews > 0 AND day = start) AS viewed,
    sumIf(duration_s, starts AND day = start) AS seconds
  FROM (
    SELECT day, visitor_id, of.1 AS dimension, of.2 AS value, of.3 AS views, of.4 AND starts AS starts,
      pageviews, duration_s
    FROM (
      SELECT *, arraySum(mapValues(pages)) AS all_views, arrayJoin(arrayConcat(
        arrayMap(one -> (one.1, one.2, all_views, 1), [{dimensions}]),
        arrayMap(page -> ('{all_pages}', '', all_views, 0), if(all_views > 0, [''], [])),
        arrayMap((page, views) -> ('{page}', toString(page), toUInt64(views), 0),
          mapKeys(pages), mapValues(pages))
      )) AS of
      FROM those
    )
  )
  GROUP BY dimension, value, visitor_id
  HAVING here > 0
)
GROUP BY dimension, value, seen
"""

UNUSED = """site_id = {site:d} AND version < toUnixTimestamp64Micro(now64(6) - INTERVAL 1 HOUR)
  AND (toUnixTimestamp(day), version) NOT IN ({versions})"""
