"""The product as its users have it: web and ingest as processes of their own, and a real browser."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from portal.stack.child import Child
from portal.stack.ports import free_port
from tests.browser import FLAGS, chromium
from tests.e2e.people import Product


@pytest.fixture(scope="session")
def product(stack: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Web and ingest, running on the stack."""
    logs: Path = tmp_path_factory.mktemp("product")
    port = free_port()
    environment = {
        **os.environ,
        **stack,
        # A room of its own in the same Redis: its ingest must not take what other tests put into the stream.
        "REDIS_URL": stack["REDIS_URL"].removesuffix("/0") + "/1",
        "PORT": str(port),
        "PUBLIC_PORT": str(port),
        "DATA_DIR": str(logs),
        "RATE_LIMITS": "off",
        # The mail servers of the stories listen on this machine.
        "SMTP_PRIVATE_NETWORKS": "on",
    }
    children = {}

    def start(name: str) -> Child:
        child = Child(
            name, [sys.executable, "-m", "portal.cli", name], log=logs / f"{name}.log", env=environment
        )
        children[name] = child
        return child

    product = Product(port, start, environment["REDIS_URL"])
    product.start("web")
    product.start("ingest")
    try:
        yield product
    finally:
        for child in children.values():
            child.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield launched
        await launched.close()
