"""Who a session is: the person behind it, in one of their organisations, or looking at a client's pages."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.ids import OrganizationId, UserId
from tenancy.roles import OrganizationKind, Permission, Role, allows
from tenancy.viewer import Belonging, Viewer, Viewing


async def find_places(db: AsyncSession, reference: str, host_id: UUID) -> Sequence[Row[Any]]:
    """Behind token:HASH or session:ID: a row for each organisation that it can go to, first where it is."""
    kind, _colon, value = reference.partition(":")
    asked = {"token": bytes.fromhex(value) if kind == "token" else None, "host": host_id}
    asked["session"] = UUID(value) if kind == "session" else None
    return (await db.execute(_FIND, asked)).all()


def viewer_in(rows: Sequence[Row[Any]]) -> Viewer | None:
    """The viewer in the first of these places; None where there is none."""
    if not rows:
        return None
    row = rows[0]
    kind, role = OrganizationKind(row.kind), Role(row.role)
    places = (Belonging(one.public_id, one.organization_name) for one in rows)
    viewer = Viewer(
        user_id=UserId(row.user_id),
        email=row.email,
        name=row.name,
        organization_id=OrganizationId(row.organization_id),
        organization_kind=kind,
        organization_name=row.organization_name,
        role=role,
        host_organization_id=OrganizationId(row.host_organization_id),
        session_id=row.session_id,
        locale=row.locale,
        lacks_second_factor=row.lacks_second_factor,
        is_closed=row.is_closed,
        belongs_to=tuple(sorted(places, key=lambda one: (one.name.casefold(), one.public_id))),
    )
    if row.seen_id is None or not allows(role, kind, Permission.VIEW_AS_CLIENT):
        return viewer
    # The least of roles, for whoever asks for it instead of a permission; and no way to anywhere else.
    return replace(
        viewer,
        organization_id=OrganizationId(row.seen_id),
        organization_kind=OrganizationKind.CLIENT,
        organization_name=row.seen_name,
        role=Role.VIEWER,
        belongs_to=(),
        viewing=Viewing(
            Belonging(row.seen_public_id, row.seen_name),
            row.organization_name,
            row.seen_until.astimezone(ZoneInfo(row.seen_timezone)),
        ),
    )


# The organisation of a session is the one that was chosen, else the realm's own, else the oldest membership.
_FIND = text("""
SELECT s.id AS session_id, s.last_seen_at < now() - interval '1 hour' AS unseen, u.id AS user_id, u.email,
       u.name, coalesce(u.locale, o.locale, brand.locale, 'en') AS locale, o.id AS organization_id,
       o.public_id, o.kind, o.name AS organization_name, m.role, s.host_organization_id,
       o.requires_second_factor
         AND NOT EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)
         AS lacks_second_factor,
       app.is_closed(o.id) AS is_closed,
       seen.id AS seen_id, seen.public_id AS seen_public_id, seen.name AS seen_name,
       seen.timezone AS seen_timezone, v.ends_at AS seen_until,
       v.ends_at <= now() AS overdue
  FROM user_sessions s
  JOIN users u ON u.id = s.user_id
  JOIN memberships m ON m.user_id = u.id
  JOIN organizations o ON o.id = m.organization_id
  JOIN organizations brand ON brand.id = o.realm_id
  LEFT JOIN viewings v ON v.session_id = s.id
  LEFT JOIN organizations seen
    ON seen.id = v.organization_id AND seen.parent_id = o.id AND seen.allows_viewing AND v.ends_at > now()
   AND s.host_organization_id IN (o.id, seen.id)
 WHERE (s.token_hash = CAST(:token AS bytea) OR s.id = CAST(:session AS uuid))
   AND s.host_organization_id = :host
   AND s.expires_at > now()
   AND (o.id = o.realm_id
        OR EXISTS (SELECT FROM org_tree t WHERE t.ancestor_id = :host AND t.descendant_id = o.id))
 ORDER BY o.id IS NOT DISTINCT FROM s.chosen_organization_id DESC, o.id = o.realm_id DESC,
          m.created_at, m.id
""")
