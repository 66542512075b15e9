"""Filters at work: what each keeps of sessions and events, and every operator with one value and several."""

import pytest

from analytics.reports.filters import Dimension, Operator
from analytics.reports.metrics import Metric
from analytics.reports.period import Interval
from tenancy.errors import Invalid
from tests.analytics.reports.stories import keep, line, overview, totals
from tests.analytics.worlds import Step, World

pytestmark = pytest.mark.usefixtures("stack")


async def test_a_filter_on_the_session_keeps_whole_sessions() -> None:
    world = World()
    world.visit("anna", "2026-03-02 10:00", Step(0), Step(2, "/a"), source="google", country="DE")
    world.visit("anna", "2026-03-02 14:00", source="newsletter", country="DE")
    world.visit("bert", "2026-03-02 10:00", source="google", country="FR")
    world.store()
    google = await overview(world, "2026-03-02", filters=keep(Dimension.SOURCE, Operator.IS, "google"))
    assert (totals(google)["visitors"], totals(google)["page_views"], totals(google)["sessions"]) == (2, 3, 2)
    both = keep(Dimension.SOURCE, Operator.IS, "google") + keep(Dimension.COUNTRY, Operator.IS, "DE")
    found = totals(await overview(world, "2026-03-02", filters=both))
    assert (found["visitors"], found["page_views"], found["session_duration"]) == (1, 2, 120)


async def test_a_filter_on_the_page_keeps_its_views_and_the_sessions_that_have_one() -> None:
    world = World()
    world.visit("anna", "2026-03-02 10:00", Step(0), Step(2, "/a"), Step(4, "/a"), Step(6, "/b"))
    world.visit("bert", "2026-03-02 10:00", Step(0), Step(1, "/a", "engagement"))
    world.visit("cleo", "2026-03-02 11:00", Step(0, "/a"))
    world.store()
    found = totals(await overview(world, "2026-03-02", filters=keep(Dimension.PAGE, Operator.IS, "/a")))
    assert (found["visitors"], found["page_views"], found["sessions"]) == (2, 3, 2)
    assert (found["bounce_rate"], found["session_duration"]) == (0.5, 180)


async def test_a_filter_on_the_event_keeps_the_views_of_the_sessions_that_have_it() -> None:
    world = World()
    world.visit("anna", "2026-03-02 10:00", Step(0), Step(2, "/a"), Step(3, "/a", "signup"))
    world.visit("bert", "2026-03-02 10:00", Step(0), Step(1, "/b"))
    world.visit("cleo", "2026-03-02 11:00", Step(0, "/b"), Step(1, "/b", "signup"))
    world.store()
    signups = keep(Dimension.EVENT, Operator.IS, "signup")
    found = totals(await overview(world, "2026-03-02", filters=signups))
    assert (found["visitors"], found["page_views"], found["sessions"]) == (2, 3, 2)
    there = signups + keep(Dimension.PAGE, Operator.IS, "/a")
    found = totals(await overview(world, "2026-03-02", filters=there))
    assert (found["visitors"], found["page_views"], found["sessions"]) == (1, 1, 1)


async def test_mixed_filters_keep_sessions_that_have_such_an_event() -> None:
    world = World()
    for who, country, path in (("anna", "DE", "/a"), ("bert", "DE", "/b"), ("cleo", "FR", "/a")):
        world.visit(who, "2026-03-02 10:00", Step(0), Step(1, path), country=country)
    world.store()
    mixed = keep(Dimension.COUNTRY, Operator.IS, "DE") + keep(Dimension.PAGE, Operator.IS, "/a")
    found = totals(await overview(world, "2026-03-02", filters=mixed))
    assert (found["visitors"], found["page_views"], found["sessions"]) == (1, 1, 1)


OPERATORS = [
    (Operator.IS, ["/blog/one"], {"one"}),
    (Operator.IS, ["/blog/one", "/shop"], {"one", "shop"}),
    (Operator.IS, ["/BLOG/ONE"], set()),
    (Operator.IS, [""], {"unknown"}),
    (Operator.IS_NOT, ["/blog/one", "/shop"], {"two", "umlaut", "unknown"}),
    (Operator.IS_NOT, [""], {"one", "two", "shop", "umlaut"}),
    (Operator.CONTAINS, ["BLOG"], {"one", "two"}),
    (Operator.CONTAINS, ["one", "hop"], {"one", "shop"}),
    (Operator.CONTAINS, ["ÜBER"], {"umlaut"}),
    (Operator.CONTAINS, ["%", "_", ".*"], set()),
    (Operator.DOES_NOT_CONTAIN, ["blog"], {"shop", "umlaut", "unknown"}),
    (Operator.DOES_NOT_CONTAIN, ["blog", "über"], {"shop", "unknown"}),
    (Operator.MATCHES, ["^/blog/"], {"one", "two"}),
    (Operator.MATCHES, ["^/shop$", "two$"], {"two", "shop"}),
    (Operator.MATCHES, ["(?i)^/BLOG/O", "^$"], {"one", "unknown"}),
    (Operator.MATCHES, ["'; DROP TABLE events; --"], set()),
]


@pytest.fixture(scope="module")
def paths(stack: dict[str, str]) -> World:
    """One visit for each path, with the path as its entry page and as its source."""
    world = World()
    paths = {"one": "/blog/one", "two": "/blog/two", "shop": "/shop", "umlaut": "/über-uns", "unknown": ""}
    for number, (who, path) in enumerate(paths.items()):
        world.visit(who, f"2026-03-0{number + 1} 10:00", Step(0, path), source=path)
    return world.store()


@pytest.mark.parametrize(("operator", "values", "who"), OPERATORS)
@pytest.mark.parametrize("dimension", [Dimension.SOURCE, Dimension.ENTRY_PAGE, Dimension.PAGE])
async def test_every_operator_with_one_value_and_with_several(
    paths: World, dimension: Dimension, operator: Operator, values: list[str], who: set[str]
) -> None:
    found = await overview(
        paths, "2026-03-01", "2026-03-05", keep(dimension, operator, *values), interval=Interval.DAY
    )
    expected = [int(visit.visitor in who) for visit in paths.visits]
    assert line(found.series) == line(found.series, Metric.SESSIONS) == expected
    assert totals(found)["page_views"] == len(who)


async def test_a_bad_pattern_is_named_even_where_there_is_nothing_to_match() -> None:
    with pytest.raises(Invalid) as caught:
        await overview(World(), "2026-03-02", filters=keep(Dimension.PAGE, Operator.MATCHES, "("))
    assert caught.value.field == "filters[0].values[0]"
