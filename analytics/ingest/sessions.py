"""Session rows, rebuilt whole from the events of the sessions that a batch touched."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from analytics.clickhouse import command, rows_of
from analytics.ingest.visits import VisitorKey
from analytics.rollup.days import events_came_late


class Touched(NamedTuple):
    """A session of a visitor that has new events, and the span of its events so far."""

    key: VisitorKey
    session_id: int
    first_ms: int
    last_ms: int


def rebuild_sessions(touched: Iterable[Touched]) -> None:
    """Writes each session's row anew; the newer row replaces the older one."""
    remaining = iter(touched)
    while some := list(islice(remaining, _MOST_PER_STATEMENT)):
        days = ",".join(sorted({_literal(part.key, day) for part in some for day in _days(part)}))
        sessions = ",".join(str(part.session_id) for part in some)
        touched_alone = TOUCHED.format(days=days, sessions=sessions)
        command(REBUILD.format(where=touched_alone, version=_version()), max_query_size=1_000_000)


def rebuild_between(site: int, after: datetime, until: datetime, *, longest: timedelta) -> None:
    """Writes the rows of a site's sessions that began after one moment and not after the other.

    For events that did not come through the worker; `longest` is how long no session of theirs lasts.
    """
    begun = BEGUN.format(site=site, after=_moment(after), until=_moment(until), over=_moment(until + longest))
    command(REBUILD.format(where=begun, version=_version()))
    events_came_late({site: round(after.timestamp() * 1000)})


def first_seen(visitors: Iterable[VisitorKey]) -> dict[VisitorKey, int]:
    """When the first session of each visitor began, in Unix milliseconds; of those in the store only."""
    wanted = ",".join(f"({key.site},{key.visitor})" for key in visitors)
    if not wanted:
        return {}
    rows = rows_of(FIRST_SEEN.format(visitors=wanted), max_query_size=1_000_000)
    return {VisitorKey(site, visitor): start for site, visitor, start in rows}


_MOST_PER_STATEMENT = 4_000

# What the worker stamps on every event of a session.
_STAMPED = (
    *("referrer", "referrer_domain", "source", "medium", "campaign", "term", "content"),
    *("channel", "browser", "browser_version", "os", "os_version", "device", "screen_w", "screen_h"),
    *("country", "region", "city", "timezone", "language"),
)

# The braces take numbers of ours only, written into the text: binding thousands of parameters costs more.
REBUILD = f"""
INSERT INTO sessions (
  site_id, session_id, visitor_id, session_start, ended, is_new_visitor, duration_s, pageviews, events,
  engaged_ms, max_scroll, entry_path, exit_path, hostname, {", ".join(_STAMPED)}, version)
SELECT
  site_id, session_id, visitor_id, session_start, max(ts), max(is_new_visitor),
  intDiv(dateDiff('millisecond', min(ts), max(ts)) + 500, 1000),
  countIf(name = 'page_view'), count(), sum(events.engaged_ms), max(scroll_depth),
  argMinIf(path, (ts, event_id), name = 'page_view'), argMaxIf(path, (ts, event_id), name = 'page_view'),
  argMin(hostname, (ts, event_id)), {", ".join(f"any({column})" for column in _STAMPED)}, {{version}}
FROM events FINAL
WHERE {{where}}
GROUP BY site_id, visitor_id, session_id, session_start
"""

TOUCHED = "(site_id, toDate(ts), visitor_id) IN ({days}) AND session_id IN ({sessions})"

BEGUN = """
  site_id = {site:d} AND toDate(ts) BETWEEN toDate({after}) AND toDate({over})
  AND session_start > {after} AND session_start <= {until}
"""

FIRST_SEEN = """
SELECT site_id, visitor_id, toUnixTimestamp64Milli(min(session_start))
FROM sessions WHERE (site_id, visitor_id) IN ({visitors})
GROUP BY site_id, visitor_id
"""


def _version() -> int:
    return time.time_ns() // 1_000_000


def _moment(moment: datetime) -> str:
    return f"fromUnixTimestamp64Milli({round(moment.timestamp() * 1000):d}, 'UTC')"


def _days(part: Touched) -> Iterator[str]:
    day, last = _date(part.first_ms), _date(part.last_ms)
    while day <= last:
        yield day.strftime("%Y-%m-%d")
        day += timedelta(days=1)


def _date(moment_ms: int) -> datetime:
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _literal(key: VisitorKey, day: str) -> str:
    return f"({key.site},'{day}',{key.visitor})"
