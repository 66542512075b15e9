"""Whatever the page and its browser are like, our script breaks neither: `visitor` fails on any exception."""

import pytest
from playwright.async_api import Page

from tests.tracker.website import Website, properties


@pytest.mark.parametrize("mode", ["consent", "persistent"])
async def test_blocked_storage(visitor: Page, website: Website, mode: str) -> None:
    await visitor.add_init_script("""
        const blocked = { get() { throw new DOMException('Blocked', 'SecurityError') } };
        Object.defineProperty(window, 'localStorage', blocked);
        Object.defineProperty(window, 'sessionStorage', blocked);
    """)
    then = "stats('consent', true); stats('consent', false)"
    await visitor.goto(website.page(mode="consent" if mode == "consent" else "persistent", then=then))
    await website.receives_one("page_view")
    assert website.deliveries[0].body.visitor is None


async def test_a_full_storage(visitor: Page, website: Website) -> None:
    await visitor.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('Full') }")
    await visitor.goto(website.page(mode="persistent"))
    await website.receives_one("page_view")


@pytest.mark.parametrize(
    "oddity",
    [
        "Object.defineProperty(window, 'crypto', { value: undefined })",
        "history.pushState = undefined",
        "Object.freeze(history)",
        "Object.prototype.toString = () => 'odd'",
        "Object.prototype.extra = 'enumerable'; Array.prototype.extra = () => 1",
        "window.URLSearchParams = window.Map = window.Set = undefined",
        "Object.defineProperty(document, 'hasFocus', { value: () => true })",
        "window.onerror = () => true; window.name = 'odd'",
    ],
)
async def test_odd_globals(visitor: Page, website: Website, oddity: str) -> None:
    await visitor.goto(website.page(before=oddity))
    await website.receives_one("page_view")


async def test_without_fetch_nothing_goes_and_nothing_breaks(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(before="window.fetch = undefined", then="stats('track', 'unheard')"))
    await visitor.wait_for_load_state("networkidle")
    await visitor.evaluate("stats.track('still_unheard'); history.pushState({}, '', '/next')")
    assert await visitor.evaluate("location.pathname") == "/next"


async def test_calls_that_make_no_sense(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    await visitor.evaluate("""() => {
        const circle = {};
        circle.self = circle;
        stats(); stats('no_such_call'); stats('toString'); stats(null, undefined); stats('init', 'again');
        stats('track', 'circle', circle); stats('track', 'big', { n: 10n }); stats('page', null);
        stats('track', 'getter', { get trap() { throw new Error('trap') } });
        stats('identify'); stats('identify', Symbol('odd')); stats('revenue'); stats('consent');
        stats.track('fine', 'text'); stats.track('fine', null);
    }""")
    fine = await website.receives("fine", 2)
    assert properties(fine[1]) == {"page_url": website.address("/")}


async def test_an_image_named_like_the_script_is_not_believed(visitor: Page, website: Website) -> None:
    thief = website.town.website()
    body = f"<img name=currentScript src='{thief.address('/pixel.png')}'>"
    website.bare_page("/", body=body + "<script src='/copy.js'></script>")
    website.page("/unused")
    script = await (await visitor.context.request.get(website.town.local("/s.js"))).body()
    website.file(
        "/copy.js", script + b";sitestats('init', '%s')" % website.tracking_id.encode(), "text/javascript"
    )
    await visitor.goto(website.address("/"))
    await website.receives_one("page_view")
    assert website.deliveries[0].headers["host"].startswith(website.token)


async def test_a_page_without_a_body_yet(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(body="<style>html { height: 0 }</style>"))
    await visitor.evaluate("document.body.remove(); dispatchEvent(new Event('scroll'))")
    await visitor.evaluate("history.pushState({}, '', '/next')")
    await website.receives("page_view", 2)
