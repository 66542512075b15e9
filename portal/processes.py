"""The ingest process: the worker of analytics with its connections, until it is told to stop."""

import asyncio
import signal
from collections.abc import Sequence

import structlog
from redis.asyncio import Redis

from analytics.ingest.worker import IngestWorker
from portal.memory import spare_what_is_there
from tenancy.db import dispose
from tenancy.settings import settings
from tenancy.sites import mark_first_event

log = structlog.get_logger(__name__)


async def run_ingest(partitions: Sequence[int]) -> None:
    """Takes in the given partitions; finishes the batch under way when told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    redis = Redis.from_url(settings().redis_url, socket_timeout=30, socket_connect_timeout=5)
    spare_what_is_there(allocations=100_000)
    log.info("ingest.started", partitions=list(partitions))
    try:
        await IngestWorker(redis, partitions, mark_first_event=mark_first_event).run(stop)
    finally:
        await redis.aclose()
        await dispose()
    log.info("ingest.stopped")
