"""/preview/{token}: the sign-in page of a host that leads nowhere yet, for whoever was given the link."""

import base64
import re

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from portal.here import CurrentHere
from portal.hosts import theme_of
from portal.views.domain_preview import still_sign_in_page
from tenancy.domain_preview import previewed_host
from tenancy.domains import HostOrganization
from tenancy.errors import NotFound
from tenancy.roles import OrganizationKind
from themes.assets import asset_path, load_asset

router = APIRouter(include_in_schema=False)


@router.get("/preview/{token}", response_model=None)
async def preview(token: str, here: CurrentHere) -> Response:
    """The page, which looks as it will and does nothing."""
    host = await previewed_host(token)
    if here.host.kind is not OrganizationKind.PLATFORM and here.host.realm_id != host.realm_id:
        raise NotFound()
    return HTMLResponse(await preview_page(host), headers={"cache-control": "no-store"})


async def preview_page(host: HostOrganization) -> str:
    """The sign-in page of the host, whole in itself: its logos are no files of the host that shows it."""
    page = str(still_sign_in_page(theme_of(host), locale=host.locale))
    for digest in set(_ASSET.findall(page)):
        asset = await load_asset(host.realm_id, digest)
        if asset is None and host.organization_id != host.realm_id:
            asset = await load_asset(host.organization_id, digest)
        if asset is not None:
            body = base64.b64encode(asset.body).decode()
            page = page.replace(asset_path(digest), f"data:{asset.content_type};base64,{body}")
    return Markup(page)  # noqa: S704  a view escaped it


_ASSET = re.compile(r"/brand/([0-9a-f]{64})")
