"""Processes die at the worst moment; what was acknowledged is in the store, once."""

import asyncio
import time
from collections import Counter
from itertools import count
from random import Random
from uuid import uuid4

from httpx import AsyncClient, HTTPError
from redis.asyncio import Redis

from analytics.clickhouse import rows_of
from analytics.ingest.worker import lag
from analytics.settings import settings
from tenancy.sites import Site
from tests.e2e.people import Product
from tests.factories import make_direct, make_site

SENDERS = 8
DEATHS_OF_INGEST = 10
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


async def test_every_acknowledged_event_is_stored_exactly_once(product: Product) -> None:
    site = await make_site(await make_direct())
    acknowledged: list[int] = []
    stop = asyncio.Event()
    numbers = count(1)
    senders = [
        asyncio.create_task(send(product, site, f"{AGENT} {n}", numbers, acknowledged, stop))
        for n in range(SENDERS)
    ]
    dice = Random(7)

    for death in range(DEATHS_OF_INGEST):
        await asyncio.sleep(dice.uniform(0.2, 1.2))
        product.kill("ingest")
        if death == DEATHS_OF_INGEST // 2:
            product.kill("web")
            await asyncio.to_thread(product.start, "web")
        product.start("ingest")
        # A fresh process waits for the dead one's lock; let it do some work before it dies as well.
        await asyncio.sleep(dice.uniform(1, 7))
    stop.set()
    await asyncio.gather(*senders)
    await drained(product)

    stored: Counter[int] = Counter(
        dict(
            rows_of(
                f"""
                SELECT toInt64(props['number']), count() FROM events FINAL
                WHERE site_id = {site.number} GROUP BY 1
                """
            )
        )
    )
    assert len(acknowledged) > 500
    assert set(acknowledged) <= set(stored)
    assert set(stored.values()) == {1}
    sessions = rows_of(
        f"""
        SELECT count(), sum(events), uniqExact(visitor_id) FROM sessions FINAL WHERE site_id = {site.number}
        """
    )
    assert sessions == [(SENDERS, len(stored), SENDERS)]


async def send(
    product: Product,
    site: Site,
    agent: str,
    numbers: "count[int]",
    acknowledged: list[int],
    stop: asyncio.Event,
) -> None:
    """Sends as the script does: each body again and again until there is an answer."""
    async with AsyncClient(headers={"user-agent": agent}, timeout=30) as client:
        while not stop.is_set():
            sent = [next(numbers) for _ in range(5)]
            body = {
                "site_id": site.tracking_id,
                "events": [
                    {
                        "id": str(uuid4()),
                        "name": "page_view",
                        "timestamp": time.time() * 1000,
                        "properties": {"url": f"https://{site.domain}/{number}", "number": number},
                    }
                    for number in sent
                ],
            }
            while not await is_taken(client, product, body):
                await asyncio.sleep(0.05)
            acknowledged += sent
            await asyncio.sleep(0.01)


async def is_taken(client: AsyncClient, product: Product, body: object) -> bool:
    try:
        answer = await client.post(product.url("127.0.0.1", "/api/collect"), json=body)
    except HTTPError:
        return False
    return answer.status_code == 200


async def drained(product: Product) -> None:
    """Waits until nothing is left in the stream."""
    async with Redis.from_url(product.redis_url) as redis:
        for _try in range(3000):
            if await lag(redis, settings().ingest_partitions) == 0:
                return
            await asyncio.sleep(0.1)
    raise AssertionError("The stream did not run empty.")
