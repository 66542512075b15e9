"""The product as its users have it: web and ingest as processes of their own, and a real browser."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from portal.stack.child import Child
from portal.stack.ports import free_port
from tests import oidc_provider
from tests.browser import FLAGS, chromium
from tests.e2e.people import Product
from tests.name_server import NameServer, running
from tests.oidc_provider import OidcProvider

# Whatever is expected comes when it comes: what is measured are the benchmarks.
expect.set_options(timeout=60_000)

# Where the domains of agencies point.
TARGET = "edge.hosting.example"


@pytest.fixture(scope="session")
def names() -> Iterator[NameServer]:
    """The name server that the product asks."""
    with running() as server:
        server.says(TARGET, "A", "192.0.2.10")
        yield server


@pytest.fixture(scope="session")
def provider() -> Iterator[OidcProvider]:
    """With whose accounts people may sign in on every host."""
    with oidc_provider.running() as provider:
        yield provider


@pytest.fixture(scope="session")
def product(
    stack: dict[str, str],
    names: NameServer,
    provider: OidcProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Product]:
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
        "DNS_SERVERS": names.setting,
        "DOMAIN_TARGET": TARGET,
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": "product",
        "OIDC_CLIENT_SECRET": "secret",
        "OIDC_NAME": "Acme ID",
        # The one that an agency names is on this machine, too.
        "OIDC_PRIVATE_NETWORKS": "on",
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
