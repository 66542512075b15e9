"""Signing up: an account, an organisation of one's own and the ownership of it, in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.accounts import EmailTaken, add_member, checked_email, create_user
from tenancy.audit import Action, Actor, Target, record_of
from tenancy.contracts import has_place_for_client
from tenancy.db import system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Forbidden
from tenancy.ids import OrganizationId, UserId
from tenancy.organizations import add_organization
from tenancy.passwords import checked_password
from tenancy.rate_limits import SignUpTries
from tenancy.roles import OrganizationKind, Role
from tenancy.site_fields import checked_name
from tenancy.text import gettext_noop as _
from tenancy.text import spoken_choice

log = structlog.get_logger(__name__)


class SignUpClosed(Forbidden):
    code = "sign_up_closed"
    message = _("You cannot sign up here. Ask for an invitation.")


@dataclass(frozen=True, slots=True)
class SignedUp:
    """Who has signed up. Until confirm_email() they cannot sign in."""

    user_id: UserId
    email: str
    organization_id: OrganizationId


async def sign_up(
    host: HostOrganization,
    *,
    name: str,
    email: str,
    password: str,
    organization_name: str,
    address: str,
    then: Callable[[AsyncSession, SignedUp], Awaitable[None]],
) -> SignedUp | None:
    """A customer of the platform on its host, a client on an agency's; None where the email has an account.

    `then` is awaited inside the transaction: it sends the mail with the link.
    Say the same to both, or strangers learn who has an account: what is different goes by mail.
    Raises SignUpClosed, TooManyTries, or Invalid with the field.
    """
    kind = _KINDS.get(host.kind)
    if kind is None or not host.allows_sign_up:
        raise SignUpClosed()
    email, name = checked_email(email), checked_name(name)
    organization_name = checked_name(organization_name, field="organization_name")
    checked_password(password)
    await SignUpTries(host.realm_id, email, address).admit()
    try:
        async with system_session(reason="sign up") as db:
            await _find_place(db, host)
            made = await add_organization(
                db, kind, parent_id=host.organization_id, name=organization_name, locale=host.locale
            )
            user_id = await create_user(
                db,
                made.id,
                email=email,
                name=name,
                password=password,
                verified=False,
                locale=spoken_choice(host.locale),
            )
            await add_member(db, made.id, user_id, Role.OWNER)
            signed_up = SignedUp(user_id, email, made.id)
            actor = Actor(str(user_id), name, organization_name)
            await record_of(db, actor, Action.PERSON_SIGNED_UP, Target(email, name), made.id)
            await then(db, signed_up)
    except EmailTaken:
        log.info("sign_up.known_already", host=host.host)
        return None
    log.info("sign_up.succeeded", host=host.host, user=str(user_id), organization=made.public_id)
    return signed_up


async def sign_up_proven(db: AsyncSession, host: HostOrganization, *, name: str, email: str) -> UserId:
    """As sign_up, for somebody whose address is proven already, and without a password.

    db is a system session; whoever calls has counted the try. Raises SignUpClosed, EmailTaken.
    """
    kind = _KINDS.get(host.kind)
    if kind is None or not host.allows_sign_up:
        raise SignUpClosed()
    await _find_place(db, host)
    email = checked_email(email)
    name = checked_name((name or email.partition("@")[0])[:100])
    made = await add_organization(db, kind, parent_id=host.organization_id, name=name, locale=host.locale)
    user_id = await create_user(db, made.id, email=email, name=name)
    await add_member(db, made.id, user_id, Role.OWNER)
    actor = Actor(str(user_id), name, name)
    await record_of(db, actor, Action.PERSON_SIGNED_UP, Target(email, name), made.id)
    return user_id


async def confirm_email(db: AsyncSession, user_id: UserId, email: str) -> bool:
    """Notes that the person has shown the address to be theirs; False where it is no longer their address.

    db is a system session.
    """
    confirmed = await db.scalar(
        update(models.User)
        .where(models.User.id == user_id, models.User.email == email)
        .values(email_verified_at=func.coalesce(models.User.email_verified_at, func.now()))
        .returning(models.User.id)
    )
    return confirmed is not None


async def _find_place(db: AsyncSession, host: HostOrganization) -> None:
    # Before the address is looked at, and without a word on the contract: strangers learn neither.
    if not await has_place_for_client(db, host.organization_id):
        raise SignUpClosed()


# Under whom one may sign up, and as what.
_KINDS = {
    OrganizationKind.PLATFORM: OrganizationKind.DIRECT,
    OrganizationKind.RESELLER: OrganizationKind.CLIENT,
}
