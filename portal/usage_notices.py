"""The mails about sites that fell silent, and about the events of a month against what was agreed."""

from datetime import UTC, datetime, timedelta
from functools import partial

from analytics.reports.usage import SiteUsage, is_regular, is_silent, site_usage
from portal.notices import each_by_itself, tell
from tenancy.db import system_session
from tenancy.in_charge import Person, people_in_charge, people_who_may
from tenancy.organizations import OrganizationInfo, organization_by_id
from tenancy.roles import OrganizationKind, Permission
from tenancy.sites import Site, list_sites
from tenancy.usage_notices import EventLimit, event_limits, take_silence, take_step
from themes.emails import SiteSilent, UsageStep, UsageWarning

NEWS = timedelta(days=3)
"""What has been silent for longer is no news: such as all that already was when somebody began to tell."""
_AT_ONCE = 500


async def tell_of_usage(now: datetime | None = None) -> int:
    """Tells of every silence and every step of a limit, once, and says of how many."""
    now = now or datetime.now(UTC)
    async with system_session(reason="sites and limits to tell of") as db:
        sites, limits = await list_sites(db), await event_limits(db)
    usage: dict[int, SiteUsage] = {}
    for start in range(0, len(sites), _AT_ONCE):
        usage |= await site_usage(sites[start : start + _AT_ONCE], now)
    silent = [
        (site, last_at)
        for site in sites
        for counted in [usage[site.number]]
        if (last_at := counted.last_at) and is_silent(site, counted, now)
        if is_regular(counted) and now - last_at < NEWS
    ]
    steps = [
        (limit, step, used)
        for limit in limits
        for used in [sum(usage[number].events for number in limit.sites if number in usage)]
        if (step := _step(used, limit.events))
    ]
    told = await each_by_itself(silent, _tell_of_silence)
    return told + await each_by_itself(steps, partial(_tell_of_step, now))


async def _tell_of_silence(silence: tuple[Site, datetime]) -> bool:
    site, last_at = silence
    async with system_session(reason="tell of a silent site") as db:
        if not await take_silence(db, site, last_at):
            return False
        owner = await organization_by_id(db, site.organization_id)
        people = await people_in_charge(db, owner, Permission.MANAGE_ORGANIZATION)
        mail = SiteSilent(owner.name, site.name, site.domain, last_at, f"/sites/{site.public_id}/install")
        await tell(db, people, lambda _reader: mail)
    return True


async def _tell_of_step(now: datetime, reached: tuple[EventLimit, UsageStep, int]) -> bool:
    limit, step, used = reached
    async with system_session(reason="tell of a limit") as db:
        if not await take_step(db, limit.organization_id, now.astimezone(UTC).date().replace(day=1), step):
            return False
        over = await organization_by_id(db, limit.organization_id)
        people = await people_who_may(db, over.id, Permission.MANAGE_ORGANIZATION)
        # Only an agency's people may: operators see their list of customers.
        people += await people_who_may(db, over.parent_id, Permission.MANAGE_CLIENTS)
        await tell(
            db,
            people,
            lambda reader: UsageWarning(over.name, step, used, limit.events, _page_of(over, reader)),
        )
    return True


def _step(used: int, most: int) -> UsageStep | None:
    """The highest step that is reached."""
    return max((step for step in UsageStep if used * 100 >= step * max(most, 1)), default=None)


def _page_of(over: OrganizationInfo, reader: Person) -> str:
    """Where the reader sees what the organisation uses."""
    if reader.organization_id != over.id:
        return f"/clients/{over.public_id}"
    return "/clients" if over.kind is OrganizationKind.RESELLER else "/sites"
