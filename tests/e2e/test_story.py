"""The main job, from an agency's first click to a visit on its client's dashboard."""

import re
from collections.abc import Callable

from playwright.async_api import Browser, Response, expect

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
                    async with visitor.page.expect_response(takes_a_view_of(domain, "/")):
                        await visitor.page.goto(f"http://{domain}:{port}/", referer=referrer)
                    if agent == DESKTOP:
                        async with visitor.page.expect_response(takes_a_view_of(domain, "/pricing")):
                            await visitor.page.get_by_text("Pricing").click()

        await mara.sees("It works")
        await mara.presses("Open the dashboard", role="link")
        await mara.arrives(f"**/sites/{site}")
        await mara.reads_at_last("Page views", "3")
        await mara.reads_at_last("Visitors", "2")
        await mara.reads_at_last("Sessions", "2")
        await mara.reads_at_last("Bounce rate", "50%")
        await mara.reads_at_last("Pages per session", "1.5")
        await mara.lists("pages", {"/": "2", "/pricing": "1"})
        await mara.lists("sources", {"Organic Search": "1", "Organic Social": "1"})
        await mara.presses("Sources", role="tab")
        await expect(mara.page.locator('[data-panel="sources"]')).to_contain_text("hacker news")
        assert sorted(await mara.rows("sources")) == ["google", "hacker news"]
        await mara.arrives("**tabs=sources**")
        await mara.lists("devices", {"Desktop": "1", "Mobile": "1"})

    async with at(browser, product, rival.host) as spy:
        await spy.signs_in(owner.email, owner.password)
        await spy.sees("not correct")
        await spy.signs_in(other.email, other.password)
        await spy.sees("No clients yet")
        assert await spy.opens(f"/sites/{site}") == 404
        await spy.does_not_see(domain)
        assert await spy.opens(f"/sites/{site}/realtime") == 404

    async with product.program(rival.host) as api:
        token = (
            await api.post("/api/auth/login", json={"email": other.email, "password": other.password})
        ).json()["access_token"]
        api.headers["authorization"] = f"Bearer {token}"
        assert (await api.get("/api/sites")).json() == {"sites": []}
        for path in ("", "/stats", "/realtime", "/snippet"):
            assert (await api.get(f"/api/sites/{site}{path}")).status_code == 404


def takes_a_view_of(domain: str, path: str) -> Callable[[Response], bool]:
    """Whether it is the answer to that page view, and not to what the page before said as it was left."""

    def is_it(answer: Response) -> bool:
        said = answer.request.post_data or ""
        return answer.url.endswith("/api/collect") and bool(
            re.search(rf'"page_view".*"http://{re.escape(domain)}:\d+{path}"', said)
        )

    return is_it
