"""Logos and favicons: uploaded ones by digest, drawn ones where a brand has none."""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID
from xml.etree import ElementTree

from markupsafe import Markup
from resvg_py import svg_to_bytes
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.db import system_session
from tenancy.errors import Invalid
from tenancy.ids import OrganizationId
from tenancy.text import gettext as _
from themes.contrast import ink_on
from themes.models import ThemeAsset
from themes.theme import Theme

LARGEST_BYTES = 512 * 1024


class AssetKind(StrEnum):
    LOGO_LIGHT = "logo_light"
    LOGO_DARK = "logo_dark"
    FAVICON = "favicon"


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored file. Serve it with ASSET_POLICY: an SVG opened by itself is a page on the tenant's domain."""

    digest: str
    content_type: str
    body: bytes


ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


async def store_asset(
    db: AsyncSession, organization_id: OrganizationId | UUID, kind: AssetKind, body: bytes
) -> str:
    """Keeps the file and returns its digest, for a Theme. Raises Invalid for what is no safe picture."""
    content_type = picture_type(body, field=kind)
    digest = hashlib.sha256(body).hexdigest()
    await db.execute(
        insert(ThemeAsset)
        .values(
            organization_id=organization_id, digest=digest, kind=kind, content_type=content_type, body=body
        )
        .on_conflict_do_nothing()
    )
    return digest


async def load_asset(organization_id: OrganizationId | UUID, digest: str) -> Asset | None:
    """The organisation's file of that digest; the last few dozen are kept in memory."""
    key = (organization_id, digest)
    if key in _recent:
        _recent.move_to_end(key)
        return _recent[key]
    async with system_session(reason="a brand's logo, shown before anybody signs in") as db:
        row = (
            await db.execute(
                select(ThemeAsset.content_type, ThemeAsset.body).where(
                    ThemeAsset.organization_id == organization_id, ThemeAsset.digest == digest
                )
            )
        ).one_or_none()
    if row is None:
        return None
    return _keep(key, Asset(digest, row.content_type, row.body))


async def picture_for_mail(organization_id: OrganizationId | UUID, digest: str) -> Asset | None:
    """The file as mail programs show it: an SVG as a PNG, three times as large as it stands in a mail."""
    asset = await load_asset(organization_id, digest)
    if asset is None or asset.content_type != "image/svg+xml":
        return asset
    key = (organization_id, f"{digest}.png")
    if key not in _recent:
        try:
            body = await asyncio.to_thread(svg_to_bytes, svg_string=asset.body.decode(), height=96)
        except ValueError:
            return None
        _keep(key, Asset(digest, "image/png", body))
    return _recent[key]


def picture_type(body: bytes, *, field: str) -> str:
    """The content type, read from the bytes. Raises Invalid for what is no picture or could act."""
    if len(body) > LARGEST_BYTES:
        raise Invalid(_("The picture is larger than 512 KB."), field=field)
    for signature, content_type in _SIGNATURES:
        if body.startswith(signature):
            return content_type
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    _check_svg(body, field)
    return "image/svg+xml"


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


_KEPT = 64
_recent: OrderedDict[tuple[UUID, str], Asset] = OrderedDict()


def _keep(key: tuple[UUID, str], asset: Asset) -> Asset:
    _recent[key] = asset
    while len(_recent) > _KEPT:
        _recent.popitem(last=False)
    return asset


_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
)


def _check_svg(body: bytes, field: str) -> None:
    # Without a DTD there are no entities to expand, so the parser cannot be made to work without end.
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Invalid(_("An SVG with a DOCTYPE cannot be used. Please save it as plain SVG."), field=field)
    try:
        root = ElementTree.fromstring(body.decode())  # noqa: S314  entities are refused above
    except (ElementTree.ParseError, UnicodeDecodeError, ValueError):
        raise Invalid(_("That is not an SVG, PNG, JPEG, WebP, GIF or ICO picture."), field=field) from None
    if root.tag.rpartition("}")[2] != "svg":
        raise Invalid(_("That is not an SVG, PNG, JPEG, WebP, GIF or ICO picture."), field=field)
    for element in root.iter():
        tag = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        if tag in {"script", "foreignobject", "iframe", "handler", "set", "animate"} or any(
            _is_active(name.rpartition("}")[2].lower(), value) for name, value in element.attrib.items()
        ):
            raise Invalid(_("An SVG with scripts or links to other files cannot be used."), field=field)


def _is_active(attribute: str, value: str) -> bool:
    return attribute.startswith("on") or (
        attribute in {"href", "src"} and not value.startswith(("#", "data:image/"))
    )
