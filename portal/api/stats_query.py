"""What may be asked of /stats, and how it reads."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from pydantic import BaseModel, Field

from analytics.reports.filters import Dimension, Filters, parse_filters
from analytics.reports.metrics import Metric
from analytics.reports.period import Interval, Period, Preset, period_for
from portal.api.stats_body import METRICS
from tenancy.errors import Invalid
from tenancy.sites import Site
from tenancy.text import gettext as _


class StatsQuery(BaseModel):
    """The parameters."""

    period: Preset | None = Field(
        None, description="In the site's time zone. By default last_30_days, or custom where days are given."
    )
    start_date: date | None = Field(None, description="The first day, for the period custom.")
    end_date: date | None = Field(None, description="The last day, for the period custom.")
    metrics: str = Field(
        "visitors,pageviews,sessions,bounce_rate,duration",
        description=f"Any of {', '.join(METRICS)}; separated by commas.",
    )
    dimensions: str = Field(
        "source,medium,page,country,device",
        description=f"Any of {', '.join(Dimension)}; separated by commas.",
    )
    filters: str = Field(
        "",
        description='A JSON list of {"dimension", "operator", "values"}, all of which must hold. Operators '
        "are is, is_not, contains, does_not_contain and matches (a regular expression).",
        examples=['[{"dimension":"country","operator":"is","values":["DE","AT"]}]'],
    )
    interval: Interval | None = Field(
        None, description="The interval of the time series. By default days, or months from 400 days on."
    )
    limit: int = Field(100, ge=1, le=1000, description="The maximum number of rows of a dimension.")

    def wanted_metrics(self) -> list[Metric]:
        return _named(self.metrics, METRICS, "metrics")

    def wanted_dimensions(self) -> list[Dimension]:
        return _named(self.dimensions, {str(one): one for one in Dimension}, "dimensions")

    def wanted_filters(self) -> Filters:
        return parse_filters(self.filters)

    def period_of(self, site: Site) -> Period:
        """The period, up to now."""
        days = {"start_date": self.start_date, "end_date": self.end_date}
        given = [field for field, day in days.items() if day is not None]
        if given and self.period not in {None, Preset.CUSTOM}:
            raise Invalid(_("Dates are only allowed with the period “custom”."), field=given[0])
        preset = self.period or (Preset.CUSTOM if given else Preset.LAST_30_DAYS)
        if preset is Preset.CUSTOM and len(given) < len(days):
            missing = next(field for field in days if field not in given)
            raise Invalid(_("A custom period needs a first and a last day."), field=missing)
        return period_for(preset, site, datetime.now(UTC), self.start_date, self.end_date)

    def interval_in(self, period: Period) -> Interval | None:
        """The steps that were asked for; else days, where they make a series."""
        return self.interval or (Interval.DAY if Interval.DAY in period.intervals else None)


T = TypeVar("T")


def _named(text: str, known: Mapping[str, T], field: str) -> list[T]:
    """What a list separated by commas names, each once."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            message = _("There is no “{name}”. Choose from {names}.")
            raise Invalid(message.format(name=name[:50], names=", ".join(known)), field=field)
    return list(dict.fromkeys(known[name] for name in names))
