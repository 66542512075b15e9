"""The stream's consumer: one task per partition reads, writes and acknowledges, batch after batch."""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NewType

import structlog
from clickhouse_connect.driver.exceptions import DataError, InternalError, OperationalError
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError, ResponseError

from analytics.collect.stream import DEAD, GROUP, stream_of
from analytics.ingest.batch import Written, write_batch
from analytics.ingest.entries import Fields, Poison, StreamEntry, decode_entry

log = structlog.get_logger(__name__)

MarkFirstEvent = Callable[[frozenset[int]], Awaitable[None]]
Read = list[tuple[bytes, Fields | None]]
Position = NewType("Position", str)

UNREAD = Position(">")
OWN_PENDING = Position("0")


class IngestWorker:
    """Takes events from the stream's partitions into the store, each exactly once."""

    def __init__(self, redis: Redis, partitions: Sequence[int], *, mark_first_event: MarkFirstEvent) -> None:
        self._partitions = [_Partition(redis, number, mark_first_event) for number in partitions]

    async def run(self, stop: asyncio.Event) -> None:
        """Works until told to stop; the batch under way is finished."""
        await asyncio.gather(*(partition.run(stop) for partition in self._partitions))

    async def run_once(self) -> int:
        """Takes in what waits now; the number of events written."""
        return sum(await asyncio.gather(*(partition.drain() for partition in self._partitions)))


class _Partition:
    """One stream and its place in it."""

    def __init__(self, redis: Redis, number: int, mark_first_event: MarkFirstEvent) -> None:
        self._redis = redis
        self._stream = stream_of(number)
        # One consumer per partition, whichever process it is: what a crash left pending is the next one's
        # first batch, with the same entries and therefore the same deduplication token.
        self._consumer = f"partition-{number}"
        self._mark_first_event = mark_first_event
        self._position = OWN_PENDING

    async def run(self, stop: asyncio.Event) -> None:
        """Holds the partition's lock and works; waits as a standby where another process holds it."""
        pause = 0.0
        lock: Lock = self._redis.lock(f"owner:{self._stream}", timeout=_LOCK_S, thread_local=False)
        while not stop.is_set():
            try:
                if not await lock.owned():
                    self._position = OWN_PENDING
                    if not await lock.acquire(blocking=False):
                        await _wait(stop, 1)
                        continue
                await self._work(lock, stop)
                pause = 0.0
            except (RedisError, OperationalError, InternalError, OSError) as error:
                # The entries stay pending: nothing is lost, and the same batch comes again.
                self._position = OWN_PENDING
                pause = min(pause * 2 or 0.5, 10)
                log.warning("ingest.waiting", stream=self._stream, reason=str(error)[:200], seconds=pause)
                await _wait(stop, pause)
        try:
            if await lock.owned():
                await lock.release()
        except (LockError, RedisError):
            log.info("ingest.lock_expires", stream=self._stream)

    async def _work(self, lock: Lock, stop: asyncio.Event) -> None:
        """Batch after batch; a pause after a small one, so that the store gets few and larger inserts."""
        keeping = asyncio.create_task(_keep(lock))
        try:
            await self._ensure_group()
            while not stop.is_set() and not keeping.done():
                began = time.monotonic()
                events, entries = await self._take(block_ms=500)
                if entries and entries < _MOST_ENTRIES:
                    await _wait(stop, _SMALL_BATCHES_EVERY_S - (time.monotonic() - began))
                if entries:
                    log.debug("ingest.batch_written", stream=self._stream, events=events, entries=entries)
        finally:
            keeping.cancel()

    async def drain(self) -> int:
        """Takes in what waits now, whoever holds the lock: for tests and one-off catching up."""
        await self._ensure_group()
        self._position = OWN_PENDING
        total = 0
        while True:
            reading_new = self._position is UNREAD
            events, entries = await self._take(block_ms=None)
            total += events
            if not entries and reading_new:
                return total

    async def _take(self, *, block_ms: int | None) -> tuple[int, int]:
        """Reads, writes and acknowledges one batch; (events, entries)."""
        read = await self._read(block_ms)
        if not read:
            self._position = UNREAD
            return 0, 0
        written = await self._write(await self._decode(read))
        async with self._redis.pipeline(transaction=True) as pipeline:
            ids = [entry_id for entry_id, _ in read]
            pipeline.xack(self._stream, GROUP, *ids)
            pipeline.xdel(self._stream, *ids)
            await pipeline.execute()
        await self._mark_first_event(written.sites)
        return written.events, len(read)

    async def _read(self, block_ms: int | None) -> Read:
        answer: Any = await self._redis.xreadgroup(
            GROUP,
            self._consumer,
            {self._stream: self._position},
            count=_MOST_ENTRIES,
            block=block_ms if self._position is UNREAD else None,
        )
        if not answer:
            return []
        streams = answer.items() if isinstance(answer, dict) else answer
        found: Read = []
        for _, entries in streams:
            # One protocol version nests the list once more than the other.
            found += entries[0] if entries and isinstance(entries[0], list) else entries
        return found

    async def _decode(self, read: Read) -> list[StreamEntry]:
        entries = []
        for entry_id, fields in read:
            if fields is None:  # deleted while it was pending
                continue
            try:
                entries.append(decode_entry(entry_id, fields))
            except Poison as poison:
                await self._bury(entry_id, str(poison))
        return entries

    async def _write(self, entries: list[StreamEntry]) -> Written:
        if not entries:
            return Written(0, frozenset())
        try:
            return await write_batch(self._redis, self._stream, entries)
        except _BAD_DATA as error:
            if len(entries) == 1:
                await self._bury(entries[0].id, f"{type(error).__name__}: {error}")
                return Written(0, frozenset())
        # Something in the batch cannot be stored: halve it until what is bad stands alone.
        half = len(entries) // 2
        first, second = await self._write(entries[:half]), await self._write(entries[half:])
        return Written(first.events + second.events, first.sites | second.sites)

    async def _bury(self, entry_id: bytes, reason: str) -> None:
        """Keeps a poisonous entry, as it is, beside the stream."""
        found: Any = await self._redis.xrange(self._stream, entry_id, entry_id)
        fields = found[0][1] if found else {}
        label: Any = {b"reason": reason.encode()[:500], b"stream": self._stream.encode(), b"id": entry_id}
        await self._redis.xadd(DEAD, {**fields, **label}, maxlen=_MOST_DEAD, approximate=True)
        log.error("ingest.entry_buried", stream=self._stream, entry=entry_id.decode(), reason=reason[:200])

    async def _ensure_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


async def lag(redis: Redis, partitions: int) -> int:
    """Entries that wait to be written, over all partitions."""
    return sum([int(await redis.xlen(stream_of(number))) for number in range(partitions)])


_LOCK_S = 5
_MOST_ENTRIES = 5_000
_MOST_DEAD = 100_000
_SMALL_BATCHES_EVERY_S = 1.0
_BAD_DATA = (DataError, TypeError, ValueError, OverflowError, struct.error)


async def _keep(lock: Lock) -> None:
    """Renews a lock until it is lost."""
    while True:
        await asyncio.sleep(_LOCK_S / 3)
        try:
            await lock.reacquire()
        except LockError:
            return


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    if seconds > 0:
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            return
