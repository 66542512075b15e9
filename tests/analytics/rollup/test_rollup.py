"""Closed days, counted once: reports say the same with them, whatever comes late."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

import analytics.settings
from analytics import clickhouse
from analytics.clickhouse import rows_of
from analytics.ingest.sessions import rebuild_between
from analytics.ingest.worker import IngestWorker
from analytics.reports.breakdown import breakdowns_report
from analytics.reports.filters import Dimension, Filter, Operator
from analytics.reports.metrics import Metric
from analytics.reports.overview import overview_report
from analytics.reports.period import Interval, Period, Preset, period_for
from analytics.rollup import build
from analytics.rollup.days import events_came_late, forget_small_sites, rolled_days
from analytics.tasks import roll_up_large_sites
from tests.analytics.ingest.entries import an_event, put
from tests.analytics.reports.stories import days
from tests.analytics.reports.test_numbers import worlds
from tests.analytics.worlds import Step, Visit, World, a_site, counted, store, store_events
from tests.factories import make_client, make_reseller, make_site

pytestmark = pytest.mark.usefixtures("stack", "few_days")


@pytest.fixture
def few_days(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A rollup of days, not of months."""
    monkeypatch.setattr(build, "KEPT", timedelta(days=4))
    forget_small_sites()
    yield
    forget_small_sites()


def roll_up(world: World, now: str) -> int:
    built = build.roll_up(world.site.number, world.zone, world.at(now))
    forget_small_sites()
    return built


async def days_used(world: World, period: Period) -> int:
    return len((await rolled_days(world.site, period.buckets(Interval.DAY))).days)


async def everything_is_as_counted(world: World, period: Period) -> None:
    """The overview with its buckets and the period before, and two breakdowns, against plain counting."""
    now = period.elapsed_until
    found = await overview_report(world.site, period, interval=period.default_interval)
    total = counted(world.visits, period.begins, now).values()
    earlier = period.before()
    before = counted(world.visits, earlier.begins, period.same_moment_in(earlier)).values()
    assert {metric: value.value for metric, value in found.metrics.items()} == total
    assert {metric: value.previous for metric, value in found.metrics.items()} == before
    for bucket, stretch in zip(found.series, period.buckets(found.interval), strict=True):
        if stretch.start < now:
            end = min(stretch.end, now)
            assert bucket.values == counted(world.visits, stretch.start, end).values()
    wanted = [Dimension.COUNTRY, Dimension.PAGE, Dimension.SOURCE]
    for dimension, breakdown in (await breakdowns_report(world.site, period, (), wanted)).items():
        for row in breakdown.rows:
            only = (Filter(dimension, Operator.IS, (row.value,)),)
            expected = counted(world.visits, period.begins, now, only)
            assert (row.visitors, row.page_views) == (expected.visitors, expected.page_views)
            if dimension is not Dimension.PAGE:
                assert (row.sessions, row.bounce_rate) == (expected.sessions, expected.bounce_rate)
                assert row.session_duration == expected.session_duration
        viewed = (Filter(Dimension.PAGE, Operator.CONTAINS, ("/",)),) if dimension is Dimension.PAGE else ()
        everybody = counted(world.visits, period.begins, now, viewed)
        assert breakdown.total_visitors == everybody.visitors


@given(st.data())
@settings(
    max_examples=5, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)  # a run takes a second or two: shrinking would take minutes
async def test_the_numbers_stay_what_they_are(data: st.DataObject) -> None:
    world = data.draw(worlds())
    late = [one for one in world.visits if data.draw(st.booleans())]
    everything, world.visits = world.visits, [one for one in world.visits if one not in late]
    world.store()
    first = everything[0].start.date() + timedelta(days=data.draw(st.integers(-2, 1)))
    last = first + timedelta(days=data.draw(st.integers(1, 2)))
    now = f"{last} 15:07:29"
    roll_up(world, now)
    period = period_for(Preset.CUSTOM, world.site, world.at(now), first, last)
    assert await days_used(world, period) == (last - first).days
    await everything_is_as_counted(world, period)

    world.visits = everything
    store(late, version=2)
    come_late(world, *late)
    await everything_is_as_counted(world, period)

    roll_up(world, now)
    assert await days_used(world, period) == (last - first).days
    await everything_is_as_counted(world, period)


def three_days() -> World:
    """Anna comes on each of three days, from elsewhere on the second; a visit lasts over a midnight."""
    world = World("Europe/Berlin")
    world.visit("anna", "2026-03-02 10:00", Step(0), Step(3, "/a"), country="DE")
    world.visit("anna", "2026-03-03 10:00", Step(0, "/a"), country="FR")
    world.visit("anna", "2026-03-04 09:00", Step(0), country="DE")
    world.visit("bert", "2026-03-03 23:50", Step(0), Step(20, "/b"), country="DE")
    return world.store()


NOON = "2026-03-04 12:00"


async def test_who_comes_again_is_one_visitor() -> None:
    world = three_days()
    assert roll_up(world, NOON) == 4
    period = days(world, "2026-03-02", "2026-03-04", now=NOON)
    assert await days_used(world, period) == 2
    await everything_is_as_counted(world, period)
    assert roll_up(world, NOON) == 0


async def test_a_period_that_ends_now_and_one_that_ended_amid_a_visit() -> None:
    now = datetime.now(UTC)
    # Where it is between noon and one o'clock, in the inverted signs of these zones.
    world = World(f"Etc/GMT{now.hour - 12:+d}")
    today = now.astimezone(ZoneInfo(world.zone)).date()
    yesterday, before = today - timedelta(days=1), today - timedelta(days=2)
    for name in ("anna", "bert"):
        world.visit(name, f"{before - timedelta(days=1)} 11:00", Step(0), country="DE")
    world.visit("anna", f"{before} 10:00", Step(0), Step(3, "/a"), country="DE")
    world.visit("bert", f"{before} 18:00", Step(0), Step(3, "/a"), country="DE")
    world.visit("anna", f"{yesterday} 23:50", Step(0), Step(20, "/b"), Step(40, "/a"), country="FR")
    world.visit("bert", f"{yesterday} 23:58", Step(0), Step(1), country="DE")
    world.visit("cleo", f"{today} 00:00", Step(0, "/b"), Step(9), country="DE")
    world.visit("dora", f"{today} 09:00", Step(0), Step(20), Step(40, "/a"), country="FR")
    world.store()
    build.roll_up(world.site.number, world.zone, now)
    forget_small_sites()
    for moment in (now, world.at(f"{today} 09:30")):
        for first in (yesterday, before):
            period = period_for(Preset.CUSTOM, world.site, moment, first, today)
            assert await days_used(world, period) == (today - first).days
            await everything_is_as_counted(world, period)


async def test_a_period_within_closed_days_and_one_that_begins_later() -> None:
    world = three_days()
    roll_up(world, "2026-03-05 12:00")
    for first, last in (
        ("2026-03-02", "2026-03-03"),
        ("2026-03-03", "2026-03-04"),
        ("2026-03-04", "2026-03-04"),
    ):
        await everything_is_as_counted(world, days(world, first, last, now="2026-03-05 12:00"))


async def test_nobody_is_counted_twice_who_was_last_seen_longer_ago_than_one_looks_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build, "LOOK_BACK", timedelta(days=1))
    world = three_days()
    roll_up(world, "2026-03-05 12:00")
    period = days(world, "2026-03-02", "2026-03-05", now="2026-03-05 12:00")
    assert await days_used(world, period) == 2
    await everything_is_as_counted(world, period)


async def test_a_day_is_closed_an_hour_after_it_ended() -> None:
    world = three_days()
    roll_up(world, "2026-03-04 00:59:59")
    assert await days_used(world, days(world, "2026-03-02", "2026-03-04", now=NOON)) == 1
    roll_up(world, "2026-03-04 01:00")
    assert await days_used(world, days(world, "2026-03-02", "2026-03-04", now=NOON)) == 2


async def test_a_visit_that_comes_late_through_the_worker_counts_at_once(redis: Redis) -> None:
    world = three_days()
    roll_up(world, NOON)
    number, period = world.site.number, days(world, "2026-03-02", "2026-03-04", now=NOON)
    late = world.at("2026-03-03 11:00")

    await put(redis, number, 77, an_event(late, path="/late"), country="AT")
    await ingest(redis)

    assert await days_used(world, period) == 1, "the day before stands"
    before, after = (await overview_report(world.site, period)).metrics, roll_up(world, NOON)
    assert after == 1
    assert await days_used(world, period) == 2
    now = await overview_report(world.site, period)
    assert now.metrics == before
    assert now.metrics[Metric.VISITORS].value == 3
    found = await breakdowns_report(world.site, period, (), [Dimension.PAGE, Dimension.COUNTRY])
    assert {row.value: row.visitors for row in found[Dimension.PAGE].rows} == {
        "/": 2,
        "/a": 1,
        "/b": 1,
        "/late": 1,
    }
    assert {row.value: row.visitors for row in found[Dimension.COUNTRY].rows} == {"DE": 2, "FR": 1, "AT": 1}


async def test_sessions_that_are_rebuilt_take_their_days_back() -> None:
    world = three_days()
    roll_up(world, NOON)
    store_events([world.visit("cleo", "2026-03-03 08:00", country="DE")])
    span = world.at("2026-03-03 07:00"), world.at("2026-03-03 09:00")
    rebuild_between(world.site.number, *span, longest=timedelta(hours=1))
    period = days(world, "2026-03-02", "2026-03-04", now=NOON)
    assert await days_used(world, period) == 1
    assert (await overview_report(world.site, period)).metrics[Metric.VISITORS].value == 3


async def test_what_comes_while_a_day_is_counted_takes_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = three_days()
    run = clickhouse.command

    def run_and_be_late(sql: str, **given: Any) -> None:
        run(sql, **given)
        if "INSERT INTO rollup_visits" in sql:
            store([world.visit(f"late {len(world.visits)}", "2026-03-03 08:00")], version=2)
            come_late(world, world.visits[-1])

    monkeypatch.setattr(build, "command", run_and_be_late)
    roll_up(world, NOON)
    monkeypatch.undo()
    period = days(world, "2026-03-02", "2026-03-04", now=NOON)
    assert await days_used(world, period) == 1
    await everything_is_as_counted(world, period)


async def test_a_day_that_is_taken_back_amid_a_run_takes_the_later_ones_along() -> None:
    world = three_days()
    count_day = build._count_day
    late: list[Visit] = []

    def count_and_be_late(*arguments: Any) -> Any:
        if arguments[1] == int(world.at("2026-03-03 00:00").timestamp()) and not late:
            late.append(world.visit("dora", "2026-03-02 20:00"))
            store(late, version=2)
            come_late(world, *late)
        return count_day(*arguments)

    world.visit("dora", "2026-03-03 20:00")
    store(world.visits[-1:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "_count_day", count_and_be_late)
        roll_up(world, NOON)
    period = days(world, "2026-03-02", "2026-03-04", now=NOON)
    assert await days_used(world, period) == 0
    roll_up(world, NOON)
    assert await days_used(world, period) == 2
    await everything_is_as_counted(world, period)


async def test_a_site_that_moved_to_another_zone_has_other_days() -> None:
    world = three_days()
    roll_up(world, NOON)
    period = days(world, "2026-03-02", "2026-03-04", now=NOON)
    assert await rolled_days(world.site, period.buckets(Interval.DAY))
    moved = period_for(Preset.CUSTOM, a_site("Asia/Tokyo"), world.at(NOON), period.start, period.end)
    assert not await rolled_days(world.site, moved.buckets(Interval.DAY))


async def test_a_day_that_was_counted_anew_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "UNUSED", build.UNUSED.replace("1 HOUR", "0 HOUR"))
    world = three_days()
    roll_up(world, NOON)
    before = rows_kept(world)
    come_late(world, *world.visits)
    roll_up(world, NOON)
    assert rows_kept(world) == before


async def test_the_job_counts_the_days_of_large_sites_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LARGE", 5)
    client = await make_client(await make_reseller())
    for visits in (6, 4):
        world = World()
        world.site = await make_site(client)
        for number in range(visits):
            world.visit(f"v{number}", datetime.now(UTC) - timedelta(days=2, hours=number))
        world.store()
        await asyncio.to_thread(roll_up_large_sites)
        [(counted_days,)] = rows_of(f"SELECT count() FROM rollup_days WHERE site_id = {world.site.number}")
        assert (counted_days > 0) is (visits == 6)


def come_late(world: World, *visits: Visit) -> None:
    """What the worker says after it stored them."""
    if visits:
        first = min(one.first for one in visits)
        events_came_late({world.site.number: round(first.timestamp() * 1000)})


async def ingest(redis: Redis) -> None:
    async def mark(sites: frozenset[int]) -> None:
        return None

    partitions = range(analytics.settings.settings().ingest_partitions)
    await IngestWorker(redis, partitions, mark_first_event=mark).run_once()


def rows_kept(world: World) -> list[Any]:
    counts = "SELECT count() FROM {table} WHERE site_id = {site}"
    return [
        rows_of(counts.format(table=table, site=world.site.number))
        for table in ("rollup_visits", "rollup_daily")
    ]
