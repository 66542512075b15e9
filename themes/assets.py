"""Logos and favicons: uploaded ones by digest, drawn ones where a brand has none."""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import structlog
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.db import system_session
from tenancy.errors import Invalid
from tenancy.ids import OrganizationId
from tenancy.models import Organization
from tenancy.text import gettext as _
from themes.contrast import ink_on
from themes.models import ThemeAsset
from themes.pictures import AssetKind, Picture, as_png, made_anew
from themes.svg import harmless_svg
from themes.theme import Theme

log = structlog.get_logger(__name__)

MOST_ASSETS = 300


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored file. Serve it with ASSET_POLICY: an SVG opened by itself is a page on the tenant's domain."""

    digest: str
    content_type: str
    body: bytes

    @property
    def picture(self) -> Picture:
        """What is in it."""
        return Picture(self.content_type, self.body)


ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


async def store_asset(
    db: AsyncSession, organization_id: OrganizationId | UUID, kind: AssetKind, body: bytes
) -> str:
    """Keeps a picture, made anew, and returns its digest, for a Theme. Raises Invalid for what is none."""
    picture = await asyncio.to_thread(made_anew, body, kind)
    stored = select(func.count()).where(ThemeAsset.organization_id == organization_id)
    if (await db.scalar(stored) or 0) >= MOST_ASSETS:
        raise Invalid(_("There are too many pictures. Please try again tomorrow."), field=kind)
    digest = hashlib.sha256(picture.body).hexdigest()
    await db.execute(
        insert(ThemeAsset)
        .values(
            organization_id=organization_id,
            digest=digest,
            kind=kind,
            content_type=picture.content_type,
            body=picture.body,
        )
        .on_conflict_do_nothing()
    )
    return digest


async def load_asset(realm_id: OrganizationId | UUID, digest: str) -> Asset | None:
    """The file of that digest, of the realm or of a client in it; the last few dozen are kept in memory.

    Who knows a digest has seen the file: within a realm nobody else is asked for. An SVG is made harmless
    once more: it may have been stored when less was known of what they do. One that cannot be is not there.
    """
    key = (realm_id, digest)
    if key in _recent:
        _recent.move_to_end(key)
        return _recent[key]
    async with system_session(reason="a brand's logo, shown before anybody signs in") as db:
        row = (
            await db.execute(
                select(ThemeAsset.content_type, ThemeAsset.body)
                .join(Organization, Organization.id == ThemeAsset.organization_id)
                .where(Organization.realm_id == realm_id, ThemeAsset.digest == digest)
                .limit(1)
            )
        ).one_or_none()
    if row is None:
        return None
    body = row.body
    if row.content_type == _SVG:
        try:
            body = await asyncio.to_thread(harmless_svg, body, field="")
        except Invalid:
            log.warning("asset.not_harmless", digest=digest)
            return None
    return _keep(key, Asset(digest, row.content_type, body))


async def picture_for_mail(realm_id: OrganizationId | UUID, digest: str) -> Asset | None:
    """The file as mail programs show it: an SVG as a PNG, three times as large as it stands in a mail."""
    asset = await load_asset(realm_id, digest)
    if asset is None or asset.content_type != _SVG:
        return asset
    key = (realm_id, f"{digest}.png")
    if key not in _recent:
        try:
            body = await asyncio.to_thread(as_png, asset.picture, height=96)
        except ValueError:
            return None
        _keep(key, Asset(digest, "image/png", body))
    return _recent[key]


def asset_path(digest: str) -> str:
    """Where the portal serves the host organisation's file."""
    return f"/brand/{digest}"


def mail_picture_path(digest: str) -> str:
    """Where the portal serves it for mail."""
    return f"/brand/{digest}.png"


def favicon_href(theme: Theme, *, origin: str = "") -> str:
    """For <link rel="icon">: the uploaded favicon, else the drawn one as a data: URL.

    NiceGUI takes a path for a file on disk: its pages give their origin ("http://acme.test:8000").
    """
    if theme.favicon:
        return origin + asset_path(theme.favicon)
    return "data:image/svg+xml," + quote(letter_mark(theme), safe="/:=' ,();")


def letter_mark(theme: Theme, size: int = 32) -> str:
    """An SVG square in the brand's colour with its first letter, for a brand without a picture."""
    letter = next((c for c in theme.name if c.isalnum()), "·").upper()
    corner = min(theme.radius, 10) * size // 32
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="{size}" height="{size}">'
        '<rect width="32" height="32" rx="{corner}" fill="{colour}"/>'
        '<text x="16" y="22.4" text-anchor="middle" font-family="Inter,system-ui,sans-serif" font-size="18" '
        'font-weight="700" fill="{ink}">{letter}</text></svg>'
    ).format(
        size=size, corner=corner, colour=theme.primary_color, ink=ink_on(theme.primary_color), letter=letter
    )


_SVG = "image/svg+xml"
_KEPT = 64
_recent: OrderedDict[tuple[UUID, str], Asset] = OrderedDict()


def _keep(key: tuple[UUID, str], asset: Asset) -> Asset:
    _recent[key] = asset
    while len(_recent) > _KEPT:
        _recent.popitem(last=False)
    return asset
