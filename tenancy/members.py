"""Who belongs to an organisation: roles, lists of sites for viewers, leaving, and handing it over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, record
from tenancy.db import after_commit
from tenancy.errors import Conflict, Forbidden, Invalid, NotFound
from tenancy.ids import OrganizationId, UserId
from tenancy.invalidation import Channel, publish
from tenancy.login import end_sessions_in
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind, Permission, Role, adds_to, may_give
from tenancy.sites import Site, list_sites
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Member:
    """A person in an organisation. Address and last seen are empty for who may not manage people."""

    user_id: UserId
    name: str
    email: str
    role: Role
    sites: tuple[str, ...] | None
    """Public ids of the only sites that a viewer sees; None for all."""
    joined_at: datetime
    last_seen_at: datetime | None


class LastOwner(Conflict):
    code = "last_owner"
    message = gettext_noop("An organisation needs an owner: make someone else the owner first.")


def roles_to_give(viewer: Viewer, organization: OrganizationInfo) -> frozenset[Role]:
    """The roles in the organisation (the viewer's or one below) that the viewer may give and take away."""
    if not viewer.may(Permission.MANAGE_PEOPLE):
        return frozenset()
    above = viewer.organization_id != organization.id
    if above:
        return may_give(Role.OWNER, organization.kind, from_above=True)
    return may_give(viewer.role, organization.kind)


async def list_members(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo) -> list[Member]:
    """Its people: owners first, then by role and name."""
    manages = viewer.may(Permission.MANAGE_PEOPLE)
    rows = await db.execute(_MEMBERS, {"organization": organization.id})
    return _in_order(_member(row, whole=manages or row.user_id == viewer.user_id) for row in rows)


async def everybody_in(db: AsyncSession, organization: OrganizationInfo) -> list[Member]:
    """As list_members, with all that is known of each: for work that somebody who may has asked for."""
    rows = await db.execute(_MEMBERS, {"organization": organization.id})
    return _in_order(_member(row, whole=True) for row in rows)


async def member_to_change(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, user_id: UserId
) -> Row[Any]:
    """The membership, where its role is one that the viewer may touch."""
    viewer.require(Permission.MANAGE_PEOPLE)
    await _lock(db, organization.id)
    row = await _find(db, organization.id, user_id)
    if Role(row.role) not in roles_to_give(viewer, organization):
        raise _forbidden(organization, Role(row.role))
    return row


async def change_role(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, user_id: UserId, role: Role
) -> None:
    """Gives a member another role. Nobody gives themselves more, and only owners touch owners."""
    row = await member_to_change(db, viewer, organization, user_id)
    was = Role(row.role)
    if role is was:
        return
    if role not in roles_to_give(viewer, organization):
        raise _forbidden(organization, role)
    if _is_viewer(viewer, organization, user_id) and adds_to(role, was):
        raise Forbidden(_("Nobody can give themselves more rights. Ask another owner."))
    await db.execute(delete(models.SiteAccess).where(models.SiteAccess.membership_id == row.membership_id))
    await _set(db, row.membership_id, role=role, sees_all_sites=True)
    await _record(db, viewer, Action.PERSON_ROLE_CHANGED, organization, row, role=[was, role])
    after_commit(db, publish, Channel.SESSION, f"user:{user_id}")


async def change_sites(
    db: AsyncSession,
    viewer: Viewer,
    organization: OrganizationInfo,
    user_id: UserId,
    sites: Iterable[Site] | None,
) -> None:
    """Which sites a viewer sees: these alone, or all where it is None."""
    row = await member_to_change(db, viewer, organization, user_id)
    if row.role != Role.VIEWER:
        raise Invalid(_("Only viewers can be limited to some sites."), field="sites")
    listed = None if sites is None else list(sites)
    await db.execute(delete(models.SiteAccess).where(models.SiteAccess.membership_id == row.membership_id))
    await _set(db, row.membership_id, sees_all_sites=listed is None)
    await list_for(db, row.membership_id, organization.realm_id, listed or [])
    names = None if listed is None else sorted(site.name for site in listed)
    await _record(db, viewer, Action.PERSON_SITES_CHANGED, organization, row, sites=names)
    after_commit(db, publish, Channel.SESSION, f"user:{user_id}")


async def remove_member(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, user_id: UserId
) -> str:
    """Ends a membership, and the person's sessions in the organisation with it; their address."""
    if _is_viewer(viewer, organization, user_id):
        raise Invalid(_("You cannot remove yourself, but you can leave."))
    row = await member_to_change(db, viewer, organization, user_id)
    await _end(db, row, organization)
    await _record(db, viewer, Action.PERSON_REMOVED, organization, row, role=row.role)
    return str(row.email)


async def leave(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo) -> None:
    """Ends the viewer's own membership of the organisation where they are."""
    if viewer.organization_id != organization.id:
        raise NotFound()
    await _lock(db, organization.id)
    row = await _find(db, organization.id, viewer.user_id)
    await _end(db, row, organization)
    await _record(db, viewer, Action.PERSON_LEFT, organization, row, role=row.role)


async def transfer_ownership(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, user_id: UserId, typed_name: str
) -> str:
    """Makes a member the owner and the viewer an admin, confirmed by typing the organisation's name.

    Returns the new owner's address.
    """
    viewer.require(Permission.TRANSFER_OWNERSHIP)
    if viewer.organization_id != organization.id or viewer.user_id == user_id:
        raise NotFound()
    if " ".join(typed_name.split()).casefold() != " ".join(organization.name.split()).casefold():
        raise Invalid(
            _("Type the name of the organisation: {name}").format(name=organization.name), field="typed_name"
        )
    await _lock(db, organization.id)
    row, own = await _find(db, organization.id, user_id), await _find(db, organization.id, viewer.user_id)
    # The viewer's role may have changed since the page was made.
    if own.role != Role.OWNER:
        raise Forbidden()
    await db.execute(delete(models.SiteAccess).where(models.SiteAccess.membership_id == row.membership_id))
    await _set(db, row.membership_id, role=Role.OWNER, sees_all_sites=True)
    await _set(db, own.membership_id, role=Role.ADMIN)
    await _record(db, viewer, Action.PERSON_MADE_OWNER, organization, row, role=[row.role, Role.OWNER])
    for person in (user_id, viewer.user_id):
        after_commit(db, publish, Channel.SESSION, f"user:{person}")
    return str(row.email)


async def sites_to_list(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo) -> list[Site]:
    """The sites that a viewer's list in this organisation can hold: for a reseller, its clients' as well."""
    if organization.kind is OrganizationKind.RESELLER and organization.id == viewer.organization_id:
        return await list_sites(db)
    return await list_sites(db, organization.id)


async def list_for(
    db: AsyncSession, membership_id: UUID, realm_id: OrganizationId, sites: Iterable[Site | models.Site]
) -> None:
    """Puts sites on the list of a membership."""
    rows = [
        {
            "membership_id": membership_id,
            "realm_id": realm_id,
            "site_id": site.id,
            "organization_id": site.organization_id,
        }
        for site in sites
    ]
    if rows:
        await db.execute(insert(models.SiteAccess), rows)


_MEMBERS = text("""
SELECT m.id AS membership_id, m.user_id, u.name, u.email, m.role, m.sees_all_sites, m.created_at,
       m.last_seen_at,
       array(SELECT s.public_id FROM site_access a JOIN sites s ON s.id = a.site_id
              WHERE a.membership_id = m.id AND s.deleted_at IS NULL ORDER BY lower(s.name)) AS sites
  FROM memberships m JOIN users u ON u.id = m.user_id
 WHERE m.organization_id = :organization
""")
# The trigger that keeps an owner takes it, too; taken first, two changes at once cannot block each other.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('members ' || CAST(:organization AS text), 0))")


def _in_order(members: Iterable[Member]) -> list[Member]:
    order = list(Role)
    return sorted(members, key=lambda one: (order.index(one.role), one.name.casefold(), one.user_id))


def _forbidden(organization: OrganizationInfo, role: Role) -> Forbidden:
    if role is Role.OWNER:
        return Forbidden(_("Only an owner can change an owner, or make someone an owner."))
    return Forbidden(_("That role does not exist in {name}.").format(name=organization.name))


def _is_viewer(viewer: Viewer, organization: OrganizationInfo, user_id: UserId) -> bool:
    return viewer.user_id == user_id and viewer.organization_id == organization.id


async def _lock(db: AsyncSession, organization_id: OrganizationId) -> None:
    await db.execute(_LOCK, {"organization": str(organization_id)})


async def _find(db: AsyncSession, organization_id: OrganizationId, user_id: UserId) -> Row[Any]:
    query = (
        select(
            models.Membership.id.label("membership_id"),
            models.Membership.user_id,
            models.Membership.role,
            models.User.name,
            models.User.email,
        )
        .join(models.User, models.User.id == models.Membership.user_id)
        .where(models.Membership.organization_id == organization_id, models.Membership.user_id == user_id)
    )
    row: Row[Any] | None = (await db.execute(query)).one_or_none()  # type: ignore[assignment]
    if row is None:
        raise NotFound()
    return row


async def _set(db: AsyncSession, membership_id: UUID, **values: Any) -> None:
    changed = update(models.Membership).where(models.Membership.id == membership_id).values(**values)
    await _keeping_an_owner(db, changed)


async def _end(db: AsyncSession, row: Row[Any], organization: OrganizationInfo) -> None:
    await _keeping_an_owner(db, delete(models.Membership).where(models.Membership.id == row.membership_id))
    user_id = UserId(row.user_id)
    after_commit(db, end_sessions_in, organization.id, user_id)
    log.info("member.ended", organization=organization.public_id, user=str(user_id))


async def _keeping_an_owner(db: AsyncSession, change: Any) -> None:
    try:
        async with db.begin_nested():
            await db.execute(change)
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if getattr(diagnosis, "constraint_name", None) == "memberships_keep_an_owner":
            raise LastOwner() from None
        raise


async def _record(
    db: AsyncSession,
    viewer: Viewer,
    action: Action,
    organization: OrganizationInfo,
    row: Row[Any],
    **details: object,
) -> None:
    # The address belongs to it: two people of one name are two people.
    target = Target(row.email, row.name)
    await record(db, viewer, action, target, organization_id=organization.id, details=details)


def _member(row: Row[Any], *, whole: bool) -> Member:
    return Member(
        user_id=UserId(row.user_id),
        name=row.name,
        email=row.email if whole else "",
        role=Role(row.role),
        sites=None if row.sees_all_sites else tuple(row.sites),
        joined_at=row.created_at,
        last_seen_at=row.last_seen_at if whole else None,
    )
