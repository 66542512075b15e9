"""Domains are looked at again by the clock: what breaks is noticed, what was set up late comes to work."""

import asyncio
from datetime import UTC, datetime

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.db import system_session
from tenancy.domain_checks import check
from tenancy.domain_setup import (
    LOOKS_BEFORE_NOTICE,
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


async def unnoticed_failures(db: AsyncSession) -> list[Domain]:
    """The domains that have failed for long enough, and that nobody was told of yet."""
    rows = await db.execute(
        rows_with_keys().where(
            models.Domain.failures >= LOOKS_BEFORE_NOTICE, models.Domain.noticed_at.is_(None)
        )
    )
    return [domain_of(row, key) for row, key in rows]


async def failure_noticed(db: AsyncSession, domain_id: DomainId) -> None:
    """Its people were told: no more of it until it has worked again."""
    await db.execute(
        update(models.Domain).where(models.Domain.id == domain_id).values(noticed_at=datetime.now(UTC))
    )


_AT_ONCE = 8

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
