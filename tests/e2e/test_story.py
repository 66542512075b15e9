"""The main job, from an agency's first click to a visit on its client's dashboard."""

from httpx import AsyncClient
from playwright.async_api import Browser, expect

from tenancy.roles import Role
from tests.e2e.people import Product, at
from tests.e2e.website import website
from tests.factories import make_reseller, make_user, unique

DESKTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


async def test_a_visit_to_a_clients_site_shows_on_the_agencys_dashboard_and_nowhere_else(
    browser: Browser, product: Product
) -> None:
    agency, rival = await make_reseller(), await make_reseller()
    owner, other = await make_user(agency, Role.OWNER), await make_user(rival, Role.OWNER)
    client_name, domain = unique("Harbour Coffee"), f"{unique('shop')}.localhost"

    async with at(browser, product, agency.host) as mara:
        await mara.signs_in(owner.email, owner.password)
        await mara.sees("No clients yet")
        await mara.presses("Add a client")
        await mara.writes(client_name, into="Name")
        await mara.presses("Add the client")
        await mara.sees("No sites yet")
        await mara.presses("Add a site")
        await mara.writes(domain, into="Domain")
        await mara.presses("Add the site")
        await mara.sees("Waiting for the first visit")
        snippet = await mara.page.locator("#snippet").inner_text()
        site = mara.page.url.rpartition("/sites/")[2].partition("/")[0]

        with website(snippet) as port:
            for agent, referrer in (
                (DESKTOP, "https://www.google.com/"),
                (PHONE, "https://news.ycombinator.com/item?id=1"),
            ):
                async with at(browser, product, domain, user_agent=agent) as visitor:
                    # What the response says would be too early: the event is stored once the answer is there.
                    async with visitor.page.expect_response("**/api/collect"):
                        await visitor.page.goto(f"http://{domain}:{port}/", referer=referrer)
                    if agent == DESKTOP:
                        async with visitor.page.expect_response("**/api/collect"):
                            await visitor.page.get_by_text("Pricing").click()

        await mara.sees("It works")
        await mara.presses("Open the dashboard", role="link")
        await mara.reads("Visitors", "2")
        await mara.reads("Page views", "3")
        await mara.reads("Sessions", "2")
        await mara.reads("Bounce rate", "50%")
        await mara.reads("Pages per session", "1.5")
        assert await mara.rows("pages") == {"/": "2", "/pricing": "1"}
        assert await mara.rows("sources") == {"Organic Search": "1", "Organic Social": "1"}
        await mara.presses("Sources", role="tab")
        await expect(mara.page.locator('[data-panel="sources"]')).to_contain_text("hacker news")
        assert sorted(await mara.rows("sources")) == ["google", "hacker news"]
        assert "tabs=sources" in mara.page.url
        assert await mara.rows("devices") == {"Desktop": "1", "Mobile": "1"}

    async with at(browser, product, rival.host) as spy:
        await spy.signs_in(owner.email, owner.password)
        await spy.sees("not correct")
        await spy.signs_in(other.email, other.password)
        await spy.sees("No clients yet")
        assert await spy.opens(f"/sites/{site}") == 404
        await spy.does_not_see(domain)
        assert await spy.opens(f"/sites/{site}/realtime") == 404

    async with AsyncClient(base_url=product.url("127.0.0.1"), headers={"host": rival.host}) as api:
        token = (
            await api.post("/api/auth/login", json={"email": other.email, "password": other.password})
        ).json()["access_token"]
        api.headers["authorization"] = f"Bearer {token}"
        assert (await api.get("/api/sites")).json() == {"sites": []}
        for path in ("", "/stats", "/realtime", "/snippet"):
            assert (await api.get(f"/api/sites/{site}{path}")).status_code == 404
