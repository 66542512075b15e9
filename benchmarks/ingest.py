"""Events per second from a filled stream into ClickHouse, by one ingest process's worker."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from redis.asyncio import Redis

from analytics.clickhouse import rows_of
from analytics.collect.stream import ENTRY_VERSION, EntryEvent, EntryHead, stream_of
from analytics.ingest.worker import IngestWorker
from analytics.settings import settings
from benchmarks.bare import speed
from benchmarks.stack import bench_stack, row
from portal.memory import spare_what_is_there
from tenancy.settings import settings as tenancy_settings

EVENTS = 200_000
PER_ENTRY = 2
SITES = 50
VISITORS = 30_000
SEARCH = ("https://www.google.com/", "google.com", "google", "organic", "", "", "", "Organic Search")


def main() -> None:
    """Fills the streams, then takes the time of the worker."""
    with bench_stack():
        asyncio.run(measure())


async def measure() -> None:
    """One run."""
    async with Redis.from_url(tenancy_settings().redis_url) as redis:
        await fill(redis)

        async def mark(sites: frozenset[int]) -> None:
            return None

        worker = IngestWorker(redis, range(settings().ingest_partitions), mark_first_event=mark)
        spare_what_is_there(allocations=100_000)  # as the process does when it starts
        began = time.perf_counter()
        written = await worker.run_once()
        seconds = time.perf_counter() - began
    [(stored, sessions)] = rows_of(
        "SELECT (SELECT count() FROM events), (SELECT count() FROM sessions FINAL)"
    )
    assert stored == written == EVENTS, (stored, written)
    rate = written / seconds
    what = f"ingest, events/s ({sessions:,} sessions)"
    row(what, f"{rate:,.0f}", ">= 20,000", rate / 20_000, pace=speed())


async def fill(redis: Redis) -> None:
    """Requests of visitors who look at two pages each time, in the order of their arrival."""
    encode = msgspec.msgpack.encode
    dice = random.Random(1)
    begin = datetime.now(UTC) - timedelta(minutes=20)
    pipeline = redis.pipeline(transaction=False)
    for number in range(EVENTS // PER_ENTRY):
        visitor = dice.randrange(VISITORS) * 0x9E3779B97F4A7C15 % 2**64
        moment = int((begin + timedelta(milliseconds=number * 10)).timestamp() * 1000)
        head = EntryHead(
            ENTRY_VERSION, visitor % SITES + 1, moment, False,
            *("DE", "Bavaria", "Munich", "Chrome", "142", "Windows", "11", "desktop", 1920, 1080, 1900, 900),
            *("Europe/Berlin", "de-DE"),
        )  # fmt: skip
        events: dict[Any, Any] = {
            str(place): encode(
                EntryEvent(
                    dice.getrandbits(64), moment + place, "page_view", "shop.example",
                    f"/products/{dice.randrange(500)}", "", "A product",
                    SEARCH,
                    {"plan": "pro"},
                )
            )
            for place in range(PER_ENTRY)
        }  # fmt: skip
        stream = stream_of(visitor % settings().ingest_partitions)
        pipeline.xadd(stream, {**events, "v": visitor, "h": encode(head)})
        if number % 5_000 == 0:
            await pipeline.execute()
    await pipeline.execute()


if __name__ == "__main__":
    main()
