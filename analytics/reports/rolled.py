"""A period of a large site: its first days from the rollup, the rest from its visits, each visitor once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from analytics.reports.conditions import conditions
from analytics.reports.filters import Dimension, Filters
from analytics.reports.period import Interval, Period, Stretch
from analytics.reports.visits import BEGAN, FROM, SITE, TO, Visits, visits
from analytics.rollup.build import ALL_PAGES, ALL_VISITS, ROLLED_PROPERTIES
from analytics.rollup.days import NO_DAYS, GoesOn, RolledDays, rolled_days
from tenancy.sites import Site

ROLLED_DIMENSIONS = frozenset({*ROLLED_PROPERTIES, Dimension.PAGE})

_NOW = timedelta(seconds=5)
"""A period that ended so recently ends now: nothing can have happened after it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A stretch of time in two: days that were counted already, maybe none, and the visits to the rest."""

    rolled: RolledDays
    rest: Visits


@dataclass(frozen=True, slots=True)
class RestOfVisits(Visits):
    """Visits to what is left of a period after the days that were counted, without filters.

    Their last day tells which sessions go on from it; all others began later. Of those that go on after the
    end, which only a period in the past has, the events inside are read. For sessions that cross a border
    first_ts and last_ts lie outside: in the first and the last bucket, as none is silent for half an hour.
    """

    goes_on: tuple[GoesOn, ...]
    ends_now: bool

    def sessions(self, columns: Sequence[str] = ()) -> str:
        chosen = "".join(f"{column}, " for column in columns)
        known = ", ".join(f"{one.session_id:d}" for one in self.goes_on) or "0"
        before = ", ".join(f"{one.page_views:d}" for one in self.goes_on) or "0"
        views, inside, join = f"pageviews - transform(session_id, [{known}], [{before}], 0)", "1", ""
        if not self.ends_now:
            views, inside = f"if(ended < {TO}, {views}, views_inside)", f"(ended < {TO} OR here)"
            join = f"""LEFT JOIN (
  SELECT session_id, countIf(name = 'page_view') AS views_inside, 1 AS here FROM events FINAL
  WHERE {self.inside("ts")}
    AND visitor_id IN (SELECT visitor_id FROM sessions WHERE {self._near()} AND ended >= {TO})
  GROUP BY session_id
) AS part USING (session_id)"""
        return f"""
SELECT {chosen} visitor_id, pageviews, duration_s, session_id NOT IN ({known}) AS starts,
  toUInt64({views}) AS views, {BEGAN} AS first_ts, ended AS last_ts
FROM sessions FINAL {join}
WHERE {self._near()} AND {inside}"""

    def visitors(self) -> str:
        if self.ends_now:
            return f"SELECT visitor_id FROM sessions FINAL WHERE {self._near()}"
        return Visits.visitors(self)

    def _near(self) -> str:
        """Reaches into the stretch, or begins so soon after it that an event may have come late."""
        oldest = min((one.began_s for one in self.goes_on), default=self.start_s)
        return f"""{SITE} AND session_start >= toDateTime({min(oldest, self.start_s):d}, 'UTC')
  AND session_start <= {TO} + toIntervalSecond(1801) AND ended >= {FROM}"""


async def parts(site: Site, stretches: Sequence[Stretch], filters: Filters) -> Parts:
    """The parts of some adjoining stretches; the rollup knows nothing of filters."""
    rolled = await rolled_days(site, () if filters else stretches)
    end = stretches[-1].end
    if not rolled:
        return Parts(rolled, await visits(site, stretches[0].start, end, filters))
    start = stretches[len(rolled.days)].start if len(rolled.days) < len(stretches) else end
    borders = int(start.timestamp()), int(end.timestamp())
    ends_now = start < end and datetime.now(UTC) - end < _NOW
    return Parts(rolled, RestOfVisits(*borders, conditions(()), (), rolled.goes_on, ends_now))


async def parts_of_period(site: Site, period: Period, filters: Filters) -> Parts:
    """The parts of what of the period has gone by."""
    days = cut(period.buckets(Interval.DAY), period.elapsed_until)
    return await parts(site, days, filters) if days else await whole_period(site, period, filters)


async def whole_period(site: Site, period: Period, filters: Filters) -> Parts:
    """The same without the rollup, for what it does not know."""
    return Parts(NO_DAYS, await visits(site, period.begins, period.elapsed_until, filters))


def cut(stretches: Sequence[Stretch], until: datetime) -> list[Stretch]:
    """Those that began before a moment, the last of them up to it."""
    return [
        one if one.end <= until else Stretch(one.start, until, whole=False)
        for one in stretches
        if one.start < until
    ]


def buckets_sql(asked: Parts) -> str:
    """Rows of (bucket, counts) of the days that were counted, and of all of them together (bucket 0).

    From the latter go the visitors of the rest who were here on these days, as the rest counts them too.
    """
    return ROLLED_BUCKETS.format(
        rolled=asked.rolled.condition(),
        not_seen_before=asked.rolled.not_seen_before(),
        all_visits=ALL_VISITS,
        seen=asked.rolled.seen(),
        visitors=asked.rest.visitors(),
    )


def counted_sql(asked: Parts, source: str, keys: Mapping[Dimension, str], masks: Mapping[int, str]) -> str:
    """As a breakdown's counts over its source: rows of (mask, keys, counts), the rolled days among them.

    `keys` names the key of each dimension, `masks` says which key each mask stands for, none for the total.
    """
    of_pages = Dimension.PAGE in keys
    past = "arrayJoin(paths)" if of_pages else "{dimension}"
    names = {ALL_PAGES if of_pages else ALL_VISITS: "", **{one.value: name for one, name in keys.items()}}
    mask_of = {name: mask for mask, name in masks.items()}
    return COUNTED_WITH_ROLLED.format(
        keys=", ".join(keys.values()),
        source=source,
        sets=", ".join(f"({name})" for name in masks.values()),
        rolled=asked.rolled.condition(),
        not_seen_before=asked.rolled.not_seen_before(),
        past=", ".join(f"{past.format(dimension=one)} AS {name}" for one, name in keys.items()),
        dimensions=", ".join(f"'{dimension}'" for dimension in names),
        masks=", ".join(str(mask_of[name]) for name in names.values()),
        values=", ".join(f"if(dimension = '{one}', value, '') AS {name}" for one, name in keys.items()),
    )


def past_sql(asked: Parts, passes: Sequence[Sequence[Dimension]]) -> str:
    """The table `past` of counted_sql() for these passes: what who is in the rest did on the rolled days."""
    wanted = chain.from_iterable(passes)
    columns = ["mapKeys(pages) AS paths" if one is Dimension.PAGE else str(one) for one in wanted]
    visitors = asked.rest.visitors()
    return PAST.format(columns=", ".join(columns), rolled=asked.rolled.condition(), visitors=visitors)


ROLLED_BUCKETS = """
SELECT if(grouping(day) = 1, 0, toUnixTimestamp(day)) AS bucket,
  toInt64(if(grouping(day) = 1, sumIf(visitors, {not_seen_before}), sum(visitors))),
  toInt64(sum(page_views)), toInt64(sum(sessions)), toInt64(sum(bounces)), toInt64(sum(viewed)),
  toInt64(sum(seconds))
FROM rollup_daily WHERE {rolled} AND dimension = '{all_visits}'
GROUP BY GROUPING SETS ((day), ())
UNION ALL
SELECT 0, -toInt64(uniqExact(visitor_id)), 0, 0, 0, 0, 0
FROM rollup_visits WHERE {seen} AND visitor_id IN ({visitors})
"""

# Finding them takes as long as all else: one reading is for all passes.
PAST = """past AS MATERIALIZED (
  SELECT visitor_id, {columns} FROM rollup_visits WHERE {rolled} AND visitor_id IN ({visitors})
)"""

# Of the rest those visitors count who did not have the value on one of the rolled days: the visitors of both,
# less those of these days.
COUNTED_WITH_ROLLED = """
  SELECT mask, {keys}, sum(visitors) AS visitors, sum(page_views) AS page_views, sum(sessions) AS sessions,
    sum(bounces) AS bounces, sum(viewed) AS viewed, sum(seconds) AS seconds
  FROM (
    SELECT grouping({keys}) AS mask, {keys},
      toUInt64(uniqExact(visitor_id) - uniqExactIf(visitor_id, past)) AS visitors,
      sum(of_views) AS page_views, countIf(starts) AS sessions, countIf(starts AND pageviews = 1) AS bounces,
      countIf(starts AND pageviews > 0) AS viewed, sumIf(duration_s, starts) AS seconds
    FROM (
      SELECT {keys}, visitor_id, pageviews, duration_s, starts, views AS of_views, 0 AS past FROM ({source})
      UNION ALL
      SELECT {past}, visitor_id, 0, 0, 0, 0, 1 FROM past
    )
    GROUP BY GROUPING SETS ({sets})
    UNION ALL
    SELECT transform(dimension, [{dimensions}], [{masks}], 0) AS mask, {values},
      sumIf(visitors, {not_seen_before}), sum(page_views), sum(sessions), sum(bounces), sum(viewed),
      sum(seconds)
    FROM rollup_daily WHERE {rolled} AND dimension IN ({dimensions})
    GROUP BY dimension, value
  )
  GROUP BY mask, {keys}
"""
