"""What people change about their own accounts: name, password, address."""

from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.account_links import Account, LinkOver, Purpose, find_account, issue_link, use_link
from tenancy.accounts import EmailTaken, checked_email, set_name, set_password
from tenancy.audit import Action, Actor, Target, record, record_of
from tenancy.db import after_commit
from tenancy.domains import HostOrganization
from tenancy.errors import Invalid
from tenancy.ids import UserId
from tenancy.invalidation import Channel, publish
from tenancy.login import end_other_sessions
from tenancy.passwords import checked_password, verify_password
from tenancy.rate_limits import PASSWORDS_PER_PERSON, admit
from tenancy.sign_up import confirm_email
from tenancy.text import gettext_noop as _
from tenancy.viewer import Viewer


class WrongPassword(Invalid):
    code = "wrong_password"
    message = _("That is not your password.")

    def __init__(self) -> None:
        super().__init__(field="password")


async def rename(db: AsyncSession, viewer: Viewer, name: str) -> None:
    """Another name for the viewer."""
    await set_name(db, viewer.user_id, name)


async def change_password(db: AsyncSession, viewer: Viewer, password: str, new: str) -> None:
    """A new password against the old one; whoever else is signed in as the viewer is no longer.

    db is a system session. Raises WrongPassword, or Invalid for a new one that is too short.
    """
    checked_password(new)
    await check_password(db, viewer, password)
    await set_password(db, viewer.user_id, new)
    await end_other_sessions(db, viewer)
    await record(db, viewer, Action.PERSON_PASSWORD_CHANGED, Target(viewer.email, viewer.name))


async def check_password(db: AsyncSession, viewer: Viewer, password: str) -> None:
    """Asks again before something that matters. db is a system session. Raises WrongPassword."""
    await admit(PASSWORDS_PER_PERSON, str(viewer.user_id))
    realm = select(models.User.organization_id).where(models.User.id == viewer.user_id)
    found = {"realm": await db.scalar(realm), "email": viewer.email}
    if not await verify_password(await db.scalar(_HASH, found), password):
        raise WrongPassword()


async def reset_password(db: AsyncSession, host: HostOrganization, token: str, password: str) -> Account:
    """A new password for whoever has the link, and every session over. db is a system session.

    Raises LinkOver, or Invalid for a password that is too short, which leaves the link good.
    """
    checked_password(password)
    user_id, email = await use_link(db, host, Purpose.RESET_PASSWORD, token)
    account = await _account(db, user_id)
    if account.email != email:
        raise LinkOver()
    await set_password(db, user_id, password)
    # The link came by mail: the address is theirs.
    await confirm_email(db, user_id, email)
    await db.execute(_END_ALL, {"user": user_id})
    after_commit(db, publish, Channel.SESSION, f"user:{user_id}")
    await _note(db, account, Action.PERSON_PASSWORD_CHANGED, {})
    return account


async def ask_for_new_email(db: AsyncSession, viewer: Viewer, password: str, email: str) -> tuple[str, str]:
    """The address as we write it, and the token of the link that goes there. db is a system session.

    Whether somebody has an account with it is only said to who opens the link. Raises WrongPassword.
    """
    email = checked_email(email)
    if email == viewer.email:
        raise Invalid(_("That is already your address."), field="email")
    await check_password(db, viewer, password)
    return email, await issue_link(db, viewer.user_id, Purpose.CHANGE_EMAIL, email)


async def take_new_email(db: AsyncSession, host: HostOrganization, token: str) -> tuple[Account, str]:
    """The account as it was, and its new address. db is a system session. Raises LinkOver or EmailTaken."""
    user_id, email = await use_link(db, host, Purpose.CHANGE_EMAIL, token)
    account = await _account(db, user_id)
    changed = update(models.User).where(models.User.id == user_id)
    try:
        async with db.begin_nested():
            await db.execute(changed.values(email=email, email_verified_at=func.now()))
    except IntegrityError:
        raise EmailTaken(field="email") from None
    after_commit(db, publish, Channel.SESSION, f"person:{user_id}")
    await _note(db, account, Action.PERSON_EMAIL_CHANGED, {"email": [account.email, email]})
    return account, email


# The hash can be asked for by the address alone.
_HASH = text("SELECT password_hash FROM app.credentials(:realm, :email)")
_END_ALL = text("DELETE FROM user_sessions WHERE user_id = :user")


async def _account(db: AsyncSession, user_id: UserId) -> Account:
    account = await find_account(db, user_id=user_id)
    if account is None:
        raise LinkOver()
    return account


async def _note(db: AsyncSession, account: Account, action: Action, details: dict[str, list[str]]) -> None:
    actor = Actor(str(account.user_id), account.name, "")
    await record_of(db, actor, action, Target(account.email, account.name), account.home_id, details=details)
