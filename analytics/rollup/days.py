"""Which days of a site are rolled up, and what makes them wrong again: whatever comes late."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from analytics.clickhouse import Row, command, query
from analytics.reports.period import Stretch
from tenancy.loops import PerLoop
from tenancy.sites import Site

CLOSED_AFTER = timedelta(hours=1)
"""A day is counted this long after it ended: until then visits go on over midnight."""


class GoesOn(NamedTuple):
    """A session that goes on after a day: its start, in Unix seconds, and its page views until then."""

    session_id: int
    began_s: int
    page_views: int


@dataclass(frozen=True, slots=True)
class RolledDay:
    """A day that was counted: when it begins, in Unix seconds, and the version that holds."""

    start_s: int
    version: int
    goes_on: tuple[GoesOn, ...]


@dataclass(frozen=True, slots=True)
class RolledDays:
    """The days at the beginning of a period that need not be read from its events; maybe none.

    `following` is the day after them where it was counted as well, but the period ends in the middle of it.
    """

    days: tuple[RolledDay, ...]
    following: RolledDay | None = None

    def __bool__(self) -> bool:
        return bool(self.days)

    def condition(self) -> str:
        """Their rows, in SQL over the tables of the rollup."""
        versions = ", ".join(f"{day.version:d}" for day in self.days)
        first, last = self.days[0].start_s, self.days[-1].start_s
        # No two days of a site are counted at the same microsecond.
        return f"""site_id = {{site:UInt32}}
  AND day BETWEEN toDateTime({first:d}, 'UTC') AND toDateTime({last:d}, 'UTC')
  AND version IN ({versions})"""

    def not_seen_before(self) -> str:
        """Of a day's visitors those who count, as they came on none of the days before it."""
        return f"seen < toDateTime({self.days[0].start_s:d}, 'UTC')"

    def seen(self) -> str:
        """Rows of rollup_visits with the visitors of these days; at least with those who came after."""
        if self.following is None:
            return self.condition()
        first, day = self.days[0].start_s, self.following
        return f"""site_id = {{site:UInt32}} AND day = toDateTime({day.start_s:d}, 'UTC')
  AND version = {day.version:d} AND seen >= toDateTime({first:d}, 'UTC')"""

    @property
    def goes_on(self) -> tuple[GoesOn, ...]:
        """The sessions that reach from these days into what follows them."""
        return self.days[-1].goes_on


async def rolled_days(site: Site, stretches: Sequence[Stretch]) -> RolledDays:
    """As many of some adjoining stretches, from the first on, as are whole days that were counted."""
    if not stretches or _known_small(site):
        return NO_DAYS
    first = int(stretches[0].start.timestamp())
    rows = await _counted_days(site)
    if not rows:
        _small[site.number] = time.monotonic() + _SMALL_FOR_S
    counted = {
        (start, end): RolledDay(start, version, tuple(map(GoesOn._make, goes_on)))
        for start, end, known_since, version, goes_on in rows
        if known_since <= first
    }
    found = []
    for one in stretches:
        day = counted.get((int(one.start.timestamp()), int(one.end.timestamp())))
        if day is None or not one.whole:
            break
        found.append(day)
    rest = stretches[len(found) :]
    inside = [
        day
        for (start, end), day in counted.items()
        if len(rest) == 1 and start == rest[0].start.timestamp() and rest[0].end.timestamp() <= end
    ]
    return RolledDays(tuple(found), next(iter(inside), None))


def events_came_late(since_ms: Mapping[int, int]) -> None:
    """Takes back the days of sites that ended after a moment: their events are not what was counted.

    The days after it go as well, because they say when their visitors were last seen. Whoever writes or
    deletes events or sessions calls this afterwards; the next run counts these days again.
    """
    if since_ms:
        sites, moments = (", ".join(f"{number:d}" for number in part) for part in _columns(since_ms))
        command(TAKEN_BACK.format(sites=sites, moments=moments))


def forget_small_sites() -> None:
    """Asks again about every site."""
    _small.clear()


NO_DAYS = RolledDays(())

_SMALL_FOR_S = 300
_small: dict[int, float] = {}
"""Sites without a rollup, and until when that is believed: most are, and asking costs them something."""


_asking: PerLoop[dict[int, asyncio.Task[list[Row]]]] = PerLoop(dict)
"""What is being asked, by site: the reports of a dashboard begin at once and ask the same."""


async def _counted_days(site: Site) -> list[Row]:
    asking = _asking.get()
    task = asking.get(site.number)
    if task is None:
        task = asking[site.number] = asyncio.create_task(query(site, COUNTED))
        task.add_done_callback(lambda done: (asking.pop(site.number), done.cancelled() or done.exception()))
    # Whoever goes away must not take the answer from the others.
    return await asyncio.shield(task)


def _known_small(site: Site) -> bool:
    return _small.get(site.number, 0) > time.monotonic()


def _columns(since_ms: Mapping[int, int]) -> tuple[list[int], list[int]]:
    return list(since_ms), list(since_ms.values())


COUNTED = """
SELECT toUnixTimestamp(day), toUnixTimestamp(ends), toUnixTimestamp(known_since), version, goes_on
FROM rollup_days FINAL
WHERE site_id = {site:UInt32} AND state = 1
"""

TAKEN_BACK = """
INSERT INTO rollup_days (site_id, day, ends, known_since, state, version)
SELECT site_id, day, ends, known_since, 0, toUnixTimestamp64Micro(now64(6))
FROM rollup_days FINAL
WHERE site_id IN ({sites}) AND state > 0
  AND toUnixTimestamp(ends) * 1000 > transform(site_id, [{sites}], [{moments}], 0)
"""
