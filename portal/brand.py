"""/brand/{digest} and /favicon.ico: the logos and icons of a host's organisation."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from portal.here import CurrentHere, Here
from tenancy.errors import NotFound
from tenancy.ids import OrganizationId
from themes.assets import ASSET_POLICY, Asset, asset_path, letter_mark, load_asset, picture_for_mail

router = APIRouter(include_in_schema=False)


@router.get("/brand/{digest}.png", response_model=None)
async def brand_picture(digest: str, here: CurrentHere) -> Response:
    """A logo as mail programs show it."""
    return await _file(digest, here, picture_for_mail)


@router.get("/brand/{digest}", response_model=None)
async def brand_asset(digest: str, here: CurrentHere) -> Response:
    """A file by what is in it, so that it may be kept for good."""
    return await _file(digest, here, load_asset)


@router.get("/favicon.ico", response_model=None)
async def favicon(here: CurrentHere) -> Response:
    """For browsers that ask for it whatever the page says: the brand's own, uploaded or drawn."""
    if here.theme.favicon:
        return RedirectResponse(asset_path(here.theme.favicon), 302)
    headers = {"cache-control": "public, max-age=86400", "content-security-policy": ASSET_POLICY}
    return Response(letter_mark(here.theme), media_type="image/svg+xml", headers=headers)


async def _file(
    digest: str, here: Here, load: Callable[[OrganizationId, str], Awaitable[Asset | None]]
) -> Response:
    asset = await load(here.host.realm_id, digest)
    if asset is None and here.host.organization_id != here.host.realm_id:
        asset = await load(here.host.organization_id, digest)
    if asset is None:
        raise NotFound()
    headers = {
        "cache-control": "public, max-age=31536000, immutable",
        "content-security-policy": ASSET_POLICY,
    }
    return Response(asset.body, media_type=asset.content_type, headers=headers)
