"""View as client: people of an agency see a client's pages as it does, for half an hour, and change nothing.

Who looks is a Viewer with a `viewing`; where a session is looking stands in the database (tenancy/login.py
reads it), so that a look ends at once in every tab and process.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.audit import Action, Target, record
from tenancy.db import after_commit, session, system_session
from tenancy.errors import Conflict, Forbidden, NotFound
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish
from tenancy.members import Member, list_members
from tenancy.organizations import OrganizationInfo, get_organization, own_organization
from tenancy.roles import OrganizationKind, Permission, Role, allows
from tenancy.text import gettext_noop as _
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

MINUTES = 30
"""For so long a look goes on, if nothing ends it before."""


class NoConsent(Forbidden):
    """The client has not switched it on."""

    code = "no_consent"
    message = _("This client has not allowed you to view its pages as client.")


class AskedAlready(Conflict):
    code = "asked_already"
    message = _("This client has already been asked within the last day.")


class NobodyToAsk(Conflict):
    code = "nobody_to_ask"
    message = _("This client has nobody yet who could agree. Invite its owner first.")


def may_look(viewer: Viewer, client: OrganizationInfo) -> bool:
    """Whether the viewer's role, and the host they are on, let them look at this client, if it agrees.

    Not on the host of another client: there, it would be somebody else's name that stands above.
    """
    return (
        viewer.may(Permission.VIEW_AS_CLIENT)
        and client.kind is OrganizationKind.CLIENT
        and client.parent_id == viewer.organization_id
        and viewer.host_organization_id in {viewer.organization_id, client.id}
    )


async def has_consent(db: AsyncSession, organization_id: OrganizationId) -> bool:
    """Whether an organisation lets its agency look."""
    return bool(await db.scalar(_CONSENT, {"organization": organization_id}))


async def begin_viewing(viewer: Viewer, client_public_id: str) -> None:
    """From now on, the viewer's session shows the client's pages as the client sees them.

    Raises Forbidden, NotFound, or NoConsent.
    """
    viewer.require(Permission.VIEW_AS_CLIENT)
    async with session(viewer) as db:
        client = await get_organization(db, client_public_id)
        if not may_look(viewer, client):
            raise NotFound()
        await db.execute(_END_OVERDUE, {"session": viewer.session_id})
        begun = {
            "session": viewer.session_id,
            "client": client.id,
            "person_id": str(viewer.user_id),
            "person": viewer.name,
            "agency": viewer.organization_name,
            "minutes": MINUTES,
        }
        if await db.scalar(_BEGIN, begun) is None:
            raise NoConsent()
        target = Target(client.public_id, client.name)
        await record(
            db, viewer, Action.VIEWING_BEGAN, target, organization_id=client.id, acting_as=client.name
        )
        after_commit(db, publish, Channel.SESSION, f"viewing:{viewer.session_id}")
    log.info("viewing.began", session=str(viewer.session_id), client=client.public_id)


async def end_viewing(viewer: Viewer) -> None:
    """Back to oneself. Nothing happens where nobody looks."""
    async with system_session(reason="end a look at a client", keeps_books=True) as db:
        await db.execute(_END, {"session": viewer.session_id})
        after_commit(db, publish, Channel.SESSION, f"viewing:{viewer.session_id}")


async def allow_viewing(db: AsyncSession, viewer: Viewer, allowed: bool) -> None:
    """A client's own decision whether its agency may look; taken back, it ends every look under way.

    Raises Forbidden for anybody but the client's owners and admins: its agency's do not decide for it.
    """
    viewer.require(Permission.MANAGE_ORGANIZATION)
    if viewer.organization_kind is not OrganizationKind.CLIENT:
        raise Forbidden()
    changed: CursorResult[tuple[()]] = await db.execute(_ALLOW, {"allowed": allowed})  # type: ignore[assignment]
    if not changed.rowcount:
        return
    own = await own_organization(db, viewer)
    details = {"allows_viewing": [not allowed, allowed]}
    await record(db, viewer, Action.ORGANIZATION_CHANGED, Target(own.public_id, own.name), details=details)
    if not allowed:
        _tell(db, await db.scalars(_END_OF_CLIENT, {"client": own.id}))


async def ask_for_consent(db: AsyncSession, viewer: Viewer, client: OrganizationInfo) -> list[Member]:
    """The people who can agree for the client, who are to be asked now; once a day at most.

    Raises Forbidden, NotFound, AskedAlready, or NobodyToAsk.
    """
    viewer.require(Permission.VIEW_AS_CLIENT)
    if not may_look(viewer, client):
        raise NotFound()
    if await db.scalar(_ASKED, {"client": client.id, "action": Action.VIEWING_ASKED}):
        raise AskedAlready()
    members = await list_members(db, viewer, client)
    deciders = [
        one for one in members if allows(one.role, OrganizationKind.CLIENT, Permission.MANAGE_ORGANIZATION)
    ]
    if not deciders:
        raise NobodyToAsk()
    target = Target(client.public_id, client.name)
    await record(db, viewer, Action.VIEWING_ASKED, target, organization_id=client.id)
    return deciders


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody of an agency who asked a client for its consent."""

    email: str
    locale: str | None


async def who_asked(db: AsyncSession, client: OrganizationInfo) -> list[Asker]:
    """Those who asked within the last month, and still could look. db is a system session."""
    rows = await db.execute(
        _ASKERS, {"client": client.id, "agency": client.parent_id, "action": Action.VIEWING_ASKED}
    )
    may = Permission.VIEW_AS_CLIENT
    return [
        Asker(row.email, row.locale) for row in rows if allows(Role(row.role), OrganizationKind.RESELLER, may)
    ]


async def end_overdue_viewings() -> int:
    """Ends the looks whose time is over, so that the log says so, and says how many."""
    async with system_session(reason="looks at clients that are over") as db:
        ended = list(await db.scalars(_END_ALL_OVERDUE))
        _tell(db, ended)
    return len(ended)


_CONSENT = text("SELECT allows_viewing FROM organizations WHERE id = :organization")

_ASKED = text("""
SELECT EXISTS (SELECT FROM audit_entries
                WHERE organization_id = :client AND action = :action AND at > now() - interval '1 day')
""")

_ASKERS = text("""
SELECT DISTINCT u.email, u.locale, m.role
  FROM audit_entries a
  JOIN users u ON u.id::text = a.actor_id
  JOIN memberships m ON m.user_id = u.id AND m.organization_id = :agency
 WHERE a.organization_id = :client AND a.action = :action AND a.at > now() - interval '1 month'
 ORDER BY u.email
""")

_BEGIN = text("""
INSERT INTO viewings (session_id, organization_id, realm_id, person_id, person_name, agency_name, ends_at)
SELECT :session, id, realm_id, :person_id, :person, :agency, now() + make_interval(mins => :minutes)
  FROM organizations
 WHERE id = :client AND kind = 'client' AND parent_id = app.org_id() AND allows_viewing
    ON CONFLICT (session_id) DO NOTHING
RETURNING session_id
""")

_END = text("DELETE FROM viewings WHERE session_id = :session")

_END_OVERDUE = text("DELETE FROM viewings WHERE session_id = :session AND ends_at <= now()")

_END_ALL_OVERDUE = text("DELETE FROM viewings WHERE ends_at <= now() RETURNING session_id")

_END_OF_CLIENT = text("DELETE FROM viewings WHERE organization_id = :client RETURNING session_id")

_ALLOW = text("""
UPDATE organizations SET allows_viewing = :allowed WHERE id = app.org_id() AND allows_viewing <> :allowed
""")


def _tell(db: AsyncSession, sessions: Iterable[UUID]) -> None:
    for ended in sessions:
        after_commit(db, publish, Channel.SESSION, f"viewing:{ended}")
