"""What an organisation's plan allows its programs, until billing says more."""

from enum import StrEnum

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.db import after_commit
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish


class Plan(StrEnum):
    FREE = "free"
    STARTER = "starter"
    GROWTH = "growth"
    ENTERPRISE = "enterprise"


REQUESTS_PER_HOUR: dict[Plan, int | None] = {
    Plan.FREE: 100,
    Plan.STARTER: 1_000,
    Plan.GROWTH: 10_000,
    Plan.ENTERPRISE: None,
}
"""Of all API keys of an organisation together; None is no limit."""


async def plan_of(db: AsyncSession, organization_id: OrganizationId) -> Plan:
    """Its own; a client without one has its agency's; else free. The platform has no limits."""
    return Plan(await db.scalar(_PLAN, {"organization": organization_id}) or Plan.FREE)


async def put_plan(db: AsyncSession, organization_id: OrganizationId, plan: Plan | None) -> None:
    """From now on this is its plan; None leaves it to its agency's, else to the free one."""
    await db.execute(
        update(models.Organization).where(models.Organization.id == organization_id).values(plan=plan)
    )
    # Every process forgets whom it knows: a plan holds for the clients of an agency as well.
    after_commit(db, publish, Channel.API_KEY, "")


_PLAN = text("""
SELECT CASE WHEN o.kind = 'platform' THEN 'enterprise'
            WHEN o.kind = 'client' THEN coalesce(o.plan, realm.plan)
            ELSE o.plan END
  FROM organizations o JOIN organizations realm ON realm.id = o.realm_id
 WHERE o.id = :organization
""")
