"""How the visitors of each kind of site behave: when they come, how long they stay, whether they return."""

from dataclasses import dataclass

from portal.stack.demo.shapes import Kind, SampleSite


@dataclass(frozen=True, slots=True)
class Habits:
    """Figures that make a kind of site's traffic what it is."""

    audience: str
    """work or home: which devices its visitors use."""
    weekdays: tuple[float, ...]
    """Monday to Sunday."""
    hours: tuple[int, ...]
    """Midnight to midnight, in the site's own time zone."""
    growth: float
    """How many times as many visitors at the end of a year as at its start."""
    season: float
    """How much more in the best week of the year than on average, as a fraction."""
    best_day: int
    """The middle of the season, as a day of the year."""
    holidays: float
    """What is left of a day's visitors around Christmas."""
    bounces: float
    """Share of visits that see one page, before source and device make it more or less."""
    views: float
    """Views of a visit beyond the second, on average."""
    returns: float
    """Chance that a visitor comes again, after each visit."""
    gap_days: float
    """Days between two visits, on average."""
    dwell_s: float
    """Seconds on a page, on average; three times that on an article."""
    wants: float
    """Chance of a visit to begin the steps."""
    goes_on: float
    """Chance to take each further step."""
    events_per_newcomer: float
    """Measured: how many events one new visitor leaves over time."""


def habits_of(site: SampleSite) -> Habits:
    """The habits of a site's visitors."""
    return _HABITS[site.kind]


_OFFICE = (1, 1, 1, 1, 2, 4, 8, 16, 32, 46, 50, 48, 38, 44, 50, 48, 42, 32, 20, 14, 12, 10, 6, 3)
_EVENING = (5, 3, 2, 1, 1, 2, 5, 10, 15, 19, 22, 24, 26, 24, 23, 23, 24, 26, 30, 37, 44, 43, 30, 14)
_DAYTIME = (1, 1, 0, 0, 1, 3, 9, 20, 34, 42, 44, 40, 34, 34, 36, 36, 34, 30, 24, 18, 14, 10, 5, 2)
_READING = (4, 2, 1, 1, 2, 4, 12, 24, 28, 26, 25, 26, 32, 28, 24, 24, 26, 28, 30, 32, 34, 32, 22, 10)

_HABITS = {
    Kind.SHOP: Habits(
        audience="home",
        weekdays=(1.0, 0.95, 0.96, 0.98, 1.0, 1.14, 1.28),
        hours=_EVENING,
        growth=1.55,
        season=0.18,
        best_day=345,
        holidays=0.75,
        bounces=0.42,
        views=2.3,
        returns=0.34,
        gap_days=9,
        dwell_s=34,
        wants=0.115,
        goes_on=0.58,
        events_per_newcomer=10.5,
    ),
    Kind.SOFTWARE: Habits(
        audience="work",
        weekdays=(1.12, 1.2, 1.18, 1.12, 0.98, 0.42, 0.48),
        hours=_OFFICE,
        growth=1.9,
        season=0.05,
        best_day=60,
        holidays=0.4,
        bounces=0.46,
        views=1.9,
        returns=0.44,
        gap_days=5,
        dwell_s=38,
        wants=0.13,
        goes_on=0.5,
        events_per_newcomer=12.0,
    ),
    Kind.DOCS: Habits(
        audience="work",
        weekdays=(1.15, 1.22, 1.2, 1.15, 1.0, 0.32, 0.36),
        hours=_OFFICE,
        growth=2.1,
        season=0.03,
        best_day=60,
        holidays=0.3,
        bounces=0.36,
        views=2.4,
        returns=0.5,
        gap_days=4,
        dwell_s=40,
        wants=0,
        goes_on=0,
        events_per_newcomer=21.5,
    ),
    Kind.MAGAZINE: Habits(
        audience="home",
        weekdays=(1.02, 1.0, 1.0, 0.98, 0.92, 0.96, 1.14),
        hours=_READING,
        growth=1.35,
        season=0.08,
        best_day=20,
        holidays=0.85,
        bounces=0.62,
        views=1.1,
        returns=0.24,
        gap_days=8,
        dwell_s=36,
        wants=0.05,
        goes_on=0.55,
        events_per_newcomer=9.3,
    ),
    Kind.LOCAL: Habits(
        audience="home",
        weekdays=(1.3, 1.14, 1.08, 1.1, 1.02, 0.66, 0.52),
        hours=_DAYTIME,
        growth=1.2,
        season=0.12,
        best_day=150,
        holidays=0.35,
        bounces=0.4,
        views=1.2,
        returns=0.2,
        gap_days=6,
        dwell_s=30,
        wants=0.16,
        goes_on=0.55,
        events_per_newcomer=7.1,
    ),
}
