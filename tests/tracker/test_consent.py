"""Who a visitor is: nobody, unless the site's mode and the visitor agree."""

from playwright.async_api import Page

from tests.tracker.website import UUID, Website


async def stored(visitor: Page) -> dict[str, str]:
    kept: dict[str, str] = await visitor.evaluate("({ ...localStorage })")
    return kept


def visitor_ids(website: Website) -> list[str | None]:
    """The id of each request."""
    return [delivery.body.visitor.id if delivery.body.visitor else None for delivery in website.deliveries]


async def test_a_cookieless_site_keeps_nothing_in_the_browser(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(then="stats('consent', true)"))
    await website.receives_one("page_view")
    assert await stored(visitor) == {}
    assert await visitor.evaluate("sessionStorage.length") == 0
    assert await visitor.context.cookies() == []
    assert visitor_ids(website) == [None]


async def test_a_persistent_site_knows_the_browser_again(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/one", mode="persistent"))
    await visitor.goto(website.page("/two", mode="persistent"))
    await website.receives("page_view", 2)
    [kept] = (await stored(visitor)).values()
    assert UUID.fullmatch(kept)
    assert set(visitor_ids(website)) == {kept}


async def test_with_consent_a_random_id_begins(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/one", mode="consent"))
    await website.receives_one("page_view")
    assert visitor_ids(website) == [None]
    assert await stored(visitor) == {}
    await visitor.evaluate("stats('consent', true); stats('track', 'agreed')")
    await website.receives_one("agreed")
    [kept] = (await stored(visitor)).values()
    assert UUID.fullmatch(kept)
    await visitor.goto(website.page("/two", mode="consent"))
    await website.receives("page_view", 2)
    assert visitor_ids(website)[0] is None
    assert set(visitor_ids(website)[1:]) == {kept}


async def test_consent_given_with_the_page_counts_from_the_first_view(
    visitor: Page, website: Website
) -> None:
    await visitor.goto(website.page(mode="consent", then="stats('consent', true)"))
    await website.receives_one("page_view")
    assert None not in visitor_ids(website)


async def test_consent_withdrawn_erases_the_id(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(mode="consent", then="stats('consent', true)"))
    await website.receives_one("page_view")
    await visitor.evaluate("stats('consent', false); stats('track', 'withdrawn')")
    assert await stored(visitor) == {}
    await website.receives_one("withdrawn")
    assert visitor_ids(website)[-1] is None


async def test_a_refusal_on_a_persistent_site_lasts(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page("/one", mode="persistent", then="stats('consent', false)"))
    await visitor.goto(website.page("/two", mode="persistent"))
    await website.receives("page_view", 2)
    assert set(visitor_ids(website)) == {None}
    assert list((await stored(visitor)).values()) == [""]
    await visitor.evaluate("stats('consent', true); stats('track', 'changed_my_mind')")
    await website.receives_one("changed_my_mind")
    assert visitor_ids(website)[-1] is not None


async def test_do_not_track_is_honoured(visitor: Page, website: Website) -> None:
    await wishes(visitor, "doNotTrack", "'1'")
    await nothing_leaves(visitor, website)


async def test_global_privacy_control_is_honoured(visitor: Page, website: Website) -> None:
    await wishes(visitor, "globalPrivacyControl", "true")
    await nothing_leaves(visitor, website)


async def test_a_site_may_choose_to_count_all_the_same(visitor: Page, website: Website) -> None:
    await wishes(visitor, "doNotTrack", "'1'")
    await visitor.goto(website.page(options="dnt:false"))
    await website.receives_one("page_view")


async def wishes(visitor: Page, signal: str, value: str) -> None:
    """Sets what the browser tells pages about its owner's wishes."""
    await visitor.add_init_script(
        f"Object.defineProperty(Navigator.prototype, '{signal}', {{ get: () => {value} }})"
    )


async def nothing_leaves(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(mode="persistent", then="stats('track', 'seen')"))
    await visitor.wait_for_load_state("networkidle")
    await visitor.evaluate("stats.track('seen'); history.pushState({}, '', '/two')")
    # What would have gone goes when the page is left.
    await visitor.goto(website.page("/plain", options="dnt:false"))
    await website.receives_one("page_view")
    assert [event.name for event in website.events] == ["page_view"]
    assert len(website.arrivals) == 1
