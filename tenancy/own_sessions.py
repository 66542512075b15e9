"""Where a person is signed in, for themselves: a list, and a way to end what is not theirs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from tenancy.audit import Action, Target, record
from tenancy.db import after_commit, system_session
from tenancy.devices import Device
from tenancy.errors import NotFound
from tenancy.invalidation import Channel, publish
from tenancy.login import end_other_sessions
from tenancy.viewer import Viewer


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A browser or program in which the person is signed in. last_seen_at is right to the hour."""

    id: UUID
    device: Device
    is_program: bool
    is_current: bool
    began_at: datetime
    last_seen_at: datetime


async def own_sessions(viewer: Viewer) -> list[OwnSession]:
    """All that go on: the viewer's own first, then the latest."""
    async with system_session(reason="sessions of a person") as db:
        rows = await db.execute(_SESSIONS, {"user": viewer.user_id})
    found = [
        OwnSession(
            row.id,
            Device(row.browser, row.system, row.city, row.country, row.address),
            row.is_program,
            row.id == viewer.session_id,
            row.created_at,
            row.last_seen_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.is_current, one.last_seen_at), reverse=True)


async def end_own_session(viewer: Viewer, session_id: UUID) -> None:
    """Signs one of the viewer's devices out. NotFound where it is none of theirs, or over."""
    async with system_session(reason="end a session of a person") as db:
        ended = {"session": session_id, "user": viewer.user_id}
        if await db.scalar(_END, ended) is None:
            raise NotFound()
        after_commit(db, publish, Channel.SESSION, f"session:{session_id}")
        await record(db, viewer, Action.PERSON_SESSIONS_ENDED, Target(viewer.email, viewer.name))


async def end_own_other_sessions(viewer: Viewer) -> None:
    """Signs all of the viewer's devices out but this one."""
    async with system_session(reason="end the other sessions of a person") as db:
        await end_other_sessions(db, viewer)
        await record(db, viewer, Action.PERSON_SESSIONS_ENDED, Target(viewer.email, viewer.name))


_SESSIONS = text("""
SELECT id, browser, system, city, country, address, token_hash IS NULL AS is_program, created_at, last_seen_at
  FROM user_sessions WHERE user_id = :user AND expires_at > now()
""")

_END = text("DELETE FROM user_sessions WHERE id = :session AND user_id = :user RETURNING id")
