"""/brands/{organization}: a brand's drafts and versions to look at, and pictures for it to take in."""

import asyncio
from io import BytesIO
from threading import Lock
from typing import Annotated, Literal

import pypdfium2
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from markupsafe import Markup

from portal.brand_drafts import read_draft
from portal.here import CurrentHere, Here
from portal.security import PREVIEW_POLICY
from portal.views.brand_preview import (
    dashboard_preview,
    sample_cover_facts,
    sheet_preview,
    sign_in_preview,
)
from tenancy.db import session
from tenancy.domains import base_url
from tenancy.errors import InsightHubError, Invalid
from tenancy.organizations import get_organization
from tenancy.text import gettext as _
from themes.assets import asset_path, store_asset
from themes.brands import Brand, get_brand, get_version
from themes.mail.brand import MailBrand
from themes.mail.drawing import draw_mail
from themes.mail.people_mails import Invitation
from themes.mail.samples import sample_mails
from themes.pdf import Cover, branded_pdf, logos_of
from themes.pictures import LARGEST_UPLOAD_BYTES, AssetKind
from themes.theme import Mode, Theme

router = APIRouter(include_in_schema=False)

View = Literal["dashboard", "sign-in", "mail", "pdf"]


class Shown:
    """The brand of a preview, as a draft, a version or as it is, in light or dark."""

    def __init__(self, here: Here, brand: Brand, theme: Theme, mode: Mode, query: str) -> None:
        self.here, self.brand, self.theme, self.mode, self.query = here, brand, theme, mode, query


async def _shown(
    organization: str,
    request: Request,
    here: CurrentHere,
    *,
    draft: Annotated[str, Query(max_length=64)] = "",
    version: int = 0,
    mode: Mode = Mode.LIGHT,
) -> Shown:
    viewer = here.signed_in()
    async with session(viewer) as db:
        brand = await get_brand(db, viewer, await get_organization(db, organization))
        document = brand.document
        if draft:
            kept = await read_draft(viewer, brand.organization.id, draft)
            document = kept if kept is not None else document
        elif version:
            document = (await get_version(db, brand, version)).document
    return Shown(here, brand, brand.theme(document), mode, request.url.query)


CurrentShown = Annotated[Shown, Depends(_shown)]
_HEADERS = {"cache-control": "no-store"}


@router.get("/brands/{organization}/preview/{view}", response_model=None)
async def preview(view: View, shown: CurrentShown) -> Response:
    """One of the places where a brand shows, as a page for a frame."""
    locale = shown.here.signed_in().locale
    if view == "dashboard":
        page = dashboard_preview(shown.theme, shown.mode, locale)
    elif view == "sign-in":
        page = sign_in_preview(shown.theme, shown.mode, locale)
    elif view == "mail":
        page = _mail(shown, locale)
    else:
        picture = f"/brands/{shown.brand.organization.public_id}/cover/png?{shown.query}"
        page = sheet_preview(shown.theme, shown.mode, picture, _("Report cover"))
    return HTMLResponse(page, headers={**_HEADERS, "content-security-policy": PREVIEW_POLICY})


@router.get("/brands/{organization}/cover/{form}", response_model=None)
async def cover(form: Literal["png", "pdf"], shown: CurrentShown) -> Response:
    """The cover of a report, as a picture or as the file itself."""
    pdf = await _cover(shown)
    if form == "png":
        return Response(await asyncio.to_thread(_picture_of, pdf), media_type="image/png", headers=_HEADERS)
    headers = {**_HEADERS, "content-disposition": 'attachment; filename="report.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/brands/{organization}/assets/{kind}", response_model=None)
async def upload(organization: str, kind: AssetKind, request: Request, here: CurrentHere) -> JSONResponse:
    """Takes in a picture, the body of the request; it shows nowhere until a brand with it is saved."""
    viewer = here.signed_in()
    async with session(viewer) as db:
        brand = await get_brand(db, viewer, await get_organization(db, organization))
    try:
        body = await _at_most(request, LARGEST_UPLOAD_BYTES, kind)
        async with session(viewer) as db:
            digest = await store_asset(db, brand.organization.id, kind, body)
    except InsightHubError as error:
        return JSONResponse({"message": error.message}, error.status)
    return JSONResponse({"digest": digest, "url": asset_path(digest)})


def _mail(shown: Shown, locale: str) -> Markup:
    """An invitation, as it would leave."""
    host, organization = shown.here.host, shown.brand.organization
    brand = MailBrand(
        organization_id=organization.id,
        realm_id=organization.realm_id,
        is_platform=shown.theme.names_platform,
        theme=shown.theme,
        host=host.host,
        base=base_url(host.host),
        locale=locale,
        timezone=organization.timezone,
    )
    drawn = draw_mail(sample_mails(host.host)[Invitation.kind], brand, locale, mode=shown.mode)
    return Markup(drawn.html)  # noqa: S704  its template escapes what people wrote


async def _at_most(request: Request, size: int, kind: AssetKind) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > size:
            raise Invalid(_("The file is larger than 5 MB."), field=kind)
    return bytes(body)


async def _cover(shown: Shown) -> bytes:
    logos = await logos_of(shown.theme, shown.here.host.realm_id)
    facts = tuple(sample_cover_facts().items())
    front = Cover(_("Website report"), _("What happened on your website, and what it was worth"), facts)
    return await asyncio.to_thread(
        branded_pdf, shown.theme, logos, front, mode=shown.mode, locale=shown.here.signed_in().locale
    )


# PDFium serves one thread at a time.
_one_at_a_time = Lock()


def _picture_of(pdf: bytes) -> bytes:
    file = BytesIO()
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            document[0].render(scale=1.6).to_pil().save(file, "PNG")
        finally:
            document.close()
    return file.getvalue()
