"""Numbers of a website that does not exist, for showing how a brand looks."""

from datetime import UTC, datetime, timedelta

from analytics.reports.breakdown import Breakdown, BreakdownRow
from analytics.reports.filters import Dimension
from analytics.reports.metrics import Metric, MetricValue
from analytics.reports.overview import Bucket, Overview
from analytics.reports.period import Interval

SITE = "Harbor Coffee"


def sample_overview(now: datetime | None = None) -> Overview:
    """Thirty days with weekends in them."""
    start = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=30)
    values = {
        Metric.VISITORS: MetricValue(18_420, 16_055, 0.147),
        Metric.PAGE_VIEWS: MetricValue(61_377, 55_610, 0.104),
        Metric.SESSIONS: MetricValue(22_914, 20_180, 0.135),
        Metric.BOUNCE_RATE: MetricValue(0.412, 0.437, -0.057),
        Metric.SESSION_DURATION: MetricValue(148, 141, 0.05),
        Metric.PAGES_PER_SESSION: MetricValue(2.68, 2.75, -0.025),
    }
    known = {metric: values.get(metric, MetricValue(1_000, 900, 0.111)) for metric in Metric}
    return Overview(known, _days(start, 1), _days(start - timedelta(days=30), 0.86), Interval.DAY)


def sample_breakdown(dimension: Dimension) -> Breakdown:
    """A few rows, the first of them by far the most."""
    rows = tuple(
        BreakdownRow(value, visitors, visitors * 3, visitors, 0.4, 120.0, visitors / _TOTAL)
        for value, visitors in _ROWS[dimension]
    )
    return Breakdown(dimension, rows, len(rows), _TOTAL)


_TOTAL = 18_420
_WEEK = (520, 610, 655, 640, 700, 470, 430)
_ROWS: dict[Dimension, tuple[tuple[str, int], ...]] = {
    Dimension.CHANNEL: (
        *(("Organic Search", 8_140), ("Direct", 4_310), ("Organic Social", 2_650), ("Email", 1_720)),
        *(("Referral", 980), ("Paid Search", 620)),
    ),
    Dimension.PAGE: (
        *(("/", 9_870), ("/products", 5_240), ("/products/dripper", 3_180), ("/our-story", 1_960)),
        *(("/shipping", 1_140), ("/contact", 730)),
    ),
    Dimension.COUNTRY: (
        *(("DE", 6_420), ("US", 4_180), ("GB", 2_310), ("FR", 1_640), ("NL", 1_120), ("AT", 880)),
        *(("BR", 610), ("JP", 420), ("AU", 390), ("CA", 350), ("ZA", 90)),
    ),
}


def _days(start: datetime, share: float) -> tuple[Bucket, ...]:
    return tuple(
        Bucket(start + timedelta(days=day), _values(round((_WEEK[day % 7] + day * 6) * share)), False)
        for day in range(30)
    )


def _values(visitors: int) -> dict[Metric, float | None]:
    return dict.fromkeys(Metric, float(visitors))
