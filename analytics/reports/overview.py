"""The six metrics of a period with their changes, and as a series of hours, days, weeks or months."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal

from analytics.clickhouse import query
from analytics.reports.filters import Filters, refuse_bad_patterns
from analytics.reports.metrics import Counts, Metric, MetricValue, change, summed
from analytics.reports.period import Interval, Period, Stretch
from analytics.reports.rolled import buckets_sql, cut, parts
from analytics.reports.visits import Visits
from tenancy.errors import Invalid
from tenancy.sites import Site
from tenancy.text import gettext as _

Comparison = Literal["previous", "year"]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of a series, starting at a moment of the site's zone; a bucket of the future has no values.

    A partial one is still running, or cut short by the period or by what it is compared with.
    """

    start: datetime
    values: Mapping[Metric, float | None]
    partial: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """`previous` has the buckets of the period compared with, in order; it may be longer or shorter."""

    metrics: Mapping[Metric, MetricValue]
    series: tuple[Bucket, ...]
    previous: tuple[Bucket, ...]
    interval: Interval


async def overview_report(
    site: Site,
    period: Period,
    filters: Filters = (),
    *,
    interval: Interval | None = None,
    comparison: Comparison | None = "previous",
) -> Overview:
    """Visitors with an event, page views, and sessions that start in the period, and what follows from them.

    What has not gone by yet is compared with the same part of the period before, or of the year before.
    """
    interval = interval or period.default_interval
    if interval not in period.intervals:
        raise Invalid(_("This interval does not fit the period."), field="interval")
    await refuse_bad_patterns(site, filters)
    earlier = {"previous": period.before, "year": period.year_before}[comparison]() if comparison else None
    current = _counted(site, period, period.elapsed_until, interval, filters)
    if earlier is None:
        total, series = await current
        return Overview(_metrics(total, None), series, (), interval)
    moment = period.same_moment_in(earlier)
    (total, series), (before, previous) = await asyncio.gather(
        current, _counted(site, earlier, moment, interval, filters, beyond=True)
    )
    return Overview(_metrics(total, before), series, previous, interval)


def _metrics(total: Counts, before: Counts | None) -> dict[Metric, MetricValue]:
    values = total.values()
    if before is None:
        return {metric: MetricValue(value) for metric, value in values.items()}
    previous = before.values()
    return {
        metric: MetricValue(value, previous[metric], change(value, previous[metric]))
        for metric, value in values.items()
    }


async def _counted(
    site: Site,
    period: Period,
    until: datetime,
    interval: Interval,
    filters: Filters,
    *,
    beyond: bool = False,
) -> tuple[Counts, tuple[Bucket, ...]]:
    """The totals up to a moment and every bucket; those after the moment only if asked for what is beyond."""
    stretches = period.buckets(interval)
    gone = cut(stretches, until)
    coming = stretches[len(gone) :]
    if beyond and coming:
        (total, counts), (_rest, later) = await asyncio.gather(
            _count(site, gone, filters), _count(site, coming, filters)
        )
        return total, _buckets(gone, counts) + _buckets(coming, later)
    total, counts = await _count(site, gone, filters)
    nothing = tuple(Bucket(one.start, dict.fromkeys(Metric), partial=not one.whole) for one in coming)
    return total, _buckets(gone, counts) + nothing


def _buckets(stretches: Sequence[Stretch], counts: Mapping[int, Counts]) -> tuple[Bucket, ...]:
    return tuple(
        Bucket(one.start, counts[int(one.start.timestamp())].values(), partial=not one.whole)
        for one in stretches
    )


async def _count(
    site: Site, stretches: Sequence[Stretch], filters: Filters
) -> tuple[Counts, Mapping[int, Counts]]:
    """Over all and for each of some adjoining stretches, by the Unix time of its start."""
    found: defaultdict[int, list[Counts]] = defaultdict(lambda: [Counts()])
    if stretches:
        asked = await parts(site, stretches, filters)
        starts = [int(one.start.timestamp()) for one in stretches[len(asked.rolled.days) :]]
        questions = [_sql(asked.rest, starts)] if starts else []
        questions += [buckets_sql(asked)] if asked.rolled else []
        answers = await asyncio.gather(*(query(site, sql, **asked.rest.parameters) for sql in questions))
        for start, *counts in chain.from_iterable(answers):
            found[start].append(Counts(*counts))
    counted = defaultdict(Counts, {start: summed(parts) for start, parts in found.items()})
    return counted[_TOTAL], counted


_TOTAL = 0
"""Where a grouping set has no bucket, ClickHouse gives its zero."""


def _sql(asked: Visits, starts: Sequence[int]) -> str:
    """Rows of (bucket, counts); each part counts something else, and zeros stand for the rest."""
    views = "toUInt64(0)"
    if not asked.conditions.on_events and len(starts) == 1:
        parts, views = [VISITORS_AND_SESSIONS], "sum(views)"
    elif not asked.conditions.on_events:
        parts = [VISITORS_AND_SESSIONS, PAGE_VIEWS]
    elif asked.conditions.names.given:
        parts = [VISITORS_OF_EVENTS, SESSIONS, PAGE_VIEWS]
    else:  # what is looked for is page views
        parts = [VISITORS_OF_PAGE_VIEWS, SESSIONS]
    return "\nUNION ALL\n".join(
        part.format(
            borders=f"[{', '.join(f'{start:d}' for start in starts)}]",
            of_sessions=views,
            sessions=asked.sessions(),
            hits=asked.events(asked.conditions.hits),
            views=asked.views(),
        )
        for part in parts
    )


# A session reaches into every bucket from its first event to its last, as none is as short as its silence.
VISITORS_AND_SESSIONS = """
SELECT bucket, uniqExact(visitor_id), {of_sessions}, countIf(began), countIf(began AND pageviews = 1),
  countIf(began AND pageviews > 0), sumIf(duration_s, began)
FROM (
  SELECT visitor_id, pageviews, duration_s, views, starts AND bucket = first_bucket AS began,
    roundDown(toUnixTimestamp(first_ts), {borders}) AS first_bucket,
    roundDown(toUnixTimestamp(last_ts), {borders}) AS last_bucket,
    arrayJoin(if(first_bucket = last_bucket, [first_bucket],
      arrayFilter(start -> start BETWEEN first_bucket AND last_bucket, {borders}))) AS bucket
  FROM ({sessions})
)
GROUP BY GROUPING SETS ((bucket), ())
"""

VISITORS_OF_EVENTS = """
SELECT bucket, uniqExact(visitor_id), toUInt64(0), toUInt64(0), toUInt64(0), toUInt64(0), toUInt64(0)
FROM (SELECT visitor_id, roundDown(toUnixTimestamp(ts), {borders}) AS bucket FROM {hits})
GROUP BY GROUPING SETS ((bucket), ())
"""

VISITORS_OF_PAGE_VIEWS = """
SELECT bucket, uniqExact(visitor_id), count(), toUInt64(0), toUInt64(0), toUInt64(0), toUInt64(0)
FROM (SELECT visitor_id, roundDown(toUnixTimestamp(ts), {borders}) AS bucket FROM {views})
GROUP BY GROUPING SETS ((bucket), ())
"""

SESSIONS = """
SELECT bucket, toUInt64(0), toUInt64(0), count(), countIf(pageviews = 1), countIf(pageviews > 0),
  sum(duration_s)
FROM (
  SELECT pageviews, duration_s, roundDown(toUnixTimestamp(first_ts), {borders}) AS bucket
  FROM ({sessions}) WHERE starts
)
GROUP BY GROUPING SETS ((bucket), ())
"""

PAGE_VIEWS = """
SELECT bucket, toUInt64(0), count(), toUInt64(0), toUInt64(0), toUInt64(0), toUInt64(0)
FROM (SELECT roundDown(toUnixTimestamp(ts), {borders}) AS bucket FROM {views})
GROUP BY GROUPING SETS ((bucket), ())
"""
