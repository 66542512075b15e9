"""What only a browser sees: parts that come over the socket, and every dialog that a button opens."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from nicegui import Client
from playwright.async_api import Browser, ConsoleMessage, Dialog, Page, WebSocket
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Response as Answered

import portal.pages  # noqa: F401  it fills the table of pages
from tenancy.login import session_cookie
from tenancy.roles import Role
from tenancy.settings import settings
from tests.e2e.people import Person, Product, at, goes_to
from tests.factories import session_of
from tests.leaks.traces import OUR_COOKIES, Traces
from tests.leaks.worlds import TwoAgencies, two_agencies
from tests.portal.test_isolation import Route

# What ends the visit instead of showing something, or shows nothing, on each page.
EVERYWHERE = {"Sign", "Leave", "View", "Dark", "Light", "Device", "Copy"}
# The label of the next button to press, which is marked for it.
NEXT_BUTTON = """(pressed) => {
  document.querySelectorAll("[data-probe]").forEach((one) => one.removeAttribute("data-probe"));
  for (const one of document.querySelectorAll("main button:not([type=submit]):not([disabled])")) {
    const said = (one.ariaLabel || one.title || one.innerText).trim();
    if (!said || one.dataset.copy || !one.checkVisibility()) continue;
    // They filter, and open nothing.
    if (one.closest(".bars, .tiles, [role=tablist], .sheet, iframe")) continue;
    if (pressed.includes(said.split(/\\s+/)[0])) continue;
    one.dataset.probe = "";
    return said;
  }
  return null;
}"""
DIALOG = ".q-dialog .q-card"
# Of 60 ms: an answer may come in pieces, and may not come at all.
MOMENTS_OF_SILENCE, MOMENTS_OF_WAITING = 6, 50


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(product: Product) -> AsyncIterator[TwoAgencies]:
    yield await two_agencies()


class Reader:
    """Takes down all that reaches a browser."""

    def __init__(self, page: Page, origin: str, traces: Traces) -> None:
        self._page, self._origin, self._traces = page, origin, traces
        self.found: set[str] = set()
        self.frames: list[str] = []
        self.dialogs: set[str] = set()
        self._pressed = set(EVERYWHERE)
        page.on("websocket", self._listen)
        page.on("response", self._look_at)
        page.on("dialog", _accept)
        page.on("console", self._overhear)

    async def opens(self, path: str) -> int:
        """Goes to a path; the status of the answer."""
        return await goes_to(self._page, f"{self._origin}{path}")

    async def reads(self, where: str) -> None:
        """The page as it stands by now, with all that its scripts have built, and the pages inside it."""
        for frame in self._page.frames:
            try:
                html = await frame.content()
            except PlaywrightError:
                continue  # it is being replaced, and is read when it has been
            self.found |= {f"{where}: {trace}" for trace in self._traces.in_html(html)}

    async def opens_its_dialogs(self, path: str) -> None:
        """Presses each kind of button, and reads what opens; what opened something does it elsewhere, too."""
        opened = set()
        while (said := await self._next()) is not None:
            # One of "Change Kim", "Change Lee": they open the same dialog.
            self._pressed.add(said.split()[0])
            if await self._opens_something():
                self.dialogs.add(said)
                opened.add(said.split()[0])
                shown = await self._page.locator(DIALOG).first.inner_html()
                self.found |= {f"{path}, {said}: {trace}" for trace in self._traces.in_text(shown)}
            await self._starts_anew(path)
        self._pressed -= opened

    async def _opens_something(self) -> bool:
        """Presses the marked button; whether a dialog came, by the time that the server has answered."""
        before, dialog = len(self.frames), self._page.locator(DIALOG)
        seen, silent = before, 0
        try:
            await self._page.locator("[data-probe]").first.click(timeout=5_000)
            while seen == before or silent < MOMENTS_OF_SILENCE:
                await self._page.wait_for_timeout(60)
                if await dialog.count():
                    return True
                silent = silent + 1 if len(self.frames) == seen else 0
                seen = len(self.frames)
                if seen == before and silent > MOMENTS_OF_WAITING:
                    break
        except PlaywrightError:
            pass  # it lies under something, or leads to another page
        return False

    async def _next(self) -> str | None:
        """The label of the next button to press, which is marked; None where all were."""
        for _try in range(3):
            try:
                said: str | None = await self._page.evaluate(NEXT_BUTTON, list(self._pressed))
            except PlaywrightError:
                # What was pressed before leads to another page.
                await self._page.wait_for_load_state()
            else:
                return said
        return None

    def said_over_sockets(self) -> list[str]:
        """The traces in what the server sent over the pages' sockets, shown or not."""
        return self._traces.in_text("\n".join(self.frames))

    async def _starts_anew(self, path: str) -> None:
        if await self._page.locator(".q-dialog").count():
            await self._page.keyboard.press("Escape")
            try:
                await self._page.locator(".q-dialog").first.wait_for(state="detached", timeout=5_000)
            except PlaywrightError:
                await self._page.reload()
        if urlsplit(self._page.url).path != path:
            await self.opens(path)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def _overhear(self, said: ConsoleMessage) -> None:
        # What a page does may not be more than its own policy lets it.
        if "Content Security Policy" in said.text:
            self.found.add(f"{self._page.url}: {said.text}")

    def _look_at(self, answer: Answered) -> None:
        url = urlsplit(answer.url)
        if url.scheme.startswith("http") and url.netloc != urlsplit(self._origin).netloc:
            self.found.add(f"asks another host: {answer.url}")
        self.found |= {f"{answer.url}: {trace}" for trace in self._traces.in_headers(answer.headers.items())}


async def test_no_page_and_no_dialog_tells_of_the_platform_or_of_strangers(
    browser: Browser, product: Product, world: TwoAgencies
) -> None:
    agency, host = world.one, world.one.organization.host
    async with at(browser, product, host) as person:
        await is_signed_in(person, product, host, await session_of(agency.people["agency", Role.OWNER]))
        reader = Reader(person.page, origin_of(product, host), world.traces(agency))
        for path in paths(world):
            assert await reader.opens(path) < 500, path
            await settles(person.page)
            await reader.reads(path)
            if urlsplit(person.page.url).path == path:
                await reader.opens_its_dialogs(path)
        await nothing_was_found(reader, person.page, world.traces(agency))
        assert len(reader.dialogs) > 10, reader.dialogs


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
async def test_a_clients_pages_tell_nothing_of_its_neighbour_nor_a_viewers_of_other_sites(
    browser: Browser, product: Product, world: TwoAgencies, role: Role
) -> None:
    agency, host = world.one, world.one.organization.host
    shown, hidden = (f"/sites/{site.public_id}" for site in agency.sites)
    async with at(browser, product, host) as person:
        await is_signed_in(person, product, host, await session_of(agency.people["client", role]))
        reader = Reader(person.page, origin_of(product, host), world.traces(agency, "client", role))
        for path in ("/sites", shown, f"{shown}/realtime", "/settings/people", hidden):
            await reader.opens(path)
            await settles(person.page)
            if path != hidden or role is Role.OWNER:
                await reader.reads(path)
        await nothing_was_found(reader, person.page, world.traces(agency, "client", role))


async def nothing_was_found(reader: Reader, page: Page, traces: Traces) -> None:
    """Nor in what the sockets carried, nor in what the browser keeps."""
    assert not reader.found, "\n".join(sorted(reader.found))
    assert len(reader.frames) > 5
    assert not reader.said_over_sockets()
    cookies = {cookie["name"] for cookie in await page.context.cookies()}
    assert all(map(OUR_COOKIES.fullmatch, cookies)), cookies
    assert not traces.in_text(await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))


def paths(world: TwoAgencies) -> list[str]:
    """Every page that there is, once, with things of the first agency's client in its address."""
    routes = [Route("GET", path) for path in dict.fromkeys(Client.page_routes.values())]
    # Below a site there are several; of the rest one is like the next.
    each = [world.one.addresses(route, 99 if "_rest" in route.path else 1) for route in routes]
    site = f"/sites/{world.one.sites[0].public_id}"
    addresses = [
        one for some in each for one in some if not one.startswith("/sites/") or one.startswith(site)
    ]
    [shown, *_] = world.one.tokens["/share/{token}"]
    return [*dict.fromkeys(addresses), f"/share/{shown}", "/api/docs", "/nothing-here"]


async def is_signed_in(person: Person, product: Product, host: str, token: str) -> None:
    """As after the page to sign in, which other stories are about."""
    cookie: Any = {"name": session_cookie(), "value": token, "url": product.url(host)}
    await person.page.context.add_cookies([cookie])


def origin_of(product: Product, host: str) -> str:
    return product.url(host).removesuffix("/")


async def settles(page: Page) -> None:
    """Until what comes over the socket is there."""
    await page.wait_for_function("!document.querySelector('.bone')")


async def _accept(dialog: Dialog) -> None:
    await dialog.accept()


async def test_a_request_written_by_hand_gets_its_own_host_or_nothing(
    product: Product, world: TwoAgencies
) -> None:
    """As no client library would send it: what the server makes of it before our code sees it."""
    agency, other = world.one.organization.host, world.other.organization.host
    both = world.traces(world.one).needles | world.traces(world.other).needles
    port = product.port
    for lines, expected, needles in (
        (
            [f"GET http://{other}/login HTTP/1.1", f"Host: {agency}:{port}"],
            {200, 400, 404},
            world.traces(world.one).needles,
        ),
        ([f"GET //{other}/login HTTP/1.1", f"Host: {agency}"], {404}, world.traces(world.one).needles),
        (["GET /login HTTP/1.1", f"Host: {agency}", f"Host: {other}"], {400, 404}, both),
        (["GET /login HTTP/1.0"], {400, 404}, both),
        (["GET /login HTTP/1.1", f"Host : {agency}"], {400, 404}, both),
        (["GET /login HTTP/1.1", f"Host: {agency}\tx"], {400, 404}, both),
        (["GET /login\x00 HTTP/1.1", f"Host: {agency}"], {400, 404}, both),
        (["BREW /login HTTP/1.1", f"Host: {agency}"], {400, 403, 404, 405}, world.traces(world.one).needles),
        (["GET /login HTTP/1.1", f"Host: {agency}"], {200}, world.traces(world.one).needles),
    ):
        head, body = await written_by_hand(port, lines)
        status = int(head.split(" ", 2)[1])
        assert status in expected, f"{lines}: {head}"
        # Whoever writes the other's name into the request knows it: it may come back in an address at most.
        traces = Traces(frozenset({settings().platform_host}), needles - {other, other.split(".")[0]})
        pairs = [line.partition(": ")[::2] for line in head.splitlines()[1:]]
        assert not traces.in_headers(pairs), f"{lines}: {head}"
        assert not traces.in_text(body), f"{lines}: {body}"


async def written_by_hand(port: int, lines: list[str]) -> tuple[str, str]:
    """Head and body of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
    await writer.drain()
    answer = (await asyncio.wait_for(reader.read(), 20)).decode()
    writer.close()
    head, _blank, body = answer.partition("\r\n\r\n")
    return head, body
