"""The six metrics in words: what they are called, how a value is written, which direction is good."""

from markupsafe import Markup

from analytics.reports.metrics import Metric
from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

_NAMES = {
    Metric.VISITORS: gettext_noop("Visitors"),
    Metric.PAGE_VIEWS: gettext_noop("Page views"),
    Metric.SESSIONS: gettext_noop("Sessions"),
    Metric.BOUNCE_RATE: gettext_noop("Bounce rate"),
    Metric.SESSION_DURATION: gettext_noop("Session duration"),
    Metric.PAGES_PER_SESSION: gettext_noop("Pages per session"),
}
_FALLING_IS_GOOD = frozenset({Metric.BOUNCE_RATE})
# Below this a change is written as none: ±0.0 % beside an arrow reads as a mistake.
_SMALLEST_CHANGE = 0.0005
NOTHING = "–"


def metric_name(metric: Metric) -> str:
    return _(_NAMES[metric])


def metric_value(metric: Metric, value: float | None, locale: str, *, exact: bool = False) -> str:
    """'41.2K', '38%', '2m 41s'; a dash for none. `exact` writes counts in full and rates with a decimal."""
    if value is None:
        return NOTHING
    if metric is Metric.BOUNCE_RATE:
        return numbers.percent(value, locale, 1 if exact else 0)
    if metric is Metric.SESSION_DURATION:
        return numbers.duration(value, locale)
    if metric is Metric.PAGES_PER_SESSION:
        return numbers.decimal(value, locale)
    return numbers.integer(round(value), locale) if exact else numbers.compact(value, locale)


def change_badge(change: float | None, locale: str, *, metric: Metric = Metric.VISITORS) -> Markup:
    """Up or down against the period before, in the colour of good or bad; nothing without a comparison."""
    if change is None:
        return Markup("")
    if abs(change) < _SMALLEST_CHANGE:
        return filled('<span class="change same">{}</span>', numbers.percent(0.0, locale))
    rising = change > 0
    good = rising is not (metric in _FALLING_IS_GOOD)
    return filled(
        '<span class="change {}">{}<span class="sr">{}</span>{}</span>',
        "up" if good else "down",
        icon("arrow-up-right" if rising else "arrow-down-right", 14),
        _("Up") if rising else _("Down"),
        numbers.change(change, locale),
    )
