"""The six metrics and their series on small worlds made by hand."""

from datetime import timedelta
from uuid import uuid4

import pytest

from analytics.clickhouse import insert
from analytics.reports.filters import Dimension, Operator
from analytics.reports.metrics import Metric, MetricValue
from analytics.reports.period import Interval
from tenancy.errors import Invalid
from tests.analytics.reports.stories import keep, line, overview, totals
from tests.analytics.worlds import Step, World, counted, store, store_sessions

pytestmark = pytest.mark.usefixtures("stack")


async def test_the_six_metrics() -> None:
    world = World()
    world.visit("anna", "2026-03-02 10:00", Step(0), Step(4, "/pricing"), Step(5, "/pricing", "engagement"))
    world.visit("anna", "2026-03-02 15:00")
    world.visit("bert", "2026-03-02 11:00", Step(0), Step(1, "/", "signup"))
    world.visit("cleo", "2026-03-02 12:00", Step(0, "/", "download"))
    world.store()
    assert totals(await overview(world, "2026-03-02")) == {
        "visitors": 3,
        "page_views": 4,
        "sessions": 4,
        "bounce_rate": pytest.approx(2 / 3),  # cleo saw no page: neither bounced nor stayed
        "session_duration": (300 + 0 + 60 + 0) / 4,
        "pages_per_session": 1.0,
    }


async def test_nothing_happened() -> None:
    found = await overview(World(), "2026-03-02", "2026-03-03", interval=Interval.DAY)
    nothing = {"visitors": 0, "page_views": 0, "sessions": 0, "bounce_rate": None, "session_duration": None}
    assert totals(found) == {**nothing, "pages_per_session": None}
    assert line(found.series) == line(found.previous) == [0, 0]
    assert found.metrics[Metric.VISITORS] == MetricValue(0, 0, 0.0)
    assert found.metrics[Metric.BOUNCE_RATE] == MetricValue(None, None, None)


async def test_a_session_across_midnight_has_its_part_in_both_days() -> None:
    world = World()
    world.visit("anna", "2026-03-02 23:50", Step(0), Step(20, "/a"), Step(45, "/b"))
    world.store()
    both = await overview(world, "2026-03-02", "2026-03-03", interval=Interval.DAY)
    assert line(both.series) == [1, 1]
    assert line(both.series, Metric.PAGE_VIEWS) == [1, 2]
    assert line(both.series, Metric.SESSIONS) == [1, 0]
    assert line(both.series, Metric.SESSION_DURATION) == [45 * 60, None]
    assert totals(both)["visitors"] == 1
    first, second = await overview(world, "2026-03-02"), await overview(world, "2026-03-03")
    assert [totals(one)["page_views"] for one in (first, second)] == [1, 2]
    assert [totals(one)["sessions"] for one in (first, second)] == [1, 0]
    assert totals(second)["bounce_rate"] is None


async def test_a_session_longer_than_a_day_is_in_each_of_its_buckets() -> None:
    world = World()
    steps = [
        Step(minute, name="page_view" if minute % 600 == 0 else "engagement") for minute in range(0, 3000, 30)
    ]
    world.visit("kiosk", "2026-03-01 22:00", *steps)
    world.store()
    week = await overview(world, "2026-03-01", "2026-03-04", interval=Interval.DAY)
    assert line(week.series) == [1, 1, 1, 0]
    assert line(week.series, Metric.PAGE_VIEWS) == [1, 2, 2, 0]
    within = await overview(world, "2026-03-02")
    assert line(within.series) == [1] * 24
    assert totals(within) | {"pages_per_session": None} == {
        **dict.fromkeys(totals(within)),
        **{"visitors": 1, "page_views": 2, "sessions": 0},
    }


@pytest.mark.parametrize(
    ("zone", "visitors"),
    [
        ("UTC", [1, 1, 0]),
        ("Asia/Kolkata", [0, 2, 0]),  # 18:31 UTC is one minute into the next day
        ("America/New_York", [2, 0, 0]),  # 04:59 UTC is one minute before midnight
        ("Pacific/Kiritimati", [0, 2, 0]),
        ("Pacific/Pago_Pago", [2, 0, 0]),
    ],
)
async def test_days_are_those_of_the_site(zone: str, visitors: list[int]) -> None:
    world, utc = World(zone), World()
    world.visit("anna", utc.at("2026-02-02 18:31"))
    world.visit("bert", utc.at("2026-02-03 04:59"))
    world.store()
    found = await overview(world, "2026-02-02", "2026-02-04", interval=Interval.DAY)
    assert line(found.series) == visitors
    assert line(found.series, Metric.SESSIONS) == visitors


async def test_hours_of_a_zone_between_the_hours() -> None:
    world, utc = World("Asia/Kolkata"), World()
    world.visit("anna", utc.at("2026-02-02 18:29:59"))  # 23:59:59
    world.visit("bert", utc.at("2026-02-02 18:30"))  # 00:00
    world.visit("cleo", utc.at("2026-02-02 19:29"))  # 00:59
    world.store()
    assert line((await overview(world, "2026-02-02")).series) == [0] * 23 + [1]
    assert line((await overview(world, "2026-02-03")).series) == [2] + [0] * 23


async def test_the_day_of_23_hours() -> None:
    world = World("Europe/Berlin")
    world.visit("anna", "2026-03-29 01:50", Step(0), Step(15, "/a"))  # the clock goes from 02:00 to 03:00
    world.visit("bert", "2026-03-29 23:59")
    world.store()
    found = await overview(world, "2026-03-29")
    assert [bucket.start.hour for bucket in found.series] == [0, 1, *range(3, 24)]
    assert line(found.series) == [0, 1, 1] + [0] * 19 + [1]
    assert line(found.series, Metric.PAGE_VIEWS) == [0, 1, 1] + [0] * 19 + [1]
    assert totals(found)["session_duration"] == (15 * 60 + 0) / 2


async def test_the_day_of_25_hours() -> None:
    world = World("Europe/Berlin")
    world.visit("anna", world.at("2026-10-25 02:30"))
    world.visit("bert", world.at("2026-10-25 02:30", fold=1))
    world.visit("cleo", "2026-10-25 23:59")
    world.store()
    found = await overview(world, "2026-10-25")
    assert [bucket.start.hour for bucket in found.series] == [0, 1, 2, 2, *range(3, 24)]
    assert line(found.series) == [0, 0, 1, 1] + [0] * 20 + [1]
    days = await overview(world, "2026-10-24", "2026-10-26", interval=Interval.DAY)
    assert line(days.series) == [0, 3, 0]


async def test_a_visitor_counts_once_in_a_bucket_however_wide_it_is() -> None:
    world = World()
    for day in ("2026-01-05", "2026-01-06", "2026-01-13", "2026-02-02"):
        world.visit("anna", f"{day} 10:00")
    world.visit("bert", "2026-01-06 10:00")
    world.store()
    expected = {
        Interval.DAY: [1, 2, 0, 0, 0, 0, 0, 0, 1, *[0] * 19, 1],
        Interval.WEEK: [2, 1, 0, 0, 1],
        Interval.MONTH: [2, 1],
    }
    for interval, visitors in expected.items():
        found = await overview(world, "2026-01-05", "2026-02-02", interval=interval)
        assert line(found.series) == visitors
        assert totals(found)["visitors"] == 2


async def test_an_event_that_comes_late_is_where_it_happened() -> None:
    world = World()
    # Its session was named by what came first: a view after midnight. Then one from before midnight came.
    late = world.visit("anna", "2026-03-03 00:05", Step(0), Step(-10, "/early"))
    world.store()
    found = await overview(world, "2026-03-02", "2026-03-03", interval=Interval.DAY)
    assert line(found.series) == [1, 1]
    assert line(found.series, Metric.PAGE_VIEWS) == [1, 1]
    assert line(found.series, Metric.SESSIONS) == [1, 0]
    assert totals(await overview(world, "2026-03-02")) == {
        **{"visitors": 1, "page_views": 1, "sessions": 1, "bounce_rate": 0.0},
        **{"session_duration": 600, "pages_per_session": 1.0},
    }
    assert totals(await overview(world, "2026-03-03"))["sessions"] == 0
    assert late.first == world.at("2026-03-02 23:55")


async def test_a_row_written_again_counts_once() -> None:
    world = World()
    begun = world.visit("anna", "2026-03-02 10:00")
    world.store()
    world.visits.clear()
    longer = world.visit("anna", "2026-03-02 10:00", Step(0), Step(7, "/a"))
    store([longer], version=2)
    store([longer], version=3)  # another token: the store sees new rows
    store_sessions([begun], version=1)  # a worker that was slow
    found = totals(await overview(world, "2026-03-02"))
    assert (found["visitors"], found["page_views"], found["sessions"]) == (1, 2, 1)
    assert found["session_duration"] == 7 * 60
    assert (
        totals(await overview(world, "2026-03-02", filters=keep(Dimension.PAGE, Operator.IS, "/a")))[
            "page_views"
        ]
        == 1
    )


async def test_a_batch_sent_twice_counts_once() -> None:
    world, token = World(), uuid4().hex
    world.visit("anna", "2026-03-02 10:00", Step(0), Step(1, "/a"))
    for _ in range(2):
        store(world.visits, token=token)
    assert totals(await overview(world, "2026-03-02"))["page_views"] == 2


async def test_a_session_that_was_taken_back_is_gone() -> None:
    world = World()
    visit = world.visit("anna", "2026-03-02 10:00")
    world.store()
    row = {"site_id": world.site.number, "session_id": visit.session_id, "visitor_id": visit.visitor_id}
    key = {"session_start": round(visit.start.timestamp() * 1000), "version": 9, "deleted": 1}
    insert("sessions", {name: [value] for name, value in {**row, **key}.items()}, token=uuid4().hex)
    assert totals(await overview(world, "2026-03-02"))["sessions"] == 0


async def test_sites_never_mix() -> None:
    ours, theirs = World(), World()
    ours.visit("anna", "2026-03-02 10:00")
    for who in ("anna", "bert", "cleo"):
        theirs.visit(who, "2026-03-02 10:00", Step(0), Step(1, "/a"))
    ours.store()
    theirs.store()
    for world, visitors, page_views in ((ours, 1, 1), (theirs, 3, 6)):
        found = totals(await overview(world, "2026-03-02"))
        assert (found["visitors"], found["page_views"]) == (visitors, page_views)


async def test_the_change_against_the_period_before() -> None:
    world = World()
    for day, visitors in ((2, 4), (3, 0), (4, 5), (5, 1)):
        for number in range(visitors):
            world.visit(f"{day}-{number}", f"2026-03-0{day} 10:00", *[Step(0), Step(1)][: 1 + (day == 4)])
    world.store()
    found = await overview(world, "2026-03-04", "2026-03-05", interval=Interval.DAY)
    assert found.metrics[Metric.VISITORS] == MetricValue(6, 4, 0.5)
    assert found.metrics[Metric.PAGE_VIEWS] == MetricValue(11, 4, 1.75)
    assert found.metrics[Metric.BOUNCE_RATE] == MetricValue(1 / 6, 1.0, 1 / 6 - 1)
    assert (line(found.series), line(found.previous)) == ([5, 1], [4, 0])


async def test_the_change_against_the_year_before() -> None:
    world = World()
    world.visit("anna", "2025-03-04 10:00")
    world.visit("anna", "2026-03-04 10:00")
    world.visit("bert", "2026-03-04 10:00")
    world.visit("cleo", "2026-03-03 10:00")
    world.store()
    found = await overview(world, "2026-03-04", comparison="year")
    assert found.metrics[Metric.VISITORS] == MetricValue(2, 1, 1.0)
    assert (await overview(world, "2026-03-04", comparison=None)).metrics[Metric.VISITORS] == MetricValue(2)


async def test_a_day_that_still_runs_is_compared_with_the_same_hours() -> None:
    world = World()
    for hour, minute in ((9, 0), (14, 10), (14, 40), (20, 0)):
        world.visit(f"y{hour}{minute}", f"2026-03-03 {hour:02}:{minute:02}")
    world.visit("across", "2026-03-03 14:15", Step(0), Step(20, "/a"))  # in both parts of that hour
    world.visit("t1", "2026-03-04 08:00")
    world.visit("t2", "2026-03-04 14:19:59")
    world.visit("tomorrow's test", "2026-03-04 15:00")
    world.store()
    found = await overview(world, "2026-03-04", now="2026-03-04 14:20:00")
    assert found.metrics[Metric.VISITORS] == MetricValue(2, 3, -1 / 3)
    assert found.metrics[Metric.PAGE_VIEWS] == MetricValue(2, 3, -1 / 3)
    assert line(found.series) == [*[0] * 8, 1, *[0] * 5, 1, *[None] * 9]
    assert [bucket.partial for bucket in found.series] == [*[False] * 14, True, *[False] * 9]
    # The running hour's counterpart is cut at the same minute; the line goes on to the end of that day.
    assert line(found.previous) == [*[0] * 9, 1, *[0] * 4, 2, *[0] * 5, 1, *[0] * 3]
    assert found.previous[14].partial


async def test_a_silence_at_the_cut_is_not_an_event() -> None:
    world = World()
    world.visit("anna", "2026-03-03 14:55", Step(0), Step(29, "/a"))  # nothing between 14:55 and 15:24
    world.store()
    found = await overview(world, "2026-03-04", now="2026-03-04 15:10:00")
    assert found.metrics[Metric.VISITORS].previous == 1
    assert [bucket.values[Metric.VISITORS] for bucket in found.previous[14:16]] == [1, 0]


async def test_the_running_week_is_partial() -> None:
    world = World()
    world.visit("anna", "2026-03-03 10:00")
    world.store()
    found = await overview(world, "2026-02-23", "2026-03-08", now="2026-03-04 12:00", interval=Interval.WEEK)
    assert [(bucket.values[Metric.VISITORS], bucket.partial) for bucket in found.series] == [
        (0, False),
        (1, True),
    ]


async def test_an_interval_that_does_not_suit_the_period() -> None:
    with pytest.raises(Invalid) as caught:
        await overview(World(), "2026-01-01", "2026-12-01", interval=Interval.HOUR)
    assert caught.value.field == "interval"


async def test_a_world_of_every_sort_agrees_with_plain_counting() -> None:
    world = World("Europe/Berlin")
    for day in range(40):
        for number in range(day % 4):
            begun = world.at("2026-03-10 22:00") + timedelta(days=day, minutes=37 * number)
            steps = [Step(minute, f"/{minute % 3}") for minute in range(0, 20 * (number + 1), 20 - number)]
            world.visit(f"v{(day * 7 + number) % 11}", begun, *steps)
    world.store()
    found = await overview(world, "2026-03-10", "2026-04-20", interval=Interval.DAY)
    for bucket in found.series:
        expected = counted(world.visits, bucket.start, bucket.start + timedelta(days=1))
        assert bucket.values == expected.values()
