"""What people were told of silent sites and of limits, so that each is told once."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.ids import OrganizationId
from tenancy.sites import Site


@dataclass(frozen=True, slots=True)
class EventLimit:
    """An organisation with a limit of events in a month; sites are its own and those below, by number."""

    organization_id: OrganizationId
    events: int
    sites: tuple[int, ...]


async def event_limits(db: AsyncSession) -> list[EventLimit]:
    """Those of all organisations that are open and have sites; db is a system session."""
    return [EventLimit(OrganizationId(row[0]), row[1], tuple(row[2])) for row in await db.execute(_LIMITS)]


async def take_silence(db: AsyncSession, site: Site, last_at: datetime) -> bool:
    """Whether this transaction is to tell that the site has been silent since then; nobody else will."""
    taken = await db.execute(_TAKE_SILENCE, {"number": site.number, "last_at": last_at})
    return taken.one_or_none() is not None


async def take_step(db: AsyncSession, organization_id: OrganizationId, month: date, step: int) -> bool:
    """Whether this transaction is to tell of so many per cent in that month; nobody else will."""
    about = {"organization": organization_id, "month": month, "step": step}
    return (await db.execute(_TAKE_STEP, about)).one_or_none() is not None


_LIMITS = text("""
SELECT c.organization_id, c.max_events_monthly, array_agg(s.number)
  FROM contracts c
  JOIN org_tree t ON t.ancestor_id = c.organization_id
  JOIN sites s ON s.organization_id = t.descendant_id AND s.deleted_at IS NULL
 WHERE c.max_events_monthly IS NOT NULL AND NOT app.is_closed(c.organization_id)
 GROUP BY c.organization_id
""")

# An event that came after we told has ended that silence; one that came late, from before, has not.
_TAKE_SILENCE = text("""
UPDATE sites SET silence_told_at = now()
 WHERE number = :number AND deleted_at IS NULL AND NOT app.is_closed(organization_id)
   AND (silence_told_at IS NULL OR silence_told_at < :last_at)
RETURNING number
""")

_TAKE_STEP = text("""
UPDATE contracts SET usage_told_month = :month, usage_told_step = :step
 WHERE organization_id = :organization
   AND (usage_told_month IS NULL OR (usage_told_month, usage_told_step) < (:month, :step))
RETURNING organization_id
""")
