"""One batch of a partition, from its entries to the rows of every table, the same however often it is run."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from redis.asyncio import Redis

from analytics.clickhouse import insert
from analytics.collect.stream import EntryEvent
from analytics.ingest.entries import StreamEntry
from analytics.ingest.rows import (
    depth_columns,
    event_columns,
    event_row,
    identity_columns,
    point_columns,
)
from analytics.ingest.sessions import Touched, first_seen, rebuild_sessions
from analytics.ingest.visits import (
    KEPT_S,
    Visit,
    VisitorKey,
    decode_visits,
    encode_visits,
    join,
    session_id,
)
from analytics.rollup.days import CLOSED_AFTER, events_came_late


class Written(NamedTuple):
    """What a batch put into the store."""

    events: int
    sites: frozenset[int]


async def write_batch(redis: Redis, stream: str, entries: Sequence[StreamEntry]) -> Written:
    """Stores the entries, rebuilds their sessions and remembers where each visitor stands."""
    token = sha256(stream.encode() + b"|" + b"|".join(entry.id for entry in entries)).hexdigest()
    visitors = _by_visitor(entries)
    visits = await _visits_of(redis, visitors)
    starts = await _first_seen(visitors, visits)
    rows: list[tuple[object, ...]] = []
    touched: dict[int, Touched] = {}
    for key, events in visitors.items():
        for event, entry in events:
            visit = join(visits[key], event, entry.head, first_seen_ms=starts.get(key))
            number = session_id(key, visit)
            rows.append(event_row(key, number, visit, event, entry))
            touched[number] = Touched(key, number, visit.first_ms, visit.last_ms)
    await asyncio.to_thread(_store, token, rows, entries, touched)
    await _remember(redis, visits)
    return Written(len(rows), frozenset(key.site for key in visitors))


_Seen = list[tuple[EntryEvent, StreamEntry]]


def _by_visitor(entries: Sequence[StreamEntry]) -> dict[VisitorKey, _Seen]:
    """Each visitor's events in the order in which they happened."""
    visitors: dict[VisitorKey, _Seen] = {}
    for entry in entries:
        if entry.events:
            seen = visitors.setdefault(VisitorKey(entry.head.site, entry.visitor), [])
            seen += [(event, entry) for event in entry.events]
    for seen in visitors.values():
        if len(seen) > 1:
            seen.sort(key=_moment)
    return visitors


def _moment(seen: tuple[EntryEvent, StreamEntry]) -> int:
    return seen[0].ts_ms


def _state_key(key: VisitorKey) -> str:
    return f"visits:{key.site}:{key.visitor}"


async def _visits_of(redis: Redis, visitors: dict[VisitorKey, _Seen]) -> dict[VisitorKey, list[Visit]]:
    if not visitors:
        return {}
    states: list[Any] = await redis.mget([_state_key(key) for key in visitors])
    return {key: decode_visits(state) for key, state in zip(visitors, states, strict=True)}


async def _first_seen(
    visitors: dict[VisitorKey, _Seen], visits: dict[VisitorKey, list[Visit]]
) -> dict[VisitorKey, int]:
    """For ids that browsers keep, of whom nothing is remembered: when the store saw them first."""
    unknown = [key for key, seen in visitors.items() if not visits[key] and seen[0][1].head.kept_id]
    return await asyncio.to_thread(first_seen, unknown) if unknown else {}


def _store(
    token: str,
    rows: list[tuple[object, ...]],
    entries: Sequence[StreamEntry],
    touched: dict[int, Touched],
) -> None:
    if rows:
        insert("events", event_columns(rows), token=token)
    for table, columns in (
        ("identities", identity_columns(entries)),
        ("heatmap_points", point_columns(entries)),
        ("heatmap_scroll", depth_columns(entries)),
    ):
        if columns is not None:
            insert(table, columns, token=token)
    rebuild_sessions(sorted(touched.values(), key=attrgetter("key")))
    events_came_late(_late(touched.values()))


def _late(touched: Iterable[Touched]) -> dict[int, int]:
    """The sites with sessions that may reach into a day that was counted, and when the first one began."""
    closed_ms = round((time.time() - CLOSED_AFTER.total_seconds()) * 1000)
    since: dict[int, int] = {}
    for one in touched:
        if one.first_ms < closed_ms:
            site = one.key.site
            since[site] = min(one.first_ms, since.get(site, one.first_ms))
    return since


async def _remember(redis: Redis, visits: dict[VisitorKey, list[Visit]]) -> None:
    """After the insert and before the acknowledgement: a batch that is run again finds the same sessions."""
    remaining = iter(visits.items())
    while some := list(islice(remaining, _MOST_PER_SCRIPT)):
        pairs: list[str | bytes] = []
        for key, kept in some:
            pairs += (_state_key(key), encode_visits(kept))
        await redis.eval(_SET_ALL, 0, KEPT_S, *pairs)


_MOST_PER_SCRIPT = 2_000
# One command for thousands of keys with a life: as commands of their own they cost as much as all the rest.
_SET_ALL = "for i = 2, #ARGV, 2 do redis.call('SET', ARGV[i], ARGV[i + 1], 'EX', ARGV[1]) end"
