"""API keys under people's hands: made, copied, used by a program, revoked."""

from playwright.async_api import Browser, expect

from tenancy.roles import Role
from tests.e2e.people import Product, at
from tests.factories import make_client, make_reseller, make_site, make_user


async def test_a_key_is_made_copied_used_and_revoked(browser: Browser, product: Product) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    owner, member = await make_user(client), await make_user(client, Role.MEMBER)
    site = await make_site(client, name="Harbour")

    async with (
        at(browser, product, agency.host, permissions=["clipboard-read", "clipboard-write"]) as mara,
        product.program(agency.host) as program,
    ):
        await mara.signs_in(owner.email, owner.password)
        await mara.sees("Harbour")
        await mara.opens("/settings/api-keys")
        await mara.sees("No API keys yet")
        await mara.presses("Create a key")
        await mara.presses("Create the key")
        await mara.sees("Enter a name of at most 120 characters.")
        await mara.writes("Nightly export", into="Name")
        await mara.presses("Create the key")
        await mara.sees("it cannot be shown again")
        secret = await mara.page.locator("#secret").inner_text()
        await mara.presses("Copy the key")
        await expect(mara.page.get_by_role("dialog").locator("[data-copied]")).to_have_text("Copied")
        assert await mara.page.evaluate("navigator.clipboard.readText()") == secret
        await mara.presses("I have copied it")

        program.headers["authorization"] = f"Bearer {secret}"
        answer = await program.get("/v1/sites")
        assert [one["id"] for one in answer.json()["sites"]] == [site.public_id]

        await mara.page.reload()
        await mara.sees("Nightly export")
        await mara.sees(secret[:24])
        await mara.does_not_see(secret)
        await mara.presses("Revoke “Nightly export”")
        await mara.sees("This cannot be undone.")
        await mara.presses("Revoke the key")
        await mara.sees("No API keys yet")
        assert (await program.get("/v1/sites")).status_code == 401

    async with at(browser, product, agency.host) as lea:
        await lea.signs_in(member.email, member.password)
        await lea.sees("Harbour")
        assert await lea.opens("/settings/api-keys") == 403
