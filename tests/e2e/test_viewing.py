"""An agency looks at a client's pages, in several tabs at once, until the client takes its consent back."""

from playwright.async_api import Browser, expect

from tests.e2e.people import Person, Product, at
from tests.factories import make_client, make_reseller, make_site, make_user, unique


async def test_a_look_from_asking_for_consent_to_losing_it(browser: Browser, product: Product) -> None:
    agency = await make_reseller()
    client = await make_client(agency, unique("Harbour Coffee"))
    site = await make_site(client, name=unique("Shop"))
    owner, boss = await make_user(client, name="Olive Owner"), await make_user(agency, name="Bea Boss")
    page, line = f"/clients/{client.public_id}", f"You are viewing this as {client.name} and cannot"

    async with at(browser, product, agency.host) as olive, at(browser, product, agency.host) as bea:
        await bea.signs_in(boss.email, boss.password)
        await bea.arrives("**/clients")
        await bea.opens(page)
        await bea.presses("View as client")
        await bea.sees(f"{client.name} has not yet allowed you")
        await bea.presses("Ask by email")
        await bea.sees("We have sent them an email.")

        await olive.signs_in(owner.email, owner.password)
        await olive.arrives("**/sites")
        await agree(olive)

        await bea.opens(page)
        other = Person(await bea.page.context.new_page(), product, agency.host)
        await other.opens("/settings/organization")
        await other.writes("Somebody Else", into="Name")
        left: list[str] = []
        other.page.on("request", lambda sent: left.append(sent.url) if sent.url.endswith("/") else None)
        await bea.presses("View as client")
        await bea.sees(line)
        await bea.sees(site.name)
        await expect(bea.page.get_by_role("button", name="Add a site")).to_have_count(0)
        # The other tab was a page of the agency's: it is one of the client's now.
        await other.arrives("**/sites")
        await other.sees(line)
        assert len(left) == 1

        await agree(olive)
        await bea.arrives("**/clients")
        await bea.does_not_see(line)
        await olive.opens("/settings/audit")
        looks = olive.page.get_by_role("row").filter(has_text=f"Viewing as {client.name}")
        await expect(looks).to_have_count(2)
        for number in range(2):
            await expect(looks.nth(number)).to_contain_text(f"Bea Boss ({agency.name})")


async def agree(olive: Person) -> None:
    """Turns the switch, to on or to off."""
    await olive.opens("/settings/organization")
    await olive.page.get_by_role("switch", name="The agency may view our pages").click()
    await olive.sees("Saved")
