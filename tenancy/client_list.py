"""An agency's clients, or the operator's customers, with what it takes to look after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.contracts import ClientState, Limits, Standing
from tenancy.ids import OrganizationId
from tenancy.organizations import OrganizationInfo, list_clients
from tenancy.sites import Site


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client, what was agreed, and what is going on. Counts are those of the client itself."""

    client: OrganizationInfo
    standing: Standing
    limits: Limits
    people: int
    active: int
    """People who were here within 30 days."""
    waiting: int
    """Invitations that nobody has answered yet."""
    failing: tuple[str, ...]
    """Hosts that do not work any more."""

    @property
    def state(self) -> ClientState:
        return self.standing.state


async def client_rows(db: AsyncSession) -> list[ClientRow]:
    """A row for each organisation right below the viewer's, by name."""
    clients = await list_clients(db)
    found = {row.id: row for row in await db.execute(_ROWS)}
    return [_row(client, found[client.id]) for client in clients if client.id in found]


def sites_by_client(
    rows: Sequence[ClientRow], sites: Sequence[Site], owners: Mapping[OrganizationId, OrganizationId]
) -> dict[OrganizationId, list[Site]]:
    """The sites of each client and of what is below it; `owners` are as branches() tells them."""
    found: dict[OrganizationId, list[Site]] = {row.client.id: [] for row in rows}
    for site in sites:
        owner = owners.get(site.organization_id)
        if owner in found:
            found[owner].append(site)
    return found


def _row(client: OrganizationInfo, row: Row[Any]) -> ClientRow:
    return ClientRow(
        client=client,
        standing=Standing(ClientState(row.state), row.state_since),
        limits=Limits(row.clients, row.sites, row.events, row.most_people),
        people=row.people,
        active=row.active,
        waiting=row.waiting,
        failing=tuple(row.failing or ()),
    )


_ROWS = text("""
SELECT o.id, coalesce(c.state, 'active') AS state, c.state_since,
       l.clients, l.sites, l.events, l.people AS most_people,
       (SELECT count(*) FROM memberships m WHERE m.organization_id = o.id) AS people,
       (SELECT count(*) FROM memberships m
         WHERE m.organization_id = o.id AND m.last_seen_at > now() - interval '30 days') AS active,
       (SELECT count(*) FROM invitations i
         WHERE i.organization_id = o.id AND i.accepted_at IS NULL AND i.revoked_at IS NULL
           AND i.expires_at > now()) AS waiting,
       (SELECT array_agg(d.host ORDER BY d.host) FROM domains d
         WHERE d.organization_id = o.id AND d.failing_since IS NOT NULL) AS failing
  FROM organizations o
  LEFT JOIN contracts c ON c.organization_id = o.id
  CROSS JOIN LATERAL app.limits(o.id) l
 WHERE o.parent_id = app.org_id()
""")
