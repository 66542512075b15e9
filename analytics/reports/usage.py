"""How much sites are used: the events of this month, when the last one came, and which have fallen silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.clickhouse import query_many
from tenancy.sites import Site

# Whoever was silent for longer is silent, whenever the last event came.
LOOKED_BACK = timedelta(days=35)
SILENT_AFTER = timedelta(days=1)
REGULAR_DAYS = 6
"""On so many days of a week events come to a site whose silence is unusual; some rest at weekends."""


@dataclass(frozen=True, slots=True)
class SiteUsage:
    """Events since the month began (UTC, as plans count them); last_at is None after a month of silence.

    days: on how many days of the week that ended with the last event there were any.
    """

    events: int
    last_at: datetime | None
    days: int = 0


async def site_usage(sites: Sequence[Site], now: datetime) -> dict[int, SiteUsage]:
    """By the site's number; one query for all of them."""
    if not sites:
        return {}
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    moments = {"month": int(month.timestamp()), "earliest": int((now - LOOKED_BACK).timestamp())}
    rows = await query_many(sites, USAGE, **moments)
    found = {
        number: SiteUsage(events, datetime.fromtimestamp(last, UTC), days)
        for number, events, last, days in rows
    }
    return {site.number: found.get(site.number, SiteUsage(0, None)) for site in sites}


def is_silent(site: Site, usage: SiteUsage, now: datetime) -> bool:
    """Whether nothing has come in for a day, to a site that anything ever came to."""
    if usage.last_at is None:
        return site.first_event_at is not None
    return now - usage.last_at > SILENT_AFTER


def is_regular(usage: SiteUsage) -> bool:
    """Whether events came on nearly every day of the week before the last one."""
    return usage.days >= REGULAR_DAYS


USAGE = """
SELECT site_id, countIf(ts >= {month:DateTime('UTC')}), toUnixTimestamp(max(ts)),
       arrayCount(day -> day > toDate(max(ts)) - 7, groupUniqArray(toDate(ts)))
FROM events
WHERE site_id IN {sites:Array(UInt32)} AND ts >= {earliest:DateTime('UTC')}
GROUP BY site_id
"""
