"""Somebody connects an account at a provider, and from then on signs in with it on the agency's host."""

from playwright.async_api import Browser, expect

from tenancy.db import session
from tenancy.invites import invite
from tenancy.roles import Role
from tests.e2e.people import Person, Product, at
from tests.factories import (
    info_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    unique,
    viewer_of,
)
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
        await somebody.arrives(f"{provider.issuer}/**")
        await is_let_in(somebody, subject)
        # The address alone is no proof: the password is, and then the page on which to connect the two.
        await somebody.sees("There is already an account with your address.")
        assert somebody.page.url.startswith(product.url(agency.host, "/auth/finish"))
        await somebody.writes(kim.email, into="Email")
        await somebody.writes(kim.password, into="Password")
        await somebody.presses("Sign in")
        await somebody.presses("Connect Acme ID", role="link")
        await is_let_in(somebody, subject)
        await expect(somebody.page.get_by_role("button", name="Disconnect Acme ID")).to_be_visible()
        await somebody.does_not_see("Connect Acme ID")

    async with at(browser, product, agency.host) as again:
        await again.opens("/login")
        await again.presses("Continue with Acme ID", role="link")
        await is_let_in(again, subject)
        await again.sees(site.name)
        assert again.page.url.startswith(product.url(agency.host, "/"))

        await again.opens("/settings/security")
        await again.presses("Disconnect Acme ID")
        await again.presses("Disconnect")
        await expect(again.page.get_by_role("link", name="Connect Acme ID")).to_be_visible()


async def test_an_agency_sets_up_its_own_provider_and_its_people_come_in_by_it(
    browser: Browser, product: Product, provider: OidcProvider
) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site = await make_site(client)
    owner = await make_user(agency)
    back = product.url(agency.host, "/auth/callback")

    async with at(browser, product, agency.host) as mara:
        await mara.signs_in(owner.email, owner.password)
        await mara.sees(client.name)
        await mara.opens("/settings/sign-in")
        await mara.sees("Your sign-in page offers Acme ID through us.")
        await expect(mara.page.locator(".snippet", has_text=back)).to_be_visible()
        await expect(mara.page.get_by_role("button", name="Copy the address")).to_be_enabled()
        await mara.presses("Add a provider")
        for words, into in (
            ("Northwind", "Name"),
            (f"{provider.issuer}/nothing", "Issuer"),
            ("agency", "Client ID"),
            ("s3cret", "Client secret"),
        ):
            await mara.writes(words, into=into)
        await mara.presses("Save and check")
        await mara.sees("No OpenID Connect provider responds at that address.")
        await mara.presses("Change Northwind")
        await mara.writes(provider.issuer, into="Issuer")
        await mara.writes("s3cret", into="Client secret")
        await mara.presses("Save and check")
        await mara.sees("It responds and accepts the client ID.")

    viewer, subject = viewer_of(owner), unique("robin")
    email = f"{subject}@northwind.example"
    provider.knows(subject, email=email, name="Robin Ash")
    async with session(viewer) as db:
        sent = await invite(db, viewer, info_of(client), email=email, role=Role.MEMBER)
    async with at(browser, product, agency.host) as robin:
        await robin.opens(sent.path)
        await robin.presses("Continue with Northwind", role="link")
        await is_let_in(robin, subject)
        await robin.sees(site.name)
        await robin.sees("Robin Ash")

    async with at(browser, product, agency.host) as again:
        await again.opens("/login")
        await again.does_not_see("Acme ID")
        await again.presses("Continue with Northwind", role="link")
        await is_let_in(again, subject)
        await again.sees(site.name)


async def is_let_in(person: Person, subject: str) -> None:
    """Signs in at the provider."""
    await person.page.locator("input[name=sub]").fill(subject)
    await person.page.keyboard.press("Enter")
