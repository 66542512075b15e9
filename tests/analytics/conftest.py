"""What the tests of analytics share."""

from collections.abc import AsyncIterator

import pytest_asyncio
from redis.asyncio import Redis


@pytest_asyncio.fixture(loop_scope="session")
async def redis(stack: dict[str, str]) -> AsyncIterator[Redis]:
    """The stack's Redis, answering bytes."""
    async with Redis.from_url(stack["REDIS_URL"]) as client:
        yield client
