"""From an empty installation to the whole sample world: tenants first, then the traffic of each site."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.clickhouse import command, rows_of
from analytics.ingest.sessions import rebuild_between
from portal.stack.demo.traffic import YEAR_DAYS, Span, midnight, traffic_sql
from portal.stack.demo.world import PlacedSite, note_first_event, place_world
from tenancy.db import run_alone

Say = Callable[[str], None]


def load(events: int, say: Say) -> None:
    """Makes what is missing of the sample world; about `events` events over all of its sites."""
    run_alone(load_until(datetime.now(UTC), events, say))


async def load_until(now: datetime, events: int, say: Say) -> None:
    """The same, up to a given moment."""
    say("Looking for the sample agencies, their clients and people ...")
    placed = await place_world()
    fresh = [one for one in placed if one.site.first_event_at is None]
    known = [one for one in placed if one.site.first_event_at is not None]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sample-traffic") as threads:
        run = asyncio.get_running_loop().run_in_executor

        async def make(one: PlacedSite) -> None:
            opening = await run(threads, make_year, one, events, now, say)
            # The mark comes last: a site without it starts over, one with it is complete.
            await note_first_event(one.site, midnight(opening, one.sample.market.timezone))

        largest_first = sorted(fresh, key=lambda one: -one.sample.share)
        await asyncio.gather(*(make(one) for one in largest_first))
        last = await run(threads, _last_events, known)
        if known and max(last.values(), default=_NEVER) < now - _SMALLEST_GAP:
            say("Adding the traffic since the last time ...")
            catch_up = (run(threads, _catch_up, one, events, last, now) for one in known)
            await asyncio.gather(*catch_up)


# The engine has two cores to itself on a small machine; an INSERT of this kind uses one.
_AT_ONCE = 2
_SMALLEST_GAP = timedelta(minutes=5)
_LONGEST_VISIT = timedelta(hours=4)
_NEVER = datetime.min.replace(tzinfo=UTC)
_TICK = timedelta(milliseconds=1)
_MOST_EVENTS_AT_ONCE = 200_000


def make_year(one: PlacedSite, events: int, now: datetime, say: Say) -> date:
    """Makes a site's whole year, in place of what an interrupted start left; the year's first day."""
    sample, number = one.sample, one.site.number
    wanted = _share(one, events)
    say(f"Making 13 months of traffic for {sample.name} ({wanted:,} events) ...")
    for table in ("events", "sessions"):
        if rows_of(f"SELECT 1 FROM {table} WHERE site_id = {number:d} LIMIT 1"):
            command(f"DELETE FROM {table} WHERE site_id = {number:d}")
    today = now.astimezone(ZoneInfo(sample.market.timezone)).date()
    opening = today - timedelta(days=YEAR_DAYS - 1)
    _insert(one, Span(opening, midnight(opening, sample.market.timezone) - _TICK, now), wanted)
    return opening


def _catch_up(one: PlacedSite, events: int, last: dict[int, datetime], now: datetime) -> None:
    """Adds what happened on a site after its last event."""
    first_event_at, zone = one.site.first_event_at, ZoneInfo(one.sample.market.timezone)
    assert first_event_at is not None
    after = last.get(one.site.number, first_event_at - _TICK)
    _insert(one, Span(first_event_at.astimezone(zone).date(), after, now), _share(one, events))


def _insert(one: PlacedSite, span: Span, wanted: int) -> None:
    number, parts = one.site.number, list(_parts(span, wanted))
    for part in parts:
        command(traffic_sql(number, one.sample, part, wanted), max_query_size=1_000_000)
    # Visits may reach over the border of two parts, and into the span from before it.
    for part in parts:
        before = _LONGEST_VISIT if part is parts[0] else timedelta()
        rebuild_between(number, part.after - before, part.until, longest=_LONGEST_VISIT)


def _parts(span: Span, wanted: int) -> Iterator[Span]:
    """The span in pieces that the engine makes within seconds, also on a slow machine."""
    year = timedelta(days=YEAR_DAYS)
    count = max(1, round(wanted * ((span.until - span.after) / year) / _MOST_EVENTS_AT_ONCE))
    step = (span.until - span.after) / count
    for number in range(count):
        until = span.until if number == count - 1 else span.after + step * (number + 1)
        yield Span(span.opening, span.after + step * number, until)


def _last_events(placed: Sequence[PlacedSite]) -> dict[int, datetime]:
    """When each site's last event happened."""
    if not placed:
        return {}
    numbers = ", ".join(f"{one.site.number:d}" for one in placed)
    rows = rows_of(_LAST_EVENTS.format(numbers=numbers))
    return {number: datetime.fromtimestamp(last / 1000, UTC) for number, last in rows}


_LAST_EVENTS = """
SELECT site_id, toUnixTimestamp64Milli(max(ts)) FROM events WHERE site_id IN ({numbers}) GROUP BY site_id
"""


def _share(one: PlacedSite, events: int) -> int:
    return events * one.sample.share // 1000
