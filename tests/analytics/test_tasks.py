"""What analytics does in the background."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from analytics.tasks import forget_expired_salts

SALT = b"a-salt-that-must-not-be-found-again"


async def test_an_expired_salt_is_gone_from_the_file_too(redis: Redis) -> None:
    directory: Any = await redis.config_get("dir")
    file = Path(directory["dir"]) / "appendonly.aof"

    async def it_comes_and_goes() -> bool:
        # Redis may be writing the file anew at this moment: then the next one is in it.
        await redis.set("salt:20200101", SALT)
        await redis.delete("salt:20200101")
        return SALT in await asyncio.to_thread(file.read_bytes)

    async def it_is_gone() -> bool:
        await asyncio.to_thread(forget_expired_salts)
        return SALT not in await asyncio.to_thread(file.read_bytes)

    await in_the_end(it_comes_and_goes)
    await in_the_end(it_is_gone)


async def in_the_end(holds: Callable[[], Awaitable[bool]]) -> None:
    for _try in range(100):
        if await holds():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("It did not come true within ten seconds.")
