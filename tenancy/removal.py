"""What was deleted is removed for good after a while: which of it is due, and its rows in PostgreSQL.

analytics/erasure.py goes through the steps, as what sites have counted goes first.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from tenancy.audit import Action, Actor, Target, record_of
from tenancy.contracts import KEPT_AFTER_DELETION
from tenancy.db import after_commit, system_session
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish

log = structlog.get_logger(__name__)

SETTLED = timedelta(minutes=30)
"""So long after a site was closed nothing of it is on its way any more."""


async def close_due_sites() -> int:
    """Has the sites of organisations whose time is over count no more, and says how many those are."""
    async with system_session(reason="sites of organisations to remove") as db:
        # Whoever brings one back at this moment comes first, or too late: see tenancy/client_states.py.
        await db.execute(_LOCK_DUE, _KEPT)
        closed = list(await db.scalars(_CLOSE_SITES, _KEPT))
        for tracking_id in closed:
            after_commit(db, publish, Channel.SITE, tracking_id)
    return len(closed)


async def sites_to_erase() -> list[int]:
    """The numbers of sites whose time is over: deleted ones, and closed ones of deleted organisations."""
    async with system_session(reason="sites to erase") as db:
        return list(await db.scalars(_SITES_TO_ERASE, {**_KEPT, "settled": SETTLED}))


async def remove_sites(numbers: Iterable[int]) -> None:
    """Takes away the rows of sites, once nothing is left of what they have counted."""
    async with system_session(reason="sites that are erased") as db:
        await db.execute(_REMOVE_SITES, {"numbers": list(numbers)})


async def remove_organizations() -> int:
    """Removes the organisations whose time is over and whose sites are gone, and says how many those were."""
    async with system_session(reason="organisations to remove") as db:
        due = list(await db.scalars(_ORGANIZATIONS_TO_REMOVE, _KEPT))
    return sum([await _remove(organization) for organization in due])


_KEPT = {"kept": KEPT_AFTER_DELETION}
_DUE = """
SELECT t.descendant_id FROM contracts c JOIN org_tree t ON t.ancestor_id = c.organization_id
 WHERE c.state = 'deleted' AND c.state_since <= now() - :kept
"""
_LOCK_DUE = text("""
SELECT FROM contracts WHERE state = 'deleted' AND state_since <= now() - :kept
 ORDER BY organization_id FOR UPDATE
""")
_CLOSE_SITES = text(f"""
UPDATE sites SET deleted_at = now() WHERE deleted_at IS NULL AND organization_id IN ({_DUE})
RETURNING tracking_id
""")
_SITES_TO_ERASE = text(f"""
SELECT number FROM sites
 WHERE deleted_at <= now() - :kept OR (deleted_at <= now() - :settled AND organization_id IN ({_DUE}))
 ORDER BY number
""")
_REMOVE_SITES = text("DELETE FROM sites WHERE number = ANY (:numbers) AND deleted_at IS NOT NULL")

# The lowest first: nothing stands under what is removed.
_ORGANIZATIONS_TO_REMOVE = text(f"""
SELECT o.id FROM organizations o
 WHERE o.id IN ({_DUE})
   AND NOT EXISTS (SELECT FROM org_tree t JOIN sites s ON s.organization_id = t.descendant_id
                    WHERE t.ancestor_id = o.id)
 ORDER BY (SELECT count(*) FROM org_tree t WHERE t.descendant_id = o.id) DESC, o.id
""")
_ORGANIZATION = text("""
SELECT o.public_id, o.name, o.parent_id, c.state_since,
       a.actor_id, a.actor_name, a.actor_organization, a.actor_kind
  FROM organizations o
  LEFT JOIN contracts c ON c.organization_id = o.id AND c.state = 'deleted'
  LEFT JOIN LATERAL (SELECT * FROM audit_entries
                      WHERE organization_id = o.id AND action = :action ORDER BY at DESC LIMIT 1) a ON true
 WHERE o.id = :organization
   FOR UPDATE OF o
""")
# Their accounts live above, with the agency or the platform; nobody else needs them.
_PEOPLE_OF_IT_ALONE = text("""
SELECT user_id FROM memberships m WHERE organization_id = :organization
   AND NOT EXISTS (SELECT FROM memberships o WHERE o.user_id = m.user_id AND o.id <> m.id)
""")
_REMOVE = text("DELETE FROM organizations WHERE id = :organization")
_REMOVE_PEOPLE = text("""
DELETE FROM users u
 WHERE id = ANY (CAST(:people AS uuid[])) AND NOT EXISTS (SELECT FROM memberships WHERE user_id = u.id)
""")


async def _remove(organization_id: UUID) -> bool:
    """The row, and with it whatever points at it; the log of the one above keeps who had deleted it."""
    asked = {"organization": organization_id}
    async with system_session(reason="remove an organisation") as db:
        row = (
            await db.execute(_ORGANIZATION, {**asked, "action": Action.ORGANIZATION_DELETED})
        ).one_or_none()
        if row is None:
            return False
        people = list(await db.scalars(_PEOPLE_OF_IT_ALONE, asked))
        await db.execute(_REMOVE, asked)
        await db.execute(_REMOVE_PEOPLE, {"people": people})
        if row.state_since is not None:
            kind = row.actor_kind or "system"
            actor = Actor(row.actor_id or "", row.actor_name or "", row.actor_organization or "", kind)
            await record_of(
                db,
                actor,
                Action.ORGANIZATION_REMOVED,
                Target(row.public_id, row.name),
                OrganizationId(row.parent_id),
                details={"deleted_on": f"{row.state_since:%Y-%m-%d}"},
            )
        for channel in (Channel.HOST, Channel.SESSION, Channel.LINK, Channel.API_KEY):
            after_commit(db, publish, channel, "")
    log.info("organization.removed", organization=row.public_id, people=len(people))
    return True
