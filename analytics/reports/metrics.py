"""The six metrics, from what a query counted to values and their changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Metric(StrEnum):
    """bounce_rate is a fraction of 1, session_duration is in seconds."""

    VISITORS = "visitors"
    PAGE_VIEWS = "page_views"
    SESSIONS = "sessions"
    BOUNCE_RATE = "bounce_rate"
    SESSION_DURATION = "session_duration"
    PAGES_PER_SESSION = "pages_per_session"


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A value, the one to compare it with, and the change as a fraction: 0.1 is 10 % more.

    None stands for what cannot be said: the bounce rate of no session, the change from nothing.
    """

    value: float | None
    previous: float | None = None
    change: float | None = None


class Counts(NamedTuple):
    """What is counted; the metrics follow from it."""

    visitors: int = 0
    page_views: int = 0
    sessions: int = 0
    bounces: int = 0
    """Sessions with exactly one page view."""
    viewed: int = 0
    """Sessions with any."""
    duration_s: int = 0

    @property
    def bounce_rate(self) -> float | None:
        return _ratio(self.bounces, self.viewed)

    @property
    def session_duration(self) -> float | None:
        return _ratio(self.duration_s, self.sessions)

    def values(self) -> dict[Metric, float | None]:
        """Each metric's value."""
        return {
            Metric.VISITORS: self.visitors,
            Metric.PAGE_VIEWS: self.page_views,
            Metric.SESSIONS: self.sessions,
            Metric.BOUNCE_RATE: self.bounce_rate,
            Metric.SESSION_DURATION: self.session_duration,
            Metric.PAGES_PER_SESSION: _ratio(self.page_views, self.sessions),
        }


def summed(parts: Iterable[Counts]) -> Counts:
    """Parts that each counted something else, as one."""
    return Counts(*(sum(column) for column in zip(*parts, strict=True)))


def change(value: float | None, previous: float | None) -> float | None:
    """The change as a fraction of the previous value."""
    if value is None or previous is None:
        return None
    if value == previous:
        return 0.0
    return (value - previous) / previous if previous else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
