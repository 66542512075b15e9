"""A dashboard of 30 days: its queries on a large site and on a small one, and what an event costs on disk."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median, quantiles

import structlog

from analytics import clickhouse
from analytics.clickhouse import Row, command, rows_of
from analytics.reports.breakdown import breakdowns_report
from analytics.reports.overview import overview_report
from analytics.reports.period import Preset, period_for
from analytics.reports.realtime import active_visitors
from analytics.rollup.build import roll_up
from analytics.rollup.days import forget_small_sites
from benchmarks.bare import speed
from benchmarks.stack import bench_stack, row
from portal.pages.panels import MAP_ROWS, PANELS
from portal.pages.state import DashboardState
from portal.stack.demo.loading import make_year
from portal.stack.demo.world import PlacedSite, place_world
from tenancy.db import dispose
from tenancy.sites import Site

ROUNDS = 30
TURNS = 3
SMALL = 100_000


def main(events: int) -> None:
    """Makes a site of so many events and a small one, then asks."""
    with bench_stack():
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        asyncio.run(measure(events))


async def measure(events: int) -> None:
    """All three."""
    placed = await place_world()
    large, small = placed[0], placed[1]
    for one, wanted in ((small, SMALL), (large, events)):
        await asyncio.to_thread(fill, one, wanted)
    await asyncio.to_thread(command, "OPTIMIZE TABLE sessions FINAL")
    [(stored,)] = rows_of(f"SELECT count() FROM events WHERE site_id = {large.site.number}")
    await large_site(large.site, f"{stored:,}-event site, from its events")
    began = time.perf_counter()
    days = await asyncio.to_thread(roll_up, large.site.number, large.site.timezone, datetime.now(UTC))
    print(f"rolled {days} days up in {time.perf_counter() - began:.0f} s", flush=True)
    forget_small_sites()
    await large_site(large.site, f"{stored:,}-event site, with its rollup")
    await beside(large.site, small.site)
    storage()
    await dispose()


def fill(one: PlacedSite, wanted: int) -> None:
    """Thirteen months of about so many events."""
    began = time.perf_counter()
    make_year(one, wanted * 1000 // one.sample.share, datetime.now(UTC), lambda line: None)
    print(f"made {wanted:,} events in {time.perf_counter() - began:.0f} s", flush=True)


async def large_site(site: Site, what: str) -> None:
    """The time of its dashboard, and the share of each of its queries."""
    await dashboard(site)
    took = [await timed(lambda: dashboard(site)) for _round in range(ROUNDS)]
    p95 = quantiles(took, n=20)[18] * 1000
    measured = f"p50 {median(took) * 1000:.0f}, p95 {p95:.0f} ms"
    row(f"dashboard, 30 days, {what}", measured, "p95 <= 500 ms", 500 / p95, pace=speed())
    with each_query_timed() as spent:
        for _round in range(TURNS):
            await dashboard(site)
    total = sum(map(sum, spent.values()))
    for sql, seconds in sorted(spent.items(), key=lambda one: -sum(one[1])):
        print(f"  {sum(seconds) / total:4.0%} in {len(seconds) // TURNS} x {sql}", flush=True)


async def dashboard(site: Site) -> None:
    """What an open dashboard asks: metrics with their change and series, six panels, who is there now."""
    now = datetime.now(UTC)
    period = period_for(Preset.LAST_30_DAYS, site, now)
    shown = [kind.shown(DashboardState()) for kind in PANELS]
    await asyncio.gather(
        overview_report(site, period),
        breakdowns_report(site, period, (), shown, limit=MAP_ROWS),
        active_visitors(site, now),
    )


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Seconds."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


@contextmanager
def each_query_timed() -> Iterator[dict[str, list[float]]]:
    """The seconds of each query by how it begins; one query at a time, so that none waits for another."""
    spent: dict[str, list[float]] = defaultdict(list)
    read, alone = clickhouse._read, asyncio.Lock()

    async def measured(sql: str, wall: str, parameters: dict[str, object]) -> list[Row]:
        async with alone:
            began = time.perf_counter()
            rows = await read(sql, wall, parameters)
            spent[" ".join(sql.split())[:90]].append(time.perf_counter() - began)
        return rows

    clickhouse._read = measured  # type: ignore[assignment]
    try:
        yield spent
    finally:
        clickhouse._read = read


async def beside(large: Site, small: Site) -> None:
    """A small site's month while the same tables hold the large one's data, and alone, by turns."""
    tables = ("events", "sessions")
    for table in tables:
        copy_alone(table, small)
    took: dict[bool, list[float]] = {True: [], False: []}
    for alone in (False, True) * TURNS:
        await dashboard(small)
        took[alone] += [await timed(lambda: dashboard(small)) for _round in range(ROUNDS)]
        for table in tables:
            command(f"EXCHANGE TABLES {table} AND alone_{table}")
    for table in tables:
        command(f"DROP TABLE alone_{table}")
    together, by_itself = median(took[False]), median(took[True])
    row(
        "a small site's month beside the large one, and alone",
        f"{together * 1000:.0f} and {by_itself * 1000:.0f} ms",
        "no slower than alone",
        by_itself * 1.15 / together,
    )


def copy_alone(table: str, site: Site) -> None:
    """The site's rows in a table of their own, in as many parts as they are in now."""
    command(f"CREATE TABLE alone_{table} AS {table}")
    command(f"SYSTEM STOP MERGES alone_{table}")
    parts = f"SELECT DISTINCT _part FROM {table} WHERE site_id = {site.number}"
    for (part,) in rows_of(parts):
        where = f"_part = '{part}' AND site_id = {site.number}"
        command(f"INSERT INTO alone_{table} SELECT * FROM {table} WHERE {where}")


def storage() -> None:
    """Bytes on disk per event, with its share of all other tables."""
    [(used,)] = rows_of(
        "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table != 'schema_files'"
    )
    [(events,)] = rows_of("SELECT count() FROM events")
    row(
        "storage per event with its share of a session",
        f"{used / events:.1f} B",
        "<= 40 B",
        40 / (used / events),
    )
