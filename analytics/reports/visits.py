"""The sessions and events of a stretch of time, as SQL that reports build on.

A session belongs to a stretch with what lies inside it: its events, not its whole. For nearly all sessions
both are the same, and their rows in `sessions` say everything. Of those that cross a border of the stretch
the events are read. They are found by looking half an hour to each side of the border, because no session
is silent for longer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from analytics.clickhouse import query
from analytics.reports.conditions import Conditions, conditions
from analytics.reports.filters import Filters
from tenancy.sites import Site


class Crossing(NamedTuple):
    """Sessions with events on both sides of a border, and when the first and the last of them began."""

    border: str
    oldest_s: int
    newest_s: int


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits to a site from one moment up to another that fit the filters."""

    start_s: int
    end_s: int
    conditions: Conditions
    crossings: tuple[Crossing, ...]

    @property
    def parameters(self) -> dict[str, object]:
        """What the SQL of this stretch has bound, beside the site."""
        return {"from": self.start_s, "to": self.end_s, **self.conditions.parameters}

    def sessions(self, columns: Sequence[str] = ()) -> str:
        """One row per session with a fitting event inside, with these columns of `sessions` and:

        visitor_id, pageviews, duration_s (of the whole session), starts (inside), views (page views that
        count), first_ts and last_ts (of the events inside; of the session where filters name events).
        """
        chosen = "".join(f"{column}, " for column in columns)
        if self.conditions.on_events:
            hits = self.hits_by_session(self.conditions.hits, self.conditions.views)
            return self.sessions_with(hits, columns)
        return "\nUNION ALL\n".join(self._parts(chosen))

    def hits_by_session(self, hits: str, views: str, value: str = "") -> str:
        """Rows (session_id, views) of the sessions with a hit inside; one per value, where one is given."""
        chosen = f"{value}, " if value else ""
        return f"""
SELECT session_id, {chosen} countIf({views}) AS views
FROM events FINAL
WHERE {self.inside("ts")} AND (({hits}) OR ({views}))
GROUP BY ALL HAVING countIf({hits}) > 0"""

    def sessions_with(self, hits: str, columns: Sequence[str] = ()) -> str:
        """As sessions(), joined with rows of hits by session; columns may be of either."""
        return f"""
SELECT {"".join(f"{column}, " for column in columns)} visitor_id, pageviews, duration_s,
  {STARTS} AS starts, views, {BEGAN} AS first_ts, ended AS last_ts
FROM sessions FINAL INNER JOIN ({hits}) AS hit USING (session_id)
WHERE {SITE} AND {self._near()} AND {self.conditions.sessions.sql}"""

    def events(self, condition: str) -> str:
        """FROM and WHERE of the events inside, of sessions that fit the filters on sessions."""
        kept = f" AND session_id IN ({self._kept_sessions()})" if self.conditions.sessions.given else ""
        return f"events FINAL WHERE {self.inside('ts')} AND {condition}{kept}"

    def views(self) -> str:
        """FROM and WHERE of the page views that count."""
        condition = self.conditions.views
        if self.conditions.names.given:
            hit = f"SELECT session_id FROM events WHERE {self.inside('ts')} AND {self.conditions.hits}"
            condition += f" AND session_id IN ({hit})"
        return self.events(condition)

    def inside(self, column: str) -> str:
        """The condition that a moment of the site's lies in the stretch."""
        return f"{SITE} AND {column} >= {FROM} AND {column} < {TO}"

    def visitors(self) -> str:
        """Who had an event inside, for visits without filters."""
        return f"SELECT visitor_id FROM events WHERE {self.inside('ts')}"

    def _parts(self, chosen: str) -> Iterator[str]:
        fits = self.conditions.sessions.sql
        yield f"""
SELECT {chosen} visitor_id, pageviews, duration_s,
  toUInt8(1) AS starts, toUInt64(pageviews) AS views, {BEGAN} AS first_ts, ended AS last_ts
FROM sessions FINAL
WHERE {WHOLLY_INSIDE} AND {fits}"""
        if self.crossings:
            yield f"""
SELECT {chosen} visitor_id, pageviews, duration_s, {STARTS} AS starts, views, first_ts, last_ts
FROM sessions FINAL INNER JOIN ({self._parts_inside()}) AS part USING (session_id)
WHERE {self._crossing()} AND {fits}"""

    def _parts_inside(self) -> str:
        """What of the crossing sessions lies inside, reading only the days that they reach into."""
        crossing = f"FROM sessions FINAL WHERE {self._crossing()}"
        reach = {
            "from": f"ts <= assumeNotNull((SELECT maxIf(ended, {BEGAN} < {FROM}) {crossing}))",
            "to": f"ts >= assumeNotNull((SELECT minIf({BEGAN}, ended >= {TO}) {crossing}))",
        }
        return f"""
SELECT session_id, countIf(name = 'page_view') AS views, min(ts) AS first_ts, max(ts) AS last_ts
FROM events FINAL
WHERE {self.inside("ts")} AND ({" OR ".join(reach[one.border] for one in self.crossings)})
  AND session_id IN (SELECT session_id {crossing})
GROUP BY session_id"""

    def _crossing(self) -> str:
        near = " OR ".join(_began_with(one) for one in self.crossings)
        return f"{SITE} AND ({near}) AND NOT ({WHOLLY_INSIDE})"

    def _kept_sessions(self) -> str:
        fits = self.conditions.sessions.sql
        return f"SELECT session_id FROM sessions FINAL WHERE {SITE} AND {self._near()} AND {fits}"

    def _near(self) -> str:
        """Began inside, or crosses a border: a superset that the primary key finds."""
        inside = f"session_start >= {FROM} AND session_start < {TO}"
        return f"({' OR '.join([inside, *(_began_with(one) for one in self.crossings)])})"


async def visits(site: Site, start: datetime, end: datetime, filters: Filters) -> Visits:
    """The visits from one whole second up to another."""
    borders = {"from": int(start.timestamp()), "to": int(end.timestamp())}
    rows = await query(site, CROSSINGS, **borders)
    crossings = tuple(Crossing(*row) for row in sorted(rows))
    return Visits(borders["from"], borders["to"], conditions(filters), crossings)


SITE = "site_id = {site:UInt32}"
FROM = "{from:DateTime('UTC')}"
TO = "{to:DateTime('UTC')}"

# A session's start names it for good. An event that comes late may lie before it: then the duration, which
# is rounded to a second, says when the session really began.
BEGAN = """if(ended - toIntervalSecond(duration_s) < session_start - toIntervalSecond(1),
  ended - toIntervalSecond(duration_s), session_start)"""

STARTS = f"{BEGAN} BETWEEN {FROM} AND {TO}"

WHOLLY_INSIDE = f"""{SITE} AND session_start >= {FROM} AND session_start < {TO}
  AND ended < {TO} AND {BEGAN} >= {FROM} - toIntervalSecond(1)"""


def _began_with(crossing: Crossing) -> str:
    oldest, newest = (f"toDateTime({second:d}, 'UTC')" for second in crossing[1:])
    return f"session_start BETWEEN {oldest} AND {newest}"


_CROSSING = """
SELECT '{border}' AS border, any(session_start) AS began FROM events
WHERE {site} AND ts >= {moment} - toIntervalSecond(1801) AND ts < {moment} + toIntervalSecond(1801)
GROUP BY session_id HAVING min(ts) < {moment} AND max(ts) >= {moment}
"""

CROSSINGS = f"""
SELECT border, toUnixTimestamp(min(began)), toUnixTimestamp(max(began)) + 1
FROM ({_CROSSING.format(border="from", site=SITE, moment=FROM)}
  UNION ALL {_CROSSING.format(border="to", site=SITE, moment=TO)})
GROUP BY border
"""
