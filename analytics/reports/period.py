"""The days that a report covers, cut in the site's time zone: presets, buckets, and what to compare with."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from tenancy.errors import Invalid
from tenancy.sites import Site
from tenancy.text import gettext as _


class Interval(StrEnum):
    """How wide a bucket of a series is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Preset(StrEnum):
    """What people pick; month is the month so far, last_12_months ends with it."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    MONTH = "month"
    LAST_12_MONTHS = "last_12_months"
    ALL = "all"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment up to, and without, another; `whole` unless the period or the present cuts it short."""

    start: datetime
    end: datetime
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in a zone, both included, as seen at `now`."""

    preset: Preset
    start: date
    end: date
    zone: ZoneInfo
    now: datetime

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def begins(self) -> datetime:
        """The first moment, in the zone."""
        return _midnight(self.start, self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after it, in the zone."""
        return _midnight(self.end + timedelta(days=1), self.zone)

    @property
    def elapsed_until(self) -> datetime:
        """The end of what can have happened: the end of the running second, or of the period."""
        running = self.now.replace(microsecond=0) + timedelta(seconds=1)
        return max(self.begins, min(self.ends, running.astimezone(self.zone)))

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The widths of buckets that make a readable series."""
        return tuple(
            interval for interval, (least, most) in _READABLE_DAYS.items() if least <= self.days <= most
        )

    @property
    def default_interval(self) -> Interval:
        if self.days <= 2:
            return Interval.HOUR
        if self.days <= 92:
            return Interval.DAY
        return Interval.WEEK if self.days <= 200 else Interval.MONTH

    def buckets(self, interval: Interval) -> tuple[Stretch, ...]:
        """The period cut at full hours, midnights, Mondays or firsts of the month of the zone."""
        return _buckets(self.start, self.end, self.zone, interval)

    def before(self) -> "Period":
        """The period just before: the month or the year before for months, else as many days."""
        if self.preset is Preset.MONTH:
            return self._moved_by_months(1)
        if self.preset is Preset.LAST_12_MONTHS:
            return self._moved_by_months(12)
        gap = timedelta(days=self.days)
        return replace(self, preset=Preset.CUSTOM, start=self.start - gap, end=self.end - gap)

    def year_before(self) -> "Period":
        """The same days of the year before."""
        return self._moved_by_months(12)

    def same_moment_in(self, earlier: "Period") -> datetime:
        """How far the earlier period had come by the same day and time of day as this one has now."""
        missing = _wall(self.ends) - _wall(self.elapsed_until)
        moment = (_wall(earlier.ends) - missing).replace(tzinfo=self.zone).astimezone(UTC)
        return max(earlier.begins, min(earlier.ends, moment.astimezone(self.zone)))

    def _moved_by_months(self, months: int) -> "Period":
        start, end = _months_back(self.start, months), _months_back(self.end, months)
        return replace(self, preset=Preset.CUSTOM, start=start, end=end)


def period_for(
    preset: Preset, site: Site, now: datetime, start: date | None = None, end: date | None = None
) -> Period:
    """The period of a preset in the site's zone; a custom one takes both of its days."""
    zone = ZoneInfo(site.timezone)
    today = now.astimezone(zone).date()
    if preset is Preset.CUSTOM:
        return Period(preset, *_checked(start, end), zone, now)
    since = (site.first_event_at or site.created_at).astimezone(zone).date()
    first = {
        Preset.TODAY: today,
        Preset.YESTERDAY: today - timedelta(days=1),
        Preset.LAST_7_DAYS: today - timedelta(days=6),
        Preset.LAST_30_DAYS: today - timedelta(days=29),
        Preset.LAST_90_DAYS: today - timedelta(days=89),
        Preset.MONTH: today.replace(day=1),
        Preset.LAST_12_MONTHS: _months_back(today.replace(day=1), 11),
        Preset.ALL: min(since, today),
    }[preset]
    return Period(preset, first, first if preset is Preset.YESTERDAY else today, zone, now)


MOST_DAYS = 3_700
_EARLIEST = date(2000, 1, 1)
_LATEST = date(2100, 1, 1)
_READABLE_DAYS = {
    Interval.HOUR: (1, 14),
    Interval.DAY: (2, 400),
    Interval.WEEK: (8, 1_500),
    Interval.MONTH: (29, MOST_DAYS),
}


def _checked(start: date | None, end: date | None) -> tuple[date, date]:
    if start is None or end is None:
        raise Invalid(_("A custom period needs a first and a last day."), field="period")
    if end < start:
        raise Invalid(_("The period ends before it starts."), field="end_date")
    if start < _EARLIEST or end > _LATEST or (end - start).days >= MOST_DAYS:
        raise Invalid(_("A period can cover at most ten years."), field="start_date")
    return start, end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day; where the clock jumps over midnight, the moment of the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone)


@lru_cache(maxsize=64)
def _buckets(first: date, last: date, zone: ZoneInfo, interval: Interval) -> tuple[Stretch, ...]:
    """Remembered, as the dashboards of a day ask for the same few."""
    cuts, ends = [_midnight(first, zone)], _midnight(last + timedelta(days=1), zone)
    while (cut := _next_cut(cuts[-1], interval)) < ends:
        cuts.append(cut)
    cuts.append(ends)
    return tuple(
        Stretch(start, end, whole=_is_cut(start, interval) and _is_cut(end, interval))
        for start, end in pairwise(cuts)
    )


def _next_cut(moment: datetime, interval: Interval) -> datetime:
    """The first cut after a moment. Hours count real time: each of a day of 25 has its own."""
    zone = moment.tzinfo
    assert isinstance(zone, ZoneInfo)
    day = moment.date()
    if interval is Interval.HOUR:
        after = (moment.astimezone(UTC) + timedelta(hours=1)).astimezone(zone)
        # Where the clock moves by half an hour, the bucket lasts until it strikes again.
        rest = timedelta(minutes=-after.minute % 60, seconds=-after.second % 60)
        return (after.astimezone(UTC) + rest).astimezone(zone)
    if interval is Interval.DAY:
        return _midnight(day + timedelta(days=1), zone)
    if interval is Interval.WEEK:
        return _midnight(day + timedelta(days=7 - day.weekday()), zone)
    return _midnight((day.replace(day=1) + timedelta(days=31)).replace(day=1), zone)


def _is_cut(moment: datetime, interval: Interval) -> bool:
    """Whether a midnight is one that the interval is cut at."""
    return {Interval.WEEK: moment.weekday() == 0, Interval.MONTH: moment.day == 1}.get(interval, True)


def _months_back(day: date, months: int) -> date:
    """The same day of an earlier month, or its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def _wall(moment: datetime) -> datetime:
    """What the clock on the wall shows."""
    return moment.replace(tzinfo=None)
