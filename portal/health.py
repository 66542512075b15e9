"""Whether each thing that we depend on answers, in a sentence each: for /readyz and `insighthub doctor`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from redis.asyncio import Redis

import analytics.clickhouse
import tenancy.db
from analytics.collect.stream import stream_of
from analytics.ingest.worker import lag
from analytics.settings import settings as analytics_settings
from tenancy.db import UnsafeRole
from tenancy.settings import settings


@dataclass(frozen=True)
class Check:
    """One dependency: its name, whether it answers, and a plain sentence."""

    name: str
    ok: bool
    sentence: str


async def check_all() -> list[Check]:
    """Asks every dependency at once; none may take longer than three seconds."""
    return list(await asyncio.gather(*(_check(name, ask) for name, ask in _DEPENDENCIES.items())))


async def _check(name: str, ask: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name, True, await asyncio.wait_for(ask(), 3))
    except TimeoutError:
        return Check(name, False, "It does not answer within 3 seconds.")
    except (_NotRunning, UnsafeRole) as refusal:
        return Check(name, False, str(refusal))
    except Exception as error:
        # What the driver said says more than what we tell people.
        told = str(error.__cause__ or error).strip() or type(error).__name__
        return Check(name, False, f"It does not answer: {told.splitlines()[0].rstrip('.')}.")


class _NotRunning(Exception):
    """The store answers, and nobody does the work; the message says so."""


async def _postgres() -> str:
    await tenancy.db.ping()
    await tenancy.db.check_role()
    return "It answers, and its role is bound by row-level security."


async def _redis() -> str:
    async with Redis.from_url(settings().redis_url, socket_timeout=2) as redis:
        await redis.ping()
    return "It answers."


async def _clickhouse() -> str:
    await analytics.clickhouse.ping()
    return "It answers."


async def _ingest() -> str:
    partitions = analytics_settings().ingest_partitions
    async with Redis.from_url(settings().redis_url, socket_timeout=2) as redis:
        owners = await redis.exists(*(f"owner:{stream_of(number)}" for number in range(partitions)))
        waiting = await lag(redis, partitions)
    if owners < partitions:
        raise _NotRunning(f"{partitions - owners} of {partitions} partitions have no ingest process.")
    return f"It runs; {waiting} requests wait."


_DEPENDENCIES: dict[str, Callable[[], Awaitable[str]]] = {
    "postgresql": _postgres,
    "redis": _redis,
    "clickhouse": _clickhouse,
    "ingest": _ingest,
}
