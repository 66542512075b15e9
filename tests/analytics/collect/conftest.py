"""The collect endpoints, served in this process over the real Redis and PostgreSQL."""

from collections.abc import AsyncIterator

import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from redis.asyncio import Redis

from analytics.collect import router
from tests.analytics.collect.browser import Browser
from tests.tenancy.conftest import with_database as with_database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def collect_app(stack: dict[str, str]) -> AsyncIterator[FastAPI]:
    """An app with nothing but collect."""
    app = FastAPI()
    app.include_router(router.router)
    async with router.lifespan():
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def browser(collect_app: FastAPI, redis: Redis) -> AsyncIterator[Browser]:
    """A visitor's browser, with an address of its own."""
    async with AsyncClient(
        transport=ASGITransport(collect_app, raise_app_exceptions=True, client=("203.0.113.7", 4711)),
        base_url="http://collect.test",
    ) as client:
        seconds, microseconds = await redis.time()
        yield Browser(client, redis, seconds * 1000 + microseconds // 1000)
