"""/api/sites/{site_id}/stats and /realtime: the numbers of a site, of a period or of now."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query

from analytics.reports.breakdown import Breakdown, BreakdownRow, breakdown_report, breakdowns_report
from analytics.reports.filters import Dimension, Filters
from analytics.reports.metrics import Metric, MetricValue
from analytics.reports.overview import Overview, overview_report
from analytics.reports.period import Interval, Period
from analytics.reports.realtime import RealtimeRow, RealtimeVisitor, realtime_report
from portal.api.opaque_ids import opaque_id
from portal.api.routes import api_router
from portal.api.stats_body import (
    DIMENSION_KEYS,
    METRIC_KEYS,
    DimensionRow,
    EntryRow,
    EventRow,
    MetricBody,
    MetricsBody,
    NamedRow,
    Number,
    PageNow,
    PageRow,
    PeriodBody,
    RealtimeBody,
    SourceNow,
    Stats,
    TimePoint,
    VisitorNow,
)
from portal.api.stats_query import StatsQuery
from portal.here import CurrentViewer
from tenancy.sites import Site, seen_site

router = api_router("/api/sites/{site_id}", "statistics", 401, 404, 422, 503)


@router.get("/stats", response_model=Stats, response_model_exclude_unset=True)
async def stats(site_id: str, viewer: CurrentViewer, query: Annotated[StatsQuery, Query()]) -> Stats:
    """The numbers of a period: as a whole, over time, and by dimension.

    The answer has the metrics and dimensions that were asked for. Rates and changes are in percent, times in
    seconds.
    """
    return await stats_of(await seen_site(viewer, site_id), query)


@router.get("/realtime", response_model=RealtimeBody)
async def realtime(site_id: str, viewer: CurrentViewer) -> RealtimeBody:
    """Who is on the site now: the visitors of the last five minutes."""
    return await realtime_of(await seen_site(viewer, site_id))


async def stats_of(site: Site, query: StatsQuery) -> Stats:
    """What was asked about a site."""
    metrics, dimensions = query.wanted_metrics(), query.wanted_dimensions()
    filters = query.wanted_filters()
    period = query.period_of(site)
    overview, rows = await asyncio.gather(
        overview_report(site, period, filters, interval=query.interval_in(period)),
        _breakdowns(site, period, filters, dimensions, query.limit),
    )
    by_the_day = query.interval is None and period.days == 1
    return Stats(
        period=PeriodBody(start=period.start, end=period.end),
        metrics=MetricsBody(**{METRIC_KEYS[one]: _metric(one, overview.metrics[one]) for one in metrics}),
        timeseries=_day(period, overview, metrics) if by_the_day else _series(overview, metrics),
        dimensions={DIMENSION_KEYS[one]: [_row(one, row) for row in rows[one].rows] for one in dimensions},
    )


async def realtime_of(site: Site) -> RealtimeBody:
    """Who is on a site now."""
    found = await realtime_report(site, datetime.now(UTC))
    return RealtimeBody(
        active_visitors=found.active_5,
        visitors_list=[_visitor(site, one) for one in found.visitors],
        top_pages=[PageNow(path=row.value, visitors=row.active) for row in _active(found.pages)],
        top_sources=[SourceNow(source=row.value, visitors=row.active) for row in _active(found.sources)],
    )


async def _breakdowns(
    site: Site, period: Period, filters: Filters, dimensions: Sequence[Dimension], limit: int
) -> dict[Dimension, Breakdown]:
    others = [one for one in dimensions if one is not Dimension.PAGE]
    several = breakdowns_report(site, period, filters, others, limit=limit)
    if Dimension.PAGE not in dimensions:
        return await several
    # The time on a page comes with the breakdown of pages alone.
    pages = breakdown_report(site, period, filters, Dimension.PAGE, limit=limit)
    found, of_pages = await asyncio.gather(several, pages)
    return {**found, Dimension.PAGE: of_pages}


def _metric(metric: Metric, counted: MetricValue) -> MetricBody:
    return MetricBody(value=_value(metric, counted.value), change=_percent(counted.change))


def _day(period: Period, overview: Overview, metrics: Iterable[Metric]) -> list[TimePoint]:
    """A single day is one step of days, with the numbers of the period."""
    return [_point(period.start.isoformat(), {one: overview.metrics[one].value for one in metrics})]


def _series(overview: Overview, metrics: Iterable[Metric]) -> list[TimePoint]:
    hours = overview.interval is Interval.HOUR
    return [
        _point(
            bucket.start.isoformat() if hours else bucket.start.date().isoformat(),
            {one: bucket.values[one] for one in metrics},
        )
        for bucket in overview.series
    ]


def _point(moment: str, values: Mapping[Metric, float | None]) -> TimePoint:
    return TimePoint(
        date=moment, **{METRIC_KEYS[metric]: _value(metric, value) for metric, value in values.items()}
    )


def _value(metric: Metric, value: float | None) -> Number:
    if value is None:
        return None
    if metric is Metric.BOUNCE_RATE:
        return _percent(value)
    digits = {Metric.SESSION_DURATION: 1, Metric.PAGES_PER_SESSION: 2}.get(metric)
    return value if digits is None else round(value, digits)


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(fraction * 100, 1)


def _row(dimension: Dimension, row: BreakdownRow) -> DimensionRow:
    if dimension is Dimension.PAGE:
        time = None if row.time_on_page is None else round(row.time_on_page, 1)
        return PageRow(path=row.value, pageviews=row.page_views, avg_time=time)
    if dimension in {Dimension.ENTRY_PAGE, Dimension.EXIT_PAGE}:
        return EntryRow(path=row.value, visitors=row.visitors, sessions=row.sessions or 0)
    if dimension is Dimension.EVENT:
        return EventRow(name=row.value, visitors=row.visitors, events=row.events or 0)
    within = {str(part): value for part, value in row.within}
    return NamedRow(name=row.value, visitors=row.visitors, revenue=None, **within)


def _active(rows: Iterable[RealtimeRow]) -> list[RealtimeRow]:
    """Those of the last five minutes, most visitors first."""
    return sorted((row for row in rows if row.active), key=lambda row: -row.active)


def _visitor(site: Site, visitor: RealtimeVisitor) -> VisitorNow:
    return VisitorNow(
        visitor_id=opaque_id(site, "visitor", visitor.visitor_id),
        current_page=visitor.page,
        country=visitor.country,
        device=visitor.device,
        source=visitor.source,
        pages_viewed=visitor.page_views,
        time_on_site=visitor.seconds,
    )
