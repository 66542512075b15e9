"""An agency's day with its clients: new ones, one suspended, one deleted, and both opened again."""

from playwright.async_api import Browser, FilePayload, expect

from tests.e2e.people import Product, at
from tests.factories import make_client, make_reseller, make_site, make_user


async def test_clients_are_made_found_suspended_deleted_and_back(browser: Browser, product: Product) -> None:
    agency = await make_reseller()
    client = await make_client(agency, name="Harbour")
    await make_site(client)
    boss, owner = await make_user(agency), await make_user(client)
    async with at(browser, product, agency.host) as mara, at(browser, product, agency.host) as kim:
        await mara.signs_in(boss.email, boss.password)
        await mara.arrives("**/clients")
        await mara.presses("Add a client")
        await mara.writes("Acme Bikes", into="Name")
        await mara.writes("bikes.example", into="First site")
        await mara.writes("owner@bikes.example", into="Owner's email")
        await mara.presses("Add the client")
        await mara.arrives("**/install")
        await mara.sees("bikes.example")

        await kim.signs_in(owner.email, owner.password)
        await kim.arrives("**/sites")
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

        await mara.opens(f"/clients/{client.public_id}")
        await mara.presses("Limits and notes", role="link")
        await expect(mara.page.locator("nav [aria-current=page]", has_text="Limits")).to_be_visible()
        await mara.presses("Delete")
        await mara.sees("You can restore it for 30 days")
        dialog = mara.page.get_by_role("dialog")
        await dialog.get_by_label("Name of the organisation").fill("Harbour")
        await dialog.get_by_role("button", name="Delete").click()
        await mara.sees("Its data will be permanently deleted on")
        await mara.page.locator(".page-tabs a", has_text="Sites").click()
        await mara.arrives(f"**/clients/{client.public_id}")
        await mara.presses("Restore")
        await mara.page.get_by_role("dialog").get_by_role("button", name="Restore").click()
        await expect(mara.page.get_by_text("permanently deleted on")).to_have_count(0)
        assert await kim.opens("/sites") == 200

        await mara.opens("/clients")
        await mara.presses("Import")
        file = mara.page.locator("input[type=file]")
        await file.set_input_files(a_file("name,site\nCask,cask.example\nDune,not a domain\n"))
        await mara.sees("1 line has an error.")
        await expect(mara.page.get_by_role("button", name="Add clients")).to_be_disabled()
        await file.set_input_files(a_file("name,site\nCask,cask.example\nDune,\n"))
        await mara.sees("2 clients would be added.")
        await mara.presses("Add clients")
        for name in ("Cask", "Dune"):
            await expect(mara.page.get_by_label(f"Select {name}")).to_be_visible()


def a_file(contents: str) -> FilePayload:
    """A file that somebody has chosen."""
    return {"name": "clients.csv", "mimeType": "text/csv", "buffer": contents.encode()}
