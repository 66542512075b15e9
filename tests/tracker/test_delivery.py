"""Events reach collect: together, once, and also when the network or the server has a bad day."""

from playwright.async_api import Page

from tests.tracker.website import UUID, Website, properties


async def test_events_of_a_moment_go_together(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    await visitor.evaluate("for (let i = 0; i < 20; i++) stats('track', 'step', { i })")
    await website.receives("step", 20)
    assert len(website.arrivals) == 2


async def test_every_event_has_an_id_of_its_own(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(then="for (let i = 0; i < 20; i++) stats('track', 'step')"))
    ids = [event.id or "" for event in await website.receives("step", 20)]
    assert all(UUID.fullmatch(each) for each in ids)
    assert len(set(ids)) == 20


async def test_where_the_browser_makes_ids_itself_they_are_its_own(visitor: Page, website: Website) -> None:
    website.page()
    await visitor.add_init_script("crypto.randomUUID = () => '11111111-2222-4333-8444-555555555555'")
    await visitor.goto(website.address(host=f"{website.token}.localhost"))
    assert (await website.receives_one("page_view")).id == "11111111-2222-4333-8444-555555555555"


async def test_more_than_collect_takes_goes_in_parts(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    await visitor.evaluate("for (let i = 0; i < 120; i++) stats('track', 'step', { i })")
    steps = await website.receives("step", 120)
    assert [properties(step)["i"] for step in steps] == list(range(120))
    assert max(len(delivery.body.events) for delivery in website.deliveries) == 50


async def test_a_body_too_large_to_outlive_the_page_goes_without_keepalive(
    visitor: Page, website: Website
) -> None:
    await visitor.add_init_script("""
        const send = fetch;
        window.sent = [];
        window.fetch = (address, options) => {
            sent.push([options.body.length > 64 * 1024, options.keepalive]);
            return send(address, options);
        };
    """)
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    await visitor.evaluate("for (let i = 0; i < 45; i++) stats('track', 'long', { text: 'x'.repeat(1900) })")
    await website.receives("long", 45)
    assert await visitor.evaluate("sent") == [[False, True], [True, False]]


async def test_what_waits_goes_when_the_page_is_left(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    await visitor.evaluate("stats('track', 'last_words'); location.href = 'about:blank'")
    await website.receives_one("last_words")


async def test_a_lost_connection_is_tried_again(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    await visitor.context.set_offline(True)
    await visitor.evaluate("stats('track', 'underground')")
    async with visitor.expect_event("requestfailed"):
        pass
    await visitor.context.set_offline(False)
    await website.receives_one("underground")


async def test_a_refused_request_is_tried_again_after_growing_pauses(visitor: Page, website: Website) -> None:
    website.refusals = [503, 429]
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    once, again, at_last = website.arrivals
    assert again - once > 0.9
    assert at_last - again > 1.9


async def test_an_event_that_collect_refuses_does_not_take_others_with_it(
    visitor: Page, website: Website
) -> None:
    website.refuse_events_named = "far_too_long"
    await visitor.goto(
        website.page(then="stats('track', 'good'); stats('track', 'far_too_long'); stats('track', 'better')")
    )
    await website.receives_one("better")
    await website.receives_one("good")
    await website.receives_one("page_view")
    assert website.named("far_too_long") == []
