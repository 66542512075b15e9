"""An agency brings its own mail server, and sees its mails before they leave."""

import re

from playwright.async_api import Browser, expect

from tenancy.roles import Role
from tests.e2e.people import Product, at
from tests.factories import make_reseller, make_user
from tests.mail_server import MailServers


async def test_an_agency_sets_up_its_mail_and_tries_it(
    browser: Browser, product: Product, mail_servers: MailServers
) -> None:
    agency = await make_reseller(theme={"primary_color": "#0f766e"})
    owner = await make_user(agency, Role.OWNER)
    server = mail_servers(refuse_sender="550 5.7.1 Not your address")

    async with at(browser, product, agency.host) as mara:
        await mara.signs_in(owner.email, owner.password)
        await mara.sees("No clients yet")
        await mara.opens("/settings/mail")
        await mara.sees("no mail server is set up")
        mail = mara.page.frame_locator(".mail-wall iframe")
        await expect(mail.get_by_role("link", name="Accept the invitation")).to_be_visible()
        await expect(mara.page.locator(".mail-wall iframe")).to_have_attribute("sandbox", "")

        await mara.presses("Deutsch")
        await expect(mail.get_by_role("link", name="Einladung annehmen")).to_be_visible()
        await mara.presses("English")
        await mara.presses("Text")
        await mara.sees("Accept the invitation:")

        await mara.writes("smtp.agency.example", into="Server")
        await mara.writes("seven", into="Port")
        await mara.writes("hello@agency.example", into="Sender address")
        await mara.presses("Save")
        await mara.sees("A port is a number, usually 587 or 465.")

        await mara.writes("127.0.0.1", into="Server")
        await mara.writes(str(server.port), into="Port")
        await mara.page.get_by_role("combobox", name="Encryption").click()
        await mara.page.get_by_role("option", name="No encryption").click()
        await mara.presses("Save")
        await mara.sees("Send a test email: your server is used once one has gone through.")

        await mara.presses("Send me a test email")
        await mara.sees("does not let us send as hello@agency.example: 5.7.1 Not your address")

        server.rules.refuse_sender = ""
        await mara.presses("Send me a test email")
        await mara.sees("Emails are sent through 127.0.0.1, from hello@agency.example.")

    test = server.only()
    assert test.recipients == [owner.email]
    assert str(test.message["Subject"]) == "Your email settings work"
    assert agency.name in test.part("html")
    assert not re.search(rb"insighthub", test.raw, re.I)
