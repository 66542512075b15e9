"""Periods in a site's zone: what presets mean, where buckets are cut, and what is compared with what."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.period import Interval, Period, Preset, period_for
from tenancy.errors import Invalid
from tests.analytics.worlds import a_site

# A Wednesday, late enough in New York's Tuesday to be Wednesday in Berlin.
NOW = datetime(2026, 3, 18, 1, 30, tzinfo=UTC)


def period(preset: Preset | str, zone: str = "UTC", now: datetime = NOW) -> Period:
    return period_for(Preset(preset), a_site(zone), now)


def custom(start: str, end: str, zone: str = "UTC", now: datetime = NOW) -> Period:
    return period_for(Preset.CUSTOM, a_site(zone), now, date.fromisoformat(start), date.fromisoformat(end))


def starts(of: Period, interval: str) -> list[str]:
    return [bucket.start.strftime("%m-%d %H:%M") for bucket in of.buckets(Interval(interval))]


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("today", "2026-03-18", "2026-03-18"),
        ("yesterday", "2026-03-17", "2026-03-17"),
        ("last_7_days", "2026-03-12", "2026-03-18"),
        ("last_30_days", "2026-02-17", "2026-03-18"),
        ("last_90_days", "2025-12-19", "2026-03-18"),
        ("month", "2026-03-01", "2026-03-18"),
        ("last_12_months", "2025-04-01", "2026-03-18"),
        ("all", "2026-01-01", "2026-03-18"),
    ],
)
def test_presets_end_with_today(preset: str, start: str, end: str) -> None:
    found = period(preset)
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)


def test_today_is_the_sites_own() -> None:
    assert period("today", "Europe/Berlin").start == date(2026, 3, 18)
    assert period("today", "America/New_York").start == date(2026, 3, 17)


def test_a_day_begins_at_the_zones_midnight() -> None:
    kolkata = period("today", "Asia/Kolkata")
    assert kolkata.begins.astimezone(UTC) == datetime(2026, 3, 17, 18, 30, tzinfo=UTC)
    assert kolkata.ends - kolkata.begins == timedelta(hours=24)


@pytest.mark.parametrize(
    ("day", "hours", "after_two"),
    [("2026-03-29", 23, ["01:00", "03:00"]), ("2026-10-25", 25, ["01:00", "02:00", "02:00", "03:00"])],
)
def test_days_on_which_the_clock_moves(day: str, hours: int, after_two: list[str]) -> None:
    found = custom(day, day, "Europe/Berlin").buckets(Interval.HOUR)
    assert len(found) == hours
    assert [bucket.start.strftime("%H:%M") for bucket in found][1 : 1 + len(after_two)] == after_two
    assert {(bucket.end.astimezone(UTC) - bucket.start.astimezone(UTC)) for bucket in found} == {
        timedelta(hours=1)
    }


def test_a_day_whose_midnight_does_not_exist_begins_when_the_clock_has_jumped() -> None:
    beirut = custom("2026-03-29", "2026-03-29", "Asia/Beirut")
    assert beirut.begins.strftime("%d %H:%M") == "29 01:00"
    assert len(beirut.buckets(Interval.HOUR)) == 23


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    found = custom("2026-01-29", "2026-03-10")
    assert starts(found, "week")[:3] == ["01-29 00:00", "02-02 00:00", "02-09 00:00"]
    assert starts(found, "month") == ["01-29 00:00", "02-01 00:00", "03-01 00:00"]
    assert [bucket.whole for bucket in found.buckets(Interval.MONTH)] == [False, True, False]


@given(
    st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})),
    st.dates(date(2000, 1, 1), date(2035, 1, 1)),
    st.integers(0, 40),
    st.sampled_from(Interval),
)
@settings(max_examples=300)
def test_buckets_cover_a_period_without_gap_or_overlap(
    zone: str, start: date, days: int, interval: Interval
) -> None:
    found = custom(start.isoformat(), (start + timedelta(days=days)).isoformat(), zone)
    buckets = found.buckets(interval)
    assert buckets[0].start == found.begins
    assert buckets[-1].end == found.ends
    instants = [bucket.start.astimezone(UTC) for bucket in buckets] + [found.ends.astimezone(UTC)]
    assert instants == sorted(set(instants))
    for one, next_one in pairwise(buckets):
        assert one.end == next_one.start
    # Shorter than the longest silence within a session, a bucket could be passed over by one.
    assert min(b - a for a, b in pairwise(instants)) >= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("of", "before", "year_before"),
    [
        (period("last_7_days"), "2026-03-05..2026-03-11", "2025-03-12..2025-03-18"),
        (period("today"), "2026-03-17..2026-03-17", "2025-03-18..2025-03-18"),
        (period("month"), "2026-02-01..2026-02-18", "2025-03-01..2025-03-18"),
        (
            period("month", now=datetime(2026, 3, 31, 9, tzinfo=UTC)),
            "2026-02-01..2026-02-28",
            "2025-03-01..2025-03-31",
        ),
        (period("last_12_months"), "2024-04-01..2025-03-18", "2024-04-01..2025-03-18"),
        (custom("2024-02-29", "2024-03-01"), "2024-02-27..2024-02-28", "2023-02-28..2023-03-01"),
    ],
)
def test_what_a_period_is_compared_with(of: Period, before: str, year_before: str) -> None:
    for earlier, expected in ((of.before(), before), (of.year_before(), year_before)):
        assert f"{earlier.start}..{earlier.end}" == expected


def test_what_has_not_gone_by_is_compared_with_the_same_part() -> None:
    now = datetime(2026, 10, 25, 13, 20, 10, tzinfo=UTC)  # 14:20 in Berlin, where the night had 25 hours
    today = period("today", "Europe/Berlin", now)
    assert today.elapsed_until.strftime("%d %H:%M:%S") == "25 14:20:11"
    assert today.same_moment_in(today.before()).strftime("%d %H:%M:%S") == "24 14:20:11"
    month = period("month", "Europe/Berlin", now)
    assert month.same_moment_in(month.before()).strftime("%m-%d %H:%M:%S") == "09-25 14:20:11"


def test_a_period_that_is_over_is_compared_whole() -> None:
    gone = custom("2026-03-01", "2026-03-07")
    assert gone.same_moment_in(gone.before()) == gone.before().ends


def test_of_a_period_to_come_nothing_has_gone_by() -> None:
    coming = custom("2026-06-01", "2026-06-07")
    assert coming.elapsed_until == coming.begins
    assert coming.same_moment_in(coming.before()) == coming.before().begins


@pytest.mark.parametrize(
    ("preset", "default", "others"),
    [
        ("today", "hour", set()),
        ("last_7_days", "day", {"hour"}),
        ("last_30_days", "day", {"week", "month"}),
        ("last_90_days", "day", {"week", "month"}),
        ("last_12_months", "month", {"day", "week"}),
    ],
)
def test_intervals_that_suit_a_period(preset: str, default: str, others: set[str]) -> None:
    found = period(preset)
    assert found.default_interval == default
    assert set(found.intervals) == {default, *others}


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (None, date(2026, 1, 1), "period"),
        (date(2026, 1, 1), None, "period"),
        (date(2026, 1, 2), date(2026, 1, 1), "end_date"),
        (date(1, 1, 1), date(2026, 1, 1), "start_date"),
        (date(2026, 1, 1), date(9999, 12, 31), "start_date"),
        (date(2010, 1, 1), date(2026, 1, 1), "start_date"),
    ],
)
def test_custom_periods_that_make_no_sense(start: date | None, end: date | None, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        period_for(Preset.CUSTOM, a_site(), NOW, start, end)
    assert caught.value.field == field
