"""Accounts and the identities that others vouch for: finding, making, linking and unlinking them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.account_links import find_account
from tenancy.audit import Action, Target, record
from tenancy.db import system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Conflict, Forbidden, NotFound
from tenancy.identity_providers import Provider, provider_name
from tenancy.ids import UserId
from tenancy.login import WrongCredentials, start_session
from tenancy.openid import Person
from tenancy.rate_limits import SignUpTries
from tenancy.second_factor import CodeNeeded, has_second_factor
from tenancy.sign_up import sign_up_proven
from tenancy.text import gettext_noop as _
from tenancy.unconfirmed_accounts import take_over
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)


class NoAccount(Forbidden):
    code = "no_account"
    message = _("There is no account for you here. Ask for an invitation, or sign in with your password.")


class EmailNotVouched(Forbidden):
    code = "email_not_vouched"
    message = _(
        "The provider does not confirm your email address. Sign in with your password, and connect it under"
        " Settings, Security."
    )


class AccountExists(Conflict):
    """An address alone opens no account: whoever has it shows that the account is theirs, then connects."""

    code = "account_exists"
    message = _(
        "There is already an account with your address. Sign in as before: on the next page you can "
        "connect the two."
    )


class WrongEmailDomain(Forbidden):
    code = "wrong_email_domain"
    message = _("Only people with an email address of the organisation can sign in this way.")


class IdentityTaken(Conflict):
    code = "identity_taken"
    message = _("That account at the provider is already connected to someone else.")


class LastWayIn(Conflict):
    code = "last_way_in"
    message = _("That is your only way to sign in. Choose a password first, with “Forgot password?”.")


@dataclass(frozen=True, slots=True)
class Identity:
    """A way to sign in that a person has connected."""

    id: UUID
    issuer: str
    email: str
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A way to sign in that somebody's account has got, or lost; `through` is the name of the provider."""

    user_id: UserId
    through: str
    email: str
    """As the provider knows the person; may be empty."""
    is_connected: bool


Tell = Callable[[AsyncSession, IdentityChange], Awaitable[None]]


def on_identity_change(tell: Tell) -> None:
    """Calls tell(db, change), in the transaction of it. Not for an account that is made with its identity."""
    _tell.clear()
    _tell.append(tell)


async def sign_in_as(
    host: HostOrganization, provider: Provider, person: Person, address: str
) -> tuple[Viewer, str]:
    """The viewer and the token for the cookie of whom the provider has vouched for.

    Raises CodeNeeded for who has a second factor; NoAccount, AccountExists, EmailNotVouched,
    WrongEmailDomain, TooManyTries.
    """
    check_domain(provider, person)
    user_id = await _account_of(host, provider, person, address)
    async with system_session(reason="start a session for who was vouched for") as db:
        if await has_second_factor(db, user_id):
            raise CodeNeeded(user_id)
        try:
            viewer, token = await start_session(db, host, user_id)
        except WrongCredentials:
            raise NoAccount() from None
        target = Target(viewer.email, viewer.name)
        await record(db, viewer, Action.PERSON_SIGNED_IN, target, details={"through": provider.name})
    log.info("sign_in.succeeded", session=str(viewer.session_id), host=host.host)
    return viewer, token


async def link_identity(viewer: Viewer, provider: Provider, person: Person) -> None:
    """From now on the viewer may sign in through the provider. Raises IdentityTaken, WrongEmailDomain."""
    check_domain(provider, person)
    async with system_session(reason="connect a way to sign in") as db:
        realm = await db.scalar(select(models.User.organization_id).where(models.User.id == viewer.user_id))
        owner = await known_account(db, realm, person)
        if owner == viewer.user_id:
            return
        if owner is not None or realm is None:
            raise IdentityTaken()
        await connect(db, realm, viewer.user_id, provider, person)
        target = Target(viewer.email, viewer.name)
        await record(db, viewer, Action.PERSON_IDENTITY_LINKED, target, details={"through": provider.name})


async def unlink_identity(viewer: Viewer, identity_id: str) -> None:
    """Raises NotFound, or LastWayIn where nothing else is left to sign in with."""
    async with system_session(reason="disconnect a way to sign in") as db:
        # Two at once would each leave the other's as the last one.
        user = await db.scalar(select(models.User).where(models.User.id == viewer.user_id).with_for_update())
        rows = list(
            await db.scalars(select(models.UserIdentity).where(models.UserIdentity.user_id == viewer.user_id))
        )
        gone = next((row for row in rows if str(row.id) == identity_id), None)
        if user is None or gone is None:
            raise NotFound()
        asked = {"realm": user.organization_id, "email": user.email}
        if len(rows) == 1 and not await db.scalar(_HAS_PASSWORD, asked):
            raise LastWayIn()
        await db.execute(delete(models.UserIdentity).where(models.UserIdentity.id == gone.id))
        target = Target(viewer.email, viewer.name)
        await record(db, viewer, Action.PERSON_IDENTITY_UNLINKED, target, details={"issuer": gone.issuer})
        through = await provider_name(db, user.organization_id, gone.issuer)
        await _say(db, IdentityChange(viewer.user_id, through, gone.email, is_connected=False))


async def identities_of(viewer: Viewer) -> list[Identity]:
    """The ways to sign in that the person has connected."""
    async with system_session(reason="connected ways to sign in") as db:
        rows = await db.scalars(
            select(models.UserIdentity)
            .where(models.UserIdentity.user_id == viewer.user_id)
            .order_by(models.UserIdentity.created_at, models.UserIdentity.id)
        )
        return [Identity(row.id, row.issuer, row.email, row.last_used_at) for row in rows]


def check_domain(provider: Provider, person: Person) -> None:
    """Raises WrongEmailDomain, or EmailNotVouched, for whom the provider may not let in."""
    if provider.email_domains:
        if not person.email:
            raise EmailNotVouched()
        if person.email.rpartition("@")[2] not in provider.email_domains:
            raise WrongEmailDomain()


async def known_account(db: AsyncSession, realm_id: UUID | None, person: Person) -> UserId | None:
    """Whose account in the realm this identity opens. db is a system session, here and below."""
    found = await db.scalar(
        select(models.UserIdentity.user_id).where(
            models.UserIdentity.organization_id == realm_id,
            models.UserIdentity.issuer == person.issuer,
            models.UserIdentity.subject == person.subject,
        )
    )
    return None if found is None else UserId(found)


async def note_use(db: AsyncSession, realm_id: UUID, person: Person) -> None:
    """The identity was used just now, with the address that the person has there today."""
    await db.execute(
        update(models.UserIdentity)
        .where(models.UserIdentity.organization_id == realm_id)
        .where(models.UserIdentity.issuer == person.issuer, models.UserIdentity.subject == person.subject)
        .values(last_used_at=func.now(), email=person.email or models.UserIdentity.email)
    )


async def connect(
    db: AsyncSession, realm_id: UUID, user_id: UserId, provider: Provider, person: Person
) -> None:
    """The identity opens this account from now on, and its person is told. Raises IdentityTaken."""
    await put_identity(db, realm_id, user_id, person)
    await _say(db, IdentityChange(user_id, provider.name, person.email, is_connected=True))


async def put_identity(db: AsyncSession, realm_id: UUID, user_id: UserId, person: Person) -> None:
    """As connect(), for an account that is made with it: nobody is told. Raises IdentityTaken."""
    try:
        async with db.begin_nested():
            db.add(
                models.UserIdentity(
                    organization_id=realm_id,
                    user_id=user_id,
                    issuer=person.issuer,
                    subject=person.subject,
                    email=person.email,
                )
            )
    except IntegrityError:
        raise IdentityTaken() from None


_HAS_PASSWORD = text("SELECT password_hash IS NOT NULL FROM app.credentials(:realm, :email)")
_tell: list[Tell] = []


async def _say(db: AsyncSession, change: IdentityChange) -> None:
    for tell in _tell:
        await tell(db, change)


async def _account_of(host: HostOrganization, provider: Provider, person: Person, address: str) -> UserId:
    """Whose identity it is; else a new account, where one may sign up, or one that nobody had confirmed."""
    async with system_session(reason="account of who was vouched for") as db:
        known = await known_account(db, host.realm_id, person)
        if known is not None:
            await note_use(db, host.realm_id, person)
            return known
        if not person.email:
            raise EmailNotVouched()
        account = await find_account(db, realm_id=host.realm_id, email=person.email)
        if account is not None:
            if account.confirmed:
                raise AccountExists()
            await take_over(db, account.user_id)
            await connect(db, host.realm_id, account.user_id, provider, person)
            return account.user_id
    if not host.allows_sign_up:
        raise NoAccount()
    await SignUpTries(host.realm_id, person.email, address).admit()
    async with system_session(reason="sign up who was vouched for") as db:
        user_id = await sign_up_proven(db, host, name=person.name, email=person.email)
        await put_identity(db, host.realm_id, user_id, person)
        return user_id
