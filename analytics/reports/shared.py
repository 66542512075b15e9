"""The numbers behind a shared link: those of its own parts alone, counted once a minute however many look."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.reports.breakdown import Breakdown, breakdowns_report
from analytics.reports.filters import Dimension
from analytics.reports.overview import Overview, overview_report
from analytics.reports.period import Preset, period_for
from tenancy.sites import Site

FRESH_S = 60.0


@dataclass(frozen=True, slots=True)
class SharedNumbers:
    """The overview where it was asked for, and a breakdown for each dimension."""

    overview: Overview | None
    breakdowns: dict[Dimension, Breakdown]


async def shared_numbers(
    site: Site, preset: Preset, dimensions: tuple[Dimension, ...], *, overview: bool, rows: int
) -> SharedNumbers:
    """What a visitor of a link sees; up to a minute old."""
    key = (site, preset, dimensions, overview, rows)
    found = _recent.get(key)
    if found is None or time.monotonic() > found[0] or _failed(found[1]):
        counting = asyncio.create_task(_count(site, preset, dimensions, overview, rows))
        found = _recent[key] = (time.monotonic() + FRESH_S, counting)
        _recent.move_to_end(key)
        while len(_recent) > _MOST:
            _recent.popitem(last=False)
    # A visitor who goes away must not take the answer from the others.
    return await asyncio.shield(found[1])


_MOST = 500
_Key = tuple[Site, Preset, tuple[Dimension, ...], bool, int]
_recent: OrderedDict[_Key, tuple[float, asyncio.Task[SharedNumbers]]] = OrderedDict()


def _failed(task: asyncio.Task[SharedNumbers]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _count(
    site: Site, preset: Preset, dimensions: tuple[Dimension, ...], overview: bool, rows: int
) -> SharedNumbers:
    period = period_for(preset, site, datetime.now(UTC))
    both = await asyncio.gather(
        overview_report(site, period) if overview else _nothing(),
        breakdowns_report(site, period, (), dimensions, limit=rows) if dimensions else _nothing(),
    )
    return SharedNumbers(both[0], both[1] or {})


async def _nothing() -> None:
    return None
