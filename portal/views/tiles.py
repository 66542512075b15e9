"""The row of metrics above the chart; pressing one draws it."""

from markupsafe import Markup

from analytics.reports.metrics import Metric
from analytics.reports.overview import Overview
from portal.views.markup import filled, joined
from portal.views.measures import change_badge, metric_name, metric_value
from portal.views.sparkline import sparkline
from tenancy.text import gettext as _


def metric_tiles(overview: Overview, selected: Metric, *, locale: str = "en") -> Markup:
    """Six buttons that emit ("metric", "visitors"): name, value, change, course over the period."""
    tiles = joined(_tile(overview, metric, metric is selected, locale) for metric in Metric)
    return filled('<div class="tiles" role="group" aria-label="{}">{}</div>', _("Metrics"), tiles)


def _tile(overview: Overview, metric: Metric, selected: bool, locale: str) -> Markup:
    measured = overview.metrics[metric]
    return filled(
        '<button type="button" class="tile" aria-pressed="{}" data-emit="metric" data-arg="{}">'
        '<span class="tile-name">{}</span><span class="tile-value" title="{}">{}</span>{}{}</button>',
        "true" if selected else "false",
        metric,
        metric_name(metric),
        metric_value(metric, measured.value, locale, exact=True),
        metric_value(metric, measured.value, locale),
        change_badge(measured.change, locale, metric=metric),
        sparkline([bucket.values.get(metric) for bucket in overview.series]),
    )
