"""What a dashboard shows, as it stands in its address: a link shows the same view to whoever may see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from analytics.reports.filters import Dimension, Filter, Filters, filters_json, parse_filters
from analytics.reports.metrics import Metric
from analytics.reports.period import Interval, Period, Preset, period_for
from tenancy.errors import Invalid
from tenancy.sites import Site

Choice = TypeVar("Choice", bound=StrEnum)


class Comparison(StrEnum):
    """What the numbers are held against."""

    PREVIOUS = "previous"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True)
class DashboardState:
    """One view of a site's dashboard."""

    preset: Preset = Preset.LAST_30_DAYS
    start: date | None = None
    end: date | None = None
    interval: Interval | None = None
    comparison: Comparison = Comparison.PREVIOUS
    metric: Metric = Metric.VISITORS
    filters: Filters = ()
    tabs: Mapping[str, Dimension] = field(default_factory=dict)
    """The chosen dimension of each panel that does not show its first."""

    def period(self, site: Site, now: datetime) -> Period:
        """The days that it covers."""
        return period_for(self.preset, site, now, self.start, self.end)

    def interval_in(self, period: Period) -> Interval:
        """The chosen interval where it suits the period, else the period's own."""
        return (
            self.interval if self.interval in period.intervals and self.interval else period.default_interval
        )

    def with_filter(self, added: Filter) -> "DashboardState":
        """With a filter more, in place of one with the same dimension and operator."""
        kept = tuple(
            one for one in self.filters if (one.dimension, one.operator) != (added.dimension, added.operator)
        )
        return replace(self, filters=(*kept, added))

    def without_filter(self, number: int) -> "DashboardState":
        """Without the filter at a place in the list."""
        return replace(self, filters=self.filters[:number] + self.filters[number + 1 :])

    def with_tab(self, panel: str, dimension: Dimension) -> "DashboardState":
        """With another dimension in a panel."""
        return replace(self, tabs={**self.tabs, panel: dimension})

    def query(self) -> str:
        """The address's query: what differs from the default, nothing else."""
        plain = DashboardState()
        given = {
            "period": self.preset if self.preset is not plain.preset else "",
            "from": self.start.isoformat() if self.start and self.preset is Preset.CUSTOM else "",
            "to": self.end.isoformat() if self.end and self.preset is Preset.CUSTOM else "",
            "interval": self.interval or "",
            "compare": self.comparison if self.comparison is not plain.comparison else "",
            "metric": self.metric if self.metric is not plain.metric else "",
            "filters": filters_json(self.filters),
            "tabs": ",".join(f"{panel}:{dimension}" for panel, dimension in self.tabs.items()),
        }
        return urlencode({name: str(value) for name, value in given.items() if value})


def read_state(query: Mapping[str, str]) -> DashboardState:
    """The state in an address; what cannot be read is as if it were not there."""
    preset = _one_of(Preset, query.get("period")) or Preset.LAST_30_DAYS
    start, end = _day(query.get("from")), _day(query.get("to"))
    if preset is Preset.CUSTOM and (start is None or end is None or end < start):
        preset = Preset.LAST_30_DAYS
    return DashboardState(
        preset=preset,
        start=start,
        end=end,
        interval=_one_of(Interval, query.get("interval")),
        comparison=_one_of(Comparison, query.get("compare")) or Comparison.PREVIOUS,
        metric=_one_of(Metric, query.get("metric")) or Metric.VISITORS,
        filters=_filters(query.get("filters")),
        tabs=_tabs(query.get("tabs", "")),
    )


def _one_of(kind: type[Choice], text: str | None) -> Choice | None:
    try:
        return kind(text or "")
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _filters(text: str | None) -> Filters:
    try:
        return parse_filters(text)
    except Invalid:
        return ()


def _tabs(text: str) -> dict[str, Dimension]:
    pairs = (part.partition(":") for part in text.split(",")[:20] if part)
    read = ((panel, _one_of(Dimension, dimension)) for panel, _colon, dimension in pairs)
    return {panel: dimension for panel, dimension in read if panel.isidentifier() and dimension}
