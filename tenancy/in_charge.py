"""Who is told of what happens to an organisation: the people who can do something about it."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.ids import OrganizationId
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind, Permission, Role, allows


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role in an organisation, and the language that they are spoken to in."""

    organization_id: OrganizationId
    role: Role
    email: str
    locale: str


async def people_who_may(
    db: AsyncSession, organization_id: OrganizationId | None, permission: Permission
) -> list[Person]:
    """The people of an organisation (none, where there is none) who have the permission there."""
    rows = await db.execute(_PEOPLE, {"organization": organization_id})
    return [
        Person(OrganizationId(row.organization_id), Role(row.role), row.email, row.locale)
        for row in rows
        if allows(Role(row.role), OrganizationKind(row.kind), permission)
    ]


async def people_in_charge(
    db: AsyncSession, organization: OrganizationInfo, permission: Permission
) -> list[Person]:
    """The organisation's own people who have the permission, else those of the one above."""
    own = await people_who_may(db, organization.id, permission)
    return own or await people_who_may(db, organization.parent_id, permission)


# An address that nobody has confirmed may be a stranger's.
_PEOPLE = text("""
SELECT o.id AS organization_id, o.kind, m.role, u.email,
       coalesce(u.locale, o.locale, brand.locale, 'en') AS locale
  FROM memberships m
  JOIN users u ON u.id = m.user_id
  JOIN organizations o ON o.id = m.organization_id
  JOIN organizations brand ON brand.id = o.realm_id
 WHERE m.organization_id = :organization AND u.email_verified_at IS NOT NULL
 ORDER BY u.email
""")
