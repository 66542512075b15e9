"""The link of an invitation, from the side of whoever holds it: opening it, and becoming a member by it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.accounts import add_member, create_user, set_name, set_password
from tenancy.audit import Action, Actor, Target, record_of
from tenancy.db import after_commit, system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Conflict, Forbidden, NotFound
from tenancy.identities import (
    AccountExists,
    EmailNotVouched,
    IdentityTaken,
    check_domain,
    connect,
    known_account,
    note_use,
    put_identity,
)
from tenancy.identity_providers import Provider
from tenancy.ids import UserId
from tenancy.invalidation import Channel, publish
from tenancy.invites import Invite, InviteState, invite_of, is_member, token_hash
from tenancy.login import place_session, prove_password, start_session
from tenancy.members import list_for
from tenancy.openid import Person
from tenancy.second_factor import CodeNeeded, has_second_factor
from tenancy.text import gettext as _
from tenancy.text import gettext_noop, spoken_choice
from tenancy.unconfirmed_accounts import take_over
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)


class Account(StrEnum):
    """What the invited person has to do, by what the realm knows of the address."""

    NEW = "new"
    """Nothing, or an account that nobody can sign in with: give a name and choose a password."""
    KNOWN = "known"
    """An account that belongs to nothing on this host, as yet: give its password."""
    MEMBER = "member"
    """Somebody who can sign in here, and does."""


@dataclass(frozen=True, slots=True)
class OpenedInvite:
    """An invitation as the holder of its link finds it; name is that of the account, where there is one."""

    invite: Invite
    account: Account
    name: str


class InviteOver(Conflict):
    """Expired, used or revoked."""

    status = 410
    code = "invitation_over"
    message = gettext_noop("This invitation can no longer be used.")


class InviteForAnother(Forbidden):
    """The provider vouches for another address than the one that was invited."""

    code = "invitation_for_another"


async def open_invite(host: HostOrganization, token: str) -> OpenedInvite:
    """What stands behind a link. Raises NotFound for one that never was, or is for another host."""
    async with system_session(reason="invitation of a link") as db:
        row, name = await _find(db, host, token)
        known = await _account(db, host, row.email)
        invite = invite_of(row, name)
    return OpenedInvite(invite, _kind(known), known.name if known is not None and known.confirmed else "")


async def accept_as_new(host: HostOrganization, token: str, name: str, password: str) -> tuple[Viewer, str]:
    """Makes the account, the membership and a session at once: the mail has proven the address.

    Returns the viewer and the token for the cookie. Raises CodeNeeded for a member who has a second factor.
    """
    async with system_session(reason="accept an invitation") as db:
        invite = await _claim(db, host, token)
        known = await _account(db, host, invite.email)
        if known is None:
            user_id = await create_user(
                db,
                invite.organization_id,
                email=invite.email,
                name=name,
                password=password,
                locale=spoken_choice(host.locale),
            )
        elif _kind(known) is Account.NEW:
            user_id = UserId(known.id)
            if not known.confirmed:
                await take_over(db, user_id)
            await set_name(db, user_id, name)
            await set_password(db, user_id, password)
        else:
            raise Conflict(_("There is an account with this address. Open the link again."))
        await _join(db, host, invite, user_id, name)
        entered = await _enter(db, host, invite, user_id)
    return _entered(entered, user_id)


async def accept_through(
    host: HostOrganization, token: str, provider: Provider, person: Person
) -> tuple[Viewer, str]:
    """As accept_as_new, without a password: the provider vouches for the very address that was invited.

    Raises InviteForAnother, EmailNotVouched, WrongEmailDomain, AccountExists, IdentityTaken; for a member who
    has a second factor, CodeNeeded.
    """
    async with system_session(reason="accept an invitation through a provider") as db:
        invite = await _claim(db, host, token)
        _check_address(invite, provider, person)
        user_id, name = await _vouched_account(db, host, invite, provider, person)
        await _join(db, host, invite, user_id, name, through=provider.name)
        entered = await _enter(db, host, invite, user_id)
    return _entered(entered, user_id)


async def accept_by_password(host: HostOrganization, token: str, password: str, address: str) -> None:
    """Makes an existing account a member; whoever did it signs in next, with all that signing in asks for.

    Raises WrongCredentials, or TooManyTries.
    """
    opened = await open_invite(host, token)
    user_id = await prove_password(host, opened.invite.email, password, address)
    async with system_session(reason="accept an invitation") as db:
        await _join(db, host, await _claim(db, host, token), user_id, opened.name)


async def accept_as(viewer: Viewer, host: HostOrganization, token: str) -> None:
    """Makes the viewer a member, and takes the session there. Raises Forbidden for another's invitation."""
    async with system_session(reason="accept an invitation") as db:
        invite = await _claim(db, host, token)
        if invite.email != viewer.email:
            raise Forbidden(_("This invitation is for {email}.").format(email=invite.email))
        await _join(db, host, invite, viewer.user_id, viewer.name)
        await place_session(db, viewer.session_id, invite.organization_id)
        after_commit(db, publish, Channel.SESSION, f"place:{viewer.session_id}")


_ACCOUNT = text("""
SELECT u.id, u.name, u.email_verified_at IS NOT NULL AS confirmed,
       EXISTS (SELECT FROM app.credentials(:realm, :email) c
                WHERE c.password_hash IS NOT NULL) AS has_password,
       EXISTS (SELECT FROM memberships m JOIN organizations o ON o.id = m.organization_id
                WHERE m.user_id = u.id
                  AND (o.id = o.realm_id
                       OR EXISTS (SELECT FROM org_tree t
                                   WHERE t.ancestor_id = :host AND t.descendant_id = o.id))) AS signs_in_here
  FROM users u
 WHERE u.organization_id = :realm AND u.email = :email
""")


async def _find(db: AsyncSession, host: HostOrganization, token: str) -> tuple[models.Invitation, str]:
    query = (
        select(models.Invitation, models.Organization.name)
        .join(models.Organization, models.Organization.id == models.Invitation.organization_id)
        .where(
            models.Invitation.token_hash == token_hash(token),
            models.Invitation.realm_id == host.realm_id,
            models.Invitation.host == host.host,
        )
        # Two at once with one link: the second waits here, and finds it used.
        .with_for_update(of=models.Invitation)
    )
    found = (await db.execute(query)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such invitation. Check that the link is complete."))
    row, name = found
    return row, name


async def _claim(db: AsyncSession, host: HostOrganization, token: str) -> Invite:
    invite = invite_of(*await _find(db, host, token))
    if invite.state is not InviteState.OPEN:
        raise InviteOver()
    return invite


async def _account(db: AsyncSession, host: HostOrganization, email: str) -> Row[Any] | None:
    values = {"realm": host.realm_id, "host": host.organization_id, "email": email}
    return (await db.execute(_ACCOUNT, values)).one_or_none()


def _kind(known: Row[Any] | None) -> Account:
    if known is None or not known.confirmed or not (known.has_password or known.signs_in_here):
        return Account.NEW
    return Account.MEMBER if known.signs_in_here else Account.KNOWN


def _check_address(invite: Invite, provider: Provider, person: Person) -> None:
    check_domain(provider, person)
    if not person.email:
        words = _("{provider} does not confirm your email address. Accept the invitation in another way.")
        raise EmailNotVouched(words.format(provider=provider.name))
    if person.email != invite.email:
        words = _("This invitation is for {email}, but {provider} knows you as {other}. Nothing was changed.")
        raise InviteForAnother(words.format(email=invite.email, provider=provider.name, other=person.email))


async def _vouched_account(
    db: AsyncSession, host: HostOrganization, invite: Invite, provider: Provider, person: Person
) -> tuple[UserId, str]:
    """The account of the invited address, which this identity opens from now on; a new one where none is."""
    owner = await known_account(db, host.realm_id, person)
    known = await _account(db, host, invite.email)
    if owner is not None:
        if known is None or known.id != owner:
            raise IdentityTaken()
        await note_use(db, host.realm_id, person)
        return owner, known.name
    if known is None:
        name = (person.name.strip() or invite.email.partition("@")[0])[:100]
        user_id = await create_user(
            db, invite.organization_id, email=invite.email, name=name, locale=spoken_choice(host.locale)
        )
        await put_identity(db, host.realm_id, user_id, person)
        return user_id, name
    user_id = UserId(known.id)
    if not known.confirmed:
        await take_over(db, user_id)
    elif _kind(known) is not Account.NEW:
        words = _(
            "There is already an account with this address. Accept with that account, and connect "
            "{provider} under Settings, Security."
        )
        raise AccountExists(words.format(provider=provider.name))
    await connect(db, host.realm_id, user_id, provider, person)
    return user_id, known.name


async def _enter(
    db: AsyncSession, host: HostOrganization, invite: Invite, user_id: UserId
) -> tuple[Viewer, str] | None:
    """A session where the invitation leads; None for who has to give a code first."""
    if await has_second_factor(db, user_id):
        return None
    return await start_session(db, host, user_id, invite.organization_id)


def _entered(entered: tuple[Viewer, str] | None, user_id: UserId) -> tuple[Viewer, str]:
    # Asked for once the membership stands: who signs in with a code has to be a member of something.
    if entered is None:
        raise CodeNeeded(user_id)
    return entered


async def _join(
    db: AsyncSession,
    host: HostOrganization,
    invite: Invite,
    user_id: UserId,
    name: str,
    *,
    through: str = "",
) -> None:
    """Who became a member in another way meanwhile keeps the role that they have."""
    await db.execute(
        update(models.Invitation).where(models.Invitation.id == invite.id).values(accepted_at=func.now())
    )
    if await is_member(db, invite.organization_id, invite.email):
        return
    await add_member(db, invite.organization_id, user_id, invite.role)
    if invite.sites is not None:
        await _limit(db, host, invite, user_id)
    actor = Actor(str(user_id), name, invite.organization_name)
    details = {"role": invite.role, "invited_by": invite.invited_by}
    if through:
        details["through"] = through
    target = Target(invite.email, name)
    await record_of(db, actor, Action.PERSON_JOINED, target, invite.organization_id, details=details)
    log.info("invite.accepted", invite=str(invite.id))


async def _limit(db: AsyncSession, host: HostOrganization, invite: Invite, user_id: UserId) -> None:
    """To the sites of the invitation that are still there; to none, where all of them are gone."""
    sites = await db.scalars(
        select(models.Site)
        .join(models.OrgTree, models.OrgTree.descendant_id == models.Site.organization_id)
        .where(
            models.OrgTree.ancestor_id == invite.organization_id,
            models.Site.public_id.in_(invite.sites or ()),
            models.Site.deleted_at.is_(None),
        )
    )
    membership = await db.scalar(
        update(models.Membership)
        .where(
            models.Membership.organization_id == invite.organization_id,
            models.Membership.user_id == user_id,
        )
        .values(sees_all_sites=False)
        .returning(models.Membership.id)
    )
    assert membership is not None
    await list_for(db, membership, host.realm_id, sites.all())
