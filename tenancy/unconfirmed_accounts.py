"""Accounts whose address nobody had shown to be theirs, when the one whose address it is comes."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import delete, func, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.db import after_commit
from tenancy.ids import OrganizationId, UserId
from tenancy.invalidation import Channel, publish
from tenancy.login import end_sessions_of

Tell = Callable[[AsyncSession, Sequence[OrganizationId]], Awaitable[None]]


def on_take_over(tell: Tell) -> None:
    """Calls tell(db, organizations), in the transaction of it: those that are the account's alone."""
    _tell.clear()
    _tell.append(tell)


async def take_over(db: AsyncSession, user_id: UserId) -> None:
    """The account is confirmed, and whoever signed up with an address not theirs keeps no way into it.

    No password, session, link in a mail, second factor or identity, and no key, invitation or shared link
    of organisations that are the account's alone. db is a system session.
    """
    await db.execute(
        update(models.User)
        .where(models.User.id == user_id)
        .values(password_hash=None, email_verified_at=func.now())
    )
    await end_sessions_of(db, user_id)
    for kept in (models.AccountLink, models.SecondFactor, models.UserIdentity, models.KnownDevice):
        await db.execute(delete(kept).where(kept.user_id == user_id))
    alone = list(await db.scalars(_ALONE, {"user": user_id}))
    keys = await db.scalars(
        update(models.ApiKey)
        .where(models.ApiKey.organization_id.in_(alone), models.ApiKey.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(models.ApiKey.token_hash)
    )
    for token_hash in keys:
        after_commit(db, publish, Channel.API_KEY, token_hash.hex())
    await db.execute(
        update(models.Invitation)
        .where(
            models.Invitation.organization_id.in_(alone),
            models.Invitation.accepted_at.is_(None),
            models.Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
    )
    for tell in _tell:
        await tell(db, alone)


# What the account was signed up with: nobody else belongs to it.
_ALONE = text("""
SELECT m.organization_id FROM memberships m
 WHERE m.user_id = :user
   AND NOT EXISTS (SELECT FROM memberships o
                    WHERE o.organization_id = m.organization_id AND o.user_id <> m.user_id)
""")
_tell: list[Tell] = []
