"""Breakdowns: every dimension says what a filter by its rows would say; search, paging, comparison."""

from collections.abc import Iterable
from itertools import product

import pytest

from analytics.reports.breakdown import Breakdown, BreakdownRow, breakdown_report, breakdowns_report
from analytics.reports.conditions import EVENT_COLUMNS
from analytics.reports.filters import Dimension, Filters, Operator
from analytics.reports.metrics import Metric
from analytics.reports.period import Period
from tenancy.errors import Invalid
from tests.analytics.reports.stories import days, keep, overview
from tests.analytics.worlds import Step, World

pytestmark = pytest.mark.usefixtures("stack")

DAY = "2026-03-02"
Properties = dict[str, str | int]


@pytest.fixture(scope="module")
def world(stack: dict[str, str]) -> World:
    """A day with visits of every sort, some of which began the day before or go on after it."""
    made = World("America/New_York")
    berlin = {
        "country": "DE",
        "region": "Land Berlin",
        "city": "Berlin",
        "language": "de-DE",
        "timezone": "Europe/Berlin",
    }
    berlin_us: Properties = {
        "country": "US",
        "region": "New Hampshire",
        "city": "Berlin",
        "language": "en-US",
    }
    chrome: Properties = {"browser": "Chrome", "browser_version": "140", "os": "Windows", "os_version": "11"}
    phone: Properties = {
        "device": "mobile",
        "os": "iOS",
        "os_version": "11",
        "browser": "Safari",
        "screen_w": 390,
        "screen_h": 844,
    }
    spring: Properties = {
        "source": "google",
        "medium": "cpc",
        "campaign": "spring",
        "term": "shoes",
        "content": "ad-b",
    }
    search: Properties = {
        "source": "google",
        "medium": "organic",
        "channel": "Organic Search",
        "referrer_domain": "google.com",
    }
    made.visit(
        "anna", "2026-03-01 23:50", Step(0), Step(20, "/a"), Step(21, "/b"), **berlin, **chrome, **search
    )
    made.visit(
        "anna", "2026-03-02 15:00", Step(0, "/a"), Step(1, "/a", "engagement", engaged_ms=30_000), **spring
    )
    made.visit(
        "bert", "2026-03-02 10:00", Step(0), Step(3, "/a"), Step(5, "/a", "signup"), **berlin_us, **phone
    )
    made.visit("cleo", "2026-03-02 11:00", Step(0, "/a", viewport=(400, 800)), **berlin, **search, **phone)
    made.visit(
        "dora", "2026-03-02 12:00", Step(0, "/b", hostname="blog.example"), channel="Paid Search", **spring
    )
    made.visit(
        "emil", "2026-03-02 13:00", Step(0, "/b", "download"), referrer="https://x.example/?a=1", **chrome
    )
    made.visit(
        "finn", "2026-03-02 23:55", Step(0), Step(10, "/late"), Step(11, "/later"), **berlin_us, **search
    )
    made.visit("gerd", "2026-03-01 12:00", Step(0, "/gone"), source="gone", country="GB")
    made.visit("hans", "2026-03-03 12:00", Step(0, "/gone"), source="gone", country="GB")
    return made.store()


async def broken_down(
    world: World,
    dimension: Dimension,
    filters: Filters = (),
    limit: int = 9,
    offset: int = 0,
    search: str = "",
) -> Breakdown:
    return await breakdown_report(
        world.site, days(world, DAY), filters, dimension, limit=limit, offset=offset, search=search
    )


def visitors(rows: Iterable[BreakdownRow]) -> dict[str, int]:
    return {row.value: row.visitors for row in rows}


FILTERED = [
    keep(Dimension.COUNTRY, Operator.IS_NOT, "DE"),
    keep(Dimension.PAGE, Operator.IS, "/a"),
    keep(Dimension.EVENT, Operator.IS, "signup", "download"),
    keep(Dimension.BROWSER, Operator.CONTAINS, "fire", "safari")
    + keep(Dimension.PAGE, Operator.IS, "/a", "/"),
]
OF_EVERY_SORT = [Dimension.SOURCE, Dimension.CITY, Dimension.EXIT_PAGE, *EVENT_COLUMNS]


@pytest.mark.parametrize(
    ("dimension", "filters"), [*product(Dimension, [()]), *product(OF_EVERY_SORT, FILTERED)]
)
async def test_a_row_says_what_a_filter_by_it_says(
    world: World, dimension: Dimension, filters: Filters
) -> None:
    found = await broken_down(world, dimension, filters)
    for row in found.rows:
        filtered = await overview(world, DAY, filters=filters + found.filters_of(row), comparison=None)
        expected = {metric: value.value for metric, value in filtered.metrics.items()}
        assert row.visitors == expected[Metric.VISITORS]
        assert row.visitors > 0
        assert row.sessions == expected[Metric.SESSIONS]
        assert row.bounce_rate == expected[Metric.BOUNCE_RATE]
        assert row.session_duration == expected[Metric.SESSION_DURATION]
        assert row.page_views in {None, expected[Metric.PAGE_VIEWS]}
        assert row.share == row.visitors / found.total_visitors
    assert found.total_rows == len(found.rows)


@pytest.mark.parametrize(
    ("dimension", "rows"),
    [
        (Dimension.SOURCE, {"google": 4, "direct": 2}),
        (Dimension.MEDIUM, {"organic": 3, "cpc": 2, "none": 2}),
        (Dimension.CAMPAIGN, {"": 5, "spring": 2}),
        (Dimension.TERM, {"": 5, "shoes": 2}),
        (Dimension.CONTENT, {"": 5, "ad-b": 2}),
        (Dimension.CHANNEL, {"Direct": 3, "Organic Search": 3, "Paid Search": 1}),
        (Dimension.REFERRER, {"": 5, "https://x.example/?a=1": 1}),
        (Dimension.REFERRER_DOMAIN, {"": 4, "google.com": 3}),
        (Dimension.COUNTRY, {"": 3, "DE": 2, "US": 2}),
        (Dimension.LANGUAGE, {"": 3, "de-DE": 2, "en-US": 2}),
        (Dimension.TIMEZONE, {"": 5, "Europe/Berlin": 2}),
        (Dimension.BROWSER, {"Firefox": 3, "Chrome": 2, "Safari": 2}),
        (Dimension.OS, {"Linux": 3, "Windows": 2, "iOS": 2}),
        (Dimension.DEVICE, {"desktop": 4, "mobile": 2}),
        (Dimension.SCREEN_SIZE, {"": 4, "390x844": 2}),
        (Dimension.ENTRY_PAGE, {"/": 3, "/a": 2, "": 1, "/b": 1}),
        (Dimension.EXIT_PAGE, {"/a": 3, "/b": 2, "": 1, "/later": 1}),
        (Dimension.PAGE, {"/a": 3, "/": 2, "/b": 2}),
        (Dimension.HOSTNAME, {"shop.example": 4, "blog.example": 1}),
        (Dimension.VIEWPORT_SIZE, {"": 4, "400x800": 1}),
        (Dimension.EVENT, {"download": 1, "signup": 1}),
    ],
)
async def test_the_rows_of_each_dimension(world: World, dimension: Dimension, rows: dict[str, int]) -> None:
    found = await broken_down(world, dimension)
    assert visitors(found.rows) == rows
    assert list(visitors(found.rows).values()) == sorted(rows.values(), reverse=True)


async def test_total_visitors_are_those_of_the_overview(world: World) -> None:
    assert (await broken_down(world, Dimension.SOURCE)).total_visitors == 6
    assert (await broken_down(world, Dimension.EVENT)).total_visitors == 2


async def test_two_towns_of_one_name_are_two_rows(world: World) -> None:
    found = await broken_down(world, Dimension.CITY)
    assert [(row.value, row.country, row.visitors) for row in found.rows if row.value] == [
        ("Berlin", "DE", 2),
        ("Berlin", "US", 2),
    ]
    regions = await broken_down(world, Dimension.REGION)
    assert {(row.value, row.country) for row in regions.rows} == {
        *[("Land Berlin", "DE"), ("New Hampshire", "US"), ("", "")]
    }


async def test_a_version_is_one_of_something(world: World) -> None:
    labels = {row.label for row in (await broken_down(world, Dimension.OS_VERSION)).rows}
    assert labels == {"Windows 11", "iOS 11", "Linux"}
    labels = {row.label for row in (await broken_down(world, Dimension.BROWSER_VERSION)).rows}
    assert labels == {"Chrome 140", "Safari 140", "Firefox 140"}


async def test_time_on_page_is_attention_per_view(world: World) -> None:
    found = {row.value: row for row in (await broken_down(world, Dimension.PAGE)).rows}
    assert (found["/a"].time_on_page, found["/a"].page_views) == (30 / 4, 4)
    assert found["/"].time_on_page == 0


async def test_search_and_pages_of_rows(world: World) -> None:
    first = await broken_down(world, Dimension.ENTRY_PAGE, limit=2)
    second = await broken_down(world, Dimension.ENTRY_PAGE, limit=2, offset=2)
    assert [row.value for row in first.rows + second.rows] == ["/", "/a", "/b", ""]
    assert first.total_rows == second.total_rows == 4
    assert first.total_visitors == second.total_visitors == 6
    found = await broken_down(world, Dimension.REFERRER, search="X.EXAMPLE")
    assert visitors(found.rows) == {"https://x.example/?a=1": 1}
    assert (found.total_rows, found.total_visitors) == (1, 6)
    nothing = await broken_down(world, Dimension.SOURCE, search="%")
    assert (nothing.rows, nothing.total_rows, nothing.total_visitors) == ((), 0, 6)


async def test_rows_are_compared_with_the_period_before() -> None:
    world = World()
    for number in range(3):
        world.visit(
            f"b{number}", "2026-03-01 10:00", Step(0, "/a"), source="google", city="Berlin", country="DE"
        )
        world.visit(
            f"a{number}", "2026-03-02 10:00", Step(0, "/a"), source="bing", city="Berlin", country="US"
        )
    world.visit("anna", "2026-03-02 10:00", Step(0, "/a"), source="google", city="Berlin", country="DE")
    world.store()
    period = days(world, "2026-03-02")

    async def compared(
        dimension: Dimension, at: Period = period
    ) -> list[tuple[int, int | None, float | None]]:
        found = await breakdown_report(world.site, at, (), dimension, comparison="previous")
        return [(row.visitors, row.previous, row.change) for row in found.rows]

    assert await compared(Dimension.SOURCE) == [(3, 0, None), (1, 3, -2 / 3)]
    assert await compared(Dimension.CITY) == [(3, 0, None), (1, 3, -2 / 3)]
    assert await compared(Dimension.PAGE) == [(4, 3, 1 / 3)]
    assert await compared(Dimension.SOURCE, days(world, "2026-03-02", now="2026-03-02 10:00")) == [
        *[(3, 0, None), (1, 3, -2 / 3)]
    ]


async def test_several_dimensions_at_once_say_the_same(world: World) -> None:
    together = await breakdowns_report(world.site, days(world, DAY), (), Dimension, limit=3)
    assert list(together) == list(Dimension)
    for dimension, found in together.items():
        alone = await broken_down(world, dimension, limit=3)
        assert (found.total_rows, found.total_visitors) == (alone.total_rows, alone.total_visitors)
        assert [(row.value, row.within, row.visitors, row.page_views) for row in found.rows] == [
            (row.value, row.within, row.visitors, row.page_views) for row in alone.rows
        ]


async def test_a_site_without_visits() -> None:
    world = World()
    for dimension, found in (await breakdowns_report(world.site, days(world, DAY), (), Dimension)).items():
        assert found == Breakdown(dimension, (), 0, 0)
    assert (await broken_down(world, Dimension.PAGE)).rows == ()


async def test_a_bad_pattern_is_named(world: World) -> None:
    with pytest.raises(Invalid, match="missing"):
        await broken_down(world, Dimension.SOURCE, keep(Dimension.PAGE, Operator.MATCHES, "[a"))


async def test_sites_never_mix(world: World) -> None:
    other = World("America/New_York")
    other.visit("anna", "2026-03-02 10:00", source="rival")
    other.store()
    assert visitors((await broken_down(other, Dimension.SOURCE)).rows) == {"rival": 1}
    assert "rival" not in visitors((await broken_down(world, Dimension.SOURCE)).rows)
