"""What a page can call: the snippet's function before the script is there, the same function after."""

from hashlib import sha256

from playwright.async_api import Page

from tests.tracker.website import Website, properties


async def test_calls_made_before_the_script_is_there_arrive(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(then="stats('track', 'signup_started', { plan: 'pro', seats: 3 })"))
    event = await website.receives_one("signup_started")
    assert properties(event) == {"plan": "pro", "seats": 3, "page_url": website.address("/")}
    # With the first view, in one request.
    assert [event.name for event in website.deliveries[0].body.events] == ["page_view", "signup_started"]


async def test_calls_made_before_init_wait_for_it(visitor: Page, website: Website) -> None:
    before = (
        "window.stats = function () { (stats.q = stats.q || []).push(arguments) }; stats('track', 'first')"
    )
    await visitor.goto(website.page(before=before))
    await website.receives_one("first")
    assert [event.name for event in website.events] == ["page_view", "first"]


async def test_the_function_has_the_calls_as_methods(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page())
    await website.receives_one("page_view")
    await visitor.evaluate("""() => {
        stats.track('by_method');
        const { track } = stats;
        track('taken_out');
        stats('track', 'by_name');
    }""")
    await website.receives_one("by_name")
    assert [event.name for event in website.events] == ["page_view", "by_method", "taken_out", "by_name"]


async def test_whoever_kept_the_snippets_function_is_heard(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(then="window.kept = stats"))
    await website.receives_one("page_view")
    await visitor.evaluate("kept('track', 'late')")
    await website.receives_one("late")


async def test_the_global_has_the_name_that_the_snippet_gives(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(name="acmeMetrics"))
    await website.receives_one("page_view")
    await visitor.evaluate("acmeMetrics('track', 'branded')")
    await website.receives_one("branded")
    assert await visitor.evaluate("[typeof stats, typeof sitestats, typeof insighthub].join()") == (
        "undefined,undefined,undefined"
    )


async def test_two_snippets_on_a_page_count_one_view(visitor: Page, website: Website) -> None:
    website.page("/")
    content_type, address, page = website.pages["/"]
    snippet_twice = page.replace(b"</head>", page.split(b"<head>")[1].split(b"</head>")[0] + b"</head>")
    website.pages["/"] = (content_type, address, snippet_twice)
    await visitor.goto(website.address())
    await visitor.wait_for_load_state("networkidle")
    await visitor.evaluate("stats('track', 'once')")
    await website.receives_one("once")
    await website.receives_one("page_view")


async def test_two_websites_can_share_a_page(visitor: Page, website: Website) -> None:
    other = website.town.website()
    other.page("/", name="theirs")
    guest = other.pages["/"][2].split(b"<head>")[1].split(b"</head>")[0].decode()
    await visitor.goto(website.page(body=guest))
    await website.receives_one("page_view")
    await other.receives_one("page_view")


async def test_what_was_meant_is_what_arrives(visitor: Page, website: Website) -> None:
    then = "const cart = { items: 1 }; stats.track('added', cart); cart.items = 2"
    await visitor.goto(website.page(body=f'<button onclick="{then}">Add</button>'))
    await visitor.click("text=Add")
    await visitor.goto("about:blank")
    assert properties(await website.receives_one("added"))["items"] == 1


async def test_identify(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(then="stats('identify', 'user_123', { plan: 'pro' })"))
    event = await website.receives_one("identify")
    assert properties(event) == {"user_id": "user_123", "plan": "pro", "page_url": website.address("/")}


async def test_an_email_address_as_the_user_id_leaves_as_a_hash(visitor: Page, website: Website) -> None:
    website.page(then="stats('identify', ' Ann@Example.org')")
    # localhost has the privileges of https, and with them the hashing.
    await visitor.goto(website.address(host=f"{website.token}.localhost"))
    event = await website.receives_one("identify")
    assert properties(event)["user_id"] == sha256(b"ann@example.org").hexdigest()


async def test_an_email_address_stays_where_it_cannot_be_hashed(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(then="stats('identify', 'ann@example.org'); stats('track', 'done')"))
    await website.receives_one("done")
    assert website.named("identify") == []


async def test_revenue(visitor: Page, website: Website) -> None:
    then = "stats('revenue', { amount: 99.5, currency: 'EUR', product: 'Pro' })"
    await visitor.goto(website.page("/thanks", then=then))
    event = await website.receives_one("revenue")
    assert properties(event) == {
        "amount": 99.5,
        "currency": "EUR",
        "product": "Pro",
        "page_url": website.address("/thanks"),
    }


async def test_another_endpoint(visitor: Page, website: Website) -> None:
    own = website.address("/api/collect", host=f"proxy.{website.host}")
    await visitor.goto(website.page(options=f"endpoint:'{own}'"))
    await website.receives_one("page_view")
    assert website.deliveries[0].headers["host"].startswith("proxy.")
