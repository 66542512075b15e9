"""Tokens of programs: a signed one for a quarter of an hour, and one that is good for the next pair."""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.audit import Action, Target, record
from tenancy.db import after_commit, system_session
from tenancy.domains import HostOrganization
from tenancy.errors import NotSignedIn
from tenancy.invalidation import Channel, publish
from tenancy.login import SESSION_DAYS, hash_token, prove_password, start_program_session, viewer_for_session
from tenancy.second_factor import CodeNeeded, check_code, has_second_factor
from tenancy.settings import settings
from tenancy.text import gettext_noop as _
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

ACCESS_S = 15 * 60
"""For so long an access token is good, if nothing ends its session before."""

GRACE_S = 10
"""For so long a refresh token that was used gives the same next one again: two threads of a program may ask
at once, and an answer may get lost on its way."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a program holds."""

    access_token: str
    refresh_token: str


class WrongRefreshToken(NotSignedIn):
    """Never given, given on another host, expired, or its session has ended."""

    code = "wrong_refresh_token"
    message = _("This refresh token is no longer valid. Please sign in.")


class RefreshTokenReused(NotSignedIn):
    """Somebody else may hold it: nobody goes on with it."""

    code = "refresh_token_reused"
    message = _("This refresh token has been used before, so its session has ended. Please sign in again.")


async def sign_in_program(
    host: HostOrganization, email: str, password: str, address: str, *, code: str = ""
) -> tuple[Viewer, TokenPair]:
    """A session for a program. Raises what sign_in and sign_in_with_code raise."""
    refresh = secrets.token_urlsafe(32)
    user_id = await prove_password(host, email, password, address)
    async with system_session(reason="start a program's session") as db:
        if await has_second_factor(db, user_id):
            if not code:
                raise CodeNeeded(user_id)
            await check_code(db, user_id, code)
        viewer = await start_program_session(db, host, user_id)
        await record(db, viewer, Action.PERSON_SIGNED_IN, Target(viewer.email, viewer.name))
        await db.execute(_ISSUE, _issued(refresh, viewer.session_id))
    return viewer, TokenPair(_access_token(viewer), refresh)


async def refresh_tokens(host: HostOrganization, refresh_token: str) -> tuple[Viewer, TokenPair]:
    """The next pair. A refresh token gives the same next one for GRACE_S; after that it ends the session.

    Raises WrongRefreshToken or RefreshTokenReused.
    """
    following = _successor(refresh_token)
    reused: Viewer | None = None
    used = {"token": hash_token(refresh_token), "host": host.organization_id}
    async with system_session(reason="refresh a program's tokens") as db:
        session_id: UUID | None = await db.scalar(_ROTATE, used)
        if session_id is not None:
            await db.execute(_ISSUE, _issued(following, session_id))
            await db.execute(_PROLONG, {"session": session_id, "days": SESSION_DAYS})
        # Who asks at the same time waited for the row above, and finds it rotated a moment ago.
        elif row := (await db.execute(_ROTATED, {**used, "grace": GRACE_S})).one_or_none():
            session_id = row.session_id
            if not row.in_grace:
                reused = await viewer_for_session(row.session_id, host)
                await _end_family(db, row.session_id, reused)
    if reused is not None:
        raise RefreshTokenReused()
    # None as well where the person is no longer a member of anything here.
    viewer = None if session_id is None else await viewer_for_session(session_id, host)
    if viewer is None:
        raise WrongRefreshToken()
    return viewer, TokenPair(_access_token(viewer), following)


async def viewer_for_access_token(token: str, host: HostOrganization) -> Viewer | None:
    """Who holds this access token on this host; None when it is not ours or has expired, or by sign-out."""
    try:
        decoded = jwt.decode(token, _key(), algorithms=[_ALGORITHM])
        _claims(host).validate(decoded.claims)
        session_id = UUID(decoded.claims["sid"])
    except (JoseError, ValueError, TypeError, AttributeError):
        return None
    if decoded.header.get("typ") != _TYPE:
        return None
    return await viewer_for_session(session_id, host)


_ALGORITHM = "HS256"
_TYPE = "at+jwt"

_ISSUE = text("""
INSERT INTO refresh_tokens (organization_id, session_id, token_hash, expires_at)
SELECT organization_id, id, :token, now() + make_interval(days => :days)
  FROM user_sessions WHERE id = :session
""")
_ROTATE = text("""
UPDATE refresh_tokens r SET rotated_at = now()
  FROM user_sessions s
 WHERE r.token_hash = :token AND r.rotated_at IS NULL AND r.expires_at > now()
   AND s.id = r.session_id AND s.host_organization_id = :host
RETURNING r.session_id
""")
_ROTATED = text("""
SELECT r.session_id, r.rotated_at > now() - make_interval(secs => :grace) AS in_grace
  FROM refresh_tokens r JOIN user_sessions s ON s.id = r.session_id
 WHERE r.token_hash = :token AND r.rotated_at IS NOT NULL AND s.host_organization_id = :host
""")
_PROLONG = text("""
UPDATE user_sessions SET last_seen_at = now(), expires_at = now() + make_interval(days => :days)
 WHERE id = :session
""")
_END = text("DELETE FROM user_sessions WHERE id = :session")


async def _end_family(db: AsyncSession, session_id: UUID, owner: Viewer | None) -> None:
    await db.execute(_END, {"session": session_id})
    after_commit(db, publish, Channel.SESSION, f"session:{session_id}")
    log.warning("refresh_token.reused", session=str(session_id))
    if owner is not None:
        await record(db, owner, Action.PERSON_TOKEN_REUSED, Target(str(owner.user_id), owner.name))


def _issued(token: str, session_id: UUID) -> dict[str, object]:
    return {"token": hash_token(token), "session": session_id, "days": SESSION_DAYS}


def _successor(refresh_token: str) -> str:
    """The one token that follows this one: who asks twice gets it twice, though only hashes are kept.

    A thief who asks within the grace gets no branch of their own: the next use of the same token shows both.
    """
    digest = hmac.new(_secret("refresh token"), refresh_token.encode(), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _access_token(viewer: Viewer) -> str:
    now = int(time.time())
    claims = {
        "sub": str(viewer.user_id),
        "aud": str(viewer.host_organization_id),
        "sid": str(viewer.session_id),
        "iat": now,
        "exp": now + ACCESS_S,
    }
    return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE}, claims, _key())


def _claims(host: HostOrganization) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        aud={"essential": True, "value": str(host.organization_id)},
        exp={"essential": True},
        sid={"essential": True},
    )


@lru_cache(maxsize=1)
def _key() -> OctKey:
    return OctKey.import_key(_secret("access token"))


def _secret(purpose: str) -> bytes:
    return hmac.new(settings().secret_key.encode(), purpose.encode(), sha256).digest()
