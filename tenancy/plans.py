"""What an organisation's plan allows its programs, until billing says more."""

from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.ids import OrganizationId


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


_PLAN = text("""
SELECT CASE WHEN o.kind = 'platform' THEN 'enterprise'
            WHEN o.kind = 'client' THEN coalesce(o.plan, realm.plan)
            ELSE o.plan END
  FROM organizations o JOIN organizations realm ON realm.id = o.realm_id
 WHERE o.id = :organization
""")
