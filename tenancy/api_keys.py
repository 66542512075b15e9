"""API keys: how programs come in without a person. The database holds a hash, and the key's beginning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import audit, models
from tenancy.cache import ReadThrough
from tenancy.contracts import OrganizationClosed
from tenancy.db import after_commit, system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Forbidden, Invalid, NotFound, NotSignedIn
from tenancy.ids import OrganizationId, SiteId, drawn
from tenancy.invalidation import Channel, on_change, publish
from tenancy.login import hash_token
from tenancy.plans import Plan, plan_of
from tenancy.roles import Permission
from tenancy.site_fields import checked_name
from tenancy.sites import Site, get_site, list_open_sites
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

PREFIX = "ak_live_"
"""Says what it is and not whose: every brand's keys begin like this."""


class Scope(StrEnum):
    """What a key is good for; admin includes the others."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as people see it; `shown` is its beginning. Without a site it is good for all of them."""

    id: UUID
    name: str
    shown: str
    scopes: frozenset[Scope]
    organization_name: str
    site_name: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A program that came in with a key: what db.session() takes, and the proof that api_site() asks for."""

    key_id: UUID
    organization_id: OrganizationId
    site_id: SiteId | None
    scopes: frozenset[Scope]
    plan: Plan
    expires_at: datetime | None
    within: frozenset[OrganizationId]
    """The organisations on whose hosts it is good: its own and those above."""
    is_closed: bool = False
    """Its organisation is suspended, archived or deleted: it may send events, and nothing else."""
    user_id: None = None

    def require(self, scope: Scope) -> None:
        """Raises MissingScope without it, and OrganizationClosed."""
        if self.is_closed and scope is not Scope.WRITE:
            raise OrganizationClosed()
        if not {scope, Scope.ADMIN} & self.scopes:
            raise MissingScope(_("This key may not do that: it needs “{scope}”.").format(scope=scope))


class InvalidKey(NotSignedIn):
    """The same for one that never was, one that was revoked, an expired one and one of another host."""

    code = "invalid_key"
    message = gettext_noop("Send an API key that is valid here, as “Authorization: Bearer …”.")


class MissingScope(Forbidden):
    code = "missing_scope"


async def create_api_key(
    db: AsyncSession,
    viewer: Viewer,
    *,
    name: str,
    scopes: Iterable[Scope],
    site: Site | None = None,
    days: int | None = None,
) -> tuple[ApiKey, str]:
    """A key for the viewer's organisation or one site, and its secret, which nobody can read again."""
    viewer.require(Permission.MANAGE_KEYS)
    wanted = sorted(set(scopes))
    if not wanted:
        raise Invalid(_("Choose what the key may do."), field="scopes")
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise Invalid(_("A key can be valid for at most ten years."), field="days")
    secret = PREFIX + drawn(_LETTERS)
    row = models.ApiKey(
        organization_id=viewer.organization_id if site is None else site.organization_id,
        site_id=None if site is None else site.id,
        name=checked_name(name),
        shown=secret[: len(PREFIX) + _SHOWN],
        token_hash=hash_token(secret),
        scopes=[str(one) for one in wanted],
        expires_at=None if days is None else datetime.now(UTC) + timedelta(days=days),
    )
    db.add(row)
    await db.flush()
    key = await _key(db, row.id)
    await audit.record(
        db,
        viewer,
        audit.Action.API_KEY_CREATED,
        audit.Target(str(row.id), row.name),
        organization_id=OrganizationId(row.organization_id),
        details={"key": key.shown, "scopes": row.scopes, "site": key.site_name},
    )
    log.info("api_key.created", key=str(row.id))
    return key, secret


async def list_api_keys(db: AsyncSession) -> list[ApiKey]:
    """The keys of the viewer's organisation and of those below it that are not revoked, newest first."""
    rows = await db.execute(_KEYS, {"id": None})
    return [_api_key(row) for row in rows]


async def revoke_api_key(db: AsyncSession, viewer: Viewer, key_id: UUID) -> None:
    """Good for nothing from now on, in every process at once."""
    viewer.require(Permission.MANAGE_KEYS)
    row = await db.scalar(
        select(models.ApiKey).where(models.ApiKey.id == key_id, models.ApiKey.revoked_at.is_(None))
    )
    if row is None:
        raise NotFound()
    row.revoked_at = func.now()
    await db.flush()
    await audit.record(
        db,
        viewer,
        audit.Action.API_KEY_REVOKED,
        audit.Target(str(row.id), row.name),
        organization_id=OrganizationId(row.organization_id),
        details={"key": row.shown},
    )
    after_commit(db, publish, Channel.API_KEY, row.token_hash.hex())
    log.info("api_key.revoked", key=str(row.id))


async def holder_of_key(secret: str, host: HostOrganization) -> KeyHolder:
    """Who comes in with this key on this host. Raises InvalidKey."""
    holder = await _holders.get(hash_token(secret).hex()) if secret.startswith(PREFIX) else None
    if holder is None or host.organization_id not in holder.within:
        raise InvalidKey()
    if holder.expires_at is not None and holder.expires_at <= datetime.now(UTC):
        raise InvalidKey()
    return holder


async def api_site(db: AsyncSession, holder: KeyHolder, public_id: str) -> Site:
    """The site, where the key is good for it; else NotFound."""
    site = await get_site(db, public_id)
    if holder.site_id not in {None, site.id}:
        raise NotFound()
    return site


async def api_sites(db: AsyncSession, holder: KeyHolder) -> list[Site]:
    """The sites that the key is good for, by name."""
    return [site for site in await list_open_sites(db) if holder.site_id in {None, site.id}]


_LETTERS = 40
_SHOWN = 16
_MOST_DAYS = 3_650

_KEYS = text("""
SELECT k.id, k.name, k.shown, k.scopes, o.name AS organization_name, s.name AS site_name,
       k.created_at, k.expires_at, k.last_used_at
  FROM api_keys k
  JOIN organizations o ON o.id = k.organization_id
  LEFT JOIN sites s ON s.id = k.site_id
 WHERE k.revoked_at IS NULL AND (CAST(:id AS uuid) IS NULL OR k.id = :id)
 ORDER BY k.created_at DESC, k.id
""")
_HOLDER = text("""
SELECT k.id, k.organization_id, k.site_id, k.scopes, k.expires_at,
       ARRAY(SELECT t.ancestor_id FROM org_tree t WHERE t.descendant_id = k.organization_id) AS within,
       app.is_closed(k.organization_id) AS is_closed
  FROM api_keys k
 WHERE k.token_hash = :hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
""")
# Over all processes at most once a minute: who looks wants to know the day, and each write costs a row.
_TOUCH = text("""
UPDATE api_keys SET last_used_at = now()
 WHERE id = :id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
""")


async def _key(db: AsyncSession, key_id: UUID) -> ApiKey:
    return _api_key((await db.execute(_KEYS, {"id": key_id})).one())


def _api_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        shown=row.shown,
        scopes=frozenset(map(Scope, row.scopes)),
        organization_name=row.organization_name,
        site_name=row.site_name,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


async def _fetch_holder(key: str) -> KeyHolder | None:
    async with system_session(reason="holder of an API key") as db:
        row = (await db.execute(_HOLDER, {"hash": bytes.fromhex(key)})).one_or_none()
        if row is None:
            return None
        await db.execute(_TOUCH, {"id": row.id})
        plan = await plan_of(db, row.organization_id)
    return KeyHolder(
        key_id=row.id,
        organization_id=OrganizationId(row.organization_id),
        site_id=None if row.site_id is None else SiteId(row.site_id),
        scopes=frozenset(map(Scope, row.scopes)),
        plan=plan,
        expires_at=row.expires_at,
        within=frozenset(map(OrganizationId, row.within)),
        is_closed=row.is_closed,
    )


_holders = ReadThrough(_fetch_holder, fresh_s=30, unknown_s=5)
on_change(Channel.API_KEY, _holders.forget)
