"""Domains are looked at again by the clock: what breaks is noticed, what was set up late comes to work."""

import asyncio

import structlog
from sqlalchemy import and_, case, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.db import system_session
from tenancy.domain_checks import check
from tenancy.domain_ownership import LOOKS_BEFORE_NOTICE
from tenancy.domain_setup import (
    Domain,
    DomainId,
    domain_of,
    keep_findings,
    rows_with_keys,
)

log = structlog.get_logger(__name__)


async def recheck_domains() -> int:
    """Looks at every domain whose turn it is, a few at a time, and says at how many."""
    async with system_session(reason="domains to look at") as db:
        due = [DomainId(found) for found in await db.scalars(_DUE)]
    gate = asyncio.Semaphore(_AT_ONCE)

    async def look(domain_id: DomainId) -> None:
        async with gate:
            await recheck_domain(domain_id)

    await asyncio.gather(*(look(domain_id) for domain_id in due))
    log.info("domains.rechecked", domains=len(due))
    return len(due)


async def recheck_domain(domain_id: DomainId) -> None:
    """Looks at one domain, and counts where it fails."""
    async with system_session(reason="a domain to look at") as db:
        found = (await db.execute(rows_with_keys().where(models.Domain.id == domain_id))).one_or_none()
    if found is None:
        return
    findings = await check(domain_of(*found).claim)
    async with system_session(reason="what was seen of a domain") as db:
        row = await db.scalar(select(models.Domain).where(models.Domain.id == domain_id))
        if row is not None:
            await keep_findings(db, row, findings, counts=True)


async def domains_with_news() -> list[DomainId]:
    """Those that have failed for long enough, or came to work while nobody looked, and nobody was told."""
    async with system_session(reason="domains to tell of") as db:
        return [DomainId(found) for found in await db.scalars(select(models.Domain.id).where(_IS_NEWS))]


async def take_news(db: AsyncSession, domain_id: DomainId) -> Domain | None:
    """The domain, for whoever tells its people in this transaction; None where there is nothing to tell.

    A failure is told once, however many ask: the next one only after the domain has worked again.
    """
    told = update(models.Domain).where(models.Domain.id == domain_id, _IS_NEWS)
    at = func.greatest(func.now(), models.Domain.failing_since)
    fails = models.Domain.failing_since.is_not(None)
    told = told.values(noticed_at=case((fails, at)), ready_untold=False)
    taken = told.returning(models.Domain.id).execution_options(synchronize_session=False)
    if await db.scalar(taken) is None:
        return None
    row, key = (await db.execute(rows_with_keys().where(models.Domain.id == domain_id))).one()
    return domain_of(row, key)


_AT_ONCE = 8

# Of a closed organisation nobody is told: its people cannot get in.
_IS_NEWS = and_(
    or_(
        and_(
            models.Domain.failures >= LOOKS_BEFORE_NOTICE,
            or_(models.Domain.noticed_at.is_(None), models.Domain.noticed_at < models.Domain.failing_since),
        ),
        and_(models.Domain.ready_untold, models.Domain.failing_since.is_(None)),
    ),
    ~func.app.is_closed(models.Domain.organization_id),
)

# A working domain once a day, one that fails every hour, a new one every hour for two weeks.
_DUE = text("""
SELECT id FROM domains
 WHERE checked_at IS NULL
    OR checked_at < now() - interval '23 hours' AND verified_at IS NOT NULL
    OR checked_at < now() - interval '50 minutes'
       AND (failing_since IS NOT NULL OR ready_at IS NULL AND created_at > now() - interval '14 days')
 ORDER BY checked_at NULLS FIRST
 LIMIT 2000
""")
