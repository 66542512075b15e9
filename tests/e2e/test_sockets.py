"""A page's socket is its own: nobody else's browser can press its buttons or listen to it."""

import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page, WebSocket, expect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tenancy.roles import Role
from tests.e2e.people import Person, Product, at
from tests.factories import make_client, make_reseller, make_site, make_user


def events_sent_by(page: Page) -> list[Any]:
    """Fills with what the page tells the server."""
    sent: list[Any] = []

    def on_frame(frame: str | bytes) -> None:
        if isinstance(frame, str) and frame.startswith('42["event"'):
            sent.append(json.loads(frame[2:])[1])

    def on_socket(socket: WebSocket) -> None:
        socket.on("framesent", on_frame)

    page.on("websocket", on_socket)
    return sent


async def replays(person: Person, message: Any) -> None:
    await person.page.evaluate("message => window.socket.emit('event', message)", message)
    # What comes after it on the same socket has been handled once this is answered.
    await person.page.evaluate("new Promise(done => setTimeout(done, 800))")


async def test_events_of_another_page_do_nothing(browser: Browser, product: Product) -> None:
    agency = await make_reseller()
    site = await make_site(await make_client(agency))
    mara, spy = await make_user(agency, Role.OWNER), await make_user(agency, Role.VIEWER)
    async with at(browser, product, agency.host) as one, at(browser, product, agency.host) as other:
        sent = events_sent_by(one.page)
        for person, user in ((one, mara), (other, spy)):
            await person.signs_in(user.email, user.password)
            await person.arrives("**/clients")
            await person.opens(f"/sites/{site.public_id}")
            await person.tile("Sessions").wait_for()
        await one.tile("Sessions").click()
        await one.arrives("**metric=sessions")
        press = next(message for message in sent if "sessions" in json.dumps(message))
        await one.tile("Visitors").click()
        await one.arrives(f"**/sites/{site.public_id}")

        await replays(other, press)
        await expect(one.tile("Visitors")).to_have_attribute("aria-pressed", "true")
        assert "metric=sessions" not in one.page.url

        await replays(one, press)
        await expect(one.tile("Sessions")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("wrong", ["cookie", "origin", "host"])
async def test_a_socket_opens_only_where_its_page_was_made(
    browser: Browser, product: Product, wrong: str
) -> None:
    agency, rival = await make_reseller(), await make_reseller()
    user = await make_user(agency)
    async with at(browser, product, agency.host) as mara:
        await mara.signs_in(user.email, user.password)
        await mara.arrives("**/clients")
        client_id = await mara.page.evaluate("window.clientId")
        [cookie] = [one for one in await mara.page.context.cookies() if one["name"] == "session"]

        def opened(host: str, origin: str, session: str) -> connect:
            path = f"/_nicegui_ws/socket.io/?EIO=4&transport=websocket&client_id={client_id}"
            return connect(
                f"ws://{host}:{product.port}{path}",
                host="127.0.0.1",
                origin=Origin(origin),
                additional_headers={"cookie": f"session={session}"},
            )

        own = product.url(agency.host).removesuffix("/")
        async with opened(agency.host, own, cookie["value"]) as socket:
            assert str(await socket.recv()).startswith("0{")
        foreign = {
            "cookie": opened(agency.host, own, "somebody-else"),
            "origin": opened(agency.host, "http://evil.example", cookie["value"]),
            "host": opened(rival.host, product.url(rival.host).removesuffix("/"), cookie["value"]),
        }[wrong]
        with pytest.raises(InvalidStatus) as refused:
            async with foreign:
                pass
        assert refused.value.response.status_code == 403
