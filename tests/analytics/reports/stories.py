"""What the stories of reports share."""

from datetime import datetime
from typing import Any

from analytics.reports.filters import Dimension, Filter, Filters, Operator
from analytics.reports.metrics import Metric
from analytics.reports.overview import Bucket, Overview, overview_report
from analytics.reports.period import Period, Preset, period_for
from tests.analytics.worlds import World

LATER = "2026-12-31 12:00"


def days(world: World, first: str, last: str = "", *, now: str = LATER) -> Period:
    """Some days of the world, as seen later."""
    start, end = (datetime.fromisoformat(day).date() for day in (first, last or first))
    return period_for(Preset.CUSTOM, world.site, world.at(now), start, end)


async def overview(
    world: World, first: str, last: str = "", filters: Filters = (), now: str = LATER, **options: Any
) -> Overview:
    """The overview of some days."""
    return await overview_report(world.site, days(world, first, last, now=now), filters, **options)


def totals(found: Overview) -> dict[str, float | None]:
    return {metric.value: value.value for metric, value in found.metrics.items()}


def line(series: tuple[Bucket, ...], metric: Metric = Metric.VISITORS) -> list[float | None]:
    return [bucket.values[metric] for bucket in series]


def keep(dimension: Dimension, operator: Operator, *values: str) -> Filters:
    return (Filter(dimension, operator, values),)
