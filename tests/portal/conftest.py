"""The real app over the real stores, without its pages, and programs that ask its API."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from fastapi import FastAPI
from redis.asyncio import Redis

import analytics.collect.router
import portal.app
import portal.pages.long_work
import portal.settings
import tenancy.settings
from tests.factories import MadeUser
from tests.leaks.worlds import TwoAgencies, two_agencies
from tests.oidc_provider import OidcProvider, running
from tests.portal.program import Program

AsksAs = Callable[[MadeUser], Awaitable[Program]]
Asks = Callable[[str], Program]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api_app(stack: dict[str, str]) -> AsyncIterator[FastAPI]:
    """The app as it runs with PORTAL_PAGES=off."""
    app = _app(pages=False)
    async with analytics.collect.router.lifespan():
        yield app


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole_app(api_app: FastAPI) -> AsyncIterator[FastAPI]:
    """The app with its pages, which are waited for however slow the machine is."""
    app = _app(pages=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal.pages.long_work, "AT_ONCE_S", 50.0)
        patch.setattr(portal.settings.settings(), "page_patience_s", 60)
        async with app.router.lifespan_context(app):
            yield app


def _app(*, pages: bool) -> FastAPI:
    """An app that neither listens to other processes nor tunes this one: it shares it with other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal.settings.settings(), "portal_pages", pages)
        patch.setattr(portal.app, "_lifespan", _nothing_to_open)
        return portal.app.create_app()


@asynccontextmanager
async def _nothing_to_open(app: FastAPI) -> AsyncIterator[None]:
    yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(stack: dict[str, str]) -> AsyncIterator[TwoAgencies]:
    """Two agencies with some of everything, who have never heard of each other."""
    with pytest.MonkeyPatch.context() as patch:
        # As .env.example says: a name that names nobody.
        patch.setattr(tenancy.settings.settings(), "domain_target", "edge.hosting.example")
        yield await two_agencies()


@pytest_asyncio.fixture(loop_scope="session")
async def asks(api_app: FastAPI) -> AsyncIterator[Asks]:
    """`asks(host)` is a program that talks to the API on that host, and is nobody yet."""
    programs: list[Program] = []

    def start(host: str) -> Program:
        programs.append(Program(api_app, host))
        return programs[-1]

    yield start
    for program in programs:
        await program.close()


@pytest_asyncio.fixture(loop_scope="session")
async def asks_as(asks: Asks) -> AsksAs:
    """`await asks_as(user)` is a program that has signed in as the user, on the user's own host."""

    async def start(user: MadeUser) -> Program:
        program = asks(user.organization.host)
        await program.sign_in(user)
        return program

    return start


@pytest_asyncio.fixture(loop_scope="session")
async def redis(stack: dict[str, str]) -> AsyncIterator[Redis]:
    """The stack's Redis, answering bytes."""
    async with Redis.from_url(stack["REDIS_URL"]) as client:
        yield client


@pytest.fixture(scope="session")
def provider() -> Iterator[OidcProvider]:
    """A real OpenID Connect provider."""
    with running() as provider:
        yield provider


@pytest.fixture
def offered(provider: OidcProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform offers it on all hosts, and resellers may name it although it is on this machine."""
    settings = tenancy.settings.settings()
    monkeypatch.setattr(settings, "oidc_issuer", provider.issuer)
    monkeypatch.setattr(settings, "oidc_client_id", "platform")
    monkeypatch.setattr(settings, "oidc_client_secret", "secret")
    monkeypatch.setattr(settings, "oidc_name", "Acme ID")
    monkeypatch.setattr(settings, "oidc_private_networks", True)
