"""Random small worlds: the reports say what plain counting of every event says."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.breakdown import breakdown_report
from analytics.reports.filters import Dimension, Filter, Operator
from analytics.reports.overview import overview_report
from analytics.reports.period import Period, Preset, period_for
from tests.analytics.worlds import Step, World, counted

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
PATHS = ["/", "/a", "/b"]
NAMES = ["page_view", "page_view", "engagement", "signup"]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few visits around days on which clocks move, none silent for over half an hour, some out of order."""
    world = World(draw(st.sampled_from(ZONES)))
    around = draw(
        st.sampled_from(["2026-03-29 00:00", "2026-10-25 00:00", "2026-04-05 00:00", "2026-06-30 00:00"])
    )
    for number in range(draw(st.integers(1, 7))):
        begun = world.at(around) + timedelta(seconds=draw(st.integers(-100_000, 180_000)))
        minute, steps = 0.0, []
        for _ in range(draw(st.integers(1, 5))):
            steps.append(Step(minute, draw(st.sampled_from(PATHS)), draw(st.sampled_from(NAMES))))
            minute += draw(st.sampled_from([0.5, 10, 29.5, 30]))
        # What came first names the session; the rest of it may lie before.
        came_first = draw(st.sampled_from(steps)).minute
        steps = [replace(step, minute=step.minute - came_first) for step in steps]
        # Another millisecond for each, as a visitor and a start name a session.
        world.visit(
            f"v{number % 4}",
            begun + timedelta(milliseconds=number),
            *steps,
            country=draw(st.sampled_from(["DE", "FR"])),
            source=draw(st.sampled_from(["google", "direct"])),
        )
    return world


one_filter = st.one_of(
    st.builds(
        Filter,
        st.sampled_from([Dimension.COUNTRY, Dimension.SOURCE]),
        st.sampled_from([Operator.IS, Operator.IS_NOT]),
        st.sampled_from([("DE",), ("google", "FR")]),
    ),
    st.builds(
        Filter,
        st.sampled_from([Dimension.PAGE, Dimension.ENTRY_PAGE, Dimension.EXIT_PAGE]),
        st.sampled_from([Operator.IS, Operator.IS_NOT, Operator.CONTAINS, Operator.DOES_NOT_CONTAIN]),
        st.sampled_from([("/a",), ("/a", "/b")]),
    ),
    st.just(Filter(Dimension.EVENT, Operator.IS, ("signup",))),
)
filters = st.lists(one_filter, max_size=2).map(tuple)


@st.composite
def periods(draw: st.DrawFn, world: World) -> Period:
    """Some days near the visits, seen from within or from later."""
    first = world.visits[0].start.date() + timedelta(days=draw(st.integers(-2, 2)))
    last = first + timedelta(days=draw(st.integers(0, 3)))
    now = world.at(f"{last} 15:07:29") if draw(st.booleans()) else world.at("2026-12-31 12:00")
    return period_for(Preset.CUSTOM, world.site, now, first, last)


@given(st.data())
@settings(max_examples=40)
async def test_overviews(stack: dict[str, str], data: st.DataObject) -> None:
    world = data.draw(worlds()).store()
    period, chosen = data.draw(periods(world)), data.draw(filters)
    found = await overview_report(
        world.site, period, chosen, interval=data.draw(st.sampled_from(period.intervals))
    )
    now = period.elapsed_until
    total = counted(world.visits, period.begins, now, chosen).values()
    earlier = period.before()
    before = counted(world.visits, earlier.begins, period.same_moment_in(earlier), chosen).values()
    assert {metric: value.value for metric, value in found.metrics.items()} == total
    assert {metric: value.previous for metric, value in found.metrics.items()} == before
    for bucket, following in pairwise([*found.series, None]):
        assert bucket is not None
        end = min(following.start if following else period.ends, now)
        if bucket.start < now:
            whole = (period.begins, now)
            expected = counted(world.visits, bucket.start, end, chosen, whole=whole)
            assert bucket.values == expected.values()
        else:
            assert set(bucket.values.values()) == {None}


@given(st.data())
@settings(max_examples=25)
async def test_breakdowns(stack: dict[str, str], data: st.DataObject) -> None:
    world = data.draw(worlds()).store()
    period, chosen = data.draw(periods(world)), data.draw(filters)
    dimension = data.draw(
        st.sampled_from([Dimension.COUNTRY, Dimension.SOURCE, Dimension.PAGE, Dimension.ENTRY_PAGE])
    )
    found = await breakdown_report(world.site, period, chosen, dimension)
    for row in found.rows:
        only = (*chosen, Filter(dimension, Operator.IS, (row.value,)))
        expected = counted(world.visits, period.begins, period.elapsed_until, only)
        assert (row.visitors, row.sessions) == (expected.visitors, expected.sessions)
        assert row.page_views in {None, expected.page_views}
        assert (row.bounce_rate, row.session_duration) == (expected.bounce_rate, expected.session_duration)
    of_views = dimension is Dimension.PAGE and not any(one.dimension is Dimension.EVENT for one in chosen)
    viewed = (Filter(Dimension.PAGE, Operator.CONTAINS, ("/",)),) if of_views else ()
    total = counted(world.visits, period.begins, period.elapsed_until, chosen + viewed)
    assert found.total_visitors == total.visitors
