"""Sites: what the pages and the API hold as proof of access, and what collect needs to know of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, changes, record
from tenancy.cache import ReadThrough
from tenancy.contracts import admit_site
from tenancy.db import after_commit, session, system_session
from tenancy.errors import NotFound
from tenancy.ids import OrganizationId, SiteId, UserId
from tenancy.invalidation import Channel, on_change, publish
from tenancy.roles import Permission
from tenancy.site_fields import (
    checked_currency,
    checked_domain,
    checked_hosts,
    checked_name,
    checked_timezone,
)
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)


class VisitorMode(StrEnum):
    """How a site tells its visitors apart."""

    COOKIELESS = "cookieless"
    CONSENT = "consent"
    PERSISTENT = "persistent"


@dataclass(frozen=True, slots=True)
class Site:
    """A site that the viewer may see: only get_site, list_sites, create_site and update_site hand it out."""

    id: SiteId
    number: int
    public_id: str
    organization_id: OrganizationId
    name: str
    domain: str
    tracking_id: str
    timezone: str
    currency: str
    visitor_mode: VisitorMode
    respect_dnt: bool
    allowed_hosts: tuple[str, ...]
    first_event_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CollectSite:
    """What collect asks about a tracking id."""

    number: int
    tracking_id: str
    domain: str
    allowed_hosts: tuple[str, ...]
    visitor_mode: VisitorMode
    respect_dnt: bool
    timezone: str
    active: bool


async def get_site(db: AsyncSession, public_id: str) -> Site:
    """The site, where the viewer may see it; else NotFound."""
    site = await _find(db, public_id)
    if site is None:
        raise NotFound()
    return site


async def seen_site(viewer: Viewer, public_id: str) -> Site:
    """As get_site, in a transaction of its own, or from memory when asked lately: pages ask with every step.

    What changes a site, or what somebody may see, is heard at once; 15 seconds later where Redis is down.
    """
    site = None
    if len(public_id) <= _LONGEST:
        site = await _seen_sites.get(f"{viewer.organization_id} {viewer.user_id} {public_id}")
    if site is None:
        raise NotFound()
    return site


async def list_sites(db: AsyncSession, organization_id: OrganizationId | None = None) -> list[Site]:
    """The sites of one organisation, or all that the viewer may see, by name."""
    query = _present().order_by(func.lower(models.Site.name), models.Site.number)
    if organization_id is not None:
        query = query.where(models.Site.organization_id == organization_id)
    return [_site(row) for row in await db.scalars(query)]


async def list_open_sites(db: AsyncSession) -> list[Site]:
    """As list_sites, without those of organisations below that are archived or deleted."""
    away = set(await db.scalars(_PUT_AWAY))
    return [site for site in await list_sites(db) if site.id not in away]


async def create_site(
    db: AsyncSession,
    viewer: Viewer,
    *,
    name: str,
    domain: str,
    organization_id: OrganizationId | None = None,
    timezone: str = "UTC",
    currency: str = "USD",
    visitor_mode: VisitorMode = VisitorMode.COOKIELESS,
    respect_dnt: bool = True,
    allowed_hosts: Iterable[str] = (),
) -> Site:
    """A new site of the viewer's organisation, or of one below it."""
    viewer.require(Permission.MANAGE_SITES)
    owner = organization_id or viewer.organization_id
    if await db.get(models.Organization, owner) is None:
        raise NotFound()
    await admit_site(db, owner)
    row = models.Site(
        organization_id=owner,
        name=checked_name(name),
        domain=checked_domain(domain),
        timezone=checked_timezone(timezone),
        currency=checked_currency(currency),
        visitor_mode=visitor_mode,
        respect_dnt=respect_dnt,
        allowed_hosts=checked_hosts(allowed_hosts),
    )
    db.add(row)
    await db.flush()
    log.info("site.created", site=row.public_id)
    await _record(db, viewer, Action.SITE_CREATED, row, {"domain": row.domain})
    return _site(row)


async def update_site(
    db: AsyncSession,
    viewer: Viewer,
    site: Site,
    *,
    name: str | None = None,
    domain: str | None = None,
    timezone: str | None = None,
    currency: str | None = None,
    visitor_mode: VisitorMode | None = None,
    respect_dnt: bool | None = None,
    allowed_hosts: Iterable[str] | None = None,
) -> Site:
    """The site with what is given changed."""
    viewer.require(Permission.MANAGE_SITES)
    row = await _row(db, site)
    before = _site(row)
    if name is not None:
        row.name = checked_name(name)
    if domain is not None:
        row.domain = checked_domain(domain)
    if timezone is not None:
        row.timezone = checked_timezone(timezone)
    if currency is not None:
        row.currency = checked_currency(currency)
    if visitor_mode is not None:
        row.visitor_mode = visitor_mode
    if respect_dnt is not None:
        row.respect_dnt = respect_dnt
    if allowed_hosts is not None:
        row.allowed_hosts = checked_hosts(allowed_hosts)
    await db.flush()
    after_commit(db, publish, Channel.SITE, site.tracking_id)
    after = _site(row)
    if changed := changes(before, after):
        await _record(db, viewer, Action.SITE_CHANGED, row, changed)
    return after


async def delete_site(db: AsyncSession, viewer: Viewer, site: Site) -> None:
    """Gone for every page, and unknown to collect; the row stays for the erasure that follows."""
    viewer.require(Permission.MANAGE_SITES)
    row = await _row(db, site)
    row.deleted_at = func.now()
    await db.flush()
    after_commit(db, publish, Channel.SITE, site.tracking_id)
    log.info("site.deleted", site=site.public_id)
    await _record(db, viewer, Action.SITE_DELETED, row, {"domain": row.domain})


async def collect_site(tracking_id: str) -> CollectSite | None:
    """The site of a tracking id, None where there is none; a dict look-up when asked in the last minute.

    While PostgreSQL is down, known sites answer from memory for an hour, others raise Unavailable.
    """
    return await _collect_sites.get(tracking_id)


async def mark_first_event(numbers: Iterable[int]) -> None:
    """Notes that events have arrived for these sites; free for those noted before by this process."""
    new = set(numbers) - _marked
    if not new:
        return
    async with system_session(reason="first event of a site") as db:
        marked = await db.scalars(
            update(models.Site)
            .where(models.Site.number.in_(new), models.Site.first_event_at.is_(None))
            .values(first_event_at=func.now())
            .returning(models.Site.tracking_id)
        )
        for tracking_id in marked:
            after_commit(db, publish, Channel.SITE, tracking_id)
    _marked.update(new)


async def zones_of(numbers: Iterable[int]) -> dict[int, str]:
    """The time zones of sites by their numbers, without those that are deleted; for background work."""
    async with system_session(reason="time zones of sites") as db:
        rows = await db.scalars(_present().where(models.Site.number.in_(list(numbers))))
        return {row.number: row.timezone for row in rows}


# Of one's own contract nothing is seen: it is for the one above to put away.
_PUT_AWAY = text("""
SELECT s.id FROM sites s
  JOIN org_tree t ON t.descendant_id = s.organization_id
  JOIN contracts c ON c.organization_id = t.ancestor_id
 WHERE s.deleted_at IS NULL AND c.state IN ('archived', 'deleted')
""")
_marked: set[int] = set()


def _present() -> Select[models.Site]:
    return select(models.Site).where(models.Site.deleted_at.is_(None))


async def _find(db: AsyncSession, public_id: str) -> Site | None:
    row = await db.scalar(_present().where(models.Site.public_id == public_id))
    return None if row is None else _site(row)


async def _row(db: AsyncSession, site: Site) -> models.Site:
    row = await db.scalar(_present().where(models.Site.id == site.id))
    if row is None:
        raise NotFound()
    return row


async def _record(
    db: AsyncSession, viewer: Viewer, action: Action, row: models.Site, details: Mapping[str, Any]
) -> None:
    target = Target(row.public_id, row.name)
    await record(
        db, viewer, action, target, organization_id=OrganizationId(row.organization_id), details=details
    )


def _site(row: models.Site) -> Site:
    return Site(
        id=SiteId(row.id),
        number=row.number,
        public_id=row.public_id,
        organization_id=OrganizationId(row.organization_id),
        name=row.name,
        domain=row.domain,
        tracking_id=row.tracking_id,
        timezone=row.timezone,
        currency=row.currency,
        visitor_mode=VisitorMode(row.visitor_mode),
        respect_dnt=row.respect_dnt,
        allowed_hosts=tuple(row.allowed_hosts),
        first_event_at=row.first_event_at,
        created_at=row.created_at,
    )


async def _fetch_collect_site(tracking_id: str) -> CollectSite | None:
    async with system_session(reason="site of a tracking id") as db:
        row = await db.scalar(_present().where(models.Site.tracking_id == tracking_id))
    if row is None:
        return None
    return CollectSite(
        number=row.number,
        tracking_id=row.tracking_id,
        domain=row.domain,
        allowed_hosts=tuple(row.allowed_hosts),
        visitor_mode=VisitorMode(row.visitor_mode),
        respect_dnt=row.respect_dnt,
        timezone=row.timezone,
        active=True,
    )


class _Asking(NamedTuple):
    organization_id: OrganizationId
    user_id: UserId


async def _fetch_seen_site(key: str) -> Site | None:
    organization, user, public_id = key.split(" ", 2)
    async with session(_Asking(OrganizationId(UUID(organization)), UserId(UUID(user)))) as db:
        return await _find(db, public_id)


_LONGEST = 40
"""Characters of a public id, and more: what is longer is nobody's, and not worth remembering."""
_seen_sites = ReadThrough(_fetch_seen_site, fresh_s=15)
for _channel in (Channel.SITE, Channel.SESSION):
    on_change(_channel, lambda _key: _seen_sites.forget(""))

_collect_sites = ReadThrough(_fetch_collect_site, fresh_s=60, unknown_s=5, stale_s=3600)
on_change(Channel.SITE, _collect_sites.forget)
