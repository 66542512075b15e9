"""Word from process to process that something cached has changed, over Redis pub/sub."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tenancy.loops import PerLoop
from tenancy.settings import settings

log = structlog.get_logger(__name__)


class Channel(StrEnum):
    """What may change. The message is the key of it; an empty one means all of them."""

    HOST = "invalidate:host"
    SITE = "invalidate:site"
    SESSION = "invalidate:session"
    BRAND = "invalidate:brand"
    LINK = "invalidate:link"
    API_KEY = "invalidate:api-key"


def on_change(channel: Channel, forget: Callable[[str], object]) -> None:
    """Calls forget(key) in this process whenever any process says that the key has changed."""
    _LISTENERS[channel].append(forget)


async def publish(channel: Channel, key: str) -> None:
    """Tells every process, this one first. While Redis is down, others learn when their memory expires."""
    _hear(channel, key)
    try:
        await redis().publish(channel, f"{_this_process()} {key}")
    except (RedisError, OSError) as error:
        log.warning("invalidation.not_published", channel=channel, error=type(error).__name__)


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Listens while the block runs. Every process that serves holds it open."""
    listening = asyncio.Event()
    task = asyncio.create_task(_listen(listening))
    with suppress(TimeoutError):
        await asyncio.wait_for(listening.wait(), 2)
    try:
        yield
    finally:
        # A connection that breaks at this very moment swallows the cancellation: ask until it is heard.
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=1)


def redis() -> Redis:
    """This event loop's client."""
    return _clients.get()


_LISTENERS: dict[Channel, list[Callable[[str], object]]] = {channel: [] for channel in Channel}
_RETRY_S = 1.0
_IMPORT = uuid4().hex
"""Told apart from other machines' by this, and from processes that were forked from it by their number."""
_clients: PerLoop[Redis] = PerLoop(
    lambda: Redis.from_url(
        settings().redis_url, decode_responses=True, socket_timeout=5, socket_connect_timeout=2
    ),
    lambda client: client.aclose(),
)


def _this_process() -> str:
    return f"{_IMPORT}-{os.getpid()}"


def _hear(channel: Channel, key: str) -> None:
    for forget in _LISTENERS[channel]:
        try:
            forget(key)
        except Exception:
            # One listener's mistake must not make the process deaf.
            log.exception("invalidation.listener_failed", channel=channel)


async def _listen(listening: asyncio.Event) -> None:
    while True:
        try:
            async with redis().pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(*Channel)
                # What was said while nobody listened is lost: forget everything once.
                for channel in Channel:
                    _hear(channel, "")
                listening.set()
                while True:
                    message = await pubsub.get_message(timeout=_WAIT_S)
                    if message is not None:
                        speaker, _space, key = message["data"].partition(" ")
                        # Its own words it has heard already: what came since is newer than they are.
                        if speaker != _this_process():
                            _hear(Channel(message["channel"]), key)
        except (RedisError, OSError) as error:
            log.warning("invalidation.not_listening", error=type(error).__name__)
            await asyncio.sleep(_RETRY_S)


_WAIT_S = 30.0
