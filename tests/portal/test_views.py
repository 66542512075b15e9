"""The views, over reports made by hand: hostile text, nothing at all, one of everything, too much of it."""

from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from analytics.reports.breakdown import Breakdown, BreakdownRow
from analytics.reports.cards import SiteCard
from analytics.reports.filters import Dimension, Filter, Operator
from analytics.reports.metrics import Metric, MetricValue
from analytics.reports.overview import Bucket, Overview
from analytics.reports.period import Interval
from analytics.reports.realtime import Realtime, RealtimeRow
from portal.views import (
    breakdown,
    cards,
    chart,
    clients,
    filters,
    install,
    realtime,
    shell,
    sparkline,
    states,
    tiles,
)
from portal.views import world as world_view
from portal.views.labels import value_label
from portal.views.scale import scale_for
from tenancy.contracts import ClientState
from themes.theme import Sidebar, Theme

HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
START = datetime(2026, 10, 22, tzinfo=UTC)


class _Elements(HTMLParser):
    """The tags and attributes that a browser would make of the markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def values(self, name: str) -> list[str | None]:
        return [value for key, value in self.attributes if key == name]


def _overview(*visitors: float | None, before: tuple[float, ...] = (), partial: bool = False) -> Overview:
    def buckets(values: tuple[float | None, ...], start: datetime) -> tuple[Bucket, ...]:
        return tuple(
            Bucket(start + timedelta(days=i), dict.fromkeys(Metric, value), partial and i == len(values) - 1)
            for i, value in enumerate(values)
        )

    metrics = {metric: MetricValue(1234.0, 1000.0, 0.234) for metric in Metric}
    return Overview(
        metrics, buckets(visitors, START), buckets(before, START - timedelta(days=30)), Interval.DAY
    )


def _breakdown(dimension: Dimension, *rows: tuple[str, int]) -> Breakdown:
    total = sum(visitors for _value, visitors in rows) or 1
    made = tuple(
        BreakdownRow(value, visitors, visitors, visitors, 0.5, 60.0, visitors / total)
        for value, visitors in rows
    )
    return Breakdown(dimension, made, len(made), total)


def _realtime(*rows: tuple[str, int]) -> Realtime:
    made = tuple(RealtimeRow(value, visitors, visitors) for value, visitors in rows)
    return Realtime(3, 12, tuple(range(30)), made, made, made, ())


def _all_views(text: str) -> list[Markup]:
    """Every view that shows what people or visitors wrote."""
    person = shell.Person(text, text, "token")
    return [
        *(breakdown.bar_list(_breakdown(dimension, (text, 5))) for dimension in Dimension),
        breakdown.breakdown_table(_breakdown(Dimension.PAGE, (text, 5))),
        breakdown.panel(
            text, Markup("body"), key="key", tabs=[breakdown.Tab(text, text)], active=text, details=text
        ),
        world_view.world_map(_breakdown(Dimension.COUNTRY, (text, 5)).rows),
        filters.filter_chips([Filter(Dimension.PAGE, Operator.CONTAINS, (text, text))]),
        cards.site_cards([cards.CardOf(text, text, text, None)]),
        clients.clients_table(
            [clients.ClientLine(text, text, ClientState.SUSPENDED, 1, 2, 3, 0.1, (1, 2), 5, 4)]
        ),
        *(realtime.live_rows(_realtime((text, 5)).pages, dimension) for dimension in Dimension),
        install.snippet_block(text),
        install.install_check(heard=True, domain=text, dashboard=text),
        install.install_check(heard=False, domain=text, dashboard=text),
        shell.heading(text, crumbs=[(text, text)], mark=True),
        shell.sidebar(
            Theme(text), [shell.NavGroup([shell.NavLink("globe", text, text)], text)], text, person
        ),
        states.empty_state("globe", text, text),
        states.error_state(text, arg=text),
    ]


def test_text_from_outside_stays_text() -> None:
    for markup in _all_views(HOSTILE):
        elements = _Elements(markup)
        assert "script" not in elements.tags
        assert not [name for name, _value in elements.attributes if name.startswith("on")]
        assert HOSTILE not in markup


def test_no_view_needs_an_inline_style() -> None:
    drawn = [
        *_all_views("/pricing"),
        chart.line_chart(_overview(1, 5, 3, before=(2, 2, 2)), Metric.VISITORS),
        tiles.metric_tiles(_overview(1, 5, 3), Metric.VISITORS),
        realtime.live_minutes(_realtime()),
        states.overview_skeleton(),
        states.panel_skeleton(),
        states.cards_skeleton(),
    ]
    assert not [value for markup in drawn for value in _Elements(markup).values("style")]


def test_the_pressed_tile_is_the_metric_of_the_chart() -> None:
    elements = _Elements(tiles.metric_tiles(_overview(1, 2), Metric.BOUNCE_RATE))
    assert elements.values("aria-pressed") == ["false", "false", "false", "true", "false", "false"]
    assert elements.values("data-arg") == list(Metric)


def test_a_falling_bounce_rate_is_good_news() -> None:
    overview = _overview(1, 2)
    falling = {metric: MetricValue(0.4, 0.5, -0.2) for metric in Metric}
    drawn = tiles.metric_tiles(Overview(falling, overview.series, (), Interval.DAY), Metric.VISITORS)
    assert drawn.count("change up") == 1
    assert drawn.count("change down") == 5


def test_without_a_comparison_no_change_is_claimed() -> None:
    overview = _overview(1, 2)
    alone = {metric: MetricValue(None) for metric in Metric}
    drawn = tiles.metric_tiles(Overview(alone, overview.series, (), Interval.DAY), Metric.VISITORS)
    assert "change" not in drawn.replace("data-", "")
    assert drawn.count(">–<") == 6


def test_a_chart_of_one_point_shows_it() -> None:
    assert '<circle class="point" cx="50.00%"' in chart.line_chart(_overview(7), Metric.VISITORS)


def test_a_chart_of_nothing_says_so() -> None:
    assert "No data yet" in chart.line_chart(_overview(), Metric.VISITORS)


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize(
    "values",
    [(0.0, 0.0, 0.0), (None, None), (0.3, None, 0.9), (1e12, 5.0), (None, 3.0, None), (0.001, 0.002)],
)
def test_a_chart_can_be_drawn_of_anything(metric: Metric, values: tuple[float | None, ...]) -> None:
    drawn = chart.line_chart(_overview(*values, before=(1.0, 2.0, 3.0, 4.0)), metric)
    assert "nan" not in drawn.lower()
    assert "inf" not in drawn.lower()


def test_a_day_that_is_not_over_is_drawn_dotted() -> None:
    def dotted(partial: bool) -> bool:
        drawn = chart.line_chart(_overview(3, 4, 2, partial=partial), Metric.VISITORS)
        return '<path class="now open" d="M' in drawn

    assert dotted(True)
    assert not dotted(False)


def test_hours_to_come_are_no_noughts() -> None:
    drawn = chart.line_chart(_overview(3, 4, None, None), Metric.VISITORS)
    assert "Fri, Oct 23: 4" in drawn
    assert "null" in drawn


def test_the_lines_of_a_chart_count_whole_people() -> None:
    assert scale_for(Metric.VISITORS, [3, None]).lines() == [0, 1, 2, 3]
    assert scale_for(Metric.VISITORS, [12]).lines() == [0, 5, 10, 15]
    assert scale_for(Metric.VISITORS, [120]).lines() == [0, 25, 50, 75, 100, 125]
    assert scale_for(Metric.PAGES_PER_SESSION, [12]).lines() == [0, 2.5, 5, 7.5, 10, 12.5]


def test_screen_readers_get_the_chart_as_a_table() -> None:
    drawn = chart.line_chart(_overview(1234, 2), Metric.VISITORS)
    assert "<th scope='row'>Thu, Oct 22</th><td>1,234</td>" in drawn


def test_rows_carry_bar_share_and_visitors() -> None:
    drawn = breakdown.bar_list(_breakdown(Dimension.SOURCE, ("Google", 12_000), ("", 4_000)))
    assert 'width="100.0%"' in drawn
    assert 'width="33.3%"' in drawn
    assert ">12K<" in drawn
    assert ">75%<" in drawn
    assert ">Direct<" in drawn
    assert escape('[{"dimension":"source","operator":"is","values":["Google"]}]') in drawn


def test_an_empty_breakdown_says_so() -> None:
    assert "No data in this period" in breakdown.bar_list(_breakdown(Dimension.SOURCE))
    assert "Nothing found" in breakdown.breakdown_table(_breakdown(Dimension.SOURCE))


def test_a_region_has_its_countrys_flag_and_a_version_its_browsers_icon() -> None:
    texas = BreakdownRow("Texas", 1, 1, 1, 0.0, 0.0, 1.0, within=((Dimension.COUNTRY, "US"),))
    assert "#US" in breakdown.bar_list(Breakdown(Dimension.REGION, (texas,), 1, 1))
    chrome = BreakdownRow("141", 1, 1, 1, 0.0, 0.0, 1.0, within=((Dimension.BROWSER, "Chrome"),))
    drawn = breakdown.bar_list(Breakdown(Dimension.BROWSER_VERSION, (chrome,), 1, 1))
    assert "Chrome 141" in drawn


def test_the_map_colours_only_real_codes() -> None:
    rows = _breakdown(Dimension.COUNTRY, ("DE", 100), ("", 50), ("x", 9), ("US", 1)).rows
    drawn = world_view.world_map(rows)
    assert drawn.count('class="visited"') == 2
    assert 'fill-opacity="1.00"' in drawn
    assert "Germany · 100 visitors" in drawn


@pytest.mark.parametrize("values", [(), (1,), (0, 0, 0), (5, 5), tuple(range(1000)), (None, 1, None, 2)])
def test_a_sparkline_can_be_drawn_of_anything(values: tuple[float | None, ...]) -> None:
    for strong in (False, True):
        drawn = sparkline.sparkline(values, strong=strong)
        assert drawn.count("L") <= 60
        assert "nan" not in drawn


def test_nobody_there_is_said_kindly() -> None:
    assert "Nobody here" in realtime.live_rows((), Dimension.PAGE)
    quiet = Realtime(0, 0, (0,) * 30, (), (), (), ())
    assert _Elements(realtime.live_minutes(quiet)).tags.count("rect") == 30
    assert "0 visitors in the last 30 minutes" in realtime.live_count(quiet)


def test_words_agree_with_their_number() -> None:
    assert "1</b> visitor now" in realtime.live_badge(1)
    assert "2</b> visitors now" in realtime.live_badge(2)


def test_cards_of_sites() -> None:
    card = SiteCard(1, 2, -0.5, (1, 2, 3))
    drawn = cards.site_cards([cards.CardOf("/sites/a", "Shop", "shop.test", card)])
    assert "visitor today" in drawn
    assert "change down" in drawn
    assert "No sites yet" in cards.site_cards([])
    assert "No clients yet" in clients.clients_table([])


def test_the_current_page_is_marked_in_the_sidebar() -> None:
    links = [shell.NavLink("globe", "Sites", "/sites"), shell.NavLink("users", "Team", "/team")]
    drawn = shell.sidebar(
        Theme("Acme", sidebar=Sidebar.BRAND), [shell.NavGroup(links)], "/team", shell.Person("", "", "t")
    )
    assert '<a href="/team" aria-current="page">' in drawn
    assert drawn.count("aria-current") == 1


@pytest.mark.parametrize(
    ("dimension", "value", "label"),
    [
        (Dimension.COUNTRY, "DE", "Germany"),
        (Dimension.COUNTRY, "", "Unknown"),
        (Dimension.COUNTRY, "ZZZ", "ZZZ"),
        (Dimension.LANGUAGE, "de", "German"),
        (Dimension.DEVICE, "mobile", "Mobile"),
        (Dimension.SOURCE, "", "Direct"),
        (Dimension.PAGE, "/a b", "/a b"),
    ],
)
def test_values_read_as_people_say_them(dimension: Dimension, value: str, label: str) -> None:
    assert value_label(dimension, value, "en") == label


def test_a_page_in_arabic_isolates_addresses() -> None:
    drawn = breakdown.bar_list(_breakdown(Dimension.PAGE, ("/pricing", 5)), locale="ar")
    assert "<bdi>/pricing</bdi>" in drawn
