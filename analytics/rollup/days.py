"""Which days of a site are rolled up, and what makes them wrong again: whatever comes late."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from analytics.clickhouse import command, query
from analytics.reports.period import Stretch
from tenancy.sites import Site

CLOSED_AFTER = timedelta(hours=1)
"""A day is counted this long after it ended: until then visits go on over midnight."""


@dataclass(frozen=True, slots=True)
class RolledDay:
    """A day that was counted: when it begins, in Unix seconds, and the version that holds."""

    start_s: int
    version: int


@dataclass(frozen=True, slots=True)
class RolledDays:
    """The days at the beginning of a period that need not be read from its events; maybe none."""

    days: tuple[RolledDay, ...]

    def __bool__(self) -> bool:
        return bool(self.days)

    def condition(self) -> str:
        """Their rows, in SQL over the tables of the rollup."""
        versions = ", ".join(f"({day.start_s:d}, {day.version:d})" for day in self.days)
        first, last = self.days[0].start_s, self.days[-1].start_s
        return f"""site_id = {{site:UInt32}}
  AND day BETWEEN toDateTime({first:d}, 'UTC') AND toDateTime({last:d}, 'UTC')
  AND (toUnixTimestamp(day), version) IN ({versions})"""

    def not_seen_before(self) -> str:
        """Of a day's visitors those who count, as they came on none of the days before it."""
        return f"seen < toDateTime({self.days[0].start_s:d}, 'UTC')"


async def rolled_days(site: Site, stretches: Sequence[Stretch]) -> RolledDays:
    """As many of some adjoining stretches, from the first on, as are whole days that were counted."""
    if not stretches or _known_small(site):
        return NO_DAYS
    first = int(stretches[0].start.timestamp())
    rows = await query(site, COUNTED)
    if not rows:
        _small[site.number] = time.monotonic() + _SMALL_FOR_S
    counted = {
        (start, end): RolledDay(start, version)
        for start, end, known_since, version in rows
        if known_since <= first
    }
    found = []
    for one in stretches:
        day = counted.get((int(one.start.timestamp()), int(one.end.timestamp())))
        if day is None or not one.whole:
            break
        found.append(day)
    return RolledDays(tuple(found))


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


def _known_small(site: Site) -> bool:
    return _small.get(site.number, 0) > time.monotonic()


def _columns(since_ms: Mapping[int, int]) -> tuple[list[int], list[int]]:
    return list(since_ms), list(since_ms.values())


COUNTED = """
SELECT toUnixTimestamp(day), toUnixTimestamp(ends), toUnixTimestamp(known_since), version
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
