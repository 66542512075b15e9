"""The people of the stories: they have a browser, sign in, press what they see, and read what is there."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.request import urlopen

from httpx import AsyncClient
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import Error as PlaywrightError

from portal.stack.child import Child


class Product:
    """The running product."""

    def __init__(self, port: int, start: Callable[[str], Child], redis_url: str) -> None:
        self.port = port
        self.redis_url = redis_url
        self._start = start
        self._children: dict[str, Child] = {}

    def start(self, name: str) -> None:
        """Starts a process; the web is waited for."""
        child = self._children[name] = self._start(name)
        if name == "web":
            child.wait_until(self._answers, seconds=240)

    def kill(self, name: str) -> None:
        """Ends a process as a crash would."""
        self._children[name].kill()

    def url(self, host: str, path: str = "/") -> str:
        """An address of the product on one of its hosts."""
        return f"http://{host}:{self.port}{path}"

    def program(self, host: str = "127.0.0.1") -> AsyncClient:
        """A program that asks the product on one of its hosts."""
        return AsyncClient(base_url=self.url("127.0.0.1"), headers={"host": host}, timeout=60)

    def _answers(self) -> bool:
        try:
            with urlopen(self.url("127.0.0.1", "/healthz"), timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Person:
    """Somebody in front of a browser, on one host."""

    def __init__(self, page: Page, product: Product, host: str) -> None:
        self.page = page
        self._product = product
        self._host = host

    async def signs_in(self, email: str, password: str) -> None:
        await self.opens("/login")
        await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password").fill(password)
        # Where it leads to is another document, also after a wrong password.
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name="Sign in").click()

    async def opens(self, path: str) -> int:
        """Goes to a path; the status of the answer."""
        return await goes_to(self.page, self._product.url(self._host, path))

    async def arrives(self, address: str) -> None:
        """Is led to an address, in which ** stands for anything, also past one given up on the way."""
        pattern = ".*".join(re.escape(part) for part in address.split("**"))
        await expect(self.page).to_have_url(re.compile(f"^{pattern}$"))
        await self.page.wait_for_load_state()

    async def presses(self, name: str, role: Any = "button") -> None:
        await self.page.get_by_role(role, name=name, exact=True).first.click()

    async def writes(self, text: str, into: str) -> None:
        await self.page.get_by_label(into, exact=True).fill(text)

    async def sees(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=30_000)

    async def does_not_see(self, text: str) -> None:
        await expect(self.page.get_by_text(text)).to_have_count(0)

    async def reads(self, metric: str, value: str) -> None:
        """A metric's tile comes to show a value, by itself."""
        await expect(self.tile(metric).locator(".tile-value")).to_have_text(value)

    async def reads_at_last(self, metric: str, value: str) -> None:
        """The same, after as many reloads as the events on their way need."""
        for _try in range(60):
            try:
                await expect(self.tile(metric).locator(".tile-value")).to_have_text(value, timeout=3_000)
            except AssertionError:
                await self.page.reload()
            else:
                return
        raise AssertionError(f"{metric} does not come to {value}.")

    def tile(self, metric: str) -> Locator:
        return self.page.locator(".tile", has=self.page.get_by_text(metric, exact=True))

    async def lists(self, panel: str, rows: dict[str, str]) -> None:
        """A panel comes to show these rows, value to number, after as many reloads as it needs."""
        for _try in range(20):
            if (found := await self.rows(panel)) == rows:
                return
            await self.page.wait_for_timeout(500)
            await self.page.reload()
        raise AssertionError(f"{panel} lists {found}, and not {rows}.")

    async def rows(self, panel: str) -> dict[str, str]:
        """What a panel lists: value to number."""
        box = self.page.locator(f'[data-panel="{panel}"]')
        await box.locator(".bars li").first.wait_for()
        names = await box.locator(".bars bdi").all_inner_texts()
        numbers = await box.locator(".bars b").all_inner_texts()
        return dict(zip(names, numbers, strict=True))


async def goes_to(page: Page, address: str) -> int:
    """Goes to an address, once more where another journey got in the way; the status of the answer."""
    for _try in range(5):
        try:
            answer = await page.goto(address)
        except PlaywrightError:
            continue
        # There is none where the two journeys crossed at the very moment that one arrived.
        if answer is not None:
            return answer.status
    raise AssertionError(f"{address} cannot be opened")


@asynccontextmanager
async def at(browser: Browser, product: Product, host: str, **context: Any) -> AsyncIterator[Person]:
    """Somebody with a browser of their own, in whose page nothing may go wrong."""
    opened = await browser.new_context(**context)
    opened.set_default_timeout(60_000)
    page = await opened.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield Person(page, product, host)
    finally:
        await opened.close()
    assert not [error for error in errors if not re.search("ResizeObserver", error)]
