"""A period's visitors by source, page, country, ...: the same numbers as a filter would give."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from analytics.clickhouse import query
from analytics.reports.conditions import EVENT_COLUMNS, SESSION_COLUMNS, WITHIN
from analytics.reports.filters import Dimension, Filter, Filters, Operator, refuse_bad_patterns
from analytics.reports.metrics import Counts, change
from analytics.reports.overview import Comparison
from analytics.reports.period import Period
from analytics.reports.rolled import (
    ROLLED_DIMENSIONS,
    Parts,
    counted_sql,
    parts_of_period,
    past_sql,
    whole_period,
)
from analytics.reports.visits import Visits, visits
from tenancy.sites import Site


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """One value and what an overview filtered by it would say; None where that was not asked.

    The empty value is the unknown one. share is the part of all visitors, a fraction. events counts what
    happened, for dimensions of events; time_on_page is in seconds of attention per view. within holds what
    the value is part of, and means one thing only with it: the country of a region, the browser of a version.
    """

    value: str
    visitors: int
    page_views: int | None
    sessions: int | None
    bounce_rate: float | None
    session_duration: float | None
    share: float
    events: int | None = None
    time_on_page: float | None = None
    within: tuple[tuple[Dimension, str], ...] = ()
    previous: int | None = None
    """Visitors in the period compared with."""
    change: float | None = None

    @property
    def country(self) -> str | None:
        """The country of a region or city."""
        return dict(self.within).get(Dimension.COUNTRY)

    @property
    def label(self) -> str:
        """The value as it reads alone: a version with the name of what it is a version of."""
        parts = dict(self.within)
        name = parts.get(Dimension.BROWSER) or parts.get(Dimension.OS)
        return f"{name} {self.value}".strip() if name else self.value


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A page of rows, most visitors first; total_rows counts those that the search finds."""

    dimension: Dimension
    rows: tuple[BreakdownRow, ...]
    total_rows: int
    total_visitors: int

    def filters_of(self, row: BreakdownRow) -> Filters:
        """The filters that keep this row alone."""
        keys = [(self.dimension, row.value), *row.within]
        return tuple(Filter(dimension, Operator.IS, (value,)) for dimension, value in keys)


async def breakdown_report(
    site: Site,
    period: Period,
    filters: Filters,
    dimension: Dimension,
    *,
    limit: int = 9,
    offset: int = 0,
    search: str = "",
    comparison: Comparison | None = None,
) -> Breakdown:
    """The rows from offset on whose value contains the search, with all of their numbers."""
    await refuse_bad_patterns(site, filters)
    asking = parts_of_period if dimension in ROLLED_DIMENSIONS else whole_period
    asked = await asking(site, period, filters)
    page = _Page(limit, offset, search)
    found = (await _broken_down(site, asked, [[dimension]], page))[dimension]
    if dimension in EVENT_COLUMNS and found.rows:
        whole = await whole_period(site, period, filters) if asked.rolled else asked
        found = await _with_sessions(site, whole.rest, found)
    if comparison and found.rows:
        earlier = period.before() if comparison == "previous" else period.year_before()
        moment = period.same_moment_in(earlier)
        found = await _compared(site, await visits(site, earlier.begins, moment, filters), found)
    return found


async def breakdowns_report(
    site: Site, period: Period, filters: Filters, dimensions: Iterable[Dimension], *, limit: int = 9
) -> dict[Dimension, Breakdown]:
    """The first rows of several dimensions, in fewer passes; those of events without numbers of sessions."""
    await refuse_bad_patterns(site, filters)
    wanted = list(dict.fromkeys(dimensions))
    asked = await parts_of_period(site, period, filters)
    rolled = [one for one in wanted if one in ROLLED_DIMENSIONS] if asked.rolled else []
    others = [one for one in wanted if one not in rolled]
    whole = await whole_period(site, period, filters) if rolled and others else asked
    page = _Page(limit, 0, "")
    of_rolled, of_others = await asyncio.gather(
        _broken_down(site, asked, _passes(rolled), page), _broken_down(site, whole, _passes(others), page)
    )
    found = of_rolled | of_others
    return {one: found[one] for one in wanted}


class _Page(NamedTuple):
    limit: int
    offset: int
    search: str


def _passes(dimensions: Sequence[Dimension]) -> list[list[Dimension]]:
    """What can be counted together: all properties of sessions, each property of events alone."""
    together = [one for one in dimensions if one in SESSION_COLUMNS]
    return [[one] for one in dimensions if one in EVENT_COLUMNS] + ([together] if together else [])


class _Group(NamedTuple):
    """A dimension with what its values are within, as columns k0, k1, ... of a query."""

    dimension: Dimension
    keys: tuple[Dimension, ...]
    first: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"k{self.first + number}" for number in range(len(self.keys)))


def _groups(dimensions: Sequence[Dimension]) -> list[_Group]:
    groups: list[_Group] = []
    first = 0
    for dimension in dimensions:
        keys = (dimension, *WITHIN.get(dimension, ()))
        groups.append(_Group(dimension, keys, first))
        first += len(keys)
    return groups


def _columns(groups: Sequence[_Group]) -> list[str]:
    """The columns of the groups' keys, each under its name."""
    columns = SESSION_COLUMNS | EVENT_COLUMNS
    return [
        f"{columns[key]} AS {name}"
        for group in groups
        for key, name in zip(group.keys, group.names, strict=True)
    ]


def _hits(asked: Visits, dimension: Dimension) -> str:
    """The events that a breakdown counts: those looked for, else page views, else what people named."""
    if dimension is Dimension.EVENT and not asked.conditions.names.given:
        return f"name NOT IN ('page_view', 'engagement') AND {asked.conditions.pages.sql}"
    return asked.conditions.hits


def _source(asked: Visits, groups: Sequence[_Group]) -> str:
    """One row per session with its keys, or one per event."""
    columns = _columns(groups)
    dimension = groups[0].dimension
    if dimension in SESSION_COLUMNS:
        return asked.sessions(columns)
    return EVENTS_AS_VIEWS.format(columns=", ".join(columns), events=asked.events(_hits(asked, dimension)))


async def _broken_down(
    site: Site, asked: Parts, kinds: Sequence[Sequence[Dimension]], page: _Page
) -> dict[Dimension, Breakdown]:
    """Several passes in one question, each over dimensions of the same kind."""
    if not kinds:
        return {}
    passes = [_Pass(number, _groups(dimensions)) for number, dimensions in enumerate(kinds)]
    tables = [past_sql(asked, kinds)] if asked.rolled else []
    tables += [f"counted_{one.number} AS ({one.counted_sql(asked)})" for one in passes]
    ranked = "UNION ALL".join(one.ranked_sql() for one in passes)
    sql = ALL_RANKED.format(tables=", ".join(tables), ranked=ranked)
    where = {"search": page.search, "first": page.offset + 1, "last": page.offset + page.limit}
    rows = list(map(_Ranked._make, await query(site, sql, **asked.rest.parameters, **where)))
    found: dict[Dimension, Breakdown] = {}
    for one in passes:
        found |= one.breakdowns(asked.rest, [row for row in rows if row.number == one.number])
    return found


class _Ranked(NamedTuple):
    """A row of the answer: of which pass and grouping set, its keys and what was counted."""

    number: int
    mask: int
    place: int
    total_rows: int
    keys: list[str]
    counted: list[int]

    @property
    def counts(self) -> Counts:
        return Counts(*self.counted)


class _Pass(NamedTuple):
    """Dimensions that are counted together, in a table counted_{number} of the question."""

    number: int
    groups: list[_Group]

    @property
    def names(self) -> list[str]:
        return [name for group in self.groups for name in group.names]

    @property
    def masks(self) -> dict[int, _Group]:
        return {_mask(group, len(self.names)): group for group in self.groups}

    def counted_sql(self, asked: Parts) -> str:
        """The counts of every value, and of all, by the mask of their grouping set."""
        source = _source(asked.rest, self.groups)
        if asked.rolled:
            keys = {group.dimension: group.names[0] for group in self.groups}
            names_of = {mask: group.names[0] for mask, group in self.masks.items()}
            return counted_sql(asked, source, keys, names_of | {_total_mask(len(self.names)): ""})
        sets = ", ".join(f"({', '.join(group.names)})" for group in self.groups)
        return COUNTED.format(keys=", ".join(self.names), source=source, sets=sets)

    def ranked_sql(self) -> str:
        """The rows of the page that was asked for, and the total."""
        return RANKED.format(
            number=self.number,
            keys=", ".join(self.names),
            value=", ".join(f"mask = {mask}, {group.names[0]}" for mask, group in self.masks.items()),
            total=_total_mask(len(self.names)),
        )

    def breakdowns(self, asked: Visits, rows: Sequence[_Ranked]) -> dict[Dimension, Breakdown]:
        masks = self.masks
        total = next((row.counts.visitors for row in rows if row.mask not in masks), 0)
        return {
            group.dimension: _breakdown(asked, group, [row for row in rows if row.mask == mask], total)
            for mask, group in masks.items()
        }


def _total_mask(keys: int) -> int:
    return (1 << keys) - 1


def _mask(group: _Group, keys: int) -> int:
    """What ClickHouse's grouping() says of the group's rows: a bit for every key that is not its own."""
    own = sum(1 << (keys - 1 - group.first - number) for number in range(len(group.keys)))
    return _total_mask(keys) - own


def _breakdown(asked: Visits, group: _Group, rows: Sequence[_Ranked], total: int) -> Breakdown:
    make = _event_row if group.dimension in EVENT_COLUMNS else _session_row
    return Breakdown(
        group.dimension,
        tuple(make(asked, group, row, total) for row in rows),
        total_rows=rows[0].total_rows if rows else 0,
        total_visitors=total,
    )


def _session_row(_asked: Visits, group: _Group, row: _Ranked, total: int) -> BreakdownRow:
    value, *within = row.keys[group.first :][: len(group.keys)]
    counts = row.counts
    return BreakdownRow(
        value=value,
        visitors=counts.visitors,
        page_views=counts.page_views,
        sessions=counts.sessions,
        bounce_rate=counts.bounce_rate,
        session_duration=counts.session_duration,
        share=counts.visitors / total,
        within=tuple(zip(group.keys[1:], within, strict=True)),
    )


def _event_row(asked: Visits, group: _Group, row: _Ranked, total: int) -> BreakdownRow:
    counts = row.counts
    of_views = group.dimension is not Dimension.EVENT and not asked.conditions.names.given
    return BreakdownRow(
        value=row.keys[0],
        visitors=counts.visitors,
        page_views=counts.page_views if of_views else None,
        sessions=None,
        bounce_rate=None,
        session_duration=None,
        share=counts.visitors / total,
        events=counts.page_views,
    )


async def _with_sessions(site: Site, asked: Visits, found: Breakdown) -> Breakdown:
    """The rows of an event's dimension with the numbers of the sessions that have such an event."""
    column = EVENT_COLUMNS[found.dimension]
    hits = f"{_hits(asked, found.dimension)} AND {column} IN {{values:Array(String)}}"
    sessions = asked.sessions_with(asked.hits_by_session(hits, "0", f"{column} AS value"), ["value"])
    parameters = {**asked.parameters, "values": [row.value for row in found.rows]}
    counted = await query(site, SESSIONS_OF_VALUES.format(sessions=sessions), **parameters)
    by_value = {value: Counts(0, 0, *numbers) for value, *numbers in counted}
    attention: dict[str, float] = {}
    if found.dimension is Dimension.PAGE:
        events = asked.events(f"{asked.conditions.pages.sql} AND path IN {{values:Array(String)}}")
        attention = dict(await query(site, ATTENTION.format(events=events), **parameters))
    rows = []
    for row in found.rows:
        counts = by_value.get(row.value, Counts())
        rows.append(
            replace(
                row,
                sessions=counts.sessions,
                bounce_rate=counts.bounce_rate,
                session_duration=counts.session_duration,
                time_on_page=attention.get(row.value),
            )
        )
    return replace(found, rows=tuple(rows))


async def _compared(site: Site, earlier: Visits, found: Breakdown) -> Breakdown:
    """The rows with their visitors of the earlier period."""
    groups = _groups([found.dimension])
    sql = VISITORS_OF_VALUES.format(keys=", ".join(groups[0].names), source=_source(earlier, groups))
    values = [row.value for row in found.rows]
    visitors = {
        tuple(keys): count for count, *keys in await query(site, sql, **earlier.parameters, values=values)
    }
    rows = []
    for row in found.rows:
        previous = visitors.get((row.value, *(value for _key, value in row.within)), 0)
        rows.append(replace(row, previous=previous, change=change(row.visitors, previous)))
    return replace(found, rows=tuple(rows))


EVENTS_AS_VIEWS = """
SELECT {columns}, visitor_id, 0 AS pageviews, 0 AS duration_s, 0 AS starts, 1 AS views
FROM {events}
"""

COUNTED = """
  SELECT grouping({keys}) AS mask, {keys}, uniqExact(visitor_id) AS visitors, sum(views) AS page_views,
    countIf(starts) AS sessions, countIf(starts AND pageviews = 1) AS bounces,
    countIf(starts AND pageviews > 0) AS viewed, sumIf(duration_s, starts) AS seconds
  FROM ({source})
  GROUP BY GROUPING SETS ({sets}, ())
"""

RANKED = """
SELECT {number} AS number, mask, place, total_rows, CAST([{keys}], 'Array(String)') AS found,
  [toUInt64(visitors), page_views, sessions, bounces, viewed, seconds] AS counts
FROM (
  SELECT *, count() OVER (PARTITION BY mask) AS total_rows,
    row_number() OVER (PARTITION BY mask ORDER BY visitors DESC, page_views DESC, {keys}) AS place
  FROM counted_{number}
  WHERE mask = {total} OR {{search:String}} = ''
    OR positionCaseInsensitiveUTF8(multiIf({value}, ''), {{search:String}}) > 0
)
WHERE mask = {total} OR place BETWEEN {{first:UInt32}} AND {{last:UInt32}}
"""

ALL_RANKED = """
WITH {tables}
SELECT * FROM ({ranked}) ORDER BY number, mask, place
"""

SESSIONS_OF_VALUES = """
SELECT value, countIf(starts), countIf(starts AND pageviews = 1), countIf(starts AND pageviews > 0),
  sumIf(duration_s, starts)
FROM ({sessions}) GROUP BY value
"""

ATTENTION = """
SELECT path, sum(engaged_ms) / 1000 / countIf(name = 'page_view') FROM {events}
GROUP BY path HAVING countIf(name = 'page_view') > 0
"""

VISITORS_OF_VALUES = """
SELECT uniqExact(visitor_id), {keys} FROM ({source}) WHERE k0 IN {{values:Array(String)}} GROUP BY {keys}
"""
