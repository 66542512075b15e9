"""A dashboard of 30 days: its queries on a large site and on a small one, and what an event costs on disk."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import median, quantiles

from analytics.clickhouse import command, rows_of
from analytics.reports.breakdown import breakdowns_report
from analytics.reports.overview import overview_report
from analytics.reports.period import Preset, period_for
from analytics.reports.realtime import active_visitors
from benchmarks.stack import bench_stack, row
from portal.pages.panels import MAP_ROWS, PANELS
from portal.pages.state import DashboardState
from portal.stack.demo.loading import make_year
from portal.stack.demo.world import PlacedSite, place_world
from tenancy.db import dispose
from tenancy.sites import Site

ROUNDS = 30
SMALL = 100_000


def main(events: int) -> None:
    """Makes a site of so many events and a small one, then asks."""
    with bench_stack():
        asyncio.run(measure(events))


async def measure(events: int) -> None:
    """All three."""
    placed = await place_world()
    large, small = placed[0], placed[1]
    for one, wanted in ((small, SMALL), (large, events)):
        await asyncio.to_thread(fill, one, wanted)
    await asyncio.to_thread(command, "OPTIMIZE TABLE sessions FINAL")
    [(stored,)] = rows_of(f"SELECT count() FROM events WHERE site_id = {large.site.number}")
    await dashboard(large.site)
    took = [await timed(lambda: dashboard(large.site)) for _round in range(ROUNDS)]
    p95 = quantiles(took, n=20)[18] * 1000
    row(
        f"dashboard's queries, 30 days, {stored:,}-event site",
        f"p50 {median(took) * 1000:.0f}, p95 {p95:.0f} ms",
        "p95 <= 500 ms",
        500 / p95,
    )
    await beside(large.site, small.site)
    storage()
    await dispose()


def fill(one: PlacedSite, wanted: int) -> None:
    """Thirteen months of about so many events."""
    began = time.perf_counter()
    make_year(one, wanted * 1000 // one.sample.share, datetime.now(UTC), lambda line: None)
    print(f"made {wanted:,} events in {time.perf_counter() - began:.0f} s", flush=True)


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


async def beside(large: Site, small: Site) -> None:
    """A small site's month alone, and while the same tables hold the large one's data too."""
    took = [await timed(lambda: dashboard(small)) for _round in range(ROUNDS)]
    together = median(took)
    command("CREATE TABLE alone_events AS events")
    command("CREATE TABLE alone_sessions AS sessions")
    for table in ("events", "sessions"):
        command(f"INSERT INTO alone_{table} SELECT * FROM {table} WHERE site_id = {small.number}")
        command(f"EXCHANGE TABLES {table} AND alone_{table}")
    took = [await timed(lambda: dashboard(small)) for _round in range(ROUNDS)]
    for table in ("events", "sessions"):
        command(f"EXCHANGE TABLES {table} AND alone_{table}")
        command(f"DROP TABLE alone_{table}")
    alone = median(took)
    row(
        "a small site's month beside the large one, and alone",
        f"{together * 1000:.0f} and {alone * 1000:.0f} ms",
        "no slower than alone",
        alone * 1.15 / together,
    )


def storage() -> None:
    """Bytes on disk per event, events and sessions together."""
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
