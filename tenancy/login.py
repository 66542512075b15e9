"""Signing in and out. A session is a random token in a cookie; the database holds its hash."""

import secrets
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.cache import ReadThrough
from tenancy.db import after_commit, system_session
from tenancy.domains import HostOrganization
from tenancy.errors import NotSignedIn
from tenancy.ids import OrganizationId, UserId
from tenancy.invalidation import Channel, on_change, publish
from tenancy.passwords import hash_password, is_demo_password_elsewhere, needs_rehash, verify_password
from tenancy.rate_limits import SignInTries
from tenancy.roles import OrganizationKind, Role
from tenancy.settings import settings
from tenancy.text import gettext_noop as _
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

SESSION_DAYS = 30


class WrongCredentials(NotSignedIn):
    """The same for a wrong password, an unknown account and one of another realm."""

    code = "wrong_credentials"
    message = _("The email address or the password is not right.")


async def sign_in(host: HostOrganization, email: str, password: str, address: str) -> tuple[Viewer, str]:
    """The viewer and the token for the cookie. Looks for the account in the realm of the host alone.

    Raises WrongCredentials, or TooManyTries.
    """
    email = email.strip().lower()
    tries = SignInTries(host.realm_id, email, address)
    await tries.admit()
    user_id, password_hash = await _credentials(host.realm_id, email)
    right = await verify_password(password_hash, password) and not is_demo_password_elsewhere(password)
    if user_id is None or password_hash is None or not right:
        log.info("sign_in.refused", host=host.host)
        raise WrongCredentials()
    token = secrets.token_urlsafe(32)
    async with system_session(reason="start a session") as db:
        if needs_rehash(password_hash):
            renewed = await hash_password(password)
            await db.execute(
                update(models.User).where(models.User.id == user_id).values(password_hash=renewed)
            )
        await db.execute(
            _START,
            {
                "realm": host.realm_id,
                "user": user_id,
                "host": host.organization_id,
                "token": _hash(token),
                "days": SESSION_DAYS,
            },
        )
        row = await _find(db, _hash(token), host.organization_id)
        if row is None:
            # A person without membership where they sign in: roll the session back.
            raise WrongCredentials()
    await tries.succeeded()
    viewer = _viewer(row)
    log.info("sign_in.succeeded", session=str(viewer.session_id), host=host.host)
    return viewer, token


async def viewer_for_token(token: str, host: HostOrganization) -> Viewer | None:
    """Who holds this token on this host; None when it was never given, signed out, or has expired."""
    return await _viewers.get(f"{_hash(token).hex()} {host.organization_id}")


async def sign_out(token: str) -> None:
    """Ends the session of the token, in every process at once."""
    async with system_session(reason="sign out") as db:
        ended = await db.scalar(
            delete(models.UserSession)
            .where(models.UserSession.token_hash == _hash(token))
            .returning(models.UserSession.id)
        )
        if ended is not None:
            after_commit(db, publish, Channel.SESSION, f"session:{ended}")


async def sign_out_everywhere(user_id: UserId) -> None:
    """Ends all of a person's sessions, in every process at once."""
    async with system_session(reason="sign out everywhere") as db:
        await db.execute(delete(models.UserSession).where(models.UserSession.user_id == user_id))
        after_commit(db, publish, Channel.SESSION, f"user:{user_id}")


def session_cookie() -> str:
    """The cookie's name: __Host- ties it to the host that set it, and browsers want TLS for that."""
    return "__Host-session" if settings().public_scheme == "https" else "session"


_START = text("""
INSERT INTO user_sessions (organization_id, user_id, host_organization_id, token_hash, expires_at)
VALUES (:realm, :user, :host, :token, now() + make_interval(days => :days))
""")

_ACCOUNT = text("SELECT id, password_hash FROM app.credentials(:realm, :email)")

# A person may be a member of several organisations: the realm's own counts first, then the oldest.
_FIND = text("""
SELECT s.id AS session_id, s.last_seen_at < now() - interval '1 hour' AS unseen, u.id AS user_id, u.email,
       u.name, coalesce(u.locale, o.locale, brand.locale, 'en') AS locale, o.id AS organization_id, o.kind,
       o.name AS organization_name, m.role, s.host_organization_id
  FROM user_sessions s
  JOIN users u ON u.id = s.user_id
  JOIN memberships m ON m.user_id = u.id
  JOIN organizations o ON o.id = m.organization_id
  JOIN organizations brand ON brand.id = o.realm_id
 WHERE s.token_hash = :token
   AND s.host_organization_id = :host
   AND s.expires_at > now()
   AND (o.id = o.realm_id
        OR EXISTS (SELECT FROM org_tree t WHERE t.ancestor_id = :host AND t.descendant_id = o.id))
 ORDER BY o.id = o.realm_id DESC, m.created_at, m.id
 LIMIT 1
""")

_TOUCH = text("""
UPDATE user_sessions SET last_seen_at = now(), expires_at = now() + make_interval(days => :days)
 WHERE id = :session
""")


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def _credentials(realm_id: OrganizationId, email: str) -> tuple[UserId | None, str | None]:
    async with system_session(reason="check a password") as db:
        row = (await db.execute(_ACCOUNT, {"realm": realm_id, "email": email})).one_or_none()
    return (None, None) if row is None else (UserId(row.id), row.password_hash)


async def _find(db: AsyncSession, token_hash: bytes, host_id: UUID) -> Row[Any] | None:
    return (await db.execute(_FIND, {"token": token_hash, "host": host_id})).one_or_none()


def _viewer(row: Row[Any]) -> Viewer:
    return Viewer(
        user_id=UserId(row.user_id),
        email=row.email,
        name=row.name,
        organization_id=OrganizationId(row.organization_id),
        organization_kind=OrganizationKind(row.kind),
        organization_name=row.organization_name,
        role=Role(row.role),
        host_organization_id=OrganizationId(row.host_organization_id),
        session_id=row.session_id,
        locale=row.locale,
    )


async def _fetch_viewer(key: str) -> Viewer | None:
    token_hash, host_id = key.split()
    async with system_session(reason="viewer of a token") as db:
        row = await _find(db, bytes.fromhex(token_hash), UUID(host_id))
        if row is not None and row.unseen:
            await db.execute(_TOUCH, {"session": row.session_id, "days": SESSION_DAYS})
    return None if row is None else _viewer(row)


def _forget(key: str) -> None:
    kind, _colon, id_ = key.partition(":")
    if kind == "session":
        _viewers.forget_where(lambda viewer: str(viewer.session_id) == id_)
    elif kind == "user":
        _viewers.forget_where(lambda viewer: str(viewer.user_id) == id_)
    else:
        _viewers.forget("")


_viewers = ReadThrough(_fetch_viewer, fresh_s=15, unknown_s=5)
on_change(Channel.SESSION, _forget)
