"""How much sites are used: the events of this month, and when the last one came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.clickhouse import query_many
from tenancy.sites import Site

# Whoever was silent for longer is silent, whenever the last event came.
LOOKED_BACK = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class SiteUsage:
    """Events since the month began (UTC, as plans count them); last_at is None after a month of silence."""

    events: int
    last_at: datetime | None


async def site_usage(sites: Sequence[Site], now: datetime) -> dict[int, SiteUsage]:
    """By the site's number; one query for all of them."""
    if not sites:
        return {}
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    moments = {"month": int(month.timestamp()), "earliest": int((now - LOOKED_BACK).timestamp())}
    rows = await query_many(sites, USAGE, **moments)
    found = {number: SiteUsage(events, datetime.fromtimestamp(last, UTC)) for number, events, last in rows}
    return {site.number: found.get(site.number, SiteUsage(0, None)) for site in sites}


USAGE = """
SELECT site_id, countIf(ts >= {month:DateTime('UTC')}), toUnixTimestamp(max(ts))
FROM events
WHERE site_id IN {sites:Array(UInt32)} AND ts >= {earliest:DateTime('UTC')}
GROUP BY site_id
"""
