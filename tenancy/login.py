"""Signing in and out. A session is a random token in a cookie; the database holds its hash."""

import asyncio
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Actor, Target, record, record_of
from tenancy.cache import ReadThrough
from tenancy.db import after_commit, system_session
from tenancy.devices import current_device, recognise
from tenancy.domains import HostOrganization
from tenancy.errors import NotFound, NotSignedIn
from tenancy.ids import OrganizationId, UserId
from tenancy.invalidation import Channel, on_change, publish
from tenancy.passwords import hash_password, is_demo_password_elsewhere, needs_rehash, verify_password
from tenancy.rate_limits import SignInTries
from tenancy.second_factor import CodeNeeded, check_code, has_second_factor
from tenancy.session_viewers import find_places, viewer_in
from tenancy.settings import settings
from tenancy.text import gettext_noop as _
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

SESSION_DAYS = 30


class WrongCredentials(NotSignedIn):
    """The same for a wrong password, and an account that is unknown, not confirmed, or of another realm."""

    code = "wrong_credentials"
    message = _("The email address or the password is not correct.")


class EmailNotConfirmed(NotSignedIn):
    """The password is right, and nobody has shown the address to be theirs."""

    code = "email_not_confirmed"
    message = _("Please confirm your email address first. We have sent you the link again.")

    def __init__(self, user_id: UserId) -> None:
        super().__init__()
        self.user_id = user_id


async def sign_in(host: HostOrganization, email: str, password: str, address: str) -> tuple[Viewer, str]:
    """The viewer and the token for the cookie. Looks for the account in the realm of the host alone.

    Raises WrongCredentials, EmailNotConfirmed, TooManyTries, or CodeNeeded where the password is not enough.
    """
    user_id = await prove_password(host, email, password, address)
    async with system_session(reason="start a session") as db:
        if await has_second_factor(db, user_id):
            raise CodeNeeded(user_id)
        viewer, token = await start_session(db, host, user_id)
        await record(db, viewer, Action.PERSON_SIGNED_IN, Target(viewer.email, viewer.name))
    log.info("sign_in.succeeded", session=str(viewer.session_id), host=host.host)
    return viewer, token


async def sign_in_with_code(
    host: HostOrganization, user_id: UserId, code: str
) -> tuple[Viewer, str, int | None]:
    """The second step after CodeNeeded; also how many recovery codes are left, where one was used.

    Raises WrongCode, or TooManyTries.
    """
    async with system_session(reason="start a session with a code") as db:
        left = await check_code(db, user_id, code)
        viewer, token = await start_session(db, host, user_id)
        await record(db, viewer, Action.PERSON_SIGNED_IN, Target(viewer.email, viewer.name))
    log.info("sign_in.succeeded", session=str(viewer.session_id), host=host.host)
    return viewer, token, left


async def prove_password(host: HostOrganization, email: str, password: str, address: str) -> UserId:
    """Whose account it is. Raises WrongCredentials, EmailNotConfirmed, or TooManyTries."""
    email = email.strip().lower()
    tries = SignInTries(host.realm_id, email, address)
    await tries.admit()
    user_id, password_hash = await _credentials(host.realm_id, email)
    right = await verify_password(password_hash, password) and not is_demo_password_elsewhere(password)
    if user_id is None or password_hash is None or not right:
        log.info("sign_in.refused", host=host.host)
        if user_id is not None:
            # Nobody waits for it: how long the answer takes must not tell which accounts exist.
            recording = asyncio.create_task(_record_refusal(host, user_id))
            _recording.add(recording)
            recording.add_done_callback(_recording.discard)
        raise WrongCredentials()
    if needs_rehash(password_hash):
        await _renew(user_id, await hash_password(password))
    await tries.succeeded()
    if not await _is_confirmed(user_id):
        raise EmailNotConfirmed(user_id)
    return user_id


async def start_session(
    db: AsyncSession, host: HostOrganization, user_id: UserId, organization_id: OrganizationId | None = None
) -> tuple[Viewer, str]:
    """A new session of somebody whose identity is proven, in one of their organisations, and its token.

    db is a system session. Raises WrongCredentials for who is no member of anything on this host.
    """
    token = secrets.token_urlsafe(32)
    return await _start(db, host, user_id, hash_token(token), organization_id), token


async def start_program_session(db: AsyncSession, host: HostOrganization, user_id: UserId) -> Viewer:
    """As start_session, for a program: it holds other tokens than a browser."""
    return await _start(db, host, user_id, None, None)


async def choose_organization(viewer: Viewer, public_id: str) -> None:
    """From now on this session is in another of the viewer's organisations. NotFound where it is none."""
    if public_id not in {one.public_id for one in viewer.belongs_to}:
        raise NotFound()
    async with system_session(reason="choose an organisation") as db:
        await db.execute(_CHOOSE, {"session": viewer.session_id, "organization": public_id})
        await db.execute(_SEEN, {"session": viewer.session_id})
        after_commit(db, publish, Channel.SESSION, f"place:{viewer.session_id}")


async def place_session(db: AsyncSession, session_id: UUID, organization_id: OrganizationId) -> None:
    """Puts a session into an organisation of its person, and notes that the person was seen there."""
    await db.execute(_PLACE, {"session": session_id, "organization": organization_id})
    await db.execute(_SEEN, {"session": session_id})


async def end_sessions_in(organization_id: OrganizationId, user_id: UserId) -> None:
    """Ends a person's sessions in one organisation; those in others go on."""
    async with system_session(reason="end sessions in an organisation") as db:
        await db.execute(_END_IN, {"organization": organization_id, "user": user_id})
        after_commit(db, publish, Channel.SESSION, f"user:{user_id}")


async def viewer_for_token(token: str, host: HostOrganization) -> Viewer | None:
    """Who holds this token on this host; None when it was never given, signed out, or has expired."""
    key = f"token:{hash_token(token).hex()} {host.organization_id}"
    viewer = await _viewers.get(key)
    if viewer is not None and viewer.viewing is not None and viewer.viewing.ends_at <= datetime.now(UTC):
        # What is remembered of a look must not outlive it.
        _viewers.forget(key)
        return await _viewers.get(key)
    return viewer


async def viewer_for_session(session_id: UUID, host: HostOrganization) -> Viewer | None:
    """Who is signed in by this session on this host: for whoever has the proof of it."""
    return await _viewers.get(f"session:{session_id} {host.organization_id}")


async def sign_out(token: str) -> None:
    """Ends the session of the token, in every process at once."""
    await _end(models.UserSession.token_hash == hash_token(token))


async def end_session(session_id: UUID) -> None:
    """Ends a session with all of its refresh tokens, in every process at once."""
    await _end(models.UserSession.id == session_id)


async def end_other_sessions(db: AsyncSession, viewer: Viewer) -> None:
    """Ends all of a person's sessions but the one that the viewer holds. db is a system session."""
    await db.execute(
        delete(models.UserSession).where(
            models.UserSession.user_id == viewer.user_id, models.UserSession.id != viewer.session_id
        )
    )
    after_commit(db, publish, Channel.SESSION, f"others:{viewer.user_id}:{viewer.session_id}")


async def end_sessions_of(db: AsyncSession, user_id: UserId) -> None:
    """Ends all of a person's sessions, in every process at once. db is a system session."""
    await db.execute(delete(models.UserSession).where(models.UserSession.user_id == user_id))
    after_commit(db, publish, Channel.SESSION, f"user:{user_id}")


async def sign_out_everywhere(user_id: UserId) -> None:
    """Ends all of a person's sessions, of browsers and programs, in every process at once."""
    async with system_session(reason="sign out everywhere") as db:
        await end_sessions_of(db, user_id)
        await _record_about(db, user_id, Action.PERSON_SIGNED_OUT_EVERYWHERE)


def hash_token(token: str) -> bytes:
    """What the database keeps of a token: nothing leads back from it."""
    return sha256(token.encode()).digest()


def session_cookie() -> str:
    """The cookie's name: __Host- ties it to the host that set it, and browsers want TLS for that."""
    return "__Host-session" if settings().public_scheme == "https" else "session"


_START = text("""
INSERT INTO user_sessions (organization_id, user_id, host_organization_id, chosen_organization_id,
                           token_hash, expires_at, browser, system, city, country, address)
SELECT organization_id, id, :host, CAST(:organization AS uuid), CAST(:token AS bytea),
       now() + make_interval(days => :days), :browser, :system, :city, :country, :address
  FROM users WHERE id = :user AND organization_id = :realm
RETURNING id
""")

_ACCOUNT = text("SELECT id, password_hash FROM app.credentials(:realm, :email)")

_END_VIEWING = text("DELETE FROM viewings WHERE session_id = :session AND ends_at <= now()")

# Once chosen, a session stays where it is when its person joins something else.
_PLACE = text("UPDATE user_sessions SET chosen_organization_id = :organization WHERE id = :session")

_CHOOSE = text("""
UPDATE user_sessions s SET chosen_organization_id = o.id FROM organizations o
 WHERE s.id = :session AND o.public_id = :organization AND o.realm_id = s.organization_id
""")

_SEEN = text("""
UPDATE memberships m SET last_seen_at = now() FROM user_sessions s
 WHERE s.id = :session AND m.user_id = s.user_id AND m.organization_id = s.chosen_organization_id
""")

_END_IN = text("""
DELETE FROM user_sessions
 WHERE user_id = :user AND coalesce(chosen_organization_id, :organization) = :organization
""")

_PERSON = text("""
SELECT u.id::text AS id, u.email, u.name, o.id AS organization_id, o.name AS organization_name
  FROM users u JOIN memberships m ON m.user_id = u.id JOIN organizations o ON o.id = m.organization_id
 WHERE u.id = :user
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


async def _start(
    db: AsyncSession,
    host: HostOrganization,
    user_id: UserId,
    token_hash: bytes | None,
    organization_id: OrganizationId | None,
) -> Viewer:
    device = current_device()
    begun = {
        "realm": host.realm_id,
        "user": user_id,
        "host": host.organization_id,
        "token": token_hash,
        "days": SESSION_DAYS,
        "organization": organization_id,
        **asdict(device),
    }
    session_id: UUID | None = await db.scalar(_START, begun)
    viewer = (
        viewer_in(await find_places(db, f"session:{session_id}", host.organization_id))
        if session_id
        else None
    )
    if viewer is None:
        raise WrongCredentials()
    await place_session(db, viewer.session_id, viewer.organization_id)
    await recognise(db, viewer, device)
    return viewer


async def _end(which: ColumnElement[bool]) -> None:
    async with system_session(reason="sign out", keeps_books=True) as db:
        ended = await db.scalar(delete(models.UserSession).where(which).returning(models.UserSession.id))
        if ended is not None:
            after_commit(db, publish, Channel.SESSION, f"session:{ended}")


async def _is_confirmed(user_id: UserId) -> bool:
    confirmed = select(models.User.email_verified_at.is_not(None)).where(models.User.id == user_id)
    async with system_session(reason="is an address confirmed") as db:
        return bool(await db.scalar(confirmed))


async def _renew(user_id: UserId, password_hash: str) -> None:
    async with system_session(reason="renew the hash of a password") as db:
        await db.execute(
            update(models.User).where(models.User.id == user_id).values(password_hash=password_hash)
        )


_recording: set[asyncio.Task[None]] = set()


async def _record_refusal(host: HostOrganization, user_id: UserId) -> None:
    async with system_session(reason="record a refused sign-in") as db:
        await _record_about(
            db, user_id, Action.PERSON_SIGN_IN_REFUSED, Actor("", "", "", "unknown"), host.host
        )


async def _record_about(
    db: AsyncSession, user_id: UserId, action: Action, actor: Actor | None = None, host: str | None = None
) -> None:
    """In the log of the person's first organisation; nowhere for who has none."""
    row = (await db.execute(_PERSON, {"user": user_id})).one_or_none()
    if row is not None:
        actor = actor or Actor(row.id, row.name, row.organization_name)
        details = {"host": host} if host else {}
        organization_id = OrganizationId(row.organization_id)
        await record_of(db, actor, action, Target(row.email, row.name), organization_id, details=details)


async def _fetch_viewer(key: str) -> Viewer | None:
    reference, host_id = key.split()
    async with system_session(reason="viewer of a token", keeps_books=True) as db:
        rows = await find_places(db, reference, UUID(host_id))
        viewer = viewer_in(rows)
        if viewer is not None and rows[0].unseen:
            await db.execute(_TOUCH, {"session": viewer.session_id, "days": SESSION_DAYS})
            await place_session(db, viewer.session_id, OrganizationId(rows[0].organization_id))
        if viewer is not None and rows[0].overdue:
            await db.execute(_END_VIEWING, {"session": viewer.session_id})
    return viewer


def _forget(key: str) -> None:
    kind, _colon, id_ = key.partition(":")
    if kind in {"session", "place", "viewing"}:
        _viewers.forget_where(lambda viewer: str(viewer.session_id) == id_)
    elif kind in {"user", "person"}:
        _viewers.forget_where(lambda viewer: str(viewer.user_id) == id_)
    elif kind == "others":
        user, _colon, spared = id_.partition(":")
        _viewers.forget_where(lambda viewer: str(viewer.user_id) == user and str(viewer.session_id) != spared)
    else:
        _viewers.forget("")


_viewers = ReadThrough(_fetch_viewer, fresh_s=15, unknown_s=5)
on_change(Channel.SESSION, _forget)
