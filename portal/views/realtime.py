"""The realtime page's blocks: how many now, the last half hour, where they are."""

from collections.abc import Sequence

from markupsafe import Markup

from analytics.reports.filters import Dimension
from analytics.reports.metrics import Metric
from analytics.reports.realtime import Realtime, RealtimeRow
from portal.views import numbers
from portal.views.labels import dimension_name, value_label, value_mark
from portal.views.markup import filled, joined
from portal.views.measures import metric_name
from portal.views.states import empty_state
from tenancy.text import gettext as _
from tenancy.text import ngettext


def live_badge(active: int, *, href: str | None = None, locale: str = "en") -> Markup:
    """The pulsing dot and '24 visitors now', a link to the realtime page where there is an address."""
    words = filled(
        "<span><b>{}</b> {}</span>",
        numbers.integer(active, locale),
        ngettext("visitor now", "visitors now", active),
    )
    if href is None:
        return filled('<span class="live"><i class="pulse"></i>{}</span>', words)
    return filled('<a class="live" href="{}"><i class="pulse"></i>{}</a>', href, words)


def live_count(realtime: Realtime, *, locale: str = "en") -> Markup:
    """The large number: visitors of the last five minutes, and of the last thirty beside it."""
    return filled(
        '<div class="now-count"><span class="live"><i class="pulse"></i>{}</span><b>{}</b>'
        '<span class="muted">{}</span></div>',
        _("Right now"),
        numbers.integer(realtime.active_5, locale),
        ngettext(
            "{count} visitor in the last 30 minutes",
            "{count} visitors in the last 30 minutes",
            realtime.active_30,
        ).format(count=numbers.integer(realtime.active_30, locale)),
    )


def live_minutes(realtime: Realtime, *, locale: str = "en") -> Markup:
    """A bar per minute of the last thirty, this minute at the end."""
    most = max(realtime.per_minute, default=0) or 1
    count = max(len(realtime.per_minute), 1)
    bars = []
    for index, visitors in enumerate(realtime.per_minute):
        height = max(visitors / most * 100, 1.5)
        ago = count - 1 - index
        bars.append(
            filled(
                '<rect class="{}" x="{:.2f}%" y="{:.1f}%" width="{:.2f}%" height="{:.1f}%" rx="3" '
                'data-hover="{}"/>',
                "" if ago else "last",
                index * 100 / count,
                100 - height,
                100 / count * 0.72,
                height,
                f"{_minutes_ago(ago)} · {numbers.integer(visitors, locale)}",
            )
        )
    return filled(
        '<svg class="minutes" role="img" aria-label="{}">{}</svg>'
        '<div class="minutes-axis" aria-hidden="true"><span>{}</span><span>{}</span></div>',
        _("Visitors per minute, last 30 minutes"),
        joined(bars),
        _minutes_ago(count - 1),
        _("now"),
    )


def live_rows(rows: Sequence[RealtimeRow], dimension: Dimension, *, locale: str = "en") -> Markup:
    """Where the visitors of the last minutes are, come from, or read."""
    if not rows:
        return empty_state("radio", _("Nobody here at the moment"), small=True)
    most = max(row.visitors for row in rows) or 1
    items = joined(
        filled(
            '<li><div class="bar" title="{label}"><svg class="fill" aria-hidden="true">'
            '<rect width="{width:.1f}%" height="100%" rx="7"/></svg>{mark}<bdi>{label}</bdi></div>'
            '<span></span><b class="num">{visitors}</b></li>',
            label=value_label(dimension, row.value, locale),
            width=max(row.visitors / most * 100, 0.5),
            mark=value_mark(dimension, row.value),
            visitors=numbers.integer(row.visitors, locale),
        )
        for row in rows
    )
    return filled(
        '<div class="columns" aria-hidden="true"><span>{}</span><span></span><span>{}</span></div>'
        '<ol class="bars">{}</ol>',
        dimension_name(dimension),
        metric_name(Metric.VISITORS),
        items,
    )


def _minutes_ago(minutes: int) -> str:
    if minutes == 0:
        return _("This minute")
    return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
