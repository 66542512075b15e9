"""Who is here now: the last 5 and 30 minutes."""

from datetime import timedelta

import pytest

from analytics.reports.realtime import Realtime, RealtimeRow, realtime_report
from tests.analytics.worlds import Step, World

pytestmark = pytest.mark.usefixtures("stack")

NOW = "2026-03-02 12:00:30"


async def realtime(world: World) -> Realtime:
    world.store()
    return await realtime_report(world.site, world.at(NOW))


async def test_nobody_is_here() -> None:
    world = World()
    world.visit("anna", "2026-03-02 11:30:00")
    world.visit("bert", "2026-03-02 12:01:00")
    assert await realtime(world) == Realtime(0, 0, (0,) * 30, (), (), (), ())


async def test_active_visitors_of_5_and_30_minutes() -> None:
    world = World()
    world.visit("anna", "2026-03-02 11:31:00", Step(0), Step(28, "/a"), source="google", country="DE")
    world.visit("bert", "2026-03-02 11:40:00", source="google", country="FR")
    world.visit("cleo", "2026-03-02 12:00:30", Step(0, "/b"))
    found = await realtime(world)
    assert (found.active_5, found.active_30) == (2, 3)
    assert len(found.per_minute) == 30
    assert [minute for minute, count in enumerate(found.per_minute) if count == 1] == [0, 9, 28, 29]
    assert sum(found.per_minute) == 4


async def test_each_visitor_is_where_they_looked_last() -> None:
    world = World()
    world.visit("anna", "2026-03-02 11:50", Step(0), Step(9, "/a"), source="google", country="DE")
    world.visit("bert", "2026-03-02 11:45", Step(0, "/a"), source="google", country="DE")
    world.visit("cleo", "2026-03-02 11:58", Step(0, "/b"), source="bing")
    found = await realtime(world)
    assert found.pages == (RealtimeRow("/a", 2, 1), RealtimeRow("/b", 1, 1))
    assert found.sources == (RealtimeRow("google", 2, 1), RealtimeRow("bing", 1, 1))
    assert found.countries == (RealtimeRow("DE", 2, 1), RealtimeRow("", 1, 1))


async def test_the_list_of_those_who_are_here() -> None:
    world = World()
    here = world.visit(
        "anna",
        "2026-03-02 11:50",
        Step(0),
        Step(6, "/a"),
        Step(10, "/a", "engagement"),
        country="DE",
        device="mobile",
    )
    world.visit("bert", "2026-03-02 11:50")
    found = await realtime(world)
    (anna,) = found.visitors
    assert anna.visitor_id == str(here.visitor_id)
    assert (anna.page, anna.country, anna.device, anna.source) == ("/a", "DE", "mobile", "direct")
    assert (anna.page_views, anna.seconds) == (2, 600)


async def test_only_the_first_rows_are_listed() -> None:
    world = World()
    for number in range(60):
        begun = world.at(NOW) - timedelta(seconds=number)
        world.visit(f"v{number}", begun, Step(0, f"/{number % 15}"), country=f"{number % 2}")
    found = await realtime(world)
    assert (found.active_5, len(found.visitors), len(found.pages)) == (60, 50, 10)
    assert [row.visitors for row in found.countries] == [30, 30]


async def test_sites_never_mix() -> None:
    world, other = World(), World()
    for each in (world, other):
        each.visit("anna", "2026-03-02 11:59")
        each.store()
    assert (await realtime_report(world.site, world.at(NOW))).active_30 == 1
