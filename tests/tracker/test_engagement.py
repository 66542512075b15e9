"""Engagement: how long a page was looked at, and how far down."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from tests.tracker.website import Website, properties

LONG = "<div style='height:5000px'>A long read</div>"


def engaged_ms(website: Website, address: str) -> int:
    """What the engagement events of a page add up to."""
    total = 0
    for event in website.named("engagement"):
        if properties(event)["page_url"] == address:
            spent = properties(event)["engaged_ms"]
            assert isinstance(spent, int)
            total += spent
    return total


async def test_leaving_a_page_sends_the_time_spent_on_it(visitor: Page, website: Website) -> None:
    read = website.page("/read")
    await visitor.goto(read)
    await visitor.wait_for_timeout(400)
    await visitor.goto(website.page("/next"))
    event = await website.receives_one("engagement")
    assert properties(event)["page_url"] == read
    assert engaged_ms(website, read) >= 400


async def test_closing_the_tab_sends_the_time_spent(visitor: Page, website: Website) -> None:
    address = website.page("/read")
    await visitor.goto(address)
    await website.receives_one("page_view")
    await visitor.close(run_before_unload=True)
    await website.receives_one("engagement")
    assert engaged_ms(website, address) > 0


async def test_each_page_of_a_single_page_app_has_its_own_time(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/one"))
    await visitor.wait_for_timeout(300)
    await visitor.evaluate("history.pushState({}, '', '/two')")
    await visitor.wait_for_timeout(600)
    elapsed = await visitor.evaluate("history.pushState({}, '', '/three'); performance.now()")
    await website.receives("engagement", 2)
    one, two = (engaged_ms(website, website.address(path)) for path in ("/one", "/two"))
    assert one >= 300
    assert two >= 600
    assert one + two <= elapsed


async def test_time_in_the_background_does_not_count(
    alone: Callable[[str], Awaitable[None]], website: Website
) -> None:
    address = website.page(
        "/read",
        then="""
            const opened = Date.now();
            setTimeout(() => window.open('/in-front'), 300);
            document.addEventListener('visibilitychange', () => {
                if (document.hidden) return;
                stats('track', 'back', { after: Date.now() - opened });
                history.pushState({}, '', '/done');
            });
        """,
    )
    website.bare_page("/in-front", head="<script>setTimeout(close, 1000)</script>")
    await alone(address)
    back = properties(await website.receives_one("back"))["after"]
    assert isinstance(back, int)
    assert 0 < engaged_ms(website, address) < back - 900


async def test_time_without_the_focus_does_not_count(visitor: Page, website: Website) -> None:
    # A steered browser always has the focus: here the page's own answer stands in for another window on top.
    await visitor.goto(website.page("/read"))
    await visitor.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
    await visitor.wait_for_timeout(700)
    await visitor.evaluate("document.hasFocus = () => true; dispatchEvent(new Event('focus'))")
    elapsed = await visitor.evaluate("history.pushState({}, '', '/done'); performance.now()")
    await website.receives_one("engagement")
    assert engaged_ms(website, website.address("/read")) < elapsed - 700


async def test_a_page_at_rest_sends_nothing(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/read"))
    await website.receives_one("page_view")
    await visitor.wait_for_timeout(2500)
    assert len(website.arrivals) == 1


async def test_depths_are_sent_as_they_are_reached(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/long", body=LONG))
    await website.receives_one("page_view")
    await visitor.evaluate("scrollTo(0, 0.6 * document.documentElement.scrollHeight - innerHeight)")
    reached = await website.receives("scroll_depth", 2)
    assert [properties(event)["depth"] for event in reached] == [25, 50]
    await visitor.evaluate("scrollTo(0, 0)")
    await visitor.evaluate("scrollTo(0, 99999)")
    reached = await website.receives("scroll_depth", 5)
    assert [properties(event)["depth"] for event in reached] == [25, 50, 75, 90, 100]
    assert properties(reached[0])["page_url"] == website.address("/long")


async def test_engagement_carries_the_deepest_point(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/long", body=LONG, options="scroll:false"))
    await website.receives_one("page_view")
    await visitor.evaluate("scrollTo(0, 0.8 * document.documentElement.scrollHeight - innerHeight)")
    await visitor.wait_for_timeout(300)
    await visitor.evaluate("scrollTo(0, 0)")
    await visitor.evaluate("history.pushState({}, '', '/done')")
    event = await website.receives_one("engagement")
    assert properties(event)["scroll_depth"] == 80
    # The option turned the events of the thresholds off, not the measure.
    assert website.named("scroll_depth") == []


async def test_a_page_that_fits_the_screen_was_seen_whole_and_not_scrolled(
    visitor: Page, website: Website
) -> None:
    await visitor.goto(website.page("/short"))
    await visitor.evaluate("scrollTo(0, 10); history.pushState({}, '', '/done')")
    event = await website.receives_one("engagement")
    assert properties(event)["scroll_depth"] == 100
    assert website.named("scroll_depth") == []


async def test_depth_starts_anew_with_a_new_view(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/one", body=LONG))
    await visitor.evaluate("scrollTo(0, 99999)")
    await website.receives("scroll_depth", 5)
    await visitor.evaluate("scrollTo(0, 0); history.pushState({}, '', '/two')")
    await visitor.evaluate("history.pushState({}, '', '/three')")
    two = (await website.receives("engagement", 2))[1]
    assert properties(two)["page_url"] == website.address("/two")
    assert properties(two)["scroll_depth"] == 14
