"""Public links: what of an organisation's numbers anybody may see who has the address."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import NewType
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from analytics import models
from analytics.reports.period import Preset
from tenancy.audit import Action, Target, record
from tenancy.cache import ReadThrough
from tenancy.db import after_commit, system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Invalid, NotFound
from tenancy.ids import OrganizationId, SiteId, link_token
from tenancy.invalidation import Channel, on_change, publish
from tenancy.organizations import organization_by_id
from tenancy.passwords import hash_password, verify_password
from tenancy.roles import Permission
from tenancy.settings import settings
from tenancy.sites import Site, list_sites
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

LinkId = NewType("LinkId", UUID)


class Panel(StrEnum):
    """The parts of a dashboard that can be shared each by itself."""

    OVERVIEW = "overview"
    SOURCES = "sources"
    PAGES = "pages"
    LOCATIONS = "locations"
    BROWSERS = "browsers"
    SYSTEMS = "systems"
    DEVICES = "devices"


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """What a link shows and to whom. Without expires_at it never ends; origins may show it in a frame."""

    title: str = ""
    panels: frozenset[Panel] = frozenset(Panel)
    preset: Preset = Preset.LAST_30_DAYS
    free_period: bool = False
    """Whether who looks may choose another period."""
    expires_at: datetime | None = None
    allowed_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link as its owners see it; site_id is None for a portfolio, all sites of the organisation."""

    id: LinkId
    organization_id: OrganizationId
    site_id: SiteId | None
    token: str
    terms: LinkTerms
    has_password: bool
    created_by: str
    created_at: datetime
    revoked_at: datetime | None
    view_count: int
    last_viewed_at: datetime | None

    @property
    def path(self) -> str:
        """Where it is on the organisation's host."""
        return f"/share/{self.token}"

    def is_over(self, now: datetime) -> bool:
        """Whether it was revoked or has expired."""
        expires = self.terms.expires_at
        return self.revoked_at is not None or (expires is not None and expires <= now)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link as its visitors meet it: proof that these sites may be shown in these parts, and no more."""

    link: SharedLink
    organization_name: str
    realm_id: OrganizationId
    sites: tuple[Site, ...]
    password_hash: str | None

    async def is_password(self, password: str) -> bool:
        """Whether the password opens it."""
        return await verify_password(self.password_hash, password)

    @property
    def key(self) -> str:
        """What a browser keeps that has given the password; another password makes it worthless."""
        lock = f"link {self.link.id} {self.password_hash}"
        return hmac.new(settings().secret_key.encode(), lock.encode(), sha256).hexdigest()


async def list_links(
    db: AsyncSession, organization_id: OrganizationId, site: Site | None = None
) -> list[SharedLink]:
    """The organisation's links that were not revoked, newest first; those of a site where one is given."""
    query = select(models.SharedLink).where(
        models.SharedLink.organization_id == organization_id, models.SharedLink.revoked_at.is_(None)
    )
    if site is not None:
        query = query.where(models.SharedLink.site_id == site.id)
    rows = await db.scalars(query.order_by(models.SharedLink.created_at.desc(), models.SharedLink.id))
    return [_link(row) for row in rows]


async def get_link(db: AsyncSession, link_id: str) -> SharedLink:
    """The link, where the viewer may see it; else NotFound."""
    try:
        wanted = UUID(link_id)
    except ValueError:
        raise NotFound() from None
    row = await db.get(models.SharedLink, wanted)
    if row is None:
        raise NotFound()
    return _link(row)


async def create_link(
    db: AsyncSession,
    viewer: Viewer,
    terms: LinkTerms,
    *,
    organization_id: OrganizationId,
    site: Site | None = None,
    password: str = "",
) -> SharedLink:
    """A new link to a site, or without one to all sites of the organisation."""
    viewer.require(Permission.SHARE_REPORTS)
    row = models.SharedLink(
        organization_id=organization_id,
        site_id=None if site is None else site.id,
        token=link_token(),
        created_by=viewer.name,
        password_hash=await hash_password(password) if password else None,
        **_columns(terms),
    )
    db.add(row)
    await db.flush()
    await _note(db, viewer, Action.LINK_CREATED, row)
    await db.refresh(row)
    return _link(row)


async def change_link(
    db: AsyncSession, viewer: Viewer, link: SharedLink, terms: LinkTerms, *, password: str | None = None
) -> SharedLink:
    """Other terms under the same address. A password of "" takes the lock away, None leaves it as it is."""
    viewer.require(Permission.SHARE_REPORTS)
    row = await _row(db, link)
    for name, value in _columns(terms).items():
        setattr(row, name, value)
    if password is not None:
        row.password_hash = await hash_password(password) if password else None
    await db.flush()
    await _note(db, viewer, Action.LINK_CHANGED, row)
    after_commit(db, publish, Channel.LINK, link.token)
    await db.refresh(row)
    return _link(row)


async def revoke_link(db: AsyncSession, viewer: Viewer, link: SharedLink) -> None:
    """From now on the address shows nothing; there is no way back."""
    viewer.require(Permission.SHARE_REPORTS)
    row = await _row(db, link)
    row.revoked_at = func.now()
    await db.flush()
    await _note(db, viewer, Action.LINK_REVOKED, row)
    after_commit(db, publish, Channel.LINK, link.token)


async def revoke_links_of(db: AsyncSession, organizations: Iterable[OrganizationId]) -> None:
    """As revoke_link, for all links of these organisations; db is a system session."""
    revoked = await db.scalars(
        update(models.SharedLink)
        .where(models.SharedLink.organization_id.in_(organizations), models.SharedLink.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(models.SharedLink.token)
    )
    for token in revoked:
        after_commit(db, publish, Channel.LINK, token)


async def open_link(host: HostOrganization, token: str) -> OpenLink:
    """The link of a token, on a host of its organisation or of the agency above.

    Raises NotFound for one that is over, unknown, or another's: the answer is the same.
    """
    found = await _links.get(token)
    if (
        found is None
        or found.link.is_over(datetime.now(UTC))
        or host.organization_id not in {found.link.organization_id, found.realm_id}
    ):
        raise NotFound(_("This link no longer works. Ask the person who gave it to you for a new one."))
    return found


async def count_view(link: SharedLink) -> None:
    """Notes that somebody looked."""
    async with system_session(reason="view of a shared link", keeps_books=True) as db:
        await db.execute(
            update(models.SharedLink)
            .where(models.SharedLink.id == link.id)
            .values(view_count=models.SharedLink.view_count + 1, last_viewed_at=func.now())
        )


def checked_origins(origins: Iterable[str]) -> tuple[str, ...]:
    """Origins as browsers write them, https://www.example.com. Raises Invalid for what is none."""
    checked = []
    for origin in filter(None, (one.strip().rstrip("/").lower() for one in origins)):
        parts = urlsplit(origin)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in {"https", "http"} or not parts.hostname or port == -1 or _extra(origin):
            raise Invalid(
                _("Enter the sites that may embed it like https://www.example.com, one per line."),
                field="allowed_origins",
            )
        checked.append(origin)
    if len(checked) > _MOST_ORIGINS:
        raise Invalid(_("A link can be embedded on at most 20 sites."), field="allowed_origins")
    return tuple(dict.fromkeys(checked))


_MOST_ORIGINS = 20
_LONGEST_TITLE = 120


def _extra(origin: str) -> bool:
    """Whether there is more than an origin, or what would end a header's word."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    return bool(
        parts.path or parts.query or parts.fragment or parts.username or not host.replace("-", "").isascii()
    ) or any(not (c.isalnum() or c in ".-") for c in host)


def _columns(terms: LinkTerms) -> dict[str, object]:
    if not terms.panels:
        raise Invalid(_("Choose at least one section of the dashboard."), field="panels")
    if len(terms.title) > _LONGEST_TITLE:
        raise Invalid(_("A title can have at most 120 characters."), field="title")
    if terms.preset is Preset.CUSTOM:
        raise Invalid(_("Choose one of the periods."), field="preset")
    return {
        "title": terms.title.strip(),
        "panels": sorted(terms.panels),
        "preset": terms.preset,
        "free_period": terms.free_period,
        "expires_at": terms.expires_at,
        "allowed_origins": list(checked_origins(terms.allowed_origins)),
    }


async def _row(db: AsyncSession, link: SharedLink) -> models.SharedLink:
    row = await db.get(models.SharedLink, link.id)
    if row is None or row.revoked_at is not None:
        raise NotFound()
    return row


async def _note(db: AsyncSession, viewer: Viewer, action: Action, row: models.SharedLink) -> None:
    details = {"panels": row.panels, "portfolio": row.site_id is None}
    target = Target(str(row.id), row.title)
    await record(
        db, viewer, action, target, organization_id=OrganizationId(row.organization_id), details=details
    )


def _link(row: models.SharedLink) -> SharedLink:
    return SharedLink(
        id=LinkId(row.id),
        organization_id=OrganizationId(row.organization_id),
        site_id=None if row.site_id is None else SiteId(row.site_id),
        token=row.token,
        terms=LinkTerms(
            title=row.title,
            panels=frozenset(Panel(panel) for panel in row.panels),
            preset=Preset(row.preset),
            free_period=row.free_period,
            expires_at=row.expires_at,
            allowed_origins=tuple(row.allowed_origins),
        ),
        has_password=row.is_locked,
        created_by=row.created_by,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        view_count=row.view_count,
        last_viewed_at=row.last_viewed_at,
    )


async def _fetch_link(token: str) -> OpenLink | None:
    async with system_session(reason="a shared link") as db:
        row = await db.scalar(select(models.SharedLink).where(models.SharedLink.token == token))
        if row is None:
            return None
        lock: str | None = await db.scalar(_PASSWORD, {"link": row.id})
        if await db.scalar(_CLOSED, {"organization": row.organization_id}):
            return None
        organization = await organization_by_id(db, OrganizationId(row.organization_id))
        sites = await list_sites(db, OrganizationId(row.organization_id))
    shown = tuple(site for site in sites if row.site_id in {None, site.id})
    if row.site_id is not None and not shown:
        return None  # its site was deleted
    return OpenLink(_link(row), organization.name, organization.realm_id, shown, lock)


_CLOSED = text("SELECT app.is_closed(:organization)")
_PASSWORD = text("SELECT app.link_password(:link)")
_links = ReadThrough(_fetch_link, fresh_s=15, unknown_s=5)
on_change(Channel.LINK, _links.forget)
