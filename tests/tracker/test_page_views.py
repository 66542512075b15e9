"""Page views: one per page that somebody looks at, whatever way the page came up."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from tests.tracker.website import Website, context, properties

Open = Callable[[str], Awaitable[None]]


async def test_a_page_view_goes_out_at_once(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/pricing?plan=pro&utm_source=news#offers", title="Pricing"))
    view = await website.receives_one("page_view")
    assert properties(view) == {
        "url": website.address("/pricing?plan=pro&utm_source=news"),
        "title": "Pricing",
        "referrer": "",
    }
    [delivery] = website.deliveries
    assert delivery.body.site_id == website.tracking_id
    assert delivery.body.visitor is None
    around = context(delivery)
    assert (around.language, around.timezone) == ("en-GB", "Europe/Lisbon")
    assert around.viewport_width == 1280
    assert around.viewport_height == 720
    assert around.screen_width == 1280
    assert delivery.body.sent_at is not None
    assert view.timestamp is not None
    assert 0 <= delivery.body.sent_at - view.timestamp < 500


async def test_a_view_says_which_page_led_to_it(visitor: Page, website: Website) -> None:
    target = website.page("/target")
    await visitor.goto(website.bare_page("/start", body=f"<a href='{target}'>Go</a>"))
    await visitor.click("text=Go")
    view = await website.receives_one("page_view")
    assert properties(view)["referrer"] == website.address("/start")


async def test_a_body_is_plain_text_and_carries_no_cookie(visitor: Page, website: Website) -> None:
    await visitor.context.add_cookies(
        [{"name": "session", "value": "secret", "url": website.town.script_host}]
    )
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    headers = website.deliveries[0].headers
    assert headers["content-type"].startswith("text/plain")
    assert headers["origin"] == website.address("")
    assert "cookie" not in headers


async def test_a_single_page_app_counts_a_view_per_path(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/app", title="Start"))
    await website.receives_one("page_view")
    await visitor.evaluate("history.pushState({}, '', '/app/orders'); document.title = 'Orders'")
    await website.receives("page_view", 2)
    await visitor.evaluate("history.replaceState({}, '', '/app/orders/7'); document.title = 'Order 7'")
    await website.receives("page_view", 3)
    await visitor.evaluate("history.back()")
    views = await website.receives("page_view", 4)
    paths = [str(properties(view)["url"]).removeprefix(website.address("")) for view in views]
    assert paths == ["/app", "/app/orders", "/app/orders/7", "/app"]
    # The title that the app sets after the address, and the view before as the referrer.
    assert [properties(view)["title"] for view in views][:3] == ["Start", "Orders", "Order 7"]
    assert properties(views[1])["referrer"] == website.address("/app")


async def test_the_same_path_again_is_no_new_view(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/list"))
    await website.receives_one("page_view")
    await visitor.evaluate("""() => {
        history.replaceState({}, '', '/list');
        history.pushState({}, '', '/list?page=2');
        location.hash = 'bottom';
        history.pushState({}, '', '/other');
    }""")
    views = await website.receives("page_view", 2)
    assert [properties(view)["url"] for view in views] == [
        website.address("/list"),
        website.address("/other"),
    ]


async def test_what_the_page_gets_from_its_history_is_unchanged(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/app"))
    await website.receives_one("page_view")
    state = await visitor.evaluate("history.pushState({ step: 2 }, '', '/app/2'); history.state")
    assert state == {"step": 2}
    error = await visitor.evaluate(
        "() => { try { history.pushState({}, '', 'http://elsewhere.test/') } catch (e) { return e.name } }"
    )
    assert error == "SecurityError"


async def test_routes_behind_the_hash_count_with_the_hash_option(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/app#/inbox", options="hash:true"))
    await website.receives_one("page_view")
    await visitor.evaluate("location.hash = '#/sent'")
    views = await website.receives("page_view", 2)
    assert [properties(view)["url"] for view in views] == [
        website.address("/app#/inbox"),
        website.address("/app#/sent"),
    ]


async def test_a_page_from_the_back_forward_cache_is_a_new_view(visitor: Page, website: Website) -> None:
    first = website.page("/first")
    second = website.page("/second")
    await visitor.goto(first)
    await website.receives_one("page_view")
    # A page that was loaded anew would have lost this mark.
    await visitor.evaluate(
        "addEventListener('pageshow', e => stats('track', 'shown', { cached: e.persisted }))"
    )
    await visitor.goto(second)
    await website.receives("page_view", 2)
    await visitor.evaluate("history.back()")
    shown = await website.receives_one("shown")
    assert properties(shown)["cached"] is True
    views = await website.receives("page_view", 3)
    assert [properties(view)["url"] for view in views] == [first, second, first]


async def test_a_page_rendered_in_advance_counts_when_it_is_opened(alone: Open, website: Website) -> None:
    website.page(
        "/next",
        then="""
            stats('track', 'rendered', { early: document.prerendering, at: Date.now() });
            localStorage.rendered = 1;
        """,
    )
    rules = '{"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}'
    await alone(
        website.bare_page(
            "/start",
            head=f"""
                <script type=speculationrules>{rules}</script>
                <script>onstorage = () => setTimeout(() => location.href = '/next', 500)</script>
            """,
        )
    )
    rendered = properties(await website.receives_one("rendered"))
    view = await website.receives_one("page_view")
    assert rendered["early"] is True
    assert properties(view)["referrer"] == website.address("/start")
    assert view.timestamp is not None
    assert isinstance(rendered["at"], int)
    assert view.timestamp - rendered["at"] > 400


async def test_a_tab_in_the_background_counts_once_it_is_looked_at(alone: Open, website: Website) -> None:
    website.bare_page(
        "/start",
        head="""<script>
            document.onvisibilitychange = () => location.href = '/later';
            window.open('/in-front');
        </script>""",
    )
    website.bare_page("/in-front", head="<script>onstorage = () => setTimeout(close, 500)</script>")
    website.page(
        "/later",
        then="""
            stats('track', 'loaded', { state: document.visibilityState, at: Date.now() });
            localStorage.loaded = 1;
        """,
    )
    await alone(website.address("/start"))
    view = await website.receives_one("page_view")
    loaded = properties(await website.receives_one("loaded"))
    assert loaded["state"] == "hidden"
    assert view.timestamp is not None
    assert isinstance(loaded["at"], int)
    assert view.timestamp - loaded["at"] > 400
    # The view comes first: it says where the visitor came from.
    assert [event.name for event in website.events[:2]] == ["page_view", "loaded"]


async def test_views_can_be_counted_by_hand(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/users/4711", options="autoTrack:false"))
    await visitor.evaluate("history.pushState({}, '', '/users/4711/edit')")
    await visitor.evaluate("stats('page', { url: '/users/:id', section: 'people' })")
    view = await website.receives_one("page_view")
    assert properties(view)["url"] == website.address("/users/:id")
    assert properties(view)["section"] == "people"
    await visitor.evaluate("stats.page()")
    views = await website.receives("page_view", 2)
    assert properties(views[1])["url"] == website.address("/users/4711/edit")


async def test_an_address_leaves_without_email_addresses_and_within_its_limit(
    visitor: Page, website: Website
) -> None:
    await visitor.goto(website.page("/reset?email=ann%40example.org&step=2"))
    await website.receives_one("page_view")
    search = website.page(f"/search?q={'x' * 3000}")
    await visitor.evaluate("(address) => { location.href = address }", search)
    first, second = await website.receives("page_view", 2)
    assert properties(first)["url"] == website.address("/reset?email=&step=2")
    assert properties(second)["referrer"] == website.address("/reset?email=&step=2")
    assert len(str(properties(second)["url"])) == 2000
