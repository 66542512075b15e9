"""The dashboard under people's hands: what they press, what the address says, and who sees what."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from playwright.async_api import Browser, expect
from redis.asyncio import Redis

from tenancy.login import sign_out_everywhere
from tenancy.roles import Role
from tenancy.sites import Site
from tests.analytics.ingest.entries import DIRECT, GOOGLE, an_event, put
from tests.e2e.people import Person, Product, at
from tests.factories import (
    MadeOrganization,
    MadeUser,
    make_client,
    make_reseller,
    make_site,
    make_user,
)


class World:
    """An agency with a client, its site and its people, and some visits of the last hours."""

    agency: MadeOrganization
    owner: MadeUser
    client: MadeOrganization
    reader: MadeUser
    site: Site


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(product: Product) -> AsyncIterator[World]:
    made = World()
    made.agency = await make_reseller()
    made.owner = await make_user(made.agency, Role.OWNER)
    made.client = await make_client(made.agency)
    made.reader = await make_user(made.client, Role.VIEWER)
    made.site = await make_site(made.client)
    now = datetime.now(UTC)
    async with Redis.from_url(product.redis_url) as redis:
        for visitor in range(1, 13):
            moment = now - timedelta(days=visitor % 3, minutes=40)
            first = an_event(moment, attribution=GOOGLE if visitor % 2 else DIRECT)
            second = an_event(moment + timedelta(minutes=2), path="/pricing")
            await put(redis, made.site.number, visitor, *([first, second] if visitor % 4 else [first]))
    yield made


async def on_the_dashboard(person: Person, world: World, user: MadeUser, query: str = "") -> None:
    await person.signs_in(user.email, user.password)
    await person.arrives("**/clients" if user is world.owner else "**/sites")
    await person.opens(f"/sites/{world.site.public_id}{query}")
    await person.reads_at_last("Visitors", "0" if "from=" in query else "12")


async def test_what_is_pressed_is_in_the_address_and_the_way_back_leads_back(
    browser: Browser, product: Product, world: World
) -> None:
    async with at(browser, product, world.agency.host) as mara:
        await on_the_dashboard(mara, world, world.owner)
        await mara.page.locator('[data-panel="sources"]').get_by_text("Organic Search").click()
        await mara.reads("Visitors", "6")
        await mara.sees("Channel is Organic Search")
        filtered = mara.page.url
        await mara.page.keyboard.press("d")
        await mara.arrives("**period=today**")
        await expect(mara.tile("Visitors").locator(".tile-value")).not_to_have_text("6")
        await mara.page.go_back()
        await mara.reads("Visitors", "6")
        assert mara.page.url == filtered
        await mara.page.get_by_role("button", name="Remove this filter").click()
        await mara.reads("Visitors", "12")

        await mara.tile("Page views").click()
        await expect(mara.tile("Page views")).to_have_attribute("aria-pressed", "true")
        await mara.arrives("**metric=page_views**")

    async with at(browser, product, world.agency.host) as colleague:
        # A link shows the same view to whoever may see it, after signing in.
        await colleague.page.goto(filtered)
        await colleague.page.get_by_label("Email").fill(world.owner.email)
        await colleague.page.get_by_label("Password").fill(world.owner.password)
        await colleague.page.get_by_role("button", name="Sign in").click()
        await colleague.reads("Visitors", "6")
        await colleague.sees("Channel is Organic Search")


async def test_details_are_searched_and_a_row_filters(
    browser: Browser, product: Product, world: World
) -> None:
    async with at(browser, product, world.agency.host) as mara:
        await on_the_dashboard(mara, world, world.owner)
        panel = mara.page.locator('[data-panel="pages"]')
        await panel.locator(".bars li").first.wait_for()
        await panel.get_by_role("button", name="Details").click()
        dialog = mara.page.get_by_role("dialog")
        await expect(dialog.locator("tbody tr")).to_have_count(2)
        await dialog.get_by_label("Search").fill("pric")
        await expect(dialog.locator("tbody tr")).to_have_count(1)
        await dialog.get_by_text("/pricing").click()
        await mara.sees("Page is /pricing")
        await mara.reads("Visitors", "9")


async def test_a_filter_is_made_by_hand_and_a_bad_pattern_is_told(
    browser: Browser, product: Product, world: World
) -> None:
    async with at(browser, product, world.agency.host) as mara:
        await on_the_dashboard(mara, world, world.owner)
        await mara.presses("Filter")
        dialog = mara.page.get_by_role("dialog")
        await dialog.get_by_label("Condition").click()
        await mara.page.get_by_role("option", name="matches").click()
        await dialog.get_by_label("Values").fill("(")
        await mara.page.keyboard.press("Enter")
        await mara.presses("Apply")
        await expect(dialog.get_by_role("alert").first).to_be_visible()
        await expect(dialog).to_be_visible()


async def test_the_first_press_of_tab_leads_past_the_sidebar(
    browser: Browser, product: Product, world: World
) -> None:
    async with at(browser, product, world.agency.host) as mara:
        await on_the_dashboard(mara, world, world.owner)
        loose = (
            "[...document.body.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join('')"
        )
        assert await mara.page.evaluate(loose) == ""
        await mara.page.keyboard.press("Tab")
        await expect(mara.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await mara.page.keyboard.press("Enter")
        await mara.page.keyboard.press("Tab")
        assert await mara.page.evaluate("document.activeElement.closest('main') !== null")


async def test_a_clients_reader_sees_its_own_site_and_nothing_to_change(
    browser: Browser, product: Product, world: World
) -> None:
    elsewhere = await make_site(await make_client(world.agency))
    async with at(browser, product, world.agency.host) as lea:
        await on_the_dashboard(lea, world, world.reader)
        # One way into the page for whoever hears it read.
        await expect(lea.page.get_by_role("main")).to_have_count(1)
        await lea.opens("/sites")
        await lea.sees(world.site.domain)
        await lea.does_not_see(elsewhere.domain)
        await lea.does_not_see("Add a site")
        await lea.does_not_see("Clients")
        assert await lea.opens(f"/sites/{elsewhere.public_id}") == 404


async def test_who_is_signed_out_elsewhere_sees_it_at_once(
    browser: Browser, product: Product, world: World
) -> None:
    person = await make_user(world.agency, Role.ADMIN)
    async with at(browser, product, world.agency.host) as mara:
        await mara.signs_in(person.email, person.password)
        await mara.arrives("**/clients")
        await mara.opens(f"/sites/{world.site.public_id}/realtime")
        await mara.sees("Right now")

        await sign_out_everywhere(person.id)

        await mara.arrives("**/login**")


async def test_realtime_moves_by_itself(browser: Browser, product: Product, world: World) -> None:
    site = await make_site(world.client)
    async with at(browser, product, world.agency.host) as mara:
        await mara.signs_in(world.owner.email, world.owner.password)
        await mara.arrives("**/clients")
        await mara.opens(f"/sites/{site.public_id}/realtime")
        count = mara.page.locator(".now-count b")
        await expect(count).to_have_text("0")
        async with Redis.from_url(product.redis_url) as redis:
            await put(redis, site.number, 99, an_event(datetime.now(UTC), path="/just-now"))
        await expect(count).to_have_text("1")
        await mara.sees("/just-now")


async def test_dark_stays_dark_and_a_phone_has_a_menu(
    browser: Browser, product: Product, world: World
) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "color_scheme": "light"}
    async with at(browser, product, world.agency.host, **phone) as mara:
        await on_the_dashboard(mara, world, world.owner)
        assert await mara.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await mara.page.get_by_role("button", name="Switch between light and dark").click()
        background = "getComputedStyle(document.body).backgroundColor"
        dark = await mara.page.evaluate(background)
        await mara.page.reload()
        await mara.tile("Visitors").wait_for()
        assert await mara.page.evaluate(background) == dark
        await mara.page.get_by_role("button", name="Menu").click()
        await mara.page.get_by_role("link", name="Realtime").click()
        await mara.sees("Right now")


async def test_days_are_picked_in_the_calendar_and_compared_with_the_year_before(
    browser: Browser, product: Product, world: World
) -> None:
    async with at(browser, product, world.agency.host) as mara:
        await on_the_dashboard(mara, world, world.owner, "?period=custom&from=2026-03-02&to=2026-03-20")
        await mara.page.get_by_role("button", name="Period:").click()
        days = mara.page.locator(".q-date__calendar-days")
        await days.get_by_role("button", name="5", exact=True).click()
        await days.get_by_role("button", name="11", exact=True).click()
        await mara.arrives("**from=2026-03-05&to=2026-03-11**")
        await mara.sees("Mar 5 – Mar 11")
        await mara.page.get_by_role("button", name="Period:").click()
        await mara.page.get_by_role("button", name="Year before").click()
        await mara.arrives("**compare=year**")
        await mara.sees("Mar 5, 2025")
