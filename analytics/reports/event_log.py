"""The events of a site one by one, in a stable order that a program can go through page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from analytics.clickhouse import Row, query
from tenancy.sites import Site


class Order(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event stands: by its time, and among those of the same millisecond by its id."""

    ts_ms: int
    event_id: int


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it is stored; how the visit came here is the same for all of its events."""

    position: Position
    name: str
    visitor_id: str
    session_id: str
    hostname: str
    path: str
    query: str
    title: str
    referrer: str
    source: str
    medium: str
    campaign: str
    term: str
    content: str
    channel: str
    country: str
    region: str
    city: str
    language: str
    timezone: str
    browser: str
    os: str
    device: str
    scroll_depth: int
    engaged_ms: int
    properties: dict[str, str]

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.position.ts_ms / 1000, UTC)


@dataclass(frozen=True, slots=True)
class EventPage:
    """following is where the next page begins; None after the last."""

    events: tuple[LoggedEvent, ...]
    following: Position | None


async def event_log(
    site: Site,
    *,
    order: Order,
    limit: int,
    after: Position | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    names: Sequence[str] = (),
) -> EventPage:
    """Up to `limit` events from `since` on and before `until`, those behind `after`, in the order of time."""
    first, last = _ms(since, _EARLIEST_MS), _ms(until, _LATEST_MS) - 1
    newest = order is Order.NEWEST
    if after is not None:
        first, last = (first, min(last, after.ts_ms)) if newest else (max(first, after.ts_ms), last)
    asked = {
        "first": first,
        "last": last,
        "names": list(names),
        "after_ms": after.ts_ms if after else -1,
        "after_id": after.event_id if after else 0,
    }
    # The places come first, from two narrow columns: whole rows are read for a page alone.
    places = await query(site, NEWEST if newest else OLDEST, **asked, rows=limit + 1)
    found = list(dict.fromkeys(Position(*place) for place in places))[:limit]
    if not found:
        return EventPage((), None)
    moments = [place.ts_ms for place in found]
    ids = [place.event_id for place in found]
    rows = await query(site, WHOLE, first=min(moments), last=max(moments), ids=ids)
    # A row that a crash wrote twice is one event until the store merges the two.
    events = {event.position: event for event in map(_event, rows)}
    return EventPage(
        tuple(events[place] for place in found if place in events),
        found[-1] if len(places) > limit else None,
    )


_EARLIEST_MS = 0
_LATEST_MS = 4_102_444_800_000  # 2100

_BETWEEN = """site_id = {site:UInt32}
  AND ts >= fromUnixTimestamp64Milli({first:Int64}, 'UTC')
  AND ts <= fromUnixTimestamp64Milli({last:Int64}, 'UTC')"""

# By day first, which changes nothing and is the order of the table: reading stops once the page is full.
_PLACES = f"""
SELECT toUnixTimestamp64Milli(ts), event_id
FROM events
WHERE {_BETWEEN}
  AND (empty({{names:Array(String)}}) OR has({{names:Array(String)}}, name))
  AND ({{after_ms:Int64}} < 0
       OR (toUnixTimestamp64Milli(ts), event_id) %s ({{after_ms:Int64}}, {{after_id:UInt64}}))
ORDER BY toDate(ts) %s, ts %s, event_id %s
LIMIT {{rows:UInt32}}
"""
NEWEST = _PLACES % ("<", "DESC", "DESC", "DESC")
OLDEST = _PLACES % (">", "ASC", "ASC", "ASC")

WHOLE = f"""
SELECT toUnixTimestamp64Milli(ts), event_id, toString(name), toString(visitor_id), toString(session_id),
  toString(hostname), path, query, title, referrer, toString(source), toString(medium), toString(campaign),
  toString(term), toString(content), toString(channel), toString(country), toString(region), toString(city),
  toString(language), toString(timezone), toString(browser), toString(os), toString(device),
  scroll_depth, engaged_ms, props
FROM events
WHERE {_BETWEEN} AND event_id IN {{ids:Array(UInt64)}}
"""


def _event(row: Row) -> LoggedEvent:
    ts_ms, event_id, *rest = row
    return LoggedEvent(Position(ts_ms, event_id), *rest)


def _ms(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else max(_EARLIEST_MS, min(int(moment.timestamp() * 1000), _LATEST_MS))
