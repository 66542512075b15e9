"""What /stats and /realtime answer, and the API's names for our metrics and dimensions."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from analytics.reports.filters import Dimension
from analytics.reports.metrics import Metric

Number = int | float | None

METRICS = {
    "visitors": Metric.VISITORS,
    "pageviews": Metric.PAGE_VIEWS,
    "sessions": Metric.SESSIONS,
    "bounce_rate": Metric.BOUNCE_RATE,
    "duration": Metric.SESSION_DURATION,
    "pages_per_session": Metric.PAGES_PER_SESSION,
}
"""As the parameter `metrics` names them."""

METRIC_KEYS = {
    Metric.VISITORS: "visitors",
    Metric.PAGE_VIEWS: "pageviews",
    Metric.SESSIONS: "sessions",
    Metric.BOUNCE_RATE: "bounce_rate",
    Metric.SESSION_DURATION: "avg_duration",
    Metric.PAGES_PER_SESSION: "pages_per_session",
}
"""As answers name them."""

DIMENSION_KEYS = {
    Dimension.SOURCE: "sources",
    Dimension.MEDIUM: "mediums",
    Dimension.CAMPAIGN: "campaigns",
    Dimension.TERM: "terms",
    Dimension.CONTENT: "contents",
    Dimension.CHANNEL: "channels",
    Dimension.REFERRER: "referrers",
    Dimension.REFERRER_DOMAIN: "referrer_domains",
    Dimension.COUNTRY: "countries",
    Dimension.REGION: "regions",
    Dimension.CITY: "cities",
    Dimension.LANGUAGE: "languages",
    Dimension.TIMEZONE: "timezones",
    Dimension.BROWSER: "browsers",
    Dimension.BROWSER_VERSION: "browser_versions",
    Dimension.OS: "operating_systems",
    Dimension.OS_VERSION: "os_versions",
    Dimension.DEVICE: "devices",
    Dimension.SCREEN_SIZE: "screen_sizes",
    Dimension.ENTRY_PAGE: "entry_pages",
    Dimension.EXIT_PAGE: "exit_pages",
    Dimension.PAGE: "pages",
    Dimension.HOSTNAME: "hostnames",
    Dimension.VIEWPORT_SIZE: "viewport_sizes",
    Dimension.EVENT: "events",
}
"""Where the rows of a dimension stand in the answer."""


class PeriodBody(BaseModel):
    """Both days are included, in the site's time zone."""

    start: date = Field(examples=["2026-01-01"])
    end: date = Field(examples=["2026-01-31"])


class MetricBody(BaseModel):
    """A value, and its change against the period before."""

    value: Number = Field(description="null where there is nothing to count.", examples=[12500])
    change: float | None = Field(
        description="In percent. A running period is compared with the same part of the one before; "
        "null where that had nothing.",
        examples=[15.2],
    )


class MetricsBody(BaseModel):
    """The metrics that were asked for."""

    visitors: MetricBody | None = None
    pageviews: MetricBody | None = None
    sessions: MetricBody | None = None
    bounce_rate: MetricBody | None = Field(None, description="In percent of the sessions with a page view.")
    avg_duration: MetricBody | None = Field(None, description="Of a session, in seconds.")
    pages_per_session: MetricBody | None = None


class TimePoint(BaseModel):
    """The metrics that were asked for, of one step of the period; null where it has not begun."""

    date: str = Field(
        description="The first day of the step; of an hour, its moment.", examples=["2026-01-01"]
    )
    visitors: Number = Field(None, examples=[400])
    pageviews: Number = Field(None, examples=[1500])
    sessions: Number = Field(None, examples=[520])
    bounce_rate: Number = Field(None, examples=[41.5])
    avg_duration: Number = Field(None, examples=[182.4])
    pages_per_session: Number = Field(None, examples=[2.9])


class NamedRow(BaseModel):
    """A value of a dimension. The empty name stands for the unknown, as in filters."""

    name: str = Field(examples=["google"])
    visitors: int = Field(examples=[5000])
    revenue: float | None = Field(description="Not measured yet: always null.", examples=[None])
    country: str | None = Field(None, description="Of regions and cities.")
    region: str | None = Field(None, description="Of cities.")
    browser: str | None = Field(None, description="Of browser versions.")
    os: str | None = Field(None, description="Of versions of an operating system.")


class PageRow(BaseModel):
    """A page that was looked at."""

    path: str = Field(examples=["/"])
    pageviews: int | None = Field(
        description="null beside a filter on events, where pages are those on which it happened.",
        examples=[15000],
    )
    avg_time: float | None = Field(
        description="Seconds of attention per view: the page was visible and in use.", examples=[45.0]
    )


class EntryRow(BaseModel):
    """A page on which sessions began or ended."""

    path: str = Field(examples=["/"])
    visitors: int = Field(examples=[3100])
    sessions: int = Field(examples=[3400])


class EventRow(BaseModel):
    """Something that the site's script reported."""

    name: str = Field(examples=["sign_up"])
    visitors: int = Field(examples=[310])
    events: int = Field(examples=[325])


DimensionRow = NamedRow | PageRow | EntryRow | EventRow


class Stats(BaseModel):
    """The numbers of a period."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "period": {"start": "2026-01-01", "end": "2026-01-31"},
                    "metrics": {
                        "visitors": {"value": 12500, "change": 15.2},
                        "bounce_rate": {"value": 42.5, "change": -3.2},
                        "avg_duration": {"value": 185.0, "change": 8.1},
                    },
                    "timeseries": [
                        {"date": "2026-01-01", "visitors": 400, "bounce_rate": 41.5, "avg_duration": 182.4}
                    ],
                    "dimensions": {
                        "sources": [{"name": "google", "visitors": 5000, "revenue": None}],
                        "pages": [{"path": "/", "pageviews": 15000, "avg_time": 45.0}],
                    },
                }
            ]
        }
    )

    period: PeriodBody
    metrics: MetricsBody
    timeseries: list[TimePoint]
    dimensions: dict[str, list[DimensionRow]] = Field(
        description="The rows of each dimension that was asked for, most visitors first, by the dimension's "
        "plural: source is in sources, country in countries, os in operating_systems."
    )


class VisitorNow(BaseModel):
    """Somebody who was there in the last five minutes."""

    visitor_id: str = Field(
        description="The same as long as the visitor is; says nothing else.", examples=["v_3f1c92b0a47d6e58"]
    )
    current_page: str = Field(examples=["/pricing"])
    country: str = Field(description="ISO 3166-1; empty where it is unknown.", examples=["US"])
    device: str = Field(examples=["desktop"])
    source: str = Field(examples=["google"])
    pages_viewed: int = Field(description="Page views of the last half hour.", examples=[3])
    time_on_site: int = Field(description="Seconds since the visit began.", examples=[245])


class PageNow(BaseModel):
    """A page and who is on it."""

    path: str = Field(examples=["/pricing"])
    visitors: int = Field(examples=[15])


class SourceNow(BaseModel):
    """A source and who came from it."""

    source: str = Field(examples=["google"])
    visitors: int = Field(examples=[20])


class RealtimeBody(BaseModel):
    """The visitors of the last five minutes."""

    active_visitors: int = Field(examples=[42])
    visitors_list: list[VisitorNow] = Field(description="Up to 50, the most recent first.")
    top_pages: list[PageNow]
    top_sources: list[SourceNow]
