"""Organisations: the platform, its resellers and direct customers, and the resellers' clients."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, record
from tenancy.contracts import admit_client
from tenancy.db import after_commit
from tenancy.errors import Conflict, NotFound
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish
from tenancy.roles import OrganizationKind, Permission
from tenancy.site_fields import checked_name, checked_timezone
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OrganizationInfo:
    """An organisation that the viewer may see."""

    id: OrganizationId
    public_id: str
    kind: OrganizationKind
    parent_id: OrganizationId | None
    realm_id: OrganizationId
    name: str
    slug: str
    locale: str | None
    timezone: str
    created_at: datetime
    requires_second_factor: bool = False
    allows_sign_up: bool = False


async def get_organization(db: AsyncSession, public_id: str) -> OrganizationInfo:
    """The organisation, where the viewer may see it; else NotFound."""
    row = await db.scalar(select(models.Organization).where(models.Organization.public_id == public_id))
    if row is None:
        raise NotFound()
    return _info(row)


async def own_organization(db: AsyncSession, viewer: Viewer) -> OrganizationInfo:
    """The organisation that the viewer is in."""
    return await organization_by_id(db, viewer.organization_id)


async def organization_by_id(db: AsyncSession, organization_id: OrganizationId) -> OrganizationInfo:
    """The organisation of a row that points at it, where the viewer may see it; else NotFound."""
    row = await db.get(models.Organization, organization_id)
    if row is None:
        raise NotFound()
    return _info(row)


async def change_organization(
    db: AsyncSession,
    viewer: Viewer,
    organization: OrganizationInfo,
    *,
    name: str | None = None,
    timezone: str | None = None,
    requires_second_factor: bool | None = None,
    allows_sign_up: bool | None = None,
) -> OrganizationInfo:
    """The organisation with what is given changed."""
    viewer.require(Permission.MANAGE_ORGANIZATION)
    row = await db.get(models.Organization, organization.id)
    if row is None:
        raise NotFound()
    wanted = {
        "name": None if name is None else checked_name(name),
        "timezone": None if timezone is None else checked_timezone(timezone),
        "requires_second_factor": requires_second_factor,
        "allows_sign_up": allows_sign_up,
    }
    changed = {
        field: [getattr(row, field), value]
        for field, value in wanted.items()
        if value is not None and value != getattr(row, field)
    }
    for field, (_old, value) in changed.items():
        setattr(row, field, value)
    await db.flush()
    await db.refresh(row)
    if changed:
        target = Target(row.public_id, row.name)
        await record(
            db, viewer, Action.ORGANIZATION_CHANGED, target, organization_id=organization.id, details=changed
        )
        # Hosts carry its name and whether one may sign up, sessions its name and its rules.
        after_commit(db, publish, Channel.HOST, "")
        after_commit(db, publish, Channel.SESSION, f"organization:{organization.id}")
    return _info(row)


async def list_clients(db: AsyncSession) -> list[OrganizationInfo]:
    """The organisations right below the viewer's, by name: a reseller's clients, an operator's customers."""
    query = select(models.Organization).where(models.Organization.parent_id == func.app.org_id())
    return [_info(row) for row in await db.scalars(query.order_by(func.lower(models.Organization.name)))]


async def branches(db: AsyncSession) -> dict[OrganizationId, OrganizationId]:
    """For each organisation below the viewer's: which of list_clients it belongs to (itself, for those)."""
    rows = await db.execute(_BRANCHES)
    return {OrganizationId(below): OrganizationId(client) for below, client in rows}


async def create_client(
    db: AsyncSession, viewer: Viewer, *, name: str, locale: str | None = None, timezone: str = "UTC"
) -> OrganizationInfo:
    """A new client of the viewer's reseller."""
    viewer.require(Permission.MANAGE_CLIENTS)
    await admit_client(db, viewer.organization_id)
    client = await add_organization(
        db,
        OrganizationKind.CLIENT,
        parent_id=viewer.organization_id,
        name=name,
        locale=locale,
        timezone=timezone,
    )
    target = Target(client.public_id, client.name)
    await record(db, viewer, Action.ORGANIZATION_CREATED, target, organization_id=client.id)
    return client


async def create_reseller(
    db: AsyncSession, *, name: str, slug: str | None = None, locale: str | None = None, timezone: str = "UTC"
) -> OrganizationInfo:
    """A new agency under the platform; db is an operator's or a system session."""
    return await add_organization(
        db, OrganizationKind.RESELLER, name=name, slug=slug, locale=locale, timezone=timezone
    )


async def add_organization(
    db: AsyncSession,
    kind: OrganizationKind,
    *,
    name: str,
    parent_id: OrganizationId | None = None,
    slug: str | None = None,
    locale: str | None = None,
    timezone: str = "UTC",
) -> OrganizationInfo:
    """A new organisation under its parent (the platform, unless given), without asking who wants it."""
    parent: UUID | None = parent_id or await db.scalar(_PLATFORM)
    name = checked_name(name)
    row = models.Organization(
        kind=kind,
        parent_id=parent,
        name=name,
        slug=slug or await _free_slug(db, parent, name),
        locale=locale,
        timezone=checked_timezone(timezone),
    )
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        raise Conflict(field="name") from None
    log.info("organization.created", organization=row.public_id, kind=kind)
    return _info(row)


_BRANCHES = text("""
SELECT t.descendant_id, o.id
  FROM organizations o JOIN org_tree t ON t.ancestor_id = o.id
 WHERE o.parent_id = app.org_id()
""")
_PLATFORM = text("SELECT app.platform_id()")


async def _free_slug(db: AsyncSession, parent_id: UUID | None, name: str) -> str:
    """acme-labs for "Acmé Labs", acme-labs-2 where a sibling has it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wanted = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "organization"
    taken = set(
        await db.scalars(
            select(models.Organization.slug).where(
                models.Organization.parent_id == parent_id, models.Organization.slug.startswith(wanted)
            )
        )
    )
    candidates = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)


def _info(row: models.Organization) -> OrganizationInfo:
    return OrganizationInfo(
        id=OrganizationId(row.id),
        public_id=row.public_id,
        kind=OrganizationKind(row.kind),
        parent_id=None if row.parent_id is None else OrganizationId(row.parent_id),
        realm_id=OrganizationId(row.realm_id),
        name=row.name,
        slug=row.slug,
        locale=row.locale,
        timezone=row.timezone,
        created_at=row.created_at,
        requires_second_factor=row.requires_second_factor,
        allows_sign_up=row.allows_sign_up,
    )
