"""A real Chromium, and a fresh visitor and website for every test."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, async_playwright

from tests.tracker.website import Town, Website, open_town

_DEBIAN = "/usr/bin/chromium"
_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    # Plain http under names of their own, so that the tests' websites lack localhost's privileges.
    "--host-resolver-rules=MAP *.test 127.0.0.1",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town() -> AsyncIterator[Town]:
    async with open_town() as opened:
        yield opened


@pytest.fixture
def website(town: Town) -> Website:
    """A website of this test's own."""
    return town.website()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> str:
    """The browser's program: the one named by CHROMIUM, else Debian's, else Playwright's own."""
    named = os.environ.get("CHROMIUM")
    return named or (_DEBIAN if Path(_DEBIAN).exists() else playwright.chromium.executable_path)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright, chromium: str) -> AsyncIterator[Browser]:
    launched = await playwright.chromium.launch(
        executable_path=chromium,
        args=_ARGUMENTS,
        # Playwright turns it off; our script has to live with it.
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield launched
    await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser profile that has never been anywhere."""
    opened = await browser.new_context(locale="en-GB", timezone_id="Europe/Lisbon")
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(context: BrowserContext) -> AsyncIterator[Page]:
    """A visitor's tab. Whatever our script does, no page of a test may see an exception."""
    page = await context.new_page()
    exceptions: list[Error] = []
    page.on("pageerror", lambda error: exceptions.append(error))
    yield page
    assert not exceptions, exceptions


@pytest_asyncio.fixture(loop_scope="session")
async def alone(chromium: str, tmp_path: Path) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Opens an address in a Chromium that nobody steers: the page's own scripts act.

    A steered browser renders no page in advance and shows every tab as visible and focused.
    """
    opened: list[asyncio.subprocess.Process] = []

    async def open_alone(address: str) -> None:
        opened.append(
            await asyncio.create_subprocess_exec(
                chromium,
                *("--headless", *_ARGUMENTS, "--disable-popup-blocking", "--remote-debugging-port=0"),
                *(f"--user-data-dir={tmp_path}", address),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        )

    yield open_alone
    for process in opened:
        process.terminate()
        await process.wait()
