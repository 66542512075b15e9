"""The audit log: who did what, to what, from where, acting as whom. Entries are added, never changed."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.ids import OrganizationId
from tenancy.roles import Permission
from tenancy.viewer import Viewer


class Action(StrEnum):
    """What can be done; the first word is what it is done to."""

    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_CHANGED = "organization.changed"
    SITE_CREATED = "site.created"
    SITE_CHANGED = "site.changed"
    SITE_DELETED = "site.deleted"
    BRAND_CHANGED = "brand.changed"
    BRAND_RESTORED = "brand.restored"
    MAIL_CHANGED = "mail.changed"
    MAIL_TESTED = "mail.tested"
    MAIL_REMOVED = "mail.removed"
    LINK_CREATED = "link.created"
    LINK_CHANGED = "link.changed"
    LINK_REVOKED = "link.revoked"


@dataclass(frozen=True, slots=True)
class Target:
    """What it was done to: its public id, and its name as it was then."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. address is the network address, empty where the system acted by itself."""

    at: datetime
    organization_id: OrganizationId
    organization_name: str
    action: str
    actor_kind: str
    actor_name: str
    actor_organization: str
    acting_as: str | None
    target: Target
    address: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries: each condition where it is given; words look in names of actors and targets."""

    organization_id: OrganizationId | None = None
    actions: frozenset[str] = frozenset()
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


def came_from(address: str) -> None:
    """Notes the network address of the request that is being answered, for what it records."""
    _address.set(address)


async def record(
    db: AsyncSession,
    viewer: Viewer,
    action: Action,
    target: Target,
    *,
    organization_id: OrganizationId | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Adds an entry to the log of an organisation (the viewer's, unless given), in this transaction.

    details hold what changed, for people to read; never a secret.
    """
    db.add(
        models.AuditEntry(
            organization_id=organization_id or viewer.organization_id,
            action=action,
            actor_kind="person",
            actor_id=str(viewer.user_id),
            actor_name=viewer.name,
            actor_organization=viewer.organization_name,
            target=target.id,
            target_name=target.name,
            address=_address.get(),
            details=dict(details or {}),
        )
    )
    await db.flush()


async def entries(
    db: AsyncSession, viewer: Viewer, search: Search, *, limit: int = 50, offset: int = 0
) -> list[Entry]:
    """The newest first, of the viewer's organisation and those below. Raises Forbidden without permission."""
    viewer.require(Permission.SEE_AUDIT)
    rows = await db.execute(_found(search).limit(limit).offset(offset))
    return [_entry(row, name) for row, name in rows]


_address: ContextVar[str] = ContextVar("address", default="")


def _found(search: Search) -> Select[models.AuditEntry, str]:
    log = models.AuditEntry
    query = (
        select(log, models.Organization.name)
        .join(models.Organization, models.Organization.id == log.organization_id)
        .order_by(log.at.desc(), log.id)
    )
    if search.organization_id is not None:
        query = query.where(log.organization_id == search.organization_id)
    if search.actions:
        query = query.where(log.action.in_(search.actions))
    if search.words:
        words = search.words.lower()
        query = query.where(
            or_(
                *(
                    func.lower(column).contains(words, autoescape=True)
                    for column in (log.actor_name, log.target_name, log.target)
                )
            )
        )
    if search.since is not None:
        query = query.where(log.at >= search.since)
    if search.until is not None:
        query = query.where(log.at < search.until)
    return query


def _entry(row: models.AuditEntry, organization_name: str) -> Entry:
    return Entry(
        at=row.at,
        organization_id=OrganizationId(row.organization_id),
        organization_name=organization_name,
        action=row.action,
        actor_kind=row.actor_kind,
        actor_name=row.actor_name,
        actor_organization=row.actor_organization,
        acting_as=row.acting_as,
        target=Target(row.target, row.target_name),
        address=row.address,
        details=row.details,
    )
