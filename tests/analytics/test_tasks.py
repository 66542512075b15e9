"""What analytics does in the background."""

import asyncio
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from analytics.tasks import forget_expired_salts


async def test_an_expired_salt_is_gone_from_the_file_too(redis: Redis) -> None:
    salt = b"a-salt-that-must-not-be-found-again"
    directory: Any = await redis.config_get("dir")
    file = Path(directory["dir"]) / "appendonly.aof"
    await redis.set("salt:20200101", salt)
    await redis.delete("salt:20200101")
    assert salt in await asyncio.to_thread(file.read_bytes)

    assert await asyncio.to_thread(forget_expired_salts)

    for _try in range(100):
        if salt not in await asyncio.to_thread(file.read_bytes):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("The salt is still in the file.")
