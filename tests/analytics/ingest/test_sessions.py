"""Sessions are the server's: what the worker makes of events, whatever their order and repetition."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest_asyncio
from redis.asyncio import Redis

from analytics.clickhouse import rows_of
from analytics.collect.stream import DEAD, stream_of
from analytics.ingest.worker import IngestWorker
from analytics.settings import settings
from tests.analytics.ingest.entries import DIRECT, GOOGLE, an_event, put

Ingest = Callable[[], Awaitable[int]]

_sites = count(3_000_000_000)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


@pytest_asyncio.fixture(loop_scope="session")
async def ingest(redis: Redis) -> Ingest:
    """Takes in what waits."""

    async def mark(sites: frozenset[int]) -> None:
        return None

    return IngestWorker(redis, range(settings().ingest_partitions), mark_first_event=mark).run_once


def sessions(site: int) -> list[Any]:
    """(start, duration, page views, events, entry, exit, new) of each session."""
    return rows_of(
        f"""
        SELECT toUnixTimestamp64Milli(session_start), duration_s, pageviews, events, entry_path, exit_path,
               is_new_visitor
        FROM sessions FINAL WHERE site_id = {site} ORDER BY session_start
        """
    )


def start_of(row: Any) -> datetime:
    return datetime.fromtimestamp(row[0] / 1000, UTC)


async def test_half_an_hour_of_silence_ends_a_session(redis: Redis, ingest: Ingest) -> None:
    site, visitor = next(_sites), 7
    await put(redis, site, visitor, an_event(minutes(0), path="/a"), an_event(minutes(20), path="/b"))
    await put(redis, site, visitor, an_event(minutes(49.9), path="/c"))
    await put(redis, site, visitor, an_event(minutes(80), path="/d"))

    await ingest()

    first, second = sessions(site)
    assert (start_of(first), *first[1:]) == (minutes(0), 2994, 3, 3, "/a", "/c", 1)
    assert (start_of(second), *second[1:]) == (minutes(80), 0, 1, 1, "/d", "/d", 0)


async def test_a_session_goes_on_over_midnight(redis: Redis, ingest: Ingest) -> None:
    site = next(_sites)
    late = datetime(2026, 5, 4, 23, 50, tzinfo=UTC)
    await put(redis, site, 7, an_event(late, path="/a"))
    await ingest()
    await put(redis, site, 7, an_event(late + timedelta(minutes=25), path="/b"))
    await ingest()

    [session] = sessions(site)
    assert (start_of(session), *session[1:]) == (late, 1500, 2, 2, "/a", "/b", 1)


async def test_events_out_of_order_belong_to_the_session_around_them(redis: Redis, ingest: Ingest) -> None:
    site = next(_sites)
    await put(redis, site, 7, an_event(minutes(10), path="/b"), an_event(minutes(0), path="/a"))
    await ingest()
    await put(redis, site, 7, an_event(minutes(90), path="/later"))
    await ingest()
    # Ninety minutes late, from a phone that was offline: it joins the session that was then.
    await put(redis, site, 7, an_event(minutes(15), path="/c"))
    await ingest()

    first, second = sessions(site)
    assert first[1:] == (900, 3, 3, "/a", "/c", 1)
    assert second[4] == "/later"


async def test_every_event_carries_what_its_session_began_with(redis: Redis, ingest: Ingest) -> None:
    site = next(_sites)
    await put(redis, site, 7, an_event(minutes(0), attribution=GOOGLE))
    await ingest()
    await put(redis, site, 7, an_event(minutes(5), attribution=DIRECT), country="FR", browser="Chrome")
    await ingest()

    rows = rows_of(f"SELECT source, channel, country, browser FROM events WHERE site_id = {site} ORDER BY ts")
    assert rows == [("google", "Organic Search", "DE", "Firefox")] * 2


async def test_a_kept_id_is_new_once_in_all_data(redis: Redis, ingest: Ingest) -> None:
    site = next(_sites)
    await put(redis, site, 7, an_event(minutes(0)), kept=True)
    await ingest()
    await redis.delete(f"visits:{site}:7")  # long after: Redis has forgotten
    await put(redis, site, 7, an_event(NOON + timedelta(days=3)), kept=True)
    await ingest()

    assert [row[6] for row in sessions(site)] == [1, 0]


async def test_a_batch_that_is_run_again_changes_nothing(redis: Redis, ingest: Ingest) -> None:
    site, visitor = next(_sites), 8
    stream = stream_of(visitor % settings().ingest_partitions)
    entry_id = await put(redis, site, visitor, an_event(minutes(0)), an_event(minutes(5)), kept=True)
    read: Any = await redis.xrange(stream, entry_id, entry_id)
    [(_, fields)] = read
    await ingest()
    before = sessions(site)

    # As after a crash between writing and acknowledging: what is written already comes again.
    await redis.xadd(stream, fields)
    await ingest()

    assert sessions(site) == before
    assert rows_of(f"SELECT count() FROM events FINAL WHERE site_id = {site}") == [(2,)]


async def test_poison_is_buried_with_its_reason_and_the_rest_goes_on(redis: Redis, ingest: Ingest) -> None:
    site, visitor = next(_sites), 9
    stream = stream_of(visitor % settings().ingest_partitions)
    poison = await redis.xadd(stream, {"v": "9", "h": b"\xff\xff"})
    await put(redis, site, visitor, an_event(minutes(0)))

    await ingest()

    assert len(sessions(site)) == 1
    read: Any = await redis.xrange(DEAD)
    dead = [fields for _, fields in read if fields[b"id"] == poison]
    assert [(fields[b"stream"], fields[b"h"]) for fields in dead] == [(stream.encode(), b"\xff\xff")]
    assert dead[0][b"reason"]
    assert await redis.xlen(stream) == 0


async def test_an_entry_that_the_store_cannot_hold_does_not_stop_its_neighbours(
    redis: Redis, ingest: Ingest
) -> None:
    site, visitor = next(_sites), 10
    await put(redis, site, visitor, an_event(minutes(0)))
    await put(redis, site, visitor, an_event(minutes(1), scroll_depth=4_000_000))
    await put(redis, site, visitor, an_event(minutes(2)))

    await ingest()

    assert [row[3] for row in sessions(site)] == [2]


async def test_identify_links_ids_and_heatmaps_keep_the_deepest_point(redis: Redis, ingest: Ingest) -> None:
    site = next(_sites)
    await put(redis, site, 7, an_event(minutes(0), name="identify", person_id=42), kept=True)
    await ingest()

    assert rows_of(f"SELECT visitor_id, person_id FROM identities FINAL WHERE site_id = {site}") == [(7, 42)]


async def test_a_late_event_finds_the_last_three_sessions_and_no_others(redis: Redis, ingest: Ingest) -> None:
    site = next(_sites)
    for hour in range(4):
        await put(redis, site, 7, an_event(minutes(hour * 60), path=f"/{hour}"))
        await ingest()
    for hour in range(4):
        await put(redis, site, 7, an_event(minutes(hour * 60 + 10), path=f"/{hour}/late"))
        await ingest()

    # The first of four is forgotten: what comes late for it is a session of its own.
    assert [(start_of(row), row[2], row[4], row[6]) for row in sessions(site)] == [
        (minutes(0), 1, "/0", 1),
        (minutes(10), 1, "/0/late", 0),
        (minutes(60), 2, "/1", 0),
        (minutes(120), 2, "/2", 0),
        (minutes(180), 2, "/3", 0),
    ]


async def test_a_late_event_between_two_sessions_joins_the_later_and_makes_no_one_of_them(
    redis: Redis, ingest: Ingest
) -> None:
    site = next(_sites)
    await put(redis, site, 7, an_event(minutes(0), path="/a"), an_event(minutes(50), path="/c"))
    await ingest()
    await put(redis, site, 7, an_event(minutes(25), path="/b"))
    await ingest()

    first, second = sessions(site)
    assert (start_of(first), *first[1:3]) == (minutes(0), 0, 1)
    # It keeps the name that its first arrival gave it, and begins with its earliest page.
    assert (start_of(second), *second[1:6]) == (minutes(50), 1500, 2, 2, "/b", "/c")


async def test_an_event_from_before_what_is_remembered_is_a_session_of_its_own(
    redis: Redis, ingest: Ingest
) -> None:
    site = next(_sites)
    await put(redis, site, 7, an_event(minutes(0), path="/a"), kept=True)
    await ingest()
    assert 0 < await redis.ttl(f"visits:{site}:7") <= timedelta(hours=48).total_seconds()
    await redis.delete(f"visits:{site}:7")  # 48 hours later
    await put(redis, site, 7, an_event(minutes(5), path="/b"), kept=True)
    await ingest()

    assert [(start_of(row), row[2], row[6]) for row in sessions(site)] == [
        (minutes(0), 1, 1),
        (minutes(5), 1, 0),
    ]
