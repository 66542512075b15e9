"""Sharing: a few presses make a link, which shows on a site that may embed it, and on no other."""

from playwright.async_api import Browser, expect

from tests.e2e.people import Product, at
from tests.e2e.website import website
from tests.factories import make_client, make_reseller, make_site, make_user


async def test_a_dashboard_is_shared_embedded_locked_and_revoked(browser: Browser, product: Product) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    owner, site = await make_user(client), await make_site(client, name="Harbour")

    async with at(browser, product, agency.host) as mara:
        await mara.signs_in(owner.email, owner.password)
        await mara.sees("Harbour")
        await mara.opens(f"/sites/{site.public_id}/sharing")
        await mara.sees("Nothing is shared yet")
        with website("<script>document.title = 'allowed'</script>") as port:
            allowed, other = f"http://friend.localhost:{port}", f"http://stranger.localhost:{port}"
            await mara.presses("Share")
            await mara.writes("How we do", into="Title")
            await mara.writes(allowed, into="Sites that may embed it")
            await mara.presses("Create the link")
            address = await mara.page.locator("#new-link").inner_text()
            await mara.presses("Done")

            async with at(browser, product, agency.host) as visitor:
                await visitor.page.goto(address)
                await visitor.sees("How we do")
                await visitor.page.locator("[data-arg=sessions]").click()
                await expect(visitor.page.locator("[data-arg=sessions]")).to_have_attribute(
                    "aria-pressed", "true"
                )
                await visitor.arrives("**metric=sessions")
                frame = f"document.body.innerHTML = '<iframe src=\"{address}?embed=1\"></iframe>'"
                await visitor.page.goto(allowed)
                await visitor.page.evaluate(frame)
                inside = visitor.page.frame_locator("iframe")
                await expect(inside.get_by_role("heading", name="How we do")).to_be_visible()
                await visitor.page.goto(other)
                async with visitor.page.expect_event("console", lambda said: "frame-ancestors" in said.text):
                    await visitor.page.evaluate(frame)
                await expect(inside.get_by_text("How we do")).to_have_count(0)

        await mara.presses("Change")
        await mara.page.get_by_text("Protect with a password").click()
        await mara.writes("open sesame", into="Password")
        await mara.presses("Save")
        await expect(mara.page.get_by_role("dialog")).to_have_count(0)
        await mara.sees("With a password")
        async with at(browser, product, agency.host) as visitor:
            await visitor.page.goto(address)
            await visitor.writes("open sesame", into="Password")
            await visitor.presses("Open")
            await visitor.sees("Page views")

            await mara.presses("Revoke")
            await mara.sees("This cannot be undone.")
            await mara.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
            await mara.sees("Nothing is shared yet")
            await visitor.page.reload()
            await visitor.sees("This link no longer works")
