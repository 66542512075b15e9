"""What app.js does in a real browser, on views without a server behind them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import Markup
from playwright.async_api import Browser, Page, Route, async_playwright

from analytics.reports.metrics import Metric, MetricValue
from analytics.reports.overview import Bucket, Overview
from analytics.reports.period import Interval
from portal.assets import static_files
from portal.views import chart, install, shell, tiles
from portal.views.breakdown import Tab, panel
from portal.views.documents import document
from tests.browser import FLAGS, chromium
from themes.theme import Theme

START = datetime(2026, 10, 22, tzinfo=UTC)


def _views() -> Markup:
    def buckets(start: datetime) -> tuple[Bucket, ...]:
        return tuple(
            Bucket(start + timedelta(days=day), dict.fromkeys(Metric, 10.0 + day), False) for day in range(5)
        )

    metrics = {metric: MetricValue(60.0, 50.0, 0.2) for metric in Metric}
    overview = Overview(metrics, buckets(START), buckets(START - timedelta(days=5)), Interval.DAY)
    tabs = [Tab("channel", "Channels"), Tab("source", "Sources")]
    shortcut = Markup(
        '<button data-emit="period" data-arg="today" data-key="d">Today</button><input id="box">'
    )
    return Markup(
        '<div class="shell"><aside class="side">{}</aside>'
        '<div class="main-slot">{}<main>{}</main></div></div>'
    ).format(
        shell.sidebar(Theme("Acme"), [shell.NavGroup([])], "/", shell.Person("A B", "Acme", "t")),
        shell.phone_bar(Theme("Acme")),
        Markup("").join(
            [
                shell.mode_switch(),
                tiles.metric_tiles(overview, Metric.VISITORS),
                chart.line_chart(overview, Metric.VISITORS),
                panel("Sources", Markup(""), key="sources", tabs=tabs, active="channel"),
                install.snippet_block("<script>init('x')</script>"),
                shortcut,
            ]
        ),
    )


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        await opened.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    files = {file.path: file for file in static_files().values()}

    async def answer(route: Route) -> None:
        path = "/" + route.request.url.split("/", 3)[3]
        file = files.get(path)
        if file is not None:
            await route.fulfill(body=file.body, content_type=file.content_type)
        else:
            body = str(document(Theme("Acme"), "Views", _views()))
            await route.fulfill(body=body, content_type="text/html; charset=utf-8")

    context = await browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme="light")
    await context.route("**/*", answer)
    page = await context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.add_init_script("window.sent = []; window.emitEvent = (...args) => sent.push(args)")
    await page.goto("http://views.test/")
    yield page
    await context.close()
    assert not troubles


async def test_a_pressed_tile_answers_at_once_and_tells_the_server(page: Page) -> None:
    await page.click(".tile >> nth=3")
    assert await page.get_attribute(".tile >> nth=3", "aria-pressed") == "true"
    assert await page.get_attribute(".tile >> nth=0", "aria-pressed") == "false"
    assert await page.evaluate("sent") == [["view", "metric", "bounce_rate"]]


async def test_the_pointer_reads_the_chart(page: Page) -> None:
    await page.hover(".plot", position={"x": 4, "y": 40})
    assert "Thu, Oct 22" in await page.inner_text(".tip")
    assert "Sat, Oct 17" in await page.inner_text(".tip")
    await page.hover("h2")
    assert await page.locator(".plot.on").count() == 0


async def test_the_keyboard_reads_the_chart(page: Page) -> None:
    await page.focus(".plot")
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    assert await page.get_attribute(".plot", "aria-valuetext") == "Fri, Oct 23: Visitors 11; Sun, Oct 18: 11"
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowRight")
    assert await page.get_attribute(".plot", "aria-valuenow") == "4"
    await page.keyboard.press("Escape")
    assert await page.locator(".plot.on").count() == 0


async def test_arrows_walk_along_tabs(page: Page) -> None:
    await page.focus("[role=tab] >> nth=0")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    assert await page.get_attribute("[role=tab] >> nth=1", "aria-selected") == "true"
    assert await page.evaluate("sent") == [["view", "tab", "sources:source"]]


async def test_shortcuts_press_buttons_but_not_while_somebody_types(page: Page) -> None:
    await page.focus("#box")
    await page.keyboard.type("d")
    assert await page.evaluate("sent") == []
    await page.focus(".plot")
    await page.keyboard.press("d")
    await page.keyboard.press("Control+d")
    assert await page.evaluate("sent") == [["view", "period", "today"]]


async def test_the_code_is_copied_even_without_tls(page: Page) -> None:
    await page.click("[data-copy]")
    await page.get_by_text("Copied").wait_for()
    await page.focus("#box")
    await page.keyboard.press("Control+v")
    assert await page.input_value("#box") == "<script>init('x')</script>"


async def test_the_mode_is_switched_and_remembered(page: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(background)
    await page.click("[data-mode-switch]")
    assert await page.evaluate(background) != light
    assert "mode=dark" in await page.evaluate("document.cookie")
    await page.click("[data-mode-switch]")
    assert await page.evaluate(background) == light


async def test_the_menu_of_a_phone_opens_and_closes(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.locator(".account").wait_for(state="hidden")
    await page.click("[data-menu]")
    await page.locator(".account").wait_for(state="visible")
    assert await page.get_attribute("[data-menu]", "aria-expanded") == "true"
    await page.keyboard.press("Escape")
    await page.locator(".account").wait_for(state="hidden")


@pytest.mark.parametrize("width", [390, 760, 1200])
async def test_no_width_scrolls_sideways(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
