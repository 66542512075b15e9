"""An agency makes the product its own: it sees what it does before anybody else, and can go back."""

from io import BytesIO

from PIL import Image
from playwright.async_api import Browser, expect

from tenancy.roles import Role
from tests.e2e.people import Person, Product, at
from tests.e2e.website import website
from tests.factories import make_client, make_reseller, make_site, make_user, unique

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" fill="#a31"/>'
    "<script>alert(1)</script></svg>"
)
A_PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# What the frame that is seen shows; it runs no scripts, so its page is asked from outside.
PREVIEWED = """(what) => {
  const page = document.querySelector(".stage iframe.on")?.contentDocument;
  if (!page?.body) return "";
  if (what === "text") return page.body.innerText;
  const logos = [...page.querySelectorAll(".brand img")];
  if (what === "logos") return logos.some((img) => img.naturalWidth) ? "shown" : "";
  return getComputedStyle(page.documentElement).getPropertyValue(what);
}"""

DROP = """(logo) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([logo], "logo.svg", { type: "image/svg+xml" }));
  const place = document.querySelector('[data-kind="logo_light"]');
  place.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


async def previews(person: Person, what: str, value: str) -> None:
    """Waits until the preview shows it."""
    await person.page.wait_for_function(f"(wanted) => ({PREVIEWED})('{what}').includes(wanted)", arg=value)


async def brand_colour(person: Person) -> str:
    colour: str = await person.page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--brand')"
    )
    return colour


async def test_a_brand_is_tried_saved_seen_and_taken_back(browser: Browser, product: Product) -> None:
    agency = await make_reseller(theme={"name": "Harbor Data", "primary_color": "#112233"})
    owner = await make_user(agency)

    async with at(browser, product, agency.host) as mara, at(browser, product, agency.host) as visitor:
        await mara.signs_in(owner.email, owner.password)
        await mara.sees("Clients")
        await mara.opens("/settings/brand")
        await previews(mara, "--brand", "#112233")

        await mara.writes("#ffe14d", into="Main colour")
        await previews(mara, "--brand", "#ffe14d")
        await mara.sees("Buttons have black text, because white would be unreadable on this colour (1.3:1")
        await mara.page.evaluate(DROP, LOGO)
        await expect(mara.page.locator('[data-kind="logo_light"] img')).to_be_visible()
        await previews(mara, "logos", "shown")
        await mara.presses("Sign-in page")
        await previews(mara, "text", "Password")
        await mara.sees("Not saved yet")
        await visitor.opens("/login")
        assert await brand_colour(visitor) == "#112233"

        await mara.presses("Save")
        await mara.sees("Version 2")
        await mara.page.get_by_role("button", name="Sign out").click()
        await mara.sees("Password")
        assert await brand_colour(mara) == "#ffe14d"
        await expect(mara.page.locator(".brand img")).to_be_visible()

        await mara.signs_in(owner.email, owner.password)
        await mara.sees("Clients")
        await mara.opens("/settings/brand")
        await mara.presses("History")
        await mara.page.get_by_role("button", name="View (1)").click()
        await mara.sees("You are viewing version 1.")
        await previews(mara, "--brand", "#112233")
        await mara.presses("Restore")
        await mara.sees("Version 3")
        await visitor.opens("/login")
        assert await brand_colour(visitor) == "#112233"


async def test_leaving_with_something_unsaved_asks_and_wrong_values_are_said_beside_their_field(
    browser: Browser, product: Product
) -> None:
    agency = await make_reseller(theme={"name": "Harbor Data"})
    owner, admin = await make_user(agency), await make_user(agency, Role.ADMIN, name="Lee Park")
    asked: list[str] = []

    async with at(browser, product, agency.host) as mara, at(browser, product, agency.host) as lee:
        for person, user in ((mara, owner), (lee, admin)):
            await person.signs_in(user.email, user.password)
            await person.sees("Clients")
            await person.opens("/settings/brand")
            await previews(person, "text", "Harbor Coffee")

        await mara.writes("yellow", into="Main colour")
        await mara.sees("A colour is written as #")
        await mara.presses("Save")
        await mara.sees("Please correct what is marked first.")
        await mara.writes("#a31515", into="Main colour")
        await mara.does_not_see("A colour is written as #")
        await mara.page.locator('[data-kind="favicon"] input').set_input_files(
            {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"}
        )
        await mara.sees("That file cannot be read as a picture.")
        picture = BytesIO()
        Image.new("RGB", (64, 64), "red").save(picture, "PNG")
        await mara.page.locator('[data-kind="favicon"] input').set_input_files(
            {"name": "icon.png", "mimeType": "image/png", "buffer": picture.getvalue()}
        )
        await expect(mara.page.locator('[data-kind="favicon"] img')).to_be_visible()
        await mara.does_not_see("That file cannot be read as a picture.")
        await mara.sees("Not saved yet")

        async def stay(dialog: object) -> None:
            asked.append(dialog.type)  # type: ignore[attr-defined]
            await dialog.dismiss()  # type: ignore[attr-defined]

        mara.page.on("dialog", stay)
        async with mara.page.expect_event("dialog"):
            await mara.presses("Sites", role="link")
        assert asked == ["beforeunload"]
        assert "/settings/brand" in mara.page.url

        await lee.writes("Lee's Data", into="Name")
        await previews(lee, "text", "Lee's Data")
        await lee.presses("Save")
        await lee.sees("Version 2")
        await mara.presses("Save")
        await mara.sees("Lee Park saved version 2 in the meantime")
        await mara.presses("Overwrite with mine")
        await mara.sees("Version 3")
        assert await brand_colour(mara) == "#a31515"


async def test_a_client_has_its_own_look_inside_its_agencys(browser: Browser, product: Product) -> None:
    agency = await make_reseller(theme={"name": "Harbor Data", "primary_color": "#112233"})
    client = await make_client(agency)
    owner, reader = await make_user(agency), await make_user(client, Role.VIEWER)

    async with at(browser, product, agency.host) as mara, at(browser, product, agency.host) as ben:
        await mara.signs_in(owner.email, owner.password)
        await mara.opens(f"/clients/{client.public_id}")
        await mara.presses("Brand", role="link")
        await previews(mara, "--brand", "#112233")
        await mara.writes("#a31515", into="Main colour")
        await previews(mara, "--brand", "#a31515")
        await mara.presses("Save")
        await mara.sees("Version 1")
        assert await brand_colour(mara) == "#112233"

        await ben.opens("/login")
        assert await brand_colour(ben) == "#112233"
        await ben.signs_in(reader.email, reader.password)
        await ben.sees("Sites")
        assert await brand_colour(ben) == "#a31515"


async def test_a_visit_is_counted_by_a_script_with_the_brands_names(
    browser: Browser, product: Product
) -> None:
    agency = await make_reseller(theme={"script_file": "harbor-visits.js", "script_global": "harbor"})
    site = await make_site(agency, domain=f"{unique('shop')}.localhost")
    owner = await make_user(agency)

    async with at(browser, product, agency.host) as mara:
        await mara.signs_in(owner.email, owner.password)
        await mara.opens(f"/sites/{site.public_id}/install")
        snippet = await mara.page.locator("#snippet").inner_text()
        with website(snippet) as port:
            async with at(browser, product, site.domain, user_agent=A_PERSON) as visitor:
                asked: list[str] = []
                visitor.page.on("request", lambda request: asked.append(request.url))
                async with visitor.page.expect_response("**/api/collect"):
                    await visitor.page.goto(f"http://{site.domain}:{port}/")
                assert product.url(agency.host, "/harbor-visits.js") in asked
                kinds = await visitor.page.evaluate("[typeof harbor, typeof analytics, typeof insighthub]")
                assert kinds == ["function", "undefined", "undefined"]
        await mara.sees("It works")
