"""/api/sites/{id}/stats and /realtime: the numbers of a site."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from analytics.reports.breakdown import BreakdownRow, breakdowns_report
from analytics.reports.filters import Dimension, parse_filters
from analytics.reports.metrics import Metric
from analytics.reports.overview import Bucket, overview_report
from analytics.reports.period import Interval, Preset, period_for
from analytics.reports.realtime import realtime_report
from portal.api.errors import ErrorAnswer
from portal.here import CurrentViewer
from tenancy.db import session
from tenancy.errors import Invalid
from tenancy.sites import get_site
from tenancy.text import gettext as _

router = APIRouter(
    prefix="/api/sites/{site_id}",
    tags=["statistics"],
    responses={401: {"model": ErrorAnswer}, 404: {"model": ErrorAnswer}, 422: {"model": ErrorAnswer}},
)

# The API's names, which are older than ours.
METRICS = {
    "visitors": ("visitors", Metric.VISITORS),
    "pageviews": ("pageviews", Metric.PAGE_VIEWS),
    "sessions": ("sessions", Metric.SESSIONS),
    "bounce_rate": ("bounce_rate", Metric.BOUNCE_RATE),
    "duration": ("avg_duration", Metric.SESSION_DURATION),
    "pages_per_session": ("pages_per_session", Metric.PAGES_PER_SESSION),
}
PLURALS = {
    Dimension.SOURCE: "sources",
    Dimension.MEDIUM: "mediums",
    Dimension.CAMPAIGN: "campaigns",
    Dimension.PAGE: "pages",
    Dimension.ENTRY_PAGE: "entry_pages",
    Dimension.EXIT_PAGE: "exit_pages",
    Dimension.COUNTRY: "countries",
    Dimension.REGION: "regions",
    Dimension.CITY: "cities",
    Dimension.DEVICE: "devices",
}
_PAGES = frozenset({Dimension.PAGE, Dimension.ENTRY_PAGE, Dimension.EXIT_PAGE})
_MOST_ROWS = 100


class PeriodBody(BaseModel):
    """Both days included, in the site's time zone."""

    start: date
    end: date


class MetricBody(BaseModel):
    """A value, and its change in percent against the period before."""

    value: float | None
    change: float | None


class StatsBody(BaseModel):
    """The numbers of a period."""

    period: PeriodBody
    metrics: dict[str, MetricBody]
    timeseries: list[dict[str, str | float | None]]
    dimensions: dict[str, list[dict[str, str | float | None]]]
