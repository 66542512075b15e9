"""Accounts: they live in a realm (the platform's or a reseller's) and are members of organisations there."""

import re

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.db import after_commit, system_session
from tenancy.errors import Conflict, Invalid, NotFound
from tenancy.ids import OrganizationId, UserId
from tenancy.invalidation import Channel, publish
from tenancy.passwords import checked_password, hash_password
from tenancy.roles import OrganizationKind, Role, roles_of
from tenancy.site_fields import checked_name
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

log = structlog.get_logger(__name__)


class EmailTaken(Conflict):
    code = "email_taken"
    message = gettext_noop("There is already an account with that email address.")


async def create_user(
    db: AsyncSession,
    organization_id: OrganizationId,
    *,
    email: str,
    name: str,
    password: str | None = None,
    verified: bool = True,
    locale: str | None = None,
) -> UserId:
    """A new account in the organisation's realm; it can do nothing before add_member.

    `verified`: that the address is the person's own, by the word of who makes the account.
    `locale`: what the person is spoken to in; without it, what their organisation is.
    """
    organization = await _organization(db, organization_id)
    user = models.User(
        organization_id=organization.realm_id,
        email=checked_email(email),
        name=checked_name(name),
        password_hash=None if password is None else await hash_password(checked_password(password)),
        email_verified_at=func.now() if verified else None,
        locale=locale,
    )
    try:
        async with db.begin_nested():
            db.add(user)
    except IntegrityError:
        raise EmailTaken(field="email") from None
    log.info("user.created", user=str(user.id))
    return UserId(user.id)


async def add_member(db: AsyncSession, organization_id: OrganizationId, user_id: UserId, role: Role) -> None:
    """Gives the person this role in the organisation, in place of an earlier one."""
    organization = await _organization(db, organization_id)
    if role not in roles_of(OrganizationKind(organization.kind)):
        raise Invalid(_("That role does not exist in this organisation."), field="role")
    membership = insert(models.Membership).values(
        organization_id=organization.id, user_id=user_id, realm_id=organization.realm_id, role=role
    )
    try:
        async with db.begin_nested():
            await db.execute(
                membership.on_conflict_do_update(
                    index_elements=["organization_id", "user_id"], set_={"role": role, "sees_all_sites": True}
                )
            )
    except IntegrityError:
        # The account belongs to another realm: for this organisation it does not exist.
        raise NotFound() from None
    after_commit(db, publish, Channel.SESSION, f"user:{user_id}")


async def set_name(db: AsyncSession, user_id: UserId, name: str) -> None:
    """Another name; the person's sessions show it at once."""
    await db.execute(update(models.User).where(models.User.id == user_id).values(name=checked_name(name)))
    after_commit(db, publish, Channel.SESSION, f"person:{user_id}")


async def set_password(db: AsyncSession, user_id: UserId, password: str) -> None:
    """A new password; whoever changes one for safety also signs out everywhere."""
    password_hash = await hash_password(checked_password(password))
    await db.execute(update(models.User).where(models.User.id == user_id).values(password_hash=password_hash))


async def create_operator(email: str, password: str, name: str = "Operator") -> UserId:
    """A person who runs the platform."""
    async with system_session(reason="create an operator") as db:
        platform = await db.scalar(
            select(models.Organization.id).where(models.Organization.kind == OrganizationKind.PLATFORM)
        )
        if platform is None:
            raise NotFound()
        user_id = await create_user(db, OrganizationId(platform), email=email, name=name, password=password)
        await add_member(db, OrganizationId(platform), user_id, Role.OPERATOR)
        return user_id


def checked_email(email: str) -> str:
    """Lower case, with something on both sides of the @."""
    email = email.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise Invalid(_("Write the email address like name@example.com."), field="email")
    return email


_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")


async def _organization(db: AsyncSession, organization_id: OrganizationId) -> models.Organization:
    organization = await db.get(models.Organization, organization_id)
    if organization is None:
        raise NotFound()
    return organization
