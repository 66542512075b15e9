"""What a browser sends to collect, and what of it arrives in the stream."""

import json
import time
from collections.abc import Mapping
from typing import Any

from httpx import AsyncClient, Response
from redis.asyncio import Redis

from analytics.collect.stream import stream_of
from analytics.ingest.entries import StreamEntry, decode_entry
from analytics.settings import settings
from tenancy.sites import Site

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)


class Browser:
    """Sends events as a page would."""

    def __init__(self, client: AsyncClient, redis: Redis, opened_ms: int) -> None:
        self._client = client
        self._redis = redis
        self._opened_ms = opened_ms

    async def views(self, site: Site, path: str = "/", **properties: Any) -> Response:
        """A page view."""
        event = {
            "name": "page_view",
            "timestamp": time.time() * 1000,
            "properties": {"url": f"https://{site.domain}{path}", "title": "A page", **properties},
        }
        return await self.sends({"site_id": site.tracking_id, "events": [event]})

    async def sends(
        self, body: Any, headers: Mapping[str, str] | None = None, path: str = "/api/collect"
    ) -> Response:
        """Any body at all."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"user-agent": CHROME, "content-type": "text/plain", **(headers or {})}
        return await self._client.post(path, content=content, headers=sent)

    async def asks(self, method: str, path: str = "/api/collect") -> Response:
        """Something other than a POST."""
        return await self._client.request(method, path, headers={"user-agent": CHROME})

    async def entries(self, site: Site) -> list[StreamEntry]:
        """The site's entries in the stream since this browser was opened, in the order of their arrival."""
        found = []
        for partition in range(settings().ingest_partitions):
            read: Any = await self._redis.xrange(stream_of(partition), min=self._opened_ms)
            for entry_id, fields in read:
                entry = decode_entry(entry_id, fields)
                if entry.head.site == site.number:
                    found.append(entry)
        return sorted(found, key=lambda entry: entry.id)
