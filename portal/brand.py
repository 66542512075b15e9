"""/brand/{digest}, /favicon.ico and the like: the logos and icons of a host's organisation."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import Response

from portal.here import CurrentHere
from tenancy.errors import NotFound
from tenancy.ids import OrganizationId
from themes.assets import ASSET_POLICY, Asset, letter_mark, load_asset, picture_for_mail
from themes.pictures import Picture, as_icon, as_touch_icon
from themes.theme import Theme

router = APIRouter(include_in_schema=False)


@router.get("/brand/{digest}.png", response_model=None)
async def brand_picture(digest: str, here: CurrentHere) -> Response:
    """A logo as mail programs show it."""
    return await _file(digest, here.host.realm_id, picture_for_mail)


@router.get("/brand/{digest}", response_model=None)
async def brand_asset(digest: str, here: CurrentHere) -> Response:
    """A file by what is in it, so that it may be kept for good."""
    return await _file(digest, here.host.realm_id, load_asset)


@router.get("/favicon.ico", response_model=None)
async def favicon(here: CurrentHere) -> Response:
    """For browsers that ask for it whatever the page says: the brand's own, uploaded or drawn."""
    icon = await asyncio.to_thread(as_icon, await _favicon(here.theme, here.host.realm_id))
    return Response(icon, media_type="image/x-icon", headers={"cache-control": "public, max-age=86400"})


@router.get("/apple-touch-icon.png", response_model=None)
async def touch_icon(here: CurrentHere) -> Response:
    """For the home screen of a phone."""
    picture = await _favicon(here.theme, here.host.realm_id)
    icon = await asyncio.to_thread(as_touch_icon, picture, "#ffffff")
    return Response(icon, media_type="image/png", headers={"cache-control": "public, max-age=86400"})


async def _favicon(theme: Theme, realm_id: OrganizationId) -> Picture:
    asset = await load_asset(realm_id, theme.favicon) if theme.favicon else None
    return asset.picture if asset else Picture("image/svg+xml", letter_mark(theme).encode())


async def _file(
    digest: str, realm_id: OrganizationId, load: Callable[[OrganizationId, str], Awaitable[Asset | None]]
) -> Response:
    asset = await load(realm_id, digest)
    if asset is None:
        raise NotFound()
    headers = {
        "cache-control": "public, max-age=31536000, immutable",
        "content-security-policy": ASSET_POLICY,
    }
    return Response(asset.body, media_type=asset.content_type, headers=headers)
