"""From an invitation to a colleague who sees what their role allows, on the agency's own domain."""

from playwright.async_api import Browser, expect
from sqlalchemy import text

from tenancy.accounts import add_member
from tenancy.db import system_session
from tenancy.roles import Role
from tenancy.sealing import unseal
from tests.e2e.people import Product, at
from tests.factories import PASSWORD, make_client, make_reseller, make_site, make_user, unique
from themes.emails import Invitation
from themes.mail.kinds import unpacked


async def invited_path(email: str) -> str:
    """The link in the newest mail to an address."""
    async with system_session(reason="test") as db:
        query = text(
            "SELECT id, kind, contents FROM outgoing_mail"
            " WHERE recipient = :to ORDER BY created_at DESC LIMIT 1"
        )
        row = (await db.execute(query, {"to": email})).one()
    mail = unpacked(row.kind, unseal(row.contents, "outgoing mail", str(row.id)))
    assert isinstance(mail, Invitation)
    return mail.path


async def test_an_owner_invites_and_the_invited_person_sees_what_the_role_allows(
    browser: Browser, product: Product
) -> None:
    agency = await make_reseller()
    client = await make_client(agency, unique("Harbour Coffee"))
    shown, hidden = await make_site(client), await make_site(client)
    owner, email = await make_user(client, name="Olive Owner"), f"{unique('robin')}@example.com"

    async with at(browser, product, agency.host) as olive, at(browser, product, agency.host) as robin:
        await olive.signs_in(owner.email, owner.password)
        await olive.arrives("**/sites")
        await olive.opens("/settings/people")
        await olive.presses("Invite someone")
        await olive.writes(email, into="Email")
        await olive.page.get_by_label("Role", exact=True).click()
        await olive.page.get_by_role("option", name="Viewer").click()
        await olive.page.get_by_role("switch", name="Only some sites").click()
        await olive.page.get_by_label("Sites", exact=True).click()
        await olive.page.get_by_role("option", name=shown.name).click()
        await olive.page.keyboard.press("Escape")
        await olive.presses("Send the invitation")
        await olive.sees("1 person · 1 invited")

        old = await invited_path(email)
        await olive.presses(f"Send the invitation to {email} again")
        await olive.sees("The old link no longer works")
        assert await robin.opens(old) == 404
        await robin.opens(await invited_path(email))
        await robin.sees(f"Join {client.name}")
        await robin.writes("Robin Vale", into="Your name")
        await robin.writes(PASSWORD, into="Choose a password")
        await robin.presses("Accept the invitation")
        await robin.sees(shown.name)
        await robin.does_not_see(hidden.name)
        await expect(robin.page.get_by_role("button", name="Add a site")).to_have_count(0)
        assert await robin.opens(f"/sites/{hidden.public_id}") == 404
        assert await robin.opens("/settings/audit") == 403
        await robin.opens("/sites")

        await olive.opens("/settings/people")
        await olive.presses("Change Robin Vale")
        await olive.page.get_by_label("Role", exact=True).click()
        await olive.page.get_by_role("option", name="Member").click()
        await olive.presses("Save")
        await robin.sees(hidden.name)

        await olive.presses("Change Robin Vale")
        await olive.presses("Remove")
        await olive.sees("Remove Robin Vale?")
        await olive.page.get_by_role("button", name="Remove", exact=True).last.click()
        await olive.does_not_see("Robin Vale")
        await robin.arrives("**/login**")

        await olive.opens("/settings/audit?what=person")
        for line in ("Olive Owner removed Robin Vale.", "Olive Owner changed the role of Robin Vale."):
            await olive.sees(line)
        await olive.page.get_by_label("What", exact=True).select_option(label="Person removed")
        await olive.arrives("**what=person.removed**")
        await olive.sees("removed Robin Vale.")
        await olive.does_not_see("changed the role")


async def test_a_person_of_two_clients_goes_from_one_to_the_other(browser: Browser, product: Product) -> None:
    agency = await make_reseller()
    one, two = await make_client(agency, unique("Alder")), await make_client(agency, unique("Birch"))
    ours, theirs = await make_site(one), await make_site(two)
    kim = await make_user(one, Role.MEMBER)
    async with system_session(reason="test") as db:
        await add_member(db, two.id, kim.id, Role.VIEWER)

    async with at(browser, product, agency.host) as person:
        await person.signs_in(kim.email, kim.password)
        await person.sees(ours.name)
        await person.page.get_by_label("Switch organisation").click()
        await person.page.get_by_role("button", name=two.name).click()
        await person.sees(theirs.name)
        await person.does_not_see(ours.name)
