"""A breakdown as rows with bars, in a panel with tabs; pressing a row filters by it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from analytics.reports.breakdown import Breakdown, BreakdownRow
from analytics.reports.filters import Dimension, filters_json
from analytics.reports.metrics import Metric
from portal.views import numbers
from portal.views.icons import icon
from portal.views.labels import dimension_name, value_label, value_mark
from portal.views.markup import filled, joined
from portal.views.measures import metric_name, metric_value
from portal.views.states import empty_state
from tenancy.text import gettext as _
from tenancy.text import pgettext


class Tab(NamedTuple):
    """A tab of a panel: its key goes back as the event's argument."""

    key: str
    title: str


def bar_list(breakdown: Breakdown, *, locale: str = "en", limit: int = 9, pressable: bool = True) -> Markup:
    """The first rows: bar, value, share, visitors. A pressable row emits ("filter", its filters as JSON).

    The bar is an SVG rectangle, whose width is an attribute: a style attribute would need a looser policy.
    """
    rows = breakdown.rows[:limit]
    if not rows:
        return empty_state("search-x", _("No data in this period"), small=True)
    most = max(row.visitors for row in rows) or 1
    items = joined(_row(breakdown, row, row.visitors / most, locale, pressable=pressable) for row in rows)
    return filled(
        '<div class="columns" aria-hidden="true"><span>{}</span><span>{}</span><span>{}</span></div>'
        '<ol class="bars">{}</ol>',
        dimension_name(breakdown.dimension),
        "",
        metric_name(Metric.VISITORS),
        items,
    )


def panel(
    title: str,
    body: Markup,
    *,
    key: str,
    tabs: Sequence[Tab] = (),
    active: str = "",
    details: str | None = None,
) -> Markup:
    """A card with a heading. Tabs emit ("tab", "key:tab"), the link below emits ("details", details)."""
    more = (details, _("Details")) if details else None
    before, after = _around(title, key, tuple(tabs), active, more)
    return before + body + after


@lru_cache(maxsize=1000)
def _around(
    title: str, key: str, tabs: tuple[Tab, ...], active: str, more: tuple[str, str] | None
) -> tuple[Markup, Markup]:
    """What of a panel is the same for everybody who reads one language: before its body, and after it."""
    strip: Markup | str = ""
    if tabs:
        buttons = joined(_tab(key, tab, tab.key == active) for tab in tabs)
        strip = filled('<div class="tabs" role="tablist" aria-label="{}">{}</div>', title, buttons)
    before = filled(
        '<section class="card panel" data-panel="{}"><header><h2>{}</h2>{}</header>', key, title, strip
    )
    link = filled(
        '<button type="button" class="plain more" data-emit="details" data-arg="{}">{}{}</button>',
        *(more or ("", "")),
        icon("arrow-right", 14),
    )
    return before, (link if more else Markup("")) + Markup("</section>")


def breakdown_table(breakdown: Breakdown, *, locale: str = "en") -> Markup:
    """Every measure of each row, for the details dialog. Rows emit as in bar_list."""
    if not breakdown.rows:
        return empty_state(
            "search-x", _("Nothing found"), _("Try another search or a longer period."), small=True
        )
    metrics = (Metric.PAGE_VIEWS, Metric.SESSIONS, Metric.BOUNCE_RATE, Metric.SESSION_DURATION)
    titles = [
        dimension_name(breakdown.dimension),
        metric_name(Metric.VISITORS),
        pgettext("of the whole", "Share"),
    ]
    titles += [metric_name(metric) for metric in metrics]
    header = joined(filled('<th scope="col">{}</th>', title) for title in titles)
    rows = joined(_table_row(breakdown, row, metrics, locale) for row in breakdown.rows)
    return filled(
        '<div class="scroll"><table class="data"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        header,
        rows,
    )


def _row(breakdown: Breakdown, row: BreakdownRow, part: float, locale: str, *, pressable: bool) -> Markup:
    dimension = breakdown.dimension
    label = _label(dimension, row, locale)
    opening: Markup | str = "span"
    if pressable:
        keep = filters_json(breakdown.filters_of(row))
        opening = filled('button type="button" data-emit="filter" data-arg="{}"', keep)
    return filled(
        '<li><{opening} class="bar" title="{label}">'
        '<svg class="fill" aria-hidden="true"><rect width="{width:.1f}%" height="100%" rx="7"/></svg>'
        '{mark}<bdi>{label}</bdi></{closing}><span class="share num">{share}</span>'
        '<b class="num" title="{exact}">{visitors}</b></li>',
        opening=opening,
        closing="button" if pressable else "span",
        label=label,
        width=max(part * 100, 0.5),
        mark=value_mark(dimension, row.label, row.country or ""),
        share=numbers.share(row.share, locale),
        exact=numbers.integer(row.visitors, locale),
        visitors=numbers.compact(row.visitors, locale),
    )


def _label(dimension: Dimension, row: BreakdownRow, locale: str) -> str:
    """Versions read with the name of what they are versions of."""
    return value_label(dimension, row.label if row.value else "", locale)


def _tab(panel_key: str, tab: Tab, active: bool) -> Markup:
    return filled(
        '<button type="button" role="tab" aria-selected="{}" tabindex="{}" data-emit="tab" data-arg="{}">'
        "{}</button>",
        "true" if active else "false",
        0 if active else -1,
        f"{panel_key}:{tab.key}",
        tab.title,
    )


def _table_row(breakdown: Breakdown, row: BreakdownRow, metrics: Sequence[Metric], locale: str) -> Markup:
    dimension = breakdown.dimension
    measured = joined(
        filled('<td class="num">{}</td>', metric_value(metric, getattr(row, metric), locale, exact=True))
        for metric in metrics
    )
    return filled(
        '<tr><td><button type="button" class="plain first" data-emit="filter" data-arg="{}">{}<bdi>{}</bdi>'
        '</button></td><td class="num">{}</td><td class="num">{}</td>{}</tr>',
        filters_json(breakdown.filters_of(row)),
        value_mark(dimension, row.label, row.country or ""),
        _label(dimension, row, locale),
        numbers.integer(row.visitors, locale),
        numbers.share(row.share, locale),
        measured,
    )
