"""The event stream: what an entry holds, and the one script that writes entries to Redis."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from analytics.collect.visitors import VisitorId

GROUP = "ingest"
DEAD = "events:dead"
ENTRY_VERSION = 1


class EntryHead(msgspec.Struct, array_like=True, frozen=True):
    """What all events of one request share."""

    version: int
    site: int
    received_ms: int
    kept_id: bool
    """The visitor id comes from the browser's storage, so it means the same person tomorrow."""
    country: str
    region: str
    city: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str
    screen_w: int
    screen_h: int
    viewport_w: int
    viewport_h: int
    timezone: str
    language: str
    kind: str = "events"


class EntryEvent(msgspec.Struct, array_like=True, frozen=True):
    """One event as it will be stored, but for its session."""

    event_id: int
    ts_ms: int
    name: str
    hostname: str
    path: str
    query: str
    title: str
    attribution: tuple[str, str, str, str, str, str, str, str]
    props: dict[str, str]
    scroll_depth: int = 0
    engaged_ms: int = 0
    person_id: int = 0


class EntryPoint(msgspec.Struct, array_like=True, frozen=True):
    """One heatmap event: x in permille of the width, y in tenths of the document's pixels; or a depth."""

    kind: str
    path: str
    x: int
    y: int
    element: str
    depth: int


class Entry(NamedTuple):
    """An entry to be written: its head and items encoded, each item with the key that makes it unique."""

    site: int
    visitor: VisitorId
    near_midnight: bool
    head: bytes
    items: Sequence[tuple[str, bytes]]
    """(deduplication key or "", item)"""


class SiteLimitReached(Exception):
    """The site sent more requests than it may, over all processes."""


def stream_of(partition: int) -> str:
    """The stream of a partition."""
    return f"events:{partition}"


class StreamWriter:
    """Writes entries; those that arrive while a write is under way share the next one."""

    def __init__(self, redis: Redis, partitions: int, *, site_limit: int) -> None:
        self._redis = redis
        self._partitions = partitions
        self._site_limit = site_limit
        self._waiting: list[tuple[Entry, asyncio.Future[int]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._sha = ""

    async def write(self, entry: Entry) -> int:
        """The number of new items, once Redis has them; repeats of an item are left out."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await done

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST_PER_WRITE], self._waiting[_MOST_PER_WRITE:]
                try:
                    counts = await self._run(self._arguments(batch))
                except Exception as error:
                    for _, done in batch:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), count in zip(batch, counts, strict=True):
                    if done.done():
                        continue
                    if count < 0:
                        done.set_exception(SiteLimitReached())
                    else:
                        done.set_result(count)
        finally:
            self._flushing = None

    async def _run(self, arguments: list[str | bytes | int]) -> list[int]:
        if not self._sha:
            self._sha = await self._redis.script_load(_SCRIPT)
        counts: list[int]
        try:
            counts = await self._redis.evalsha(self._sha, 0, *arguments)
        except NoScriptError:  # Redis was restarted without its scripts
            self._sha = await self._redis.script_load(_SCRIPT)
            counts = await self._redis.evalsha(self._sha, 0, *arguments)
        return counts

    def _arguments(self, batch: list[tuple[Entry, "asyncio.Future[int]"]]) -> list[str | bytes | int]:
        arguments: list[str | bytes | int] = [self._site_limit, len(batch)]
        for entry, _ in batch:
            today, yesterday = entry.visitor
            arguments += (
                entry.site,
                stream_of(today % self._partitions),
                today,
                "" if yesterday is None else stream_of(yesterday % self._partitions),
                "" if yesterday is None else yesterday,
                1 if entry.near_midnight else 0,
                entry.head,
                len(entry.items),
            )
            for item in entry.items:
                arguments += item
        return arguments


_MOST_PER_WRITE = 64

# One script, so that marking an item as seen and adding it to the stream cannot come apart in a crash.
# A visit that runs over midnight keeps yesterday's id for as long as it goes on ("alive:" keys, 30 minutes).
_SCRIPT = """
local limit = tonumber(ARGV[1])
local at = 3
local answers = {}
for n = 1, tonumber(ARGV[2]) do
  local site, stream, visitor = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local stream_before, visitor_before = ARGV[at + 3], ARGV[at + 4]
  local near_midnight, head, items = ARGV[at + 5], ARGV[at + 6], tonumber(ARGV[at + 7])
  at = at + 8
  local allowed = true
  if limit > 0 then
    local key = 'rate:' .. site
    local used = redis.call('INCR', key)
    if used == 1 then redis.call('EXPIRE', key, 10) end
    allowed = used <= limit
  end
  if not allowed then
    answers[n] = -1
    at = at + 2 * items
  else
    if visitor_before ~= '' and redis.call('EXISTS', 'alive:' .. visitor_before) == 1 then
      stream, visitor = stream_before, visitor_before
      redis.call('SET', 'alive:' .. visitor, '', 'EX', 1800)
    elseif near_midnight == '1' then
      redis.call('SET', 'alive:' .. visitor, '', 'EX', 1800)
    end
    local fields = {'v', visitor, 'h', head}
    local added = 0
    for i = 1, items do
      local key, item = ARGV[at], ARGV[at + 1]
      at = at + 2
      if key == '' or redis.call('SET', key, '', 'NX', 'EX', 172800) then
        added = added + 1
        fields[#fields + 1] = added
        fields[#fields + 1] = item
      end
    end
    if added > 0 then redis.call('XADD', stream, '*', unpack(fields)) end
    answers[n] = added
  end
end
return answers
"""
