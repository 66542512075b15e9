"""Somebody connects an account at a provider, and from then on signs in with it on the agency's host."""

from playwright.async_api import Browser, expect

from tests.e2e.people import Product, at
from tests.factories import make_client, make_reseller, make_site, make_user, unique
from tests.oidc_provider import OidcProvider


async def test_the_button_of_a_provider_leads_out_and_back_in(
    browser: Browser, product: Product, provider: OidcProvider
) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site = await make_site(client)
    kim = await make_user(client)
    subject = unique("kim")
    provider.knows(subject, email=kim.email)

    async with at(browser, product, agency.host) as somebody:
        await somebody.opens("/login")
        await somebody.presses("Continue with Acme ID", role="link")
        await somebody.page.wait_for_url(f"{provider.issuer}/**")
        await somebody.page.locator("input[name=sub]").fill(subject)
        await somebody.page.keyboard.press("Enter")
        # The address alone is no proof: the password is, and then the page on which to connect the two.
        await somebody.sees("There is already an account with your address.")
        assert somebody.page.url.startswith(product.url(agency.host, "/auth/finish"))
        await somebody.writes(kim.email, into="Email")
        await somebody.writes(kim.password, into="Password")
        await somebody.presses("Sign in")
        await somebody.presses("Connect Acme ID", role="link")
        await somebody.page.locator("input[name=sub]").fill(subject)
        await somebody.page.keyboard.press("Enter")
        await expect(somebody.page.get_by_role("button", name="Disconnect Acme ID")).to_be_visible()
        await somebody.does_not_see("Connect Acme ID")

    async with at(browser, product, agency.host) as again:
        await again.opens("/login")
        await again.presses("Continue with Acme ID", role="link")
        await again.page.locator("input[name=sub]").fill(subject)
        await again.page.keyboard.press("Enter")
        await again.sees(site.name)
        assert again.page.url.startswith(product.url(agency.host, "/"))

        await again.opens("/settings/security")
        await again.presses("Disconnect Acme ID")
        await again.presses("Disconnect")
        await expect(again.page.get_by_role("link", name="Connect Acme ID")).to_be_visible()
