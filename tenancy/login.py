"""Signing in and out. A session is a random token in a cookie; the database holds its hash."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Row, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, record
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
    """The same for a wrong password, and an account that is unknown, not confirmed, or of another realm."""

    code = "wrong_credentials"
    message = _("The email address or the password is not right.")


async def sign_in(host: HostOrganization, email: str, password: str, address: str) -> tuple[Viewer, str]:
    """The viewer and the token for the cookie. Looks for the account in the realm of the host alone.

    Raises WrongCredentials, or TooManyTries.
    """
    token = secrets.token_urlsafe(32)
    async with starting_session(host, email, password, address, token=token) as (_db, viewer):
        return viewer, token


@asynccontextmanager
async def starting_session(
    host: HostOrganization, email: str, password: str, address: str, *, token: str | None
) -> AsyncIterator[tuple[AsyncSession, Viewer]]:
    """A session that stands once the block has ended. A browser's has a token, a program's none.

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
    async with system_session(reason="start a session") as db:
        if needs_rehash(password_hash):
            renewed = await hash_password(password)
            await db.execute(
                update(models.User).where(models.User.id == user_id).values(password_hash=renewed)
            )
        session_id = await db.scalar(
            _START,
            {
                "realm": host.realm_id,
                "user": user_id,
                "host": host.organization_id,
                "token": None if token is None else hash_token(token),
                "days": SESSION_DAYS,
            },
        )
        row = None if session_id is None else await _find(db, f"session:{session_id}", host.organization_id)
        if row is None:
            # An address that nobody has proved to be theirs, or a person without membership where they
            # sign in: roll the session back.
            raise WrongCredentials()
        viewer = _viewer(row)
        yield db, viewer
    await tries.succeeded()
    log.info("sign_in.succeeded", session=str(viewer.session_id), host=host.host)


async def viewer_for_token(token: str, host: HostOrganization) -> Viewer | None:
    """Who holds this token on this host; None when it was never given, signed out, or has expired."""
    return await _viewers.get(f"token:{hash_token(token).hex()} {host.organization_id}")


async def viewer_for_session(session_id: UUID, host: HostOrganization) -> Viewer | None:
    """Who is signed in by this session on this host: for whoever has the proof of it."""
    return await _viewers.get(f"session:{session_id} {host.organization_id}")


async def sign_out(token: str) -> None:
    """Ends the session of the token, in every process at once."""
    await _end(models.UserSession.token_hash == hash_token(token))


async def end_session(session_id: UUID) -> None:
    """Ends a session with all of its refresh tokens, in every process at once."""
    await _end(models.UserSession.id == session_id)


async def sign_out_everywhere(user_id: UserId, by: Viewer) -> None:
    """Ends all of a person's sessions, of browsers and programs, in every process at once."""
    async with system_session(reason="sign out everywhere") as db:
        await db.execute(delete(models.UserSession).where(models.UserSession.user_id == user_id))
        name = await db.scalar(select(models.User.name).where(models.User.id == user_id))
        person = Target(str(user_id), name or "")
        await record(db, by, Action.PERSON_SIGNED_OUT_EVERYWHERE, person)
        after_commit(db, publish, Channel.SESSION, f"user:{user_id}")


def hash_token(token: str) -> bytes:
    """What the database keeps of a token: nothing leads back from it."""
    return sha256(token.encode()).digest()


def session_cookie() -> str:
    """The cookie's name: __Host- ties it to the host that set it, and browsers want TLS for that."""
    return "__Host-session" if settings().public_scheme == "https" else "session"


_START = text("""
INSERT INTO user_sessions (organization_id, user_id, host_organization_id, token_hash, expires_at)
SELECT organization_id, id, :host, CAST(:token AS bytea), now() + make_interval(days => :days)
  FROM users WHERE id = :user AND organization_id = :realm AND email_verified_at IS NOT NULL
RETURNING id
""")

_ACCOUNT = text("SELECT id, password_hash FROM app.credentials(:realm, :email)")

# A person may be a member of several organisations: the realm's own counts first, then the oldest.
_FIND = text("""
SELECT s.id AS session_id, s.last_seen_at < now() - interval '1 hour' AS unseen, u.id AS user_id, u.email,
       u.name, coalesce(u.locale, o.locale) AS locale, o.id AS organization_id, o.kind,
       o.name AS organization_name, m.role, s.host_organization_id
  FROM user_sessions s
  JOIN users u ON u.id = s.user_id
  JOIN memberships m ON m.user_id = u.id
  JOIN organizations o ON o.id = m.organization_id
 WHERE (s.token_hash = CAST(:token AS bytea) OR s.id = CAST(:session AS uuid))
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


async def _credentials(realm_id: OrganizationId, email: str) -> tuple[UserId | None, str | None]:
    async with system_session(reason="check a password") as db:
        row = (await db.execute(_ACCOUNT, {"realm": realm_id, "email": email})).one_or_none()
    return (None, None) if row is None else (UserId(row.id), row.password_hash)


async def _find(db: AsyncSession, reference: str, host_id: UUID) -> Row[Any] | None:
    """The row behind token:HASH or session:ID."""
    kind, _colon, value = reference.partition(":")
    asked = {"token": bytes.fromhex(value) if kind == "token" else None, "host": host_id}
    asked["session"] = UUID(value) if kind == "session" else None
    return (await db.execute(_FIND, asked)).one_or_none()


async def _end(which: ColumnElement[bool]) -> None:
    async with system_session(reason="sign out") as db:
        ended = await db.scalar(delete(models.UserSession).where(which).returning(models.UserSession.id))
        if ended is not None:
            after_commit(db, publish, Channel.SESSION, f"session:{ended}")


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
    reference, host_id = key.split()
    async with system_session(reason="viewer of a token") as db:
        row = await _find(db, reference, UUID(host_id))
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
