"""An agency's day with its clients: one more, one suspended, and one opened again."""

from playwright.async_api import Browser, expect

from tests.e2e.people import Product, at
from tests.factories import make_client, make_reseller, make_site, make_user


async def test_a_client_is_made_found_suspended_and_opened_again(browser: Browser, product: Product) -> None:
    agency = await make_reseller()
    client = await make_client(agency, name="Harbour")
    await make_site(client)
    boss, owner = await make_user(agency), await make_user(client)
    async with at(browser, product, agency.host) as mara, at(browser, product, agency.host) as kim:
        await mara.signs_in(boss.email, boss.password)
        await mara.page.wait_for_url("**/clients")
        await mara.presses("Add a client")
        await mara.writes("Acme Bikes", into="Name")
        await mara.writes("bikes.example", into="First site")
        await mara.writes("owner@bikes.example", into="Owner's email")
        await mara.presses("Add the client")
        await mara.page.wait_for_url("**/install")
        await mara.sees("bikes.example")

        await kim.signs_in(owner.email, owner.password)
        await kim.page.wait_for_url("**/sites")
        await mara.opens("/clients?words=harb")
        await mara.sees("Harbour")
        await expect(mara.page.get_by_label("Select Acme Bikes")).to_have_count(0)
        await mara.page.get_by_label("Select Harbour").check()
        await mara.presses("Suspend")
        await mara.page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
        await expect(mara.page.locator("td .badge")).to_have_text("Suspended")
        await expect(mara.page.get_by_role("dialog")).to_have_count(0)
        assert await kim.opens("/sites") == 403
        await kim.sees("Harbour is suspended")

        await mara.page.get_by_label("Select Harbour").check()
        await mara.presses("Reactivate")
        await mara.page.get_by_role("dialog").get_by_role("button", name="Reactivate").click()
        await expect(mara.page.locator("td .badge")).to_have_count(0)
        assert await kim.opens("/sites") == 200
