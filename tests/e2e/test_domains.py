"""An agency brings its own domains: from an empty page to green lights, with nothing to press in between."""

from playwright.async_api import Browser, Locator, Page, expect

from tenancy.domains import resolve_host
from tests.e2e.people import Person, Product, at
from tests.factories import make_client, make_reseller, make_user, unique
from tests.name_server import NameServer


async def test_a_portal_domain_from_nothing_to_the_primary_one(
    product: Product, browser: Browser, names: NameServer
) -> None:
    agency = await make_reseller(theme={"name": "Northwind Trading"})
    user = await make_user(agency)
    host = f"{unique('analytics')}.example.com"
    async with at(browser, product, agency.host, permissions=["clipboard-read", "clipboard-write"]) as owner:
        await owner.signs_in(user.email, user.password)
        await adds(owner, "Portal domain", host)
        await expect(light(owner.page, "ownership")).to_contain_text("The record is not there yet")
        await expect(light(owner.page, "pointing")).to_contain_text(f"{host} does not point anywhere yet")

        names.says(host, "A", "198.51.100.7")
        elsewhere = "points elsewhere: to 198.51.100.7"
        await expect(light(owner.page, "pointing")).to_contain_text(elsewhere)
        names.says(host, "A")
        await expect(light(owner.page, "pointing")).to_contain_text("does not point anywhere yet")
        await writes_what_the_page_shows(owner.page, names)
        await owner.sees("All checks passed")
        found = await resolve_host(host)
        assert found is not None and found.organization_id == agency.id

        mock = owner.page.frame_locator(".browser iframe")
        await expect(mock.get_by_role("heading", name="Sign in")).to_be_visible()
        link = await owner.page.get_by_role("link", name="Open the preview").get_attribute("href")
        assert link is not None
        await owner.presses("Make it the primary domain")
        await expect(owner.page.locator(".domains li", has_text=host)).to_contain_text("Primary")

        async with at(browser, product, agency.host) as colleague:
            assert await colleague.opens(link) == 200
            await colleague.sees("Northwind Trading")
            assert not await colleague.page.evaluate("document.activeElement !== document.body")

        await owner.page.get_by_text(host).click()
        await owner.presses("Remove")
        await owner.sees(f"Remove {host}?")
        await owner.presses("Remove it")
        await expect(owner.page.locator("h1")).to_have_text("Domains")
        await owner.does_not_see(host)


async def test_mail_and_tracking_get_their_lights_as_well(
    product: Product, browser: Browser, names: NameServer
) -> None:
    agency = await make_reseller()
    user = await make_user(agency)
    async with at(browser, product, agency.host) as owner:
        await owner.signs_in(user.email, user.password)
        mail = f"{unique('mail')}.example.com"
        names.says(mail, "TXT", "v=spf1 include:_spf.other.example -all")
        await adds(owner, "Email domain", mail)
        await expect(light(owner.page, "spf")).to_contain_text("There is an SPF record without us")
        await writes_what_the_page_shows(owner.page, names)
        await owner.sees("All checks passed")
        await adds(owner, "Tracking domain", f"{unique('t')}.example.com")
        await expect(light(owner.page, "pointing")).to_contain_text("does not point anywhere yet")
        await writes_what_the_page_shows(owner.page, names)
        await owner.sees("All checks passed")
        await owner.opens("/settings/domains")
        await expect(owner.page.locator(".domains .badge.good")).to_have_count(3)


async def test_the_only_way_in_stays_and_a_client_sees_nothing_of_it(
    product: Product, browser: Browser
) -> None:
    agency = await make_reseller()
    user, guest = await make_user(agency), await make_user(await make_client(agency))
    async with at(browser, product, agency.host) as owner:
        await owner.signs_in(user.email, user.password)
        await owner.opens("/settings/domains")
        await owner.page.get_by_text(agency.host).click()
        await owner.presses("Remove")
        await owner.presses("Remove it")
        await owner.sees("there is no other one")
    async with at(browser, product, agency.host) as client:
        await client.signs_in(guest.email, guest.password)
        assert await client.opens("/settings/domains") == 403


async def adds(owner: Person, kind: str, host: str) -> None:
    await owner.arrives("**/clients") if "/login" in owner.page.url else None
    await owner.opens("/settings/domains")
    await owner.presses(f"Add: {kind}")
    await owner.writes(host, into="Name")
    await owner.presses("Show the records")
    await expect(owner.page.locator("h1")).to_have_text(host)


async def writes_what_the_page_shows(page: Page, names: NameServer) -> None:
    """What a person does with the copy buttons, with a name server instead of a provider's form."""
    await expect(page.locator('.light[data-state="unseen"]')).to_have_count(0)
    shown = []
    for record in await page.locator(".light:not(.good) .record").all():
        await record.get_by_role("button", name="Copy the value").click()
        await says_so(record.locator("[data-copied]").last)
        fields = ("code >> nth=0", "[id$=name]", "[id$=value]")
        shown.append([await record.locator(field).inner_text() for field in fields])
    # All at once: a light that turns green takes its record off the page.
    for kind, name, value in shown:
        names.says(name, kind, f"{value}." if kind == "CNAME" else value)


async def says_so(label: Locator) -> None:
    """That it copied; for two seconds only, so that a slow machine has to press again."""
    for _try in range(10):
        try:
            await expect(label).to_have_text("Copied", timeout=1_500)
        except AssertionError:
            await label.click()
        else:
            return
    raise AssertionError("Nothing was copied.")


def light(page: Page, item: str) -> Locator:
    return page.locator(f'.light[data-item="{item}"]')
