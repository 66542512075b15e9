"""The audit log: who did what, to what, from where, acting as whom. Entries are added, never changed."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.ids import OrganizationId
from tenancy.roles import OrganizationKind, Permission
from tenancy.text import gettext
from tenancy.viewer import Viewer


class Action(StrEnum):
    """What can be done; the first word is what it is done to."""

    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_CHANGED = "organization.changed"
    ORGANIZATION_SUSPENDED = "organization.suspended"
    ORGANIZATION_RESUMED = "organization.resumed"
    ORGANIZATION_ARCHIVED = "organization.archived"
    ORGANIZATION_DELETED = "organization.deleted"
    ORGANIZATION_REMOVED = "organization.removed"
    """For good; its actor is who had deleted it."""
    ORGANIZATION_EXPORTED = "organization.exported"
    CONTRACT_CHANGED = "contract.changed"
    SITE_CREATED = "site.created"
    SITE_CHANGED = "site.changed"
    SITE_DELETED = "site.deleted"
    SITE_MOVED = "site.moved"
    BRAND_CHANGED = "brand.changed"
    BRAND_RESTORED = "brand.restored"
    DOMAIN_ADDED = "domain.added"
    DOMAIN_VERIFIED = "domain.verified"
    DOMAIN_MADE_PRIMARY = "domain.made_primary"
    DOMAIN_REMOVED = "domain.removed"
    LINK_CREATED = "link.created"
    LINK_CHANGED = "link.changed"
    LINK_REVOKED = "link.revoked"
    PERSON_INVITED = "person.invited"
    PERSON_INVITED_AGAIN = "person.invited_again"
    PERSON_UNINVITED = "person.uninvited"
    PERSON_JOINED = "person.joined"
    PERSON_ROLE_CHANGED = "person.role_changed"
    PERSON_SITES_CHANGED = "person.sites_changed"
    PERSON_REMOVED = "person.removed"
    PERSON_LEFT = "person.left"
    PERSON_MADE_OWNER = "person.made_owner"
    PERSON_SIGNED_IN = "person.signed_in"
    PERSON_SIGN_IN_REFUSED = "person.sign_in_refused"
    PERSON_SIGNED_OUT_EVERYWHERE = "person.signed_out_everywhere"
    PERSON_SIGNED_UP = "person.signed_up"
    PERSON_PASSWORD_CHANGED = "person.password_changed"  # noqa: S105
    PERSON_EMAIL_CHANGED = "person.email_changed"
    PERSON_SECOND_FACTOR_ON = "person.second_factor_on"
    PERSON_SECOND_FACTOR_OFF = "person.second_factor_off"
    PERSON_IDENTITY_LINKED = "person.identity_linked"
    PERSON_IDENTITY_UNLINKED = "person.identity_unlinked"
    PROVIDER_CHANGED = "provider.changed"
    PROVIDER_REMOVED = "provider.removed"
    PERSON_SECOND_FACTOR_RESET = "person.second_factor_reset"
    PERSON_SESSIONS_ENDED = "person.sessions_ended"
    MAIL_CHANGED = "mail.changed"
    MAIL_TESTED = "mail.tested"
    MAIL_REMOVED = "mail.removed"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    PERSON_TOKEN_REUSED = "person.token_reused"  # noqa: S105
    VIEWING_ASKED = "viewing.asked"
    VIEWING_BEGAN = "viewing.began"
    VIEWING_ENDED = "viewing.ended"
    """The database adds it, however it ends."""


@dataclass(frozen=True, slots=True)
class Target:
    """What it was done to: its public id, and its name as it was then."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, and where they belong: names as they were then. kind is person, operator (a person of the
    platform), key, system, or unknown for who was turned away."""

    id: str
    name: str
    organization: str
    kind: str = "person"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. address is the network address, empty where the system acted by itself."""

    id: UUID
    at: datetime
    organization_id: OrganizationId
    organization_name: str
    action: str
    actor: Actor
    acting_as: str | None
    target: Target
    address: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries: each condition where it is given; words look in names of actors and targets."""

    organization_id: OrganizationId | None = None
    actions: frozenset[str] = frozenset()
    actor_id: str = ""
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
    acting_as: str | None = None,
) -> None:
    """Adds an entry to the log of an organisation (the viewer's, unless given), in this transaction.

    details hold what changed, for people to read; never a secret. acting_as is whose eyes they looked with.
    """
    kind = _OPERATOR if viewer.organization_kind is OrganizationKind.PLATFORM else "person"
    actor = Actor(str(viewer.user_id), viewer.name, viewer.organization_name, kind)
    organization_id = organization_id or viewer.organization_id
    await record_of(db, actor, action, target, organization_id, details=details, acting_as=acting_as)


async def record_of(
    db: AsyncSession,
    actor: Actor,
    action: Action,
    target: Target,
    organization_id: OrganizationId,
    *,
    details: Mapping[str, Any] | None = None,
    acting_as: str | None = None,
) -> None:
    """As record, for somebody who is no viewer: not signed in yet, or no person at all."""
    db.add(
        models.AuditEntry(
            organization_id=organization_id,
            action=action,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            actor_organization=actor.organization,
            acting_as=acting_as,
            target=target.id,
            target_name=target.name,
            address=_address.get(),
            details=dict(details or {}),
        )
    )
    await db.flush()


async def entries(
    db: AsyncSession,
    viewer: Viewer,
    search: Search,
    *,
    limit: int = 50,
    offset: int = 0,
    after: Entry | None = None,
) -> list[Entry]:
    """The newest first, of the viewer's organisation and those below; `after` an entry, those that follow it.

    Raises Forbidden without permission.
    """
    viewer.require(Permission.SEE_AUDIT)
    nameless = _knows_no_platform(viewer)
    query = _found(search, nameless=nameless).limit(limit).offset(offset)
    if after is not None:
        place = tuple_(models.AuditEntry.at, models.AuditEntry.id)
        query = query.where(place < tuple_(after.at, after.id))
    found = [_entry(row, name) for row, name in await db.execute(query)]
    return [_without_platform(entry) for entry in found] if nameless else found


async def actors(db: AsyncSession, viewer: Viewer, since: datetime) -> list[Actor]:
    """Who did something since then, each once under their newest name, by name."""
    viewer.require(Permission.SEE_AUDIT)
    found = {Actor(*row) for row in await db.execute(_ACTORS, {"since": since})}
    if _knows_no_platform(viewer):
        found = {_somebody() if actor.kind == _OPERATOR else actor for actor in found}
    return sorted(found, key=lambda actor: actor.name.casefold())


def changes(before: object, after: object) -> dict[str, list[Any]]:
    """Each field that differs between two dataclasses, with what it was and is, for details."""
    pairs = ((one.name, getattr(before, one.name), getattr(after, one.name)) for one in fields(before))  # type: ignore[arg-type]
    return {name: [_plain(was), _plain(now)] for name, was, now in pairs if was != now}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


_OPERATOR = "operator"


def _knows_no_platform(viewer: Viewer) -> bool:
    """Whether this is somebody of a reseller or its client, to whom no entry may name the platform."""
    return viewer.organization_kind in {OrganizationKind.RESELLER, OrganizationKind.CLIENT}


def _somebody() -> Actor:
    """What they see instead of an operator: that it was none of their own people."""
    return Actor(_OPERATOR, gettext("Support"), "", _OPERATOR)


def _without_platform(entry: Entry) -> Entry:
    return replace(entry, actor=_somebody(), address="") if entry.actor.kind == _OPERATOR else entry


# A log of years has few people in it: a bound keeps a menu from growing without end.
_ACTORS = text("""
SELECT DISTINCT ON (actor_id) actor_id, actor_name, actor_organization, actor_kind
  FROM audit_entries
 WHERE at >= :since AND actor_id <> ''
 ORDER BY actor_id, at DESC
 LIMIT 300
""")

_address: ContextVar[str] = ContextVar("address", default="")


def _found(search: Search, *, nameless: bool) -> Select[models.AuditEntry, str]:
    log = models.AuditEntry
    query = (
        select(log, models.Organization.name)
        .join(models.Organization, models.Organization.id == log.organization_id)
        .order_by(log.at.desc(), log.id.desc())
    )
    if search.organization_id is not None:
        query = query.where(log.organization_id == search.organization_id)
    if search.actions:
        query = query.where(log.action.in_(search.actions))
    if search.actor_id == _OPERATOR:
        query = query.where(log.actor_kind == _OPERATOR)
    elif search.actor_id:
        query = query.where(log.actor_id == search.actor_id)
        if nameless:
            query = query.where(log.actor_kind != _OPERATOR)
    if search.words:
        words = search.words.lower()
        # What is not shown cannot be guessed by searching for it either.
        shown = case((log.actor_kind == _OPERATOR, ""), else_=log.actor_name) if nameless else log.actor_name
        query = query.where(
            or_(
                *(
                    func.lower(column).contains(words, autoescape=True)
                    for column in (shown, log.target_name, log.target)
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
        id=row.id,
        at=row.at,
        organization_id=OrganizationId(row.organization_id),
        organization_name=organization_name,
        action=row.action,
        actor=Actor(row.actor_id, row.actor_name, row.actor_organization, row.actor_kind),
        acting_as=row.acting_as,
        target=Target(row.target, row.target_name),
        address=row.address,
        details=row.details,
    )
