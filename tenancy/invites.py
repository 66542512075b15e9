"""Invitations: a link in a mail, for one address into one organisation on one host, once, for seven days."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.accounts import checked_email
from tenancy.audit import Action, Target, record
from tenancy.contracts import admit_person
from tenancy.domains import primary_host
from tenancy.errors import Conflict, Forbidden, Invalid, NotFound
from tenancy.ids import OrganizationId
from tenancy.members import roles_to_give
from tenancy.organizations import OrganizationInfo
from tenancy.rate_limits import INVITATIONS, admit
from tenancy.roles import Permission, Role
from tenancy.sites import Site
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

DAYS = 7


class InviteState(StrEnum):
    """Where an invitation stands."""

    OPEN = "open"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation; sites are public ids, None for all."""

    id: UUID
    organization_id: OrganizationId
    organization_name: str
    email: str
    role: Role
    sites: tuple[str, ...] | None
    host: str
    invited_by: str
    sent_at: datetime
    expires_at: datetime
    state: InviteState


@dataclass(frozen=True, slots=True)
class SentInvite:
    """An invitation with the path that its mail carries: nobody gets to see it again."""

    invite: Invite
    path: str


class AlreadyMember(Conflict):
    code = "already_member"
    message = gettext_noop("That person is already a member.")


class AlreadyInvited(Conflict):
    code = "already_invited"
    message = gettext_noop("There is already an invitation for that address. Send it again, or revoke it.")


async def invite(
    db: AsyncSession,
    viewer: Viewer,
    organization: OrganizationInfo,
    *,
    email: str,
    role: Role,
    sites: Iterable[Site] | None = None,
) -> SentInvite:
    """A new invitation; whoever calls this sends the mail.

    It says the same whether or not the address has an account somewhere else.
    """
    viewer.require(Permission.MANAGE_PEOPLE)
    _check_role(viewer, organization, role)
    if sites is not None and role is not Role.VIEWER:
        raise Invalid(_("Only viewers can be limited to some sites."), field="sites")
    email = checked_email(email)
    if await is_member(db, organization.id, email):
        raise AlreadyMember(field="email")
    await admit_person(db, organization.id)
    await admit(INVITATIONS, str(organization.id))
    token = secrets.token_urlsafe(32)
    row = models.Invitation(
        organization_id=organization.id,
        realm_id=organization.realm_id,
        email=email,
        role=role,
        sites=None if sites is None else [site.public_id for site in sites],
        host=await primary_host(db, organization.id),
        token_hash=token_hash(token),
        invited_by=viewer.name,
        sent_at=datetime.now(UTC),
        expires_at=_in_a_week(),
    )
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        raise AlreadyInvited(field="email") from None
    await _record(db, viewer, Action.PERSON_INVITED, row)
    return SentInvite(invite_of(row, organization.name), f"/invite/{token}")


async def resend(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, invite_id: UUID
) -> SentInvite:
    """The same invitation with a new link, for another seven days; the old link is dead."""
    row = await _waiting_row(db, viewer, organization, invite_id)
    if row.expires_at <= datetime.now(UTC):
        await admit_person(db, organization.id)
    await admit(INVITATIONS, str(organization.id))
    token = secrets.token_urlsafe(32)
    row.token_hash = token_hash(token)
    row.host = await primary_host(db, organization.id)
    row.invited_by = viewer.name
    row.sent_at, row.expires_at = datetime.now(UTC), _in_a_week()
    await db.flush()
    await _record(db, viewer, Action.PERSON_INVITED_AGAIN, row)
    return SentInvite(invite_of(row, organization.name), f"/invite/{token}")


async def revoke(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, invite_id: UUID) -> None:
    """Its link is dead from now on."""
    row = await _waiting_row(db, viewer, organization, invite_id)
    row.revoked_at = datetime.now(UTC)
    await db.flush()
    await _record(db, viewer, Action.PERSON_UNINVITED, row)


async def list_invites(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo) -> list[Invite]:
    """Those that nobody has accepted yet, the expired ones with them; the newest first."""
    viewer.require(Permission.MANAGE_PEOPLE)
    query = (
        select(models.Invitation)
        .where(models.Invitation.organization_id == organization.id, *_WAITING)
        .order_by(models.Invitation.sent_at.desc(), models.Invitation.id)
    )
    return [invite_of(row, organization.name) for row in await db.scalars(query)]


async def is_member(db: AsyncSession, organization_id: OrganizationId, email: str) -> bool:
    """Whether somebody with that address belongs to the organisation."""
    query = (
        select(models.Membership.id)
        .join(models.User, models.User.id == models.Membership.user_id)
        .where(models.Membership.organization_id == organization_id, models.User.email == email)
    )
    return await db.scalar(query) is not None


def token_hash(token: str) -> bytes:
    """What is kept of a link."""
    return sha256(token.encode()).digest()


def invite_of(row: models.Invitation, organization_name: str) -> Invite:
    """The row as it travels."""
    if row.accepted_at is not None:
        state = InviteState.USED
    elif row.revoked_at is not None:
        state = InviteState.REVOKED
    else:
        state = InviteState.OPEN if row.expires_at > datetime.now(UTC) else InviteState.EXPIRED
    return Invite(
        id=row.id,
        organization_id=OrganizationId(row.organization_id),
        organization_name=organization_name,
        email=row.email,
        role=Role(row.role),
        sites=None if row.sites is None else tuple(row.sites),
        host=row.host,
        invited_by=row.invited_by,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        state=state,
    )


_WAITING: tuple[ColumnElement[bool], ...] = (
    models.Invitation.accepted_at.is_(None),
    models.Invitation.revoked_at.is_(None),
)


def _in_a_week() -> datetime:
    return datetime.now(UTC) + timedelta(days=DAYS)


def _check_role(viewer: Viewer, organization: OrganizationInfo, role: Role) -> None:
    if role not in roles_to_give(viewer, organization):
        raise Forbidden(_("Only an owner can invite an owner.") if role is Role.OWNER else None, field="role")


async def _waiting_row(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, invite_id: UUID
) -> models.Invitation:
    viewer.require(Permission.MANAGE_PEOPLE)
    row = await db.scalar(
        select(models.Invitation)
        .where(
            models.Invitation.id == invite_id,
            models.Invitation.organization_id == organization.id,
            *_WAITING,
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound(_("That invitation has been accepted or revoked in the meantime."))
    _check_role(viewer, organization, Role(row.role))
    return row


async def _record(db: AsyncSession, viewer: Viewer, action: Action, row: models.Invitation) -> None:
    target = Target(row.email, row.email)
    organization_id = OrganizationId(row.organization_id)
    await record(db, viewer, action, target, organization_id=organization_id, details={"role": row.role})
    log.info("invite.changed", invite=str(row.id), action=action)
