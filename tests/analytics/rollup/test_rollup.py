"""Closed days, counted once: reports say the same with them, whatever comes late."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from analytics.clickhouse import command, rows_of
from analytics.ingest.sessions import rebuild_between
from analytics.ingest.worker import IngestWorker
from analytics.reports.breakdown import breakdown_report, breakdowns_report
from analytics.reports.filters import Dimension, Filter, Operator
from analytics.reports.metrics import Metric
from analytics.reports.overview import overview_report
from analytics.reports.period import Interval, Period, Preset, period_for
from analytics.rollup import build
from analytics.rollup.days import events_came_late, forget_small_sites, rolled_days
from analytics.settings import settings as analytics_settings
from analytics.tasks import roll_up_large_sites
from tests.analytics.ingest.entries import an_event, put
from tests.analytics.reports.stories import days, line, overview, totals
from tests.analytics.reports.test_numbers import worlds
from tests.analytics.worlds import Step, World, counted, store
from tests.factories import make_client, make_site

pytestmark = pytest.mark.usefixtures("stack", "few_days")


@pytest.fixture
def few_days(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A rollup of days, not of months."""
    monkeypatch.setattr(build, "KEPT", timedelta(days=7))
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
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
async def test_the_numbers_stay_what_they_are(data: st.DataObject) -> None:
    world = data.draw(worlds())
    late = [one for one in world.visits if data.draw(st.booleans())]
    in_time = [one for one in world.visits if one not in late]
    everything, world.visits = world.visits, in_time
    world.store()
    first = everything[0].start.date() + timedelta(days=data.draw(st.integers(-2, 1)))
    last = first + timedelta(days=data.draw(st.integers(1, 3)))
    now = world.at(f"{last} 15:07:29")
    build.roll_up(world.site.number, world.zone, now)
    forget_small_sites()
    period = period_for(Preset.CUSTOM, world.site, now, first, last)
    assert await days_used(world, period) == (last - first).days
    await everything_is_as_counted(world, period)

    world.visits = everything
    store(late, version=2)
    events_came_late({world.site.number: round(one.first.timestamp() * 1000) for one in late[:1]})
    for one in late:
        events_came_late({world.site.number: round(one.first.timestamp() * 1000)})
    await everything_is_as_counted(world, period)

    build.roll_up(world.site.number, world.zone, now)
    assert await days_used(world, period) == (last - first).days
    await everything_is_as_counted(world, period)
