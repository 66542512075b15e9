"""Links in mails to people about their accounts: each is good for one thing, once, and not for long."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.domains import HostOrganization
from tenancy.errors import InsightHubError
from tenancy.ids import OrganizationId, UserId
from tenancy.login import hash_token
from tenancy.text import gettext_noop as _


class Purpose(StrEnum):
    """What a link is good for."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105
    CHANGE_EMAIL = "change_email"


LIFETIMES = {
    Purpose.CONFIRM_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
}


class LinkOver(InsightHubError):
    """Never sent, used, expired, overtaken by a newer one, or of another host: the answer is the same."""

    status = 410
    code = "link_over"
    message = _(
        "This link no longer works. It can be used once, and only for a limited time. Request a new one."
    )


@dataclass(frozen=True, slots=True)
class Account:
    """A person as mails address them; home_id is the organisation whose brand and host a mail has."""

    user_id: UserId
    email: str
    name: str
    locale: str | None
    home_id: OrganizationId
    confirmed: bool


async def find_account(
    db: AsyncSession,
    *,
    realm_id: OrganizationId | None = None,
    email: str = "",
    user_id: UserId | None = None,
) -> Account | None:
    """The account of an address in a realm, or of an id. db is a system session."""
    asked = {"realm": realm_id, "email": email.strip().lower(), "user": user_id}
    row = (await db.execute(_ACCOUNT, asked)).one_or_none()
    if row is None:
        return None
    return Account(
        UserId(row.id), row.email, row.name, row.locale, OrganizationId(row.home_id), row.confirmed
    )


async def issue_link(db: AsyncSession, user_id: UserId, purpose: Purpose, email: str) -> str:
    """A new link's token; earlier ones for the same are over. email is the address that the link is about."""
    token = secrets.token_urlsafe(24)
    await db.execute(
        update(models.AccountLink)
        .where(
            models.AccountLink.user_id == user_id,
            models.AccountLink.purpose == purpose,
            models.AccountLink.used_at.is_(None),
        )
        .values(used_at=func.now())
    )
    realm = select(models.User.organization_id).where(models.User.id == user_id).scalar_subquery()
    await db.execute(
        insert(models.AccountLink).values(
            organization_id=realm,
            user_id=user_id,
            purpose=purpose,
            token_hash=hash_token(token),
            email=email,
            expires_at=func.now() + LIFETIMES[purpose],
        )
    )
    return token


async def is_link_good(db: AsyncSession, host: HostOrganization, purpose: Purpose, token: str) -> bool:
    """Whether use_link() would take it; for the page before the button is pressed."""
    link = models.AccountLink
    found = select(link.id).where(*_good(host, purpose, token))
    return await db.scalar(found) is not None


async def use_link(
    db: AsyncSession, host: HostOrganization, purpose: Purpose, token: str
) -> tuple[UserId, str]:
    """Whose link it is, and the address it is about; from now on it is over. Raises LinkOver."""
    link = models.AccountLink
    used = await db.execute(
        update(link)
        .where(*_good(host, purpose, token))
        .values(used_at=func.now())
        .returning(link.user_id, link.email)
    )
    row = used.one_or_none()
    if row is None:
        raise LinkOver()
    return UserId(row.user_id), row.email


def _good(host: HostOrganization, purpose: Purpose, token: str) -> tuple[ColumnElement[bool], ...]:
    link = models.AccountLink
    return (
        link.token_hash == hash_token(token),
        link.purpose == purpose,
        link.organization_id == host.realm_id,
        link.used_at.is_(None),
        link.expires_at > func.now(),
    )


# A mail comes from the first organisation that somebody belongs to, else from the one whose account it is.
_ACCOUNT = text("""
SELECT u.id, u.email, u.name, coalesce(u.locale, o.locale) AS locale, o.id AS home_id,
       u.email_verified_at IS NOT NULL AS confirmed
  FROM users u
  LEFT JOIN memberships m ON m.user_id = u.id
  JOIN organizations o ON o.id = coalesce(m.organization_id, u.organization_id)
 WHERE (u.organization_id = CAST(:realm AS uuid) AND u.email = :email) OR u.id = CAST(:user AS uuid)
 ORDER BY o.id = o.realm_id DESC, m.created_at, m.id
 LIMIT 1
""")
