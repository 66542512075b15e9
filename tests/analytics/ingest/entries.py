"""Entries put into the stream as collect would, with the times and visitors that a test wants."""

from datetime import datetime
from itertools import count
from typing import Any

import msgspec
from redis.asyncio import Redis

from analytics.collect.stream import ENTRY_VERSION, EntryEvent, EntryHead, stream_of
from analytics.settings import settings

DIRECT = ("", "", "direct", "none", "", "", "", "Direct")
GOOGLE = ("https://www.google.com/", "google.com", "google", "organic", "", "", "", "Organic Search")
_numbers = count(1)


def an_event(moment: datetime, name: str = "page_view", path: str = "/", **fields: Any) -> EntryEvent:
    """An event at a moment."""
    return msgspec.structs.replace(
        EntryEvent(
            event_id=hash((moment, name, path, next(_numbers))) % 2**63,
            ts_ms=round(moment.timestamp() * 1000),
            name=name,
            hostname="shop.example",
            path=path,
            query="",
            title="",
            attribution=DIRECT,
            props={},
        ),
        **fields,
    )


async def put(
    redis: Redis, site: int, visitor: int, *events: EntryEvent, kept: bool = False, **head: Any
) -> bytes:
    """One request with these events; the entry's id."""
    written = EntryHead(
        ENTRY_VERSION,
        site,
        max(event.ts_ms for event in events),
        kept,
        *("DE", "Bavaria", "Munich", "Firefox", "143", "Linux", "", "desktop", 1920, 1080, 1900, 900),
        *("Europe/Berlin", "de-DE"),
    )
    encode = msgspec.msgpack.encode
    fields: dict[Any, Any] = {
        "v": visitor,
        "h": encode(msgspec.structs.replace(written, **head)),
        **{str(number): encode(event) for number, event in enumerate(events, 1)},
    }
    entry_id: Any = await redis.xadd(stream_of(visitor % settings().ingest_partitions), fields)
    return bytes(entry_id)
