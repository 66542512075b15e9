"""The line over time, with the period before as a dotted one, readable by pointer, keyboard and ear."""

import json
from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from analytics.reports.metrics import Metric
from analytics.reports.overview import Bucket, Overview
from analytics.reports.period import Interval
from portal.views import numbers
from portal.views.curves import Point, runs, smooth, start
from portal.views.markup import filled, joined
from portal.views.measures import metric_name, metric_value
from portal.views.scale import Scale, scale_for
from portal.views.states import empty_state
from tenancy.text import gettext as _

_SIZE = 1000  # of the stretched drawing; only the lines in it, so nothing is distorted
_LABELS = 8


def line_chart(overview: Overview, metric: Metric, *, locale: str = "en") -> Markup:
    """The metric's course over overview.series, overview.previous beside it where there is one.

    The figure's data-chart holds what app.js shows beside the pointer; the table behind it is for screen
    readers. The line ends dotted in a bucket that is not over yet.
    """
    values = [bucket.values.get(metric) for bucket in overview.series]
    if not values:
        return empty_state("trending-up", _("No data yet"), _("This period has not begun yet."))
    before = [bucket.values.get(metric) for bucket in overview.previous][: len(values)]
    scale = scale_for(metric, [*values, *before])
    drawing = filled(
        '<svg viewBox="0 0 1000 1000" preserveAspectRatio="none">'
        '<defs><linearGradient id="area" x1="0" y1="0" x2="0" y2="1"><stop class="area-top" offset="0"/>'
        '<stop class="area-end" offset="1"/></linearGradient></defs>{}{}</svg>',
        _line_before(before, len(values), scale),
        _line_now(values, scale, [bucket.partial for bucket in overview.series]),
    )
    return filled(
        '<figure class="chart">{legend}<div class="plot" tabindex="0" role="slider" aria-label="{label}" '
        'aria-valuemin="0" aria-valuemax="{last}" aria-valuenow="{last}" aria-valuetext="{latest}" '
        'data-chart="{data}"><svg aria-hidden="true">{grid}{drawing}{points}{days}</svg>'
        '<i class="cross"></i><i class="dot"></i><div class="tip" aria-hidden="true"></div></div>'
        "{table}</figure>",
        legend=_legend(overview, metric, locale),
        label=_("{metric} over time. Use the arrow keys to move.").format(metric=metric_name(metric)),
        last=len(values) - 1,
        latest=_latest(overview, metric, locale),
        data=_data(overview, metric, scale, locale),
        grid=_grid(metric, scale, locale),
        drawing=drawing,
        points=_lone_points(values, scale),
        days=_time_axis(overview, locale),
        table=_table(overview, metric, locale),
    )


def bucket_title(at: datetime, interval: Interval, locale: str) -> str:
    """What a tooltip calls the bucket: 'Wed, Nov 4', with the hour, or the week's or month's name."""
    if interval is Interval.HOUR:
        return f"{numbers.weekday(at.date(), locale)}, {numbers.clock(at, locale)}"
    if interval is Interval.WEEK:
        return _("Week of {day}").format(day=numbers.day(at.date(), locale))
    if interval is Interval.MONTH:
        return numbers.month(at.date(), locale, with_year=True)
    return numbers.weekday(at.date(), locale)


def _latest(overview: Overview, metric: Metric, locale: str) -> str:
    known = [bucket for bucket in overview.series if bucket.values.get(metric) is not None]
    bucket = known[-1] if known else overview.series[-1]
    value = metric_value(metric, bucket.values.get(metric), locale, exact=True)
    return f"{bucket_title(bucket.start, overview.interval, locale)}: {value}"


def _legend(overview: Overview, metric: Metric, locale: str) -> Markup:
    if not overview.previous:
        return Markup("")
    another_year = overview.series[-1].start.year != overview.previous[0].start.year
    return filled(
        '<div class="chart-legend" aria-hidden="true"><span><i class="key"></i>{}</span>'
        '<span><i class="key before"></i>{}</span></div>',
        _span(overview.series, locale, with_year=another_year),
        _span(overview.previous, locale, with_year=another_year),
    )


def _span(buckets: Sequence[Bucket], locale: str, *, with_year: bool) -> str:
    return numbers.days(buckets[0].start.date(), buckets[-1].start.date(), locale, with_year=with_year)


def _points(values: Sequence[float | None], count: int, scale: Scale) -> list[list[Point]]:
    step = _SIZE / max(count - 1, 1)
    height = _SIZE / scale.top
    return [[Point(i * step, _SIZE - (values[i] or 0.0) * height) for i in run] for run in runs(values)]


def _line_before(values: Sequence[float | None], count: int, scale: Scale) -> Markup:
    lines = [start(points[0]) + "".join(smooth(points)) for points in _points(values, count, scale)]
    return filled('<path class="before" d="{}"/>', "".join(lines)) if lines else Markup("")


def _line_now(values: Sequence[float | None], scale: Scale, partial: Sequence[bool]) -> Markup:
    area = solid = dotted = ""
    for run, points in zip(runs(values), _points(values, len(values), scale), strict=True):
        steps = smooth(points)
        area += start(points[0]) + "".join(steps) + f"V{_SIZE}H{points[0].x:.1f}Z"
        if partial[run[-1]] and steps:
            dotted = start(points[-2]) + steps.pop()
        solid += start(points[0]) + "".join(steps)
    return filled(
        '<path class="area" d="{}"/><path class="now" d="{}"/><path class="now open" d="{}"/>',
        area,
        solid,
        dotted,
    )


def _lone_points(values: Sequence[float | None], scale: Scale) -> Markup:
    """A dot where a line has only one point, which alone would not be seen."""
    last = max(len(values) - 1, 1)
    return joined(
        filled(
            '<circle class="point" cx="{:.2f}%" cy="{:.2f}%" r="4.5"/>',
            run[0] * 100 / last if len(values) > 1 else 50,
            100 - (values[run[0]] or 0.0) * 100 / scale.top,
        )
        for run in runs(values)
        if len(run) == 1
    )


def _grid(metric: Metric, scale: Scale, locale: str) -> Markup:
    return joined(
        filled(
            '<line class="grid-line" x1="0" x2="100%" y1="{0:.2f}%" y2="{0:.2f}%"/>'
            '<text x="-12" y="{0:.2f}%" dy=".32em" text-anchor="end">{1}</text>',
            100 - line * 100 / scale.top,
            metric_value(metric, line, locale),
        )
        for line in scale.lines()
    )


def _time_axis(overview: Overview, locale: str) -> Markup:
    buckets = overview.series
    every = max(1, -(-len(buckets) // _LABELS))
    first = (len(buckets) - 1) % every // 2
    one_day = buckets[0].start.date() == buckets[-1].start.date()
    labels = []
    for number, i in enumerate(range(first, len(buckets), every)):
        position = i * 100 / (len(buckets) - 1) if len(buckets) > 1 else 50
        labels.append(
            filled(
                '<text class="{}" x="{:.2f}%" y="100%" dy="24" text-anchor="{}">{}</text>',
                "wide-only" if number % 2 and len(buckets) > 3 else "",
                position,
                "start" if position < 2 else "end" if position > 98 else "middle",
                _axis_label(buckets[i].start, overview.interval, one_day, locale),
            )
        )
    return joined(labels)


def _axis_label(at: datetime, interval: Interval, one_day: bool, locale: str) -> str:
    if interval is Interval.HOUR and one_day:
        return numbers.clock(at, locale)
    if interval is Interval.MONTH:
        return numbers.month(at.date(), locale, with_year=at.month == 1)
    return numbers.day(at.date(), locale)


def _data(overview: Overview, metric: Metric, scale: Scale, locale: str) -> str:
    points = []
    for i, bucket in enumerate(overview.series):
        title = bucket_title(bucket.start, overview.interval, locale)
        point = [title, metric_value(metric, bucket.values.get(metric), locale, exact=True)]
        if i < len(overview.previous):
            before = overview.previous[i]
            point.append(bucket_title(before.start, overview.interval, locale))
            point.append(metric_value(metric, before.values.get(metric), locale, exact=True))
        points.append(point)
    heights = [
        None if value is None else round(value / scale.top, 4)
        for value in (bucket.values.get(metric) for bucket in overview.series)
    ]
    data = {"name": metric_name(metric), "points": points, "ys": heights}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _table(overview: Overview, metric: Metric, locale: str) -> Markup:
    rows = joined(
        filled(
            "<tr><th scope='row'>{}</th><td>{}</td></tr>",
            bucket_title(bucket.start, overview.interval, locale),
            metric_value(metric, bucket.values.get(metric), locale, exact=True),
        )
        for bucket in overview.series
    )
    return filled(
        '<table class="sr"><caption>{}</caption><tbody>{}</tbody></table>', metric_name(metric), rows
    )
