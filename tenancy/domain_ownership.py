"""Who has a host: whoever proves it in the DNS, until a name that is sold is proven by somebody else."""

from datetime import UTC, datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import domain_dns, models
from tenancy.db import after_commit, system_session
from tenancy.domain_checks import Finding, State, findings_document
from tenancy.domain_records import Claim, Item, ownership_name, ownership_value
from tenancy.domains import Purpose
from tenancy.invalidation import Channel, publish

log = structlog.get_logger(__name__)

# So many looks in a row must fail before somebody is told: a name server may be away for an hour.
LOOKS_BEFORE_NOTICE = 3


async def is_proven(host: str, purpose: Purpose) -> bool:
    """Whether somebody has proven the host and still can."""
    async with system_session(reason="whose a host is") as db:
        holder = await _holder(db, host, purpose)
    return holder is not None and await _still_proves(holder)


async def verify(db: AsyncSession, row: models.Domain, now: datetime) -> bool:
    """Marks the row as proven; False where another organisation has proven the same and still can."""
    for _attempt in range(2):
        try:
            async with db.begin_nested():
                await db.execute(
                    update(models.Domain).where(models.Domain.id == row.id).values(verified_at=now)
                )
        except IntegrityError:
            await db.refresh(row)
            if not await _release(row):
                return False
        else:
            await db.refresh(row)
            after_commit(db, publish, Channel.HOST, row.host)
            log.info("domain.verified", host=row.host, purpose=row.purpose)
            return True
    return False


async def _release(row: models.Domain) -> bool:
    """Takes the host from who proved it once and no longer can: names are sold, and agencies change."""
    async with system_session(reason="a host has a new owner") as db:
        holder = await _holder(db, row.host, row.purpose)
        if holder is None:
            return True
        if holder.organization_id == row.organization_id or await _still_proves(holder):
            return False
        now, lost = datetime.now(UTC), Finding(Item.OWNERSHIP, State.LOST)
        holder.verified_at = holder.ready_at = None
        holder.is_primary = holder.ready_untold = False
        holder.checks = holder.checks | findings_document({Item.OWNERSHIP: lost}, holder.checks, now)
        holder.failing_since, holder.failures = now, LOOKS_BEFORE_NOTICE
        log.info("domain.released", host=row.host)
        return True


async def _still_proves(holder: models.Domain) -> bool:
    """Whether the holder's record is there; while the name servers say nothing, it is taken to be."""
    if holder.vouched:
        return True
    try:
        seen = await domain_dns.texts(ownership_name(holder.host))
    except domain_dns.DnsSilent:
        return True
    return ownership_value(Claim(holder.host, Purpose(holder.purpose), holder.challenge)) in seen


async def _holder(db: AsyncSession, host: str, purpose: str) -> models.Domain | None:
    """Who has proven a host: as an address, or as a domain of mail."""
    found: models.Domain | None = await db.scalar(
        select(models.Domain).where(
            models.Domain.host == host,
            (models.Domain.purpose == Purpose.MAIL) == (purpose == Purpose.MAIL),
            models.Domain.verified_at.is_not(None),
        )
    )
    return found
