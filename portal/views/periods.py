"""The choices of a period: presets with their keys, what to compare with, and the steps of the chart."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from analytics.reports.period import Interval, Preset
from portal.views.markup import filled, joined
from tenancy.text import gettext as _
from tenancy.text import gettext_noop, pgettext

_PRESETS = {
    Preset.TODAY: (gettext_noop("Today"), "d"),
    Preset.YESTERDAY: (gettext_noop("Yesterday"), "e"),
    Preset.LAST_7_DAYS: (gettext_noop("Last 7 days"), "w"),
    Preset.LAST_30_DAYS: (gettext_noop("Last 30 days"), "t"),
    Preset.LAST_90_DAYS: (gettext_noop("Last 90 days"), "q"),
    Preset.MONTH: (gettext_noop("Month to date"), "m"),
    Preset.LAST_12_MONTHS: (gettext_noop("Last 12 months"), "y"),
    Preset.ALL: (gettext_noop("All time"), "a"),
}
_COMPARISONS = {
    "previous": gettext_noop("Previous period"),
    "year": gettext_noop("Year before"),
    "none": gettext_noop("No comparison"),
}
_INTERVALS = {
    Interval.HOUR: gettext_noop("Hours"),
    Interval.DAY: gettext_noop("Days"),
    Interval.WEEK: gettext_noop("Weeks"),
    Interval.MONTH: gettext_noop("Months"),
}


def preset_name(preset: Preset) -> str:
    """'Last 30 days'."""
    return _(_PRESETS[preset][0]) if preset in _PRESETS else _("Custom")


def period_choices(
    preset: Preset, comparison: str, intervals: Sequence[Interval], interval: Interval
) -> Markup:
    """The lists of a period menu. Buttons emit ("period", preset), ("compare", ...) and ("interval", ...)."""
    presets = [("period", one, _(name), key, one is preset) for one, (name, key) in _PRESETS.items()]
    comparisons = [("compare", one, _(name), "", one == comparison) for one, name in _COMPARISONS.items()]
    steps = [("interval", one, _(_INTERVALS[one]), "", one is interval) for one in intervals]
    return filled(
        "{}{}{}",
        _group(_("Period"), presets),
        _group(_("Compare with"), comparisons),
        _group(pgettext("of a chart", "Steps"), steps),
    )


def period_shortcuts() -> Markup:
    """Buttons that only the keyboard presses, as the menu's own are not there while it is closed."""
    buttons = joined(
        filled(
            '<button type="button" tabindex="-1" aria-hidden="true" data-emit="period" data-arg="{}" '
            'data-key="{}"></button>',
            preset,
            key,
        )
        for preset, (_name, key) in _PRESETS.items()
    )
    return filled('<div class="sr">{}</div>', buttons)


def _group(title: str, choices: Iterable[tuple[str, str, str, str, bool]]) -> Markup:
    buttons = joined(
        filled(
            '<button type="button" data-emit="{}" data-arg="{}"{}><span>{}</span>{}</button>',
            event,
            value,
            Markup(' aria-current="true"') if chosen else "",
            words,
            filled("<kbd>{}</kbd>", key.upper()) if key else "",
        )
        for event, value, words, key, chosen in choices
    )
    return filled('<div class="presets" role="group" aria-label="{}">{}</div>', title, buttons)
