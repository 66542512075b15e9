"""/api/sites: the sites that the viewer may see."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from portal.api.errors import ErrorAnswer
from portal.here import CurrentHere, CurrentViewer
from portal.installation import site_snippet
from tenancy.db import session
from tenancy.organizations import get_organization
from tenancy.sites import Site, VisitorMode, create_site, delete_site, get_site, list_sites, update_site

router = APIRouter(
    prefix="/api/sites",
    tags=["sites"],
    responses={401: {"model": ErrorAnswer}, 403: {"model": ErrorAnswer}, 404: {"model": ErrorAnswer}},
)


class SiteBody(BaseModel):
    """A site."""

    id: str
    name: str
    domain: str
    tracking_id: str
    timezone: str
    currency: str
    visitor_mode: VisitorMode
    respect_dnt: bool
    allowed_hosts: list[str]
    first_event_at: datetime | None
    created_at: datetime


class SiteList(BaseModel):
    """All sites that the viewer may see."""

    sites: list[SiteBody]


class NewSite(BaseModel):
    """What a new site needs."""

    model_config = ConfigDict(extra="forbid")

    name: str
    domain: str = Field(examples=["shop.example.com"])
    organization_id: str | None = Field(None, description="A client of yours; without it, the site is yours.")
    timezone: str = "UTC"
    currency: str = "USD"
    visitor_mode: VisitorMode = VisitorMode.COOKIELESS
    respect_dnt: bool = True
    allowed_hosts: list[str] = []


class SiteChange(BaseModel):
    """What is to be different; what is missing stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    domain: str | None = None
    timezone: str | None = None
    currency: str | None = None
    visitor_mode: VisitorMode | None = None
    respect_dnt: bool | None = None
    allowed_hosts: list[str] | None = None


class Snippet(BaseModel):
    """What goes into the pages of a site."""

    tracking_id: str
    snippet: str


@router.get("", response_model=SiteList)
async def all_sites(viewer: CurrentViewer) -> SiteList:
    """The sites that you may see."""
    async with session(viewer) as db:
        return SiteList(sites=[_body(site) for site in await list_sites(db)])


@router.post("", response_model=SiteBody, status_code=201, responses={422: {"model": ErrorAnswer}})
async def new_site(new: NewSite, viewer: CurrentViewer) -> SiteBody:
    """Create a site."""
    fields = new.model_dump(exclude={"organization_id"})
    async with session(viewer) as db:
        owner = await get_organization(db, new.organization_id) if new.organization_id else None
        site = await create_site(db, viewer, organization_id=owner.id if owner else None, **fields)
    return _body(site)


@router.get("/{site_id}", response_model=SiteBody)
async def one_site(site_id: str, viewer: CurrentViewer) -> SiteBody:
    """A site."""
    async with session(viewer) as db:
        return _body(await get_site(db, site_id))


@router.patch("/{site_id}", response_model=SiteBody, responses={422: {"model": ErrorAnswer}})
async def change_site(site_id: str, change: SiteChange, viewer: CurrentViewer) -> SiteBody:
    """Change a site."""
    async with session(viewer) as db:
        site = await get_site(db, site_id)
        return _body(await update_site(db, viewer, site, **change.model_dump(exclude_unset=True)))


@router.delete("/{site_id}", status_code=204)
async def remove_site(site_id: str, viewer: CurrentViewer) -> None:
    """Delete a site: its pages are gone, and its events are no longer accepted."""
    async with session(viewer) as db:
        await delete_site(db, viewer, await get_site(db, site_id))


@router.get("/{site_id}/snippet", response_model=Snippet)
async def snippet_of(site_id: str, viewer: CurrentViewer, here: CurrentHere) -> Snippet:
    """The code to paste into the site's pages."""
    async with session(viewer) as db:
        site = await get_site(db, site_id)
    return Snippet(tracking_id=site.tracking_id, snippet=site_snippet(site, here))


def _body(site: Site) -> SiteBody:
    return SiteBody(
        id=site.public_id,
        name=site.name,
        domain=site.domain,
        tracking_id=site.tracking_id,
        timezone=site.timezone,
        currency=site.currency,
        visitor_mode=site.visitor_mode,
        respect_dnt=site.respect_dnt,
        allowed_hosts=list(site.allowed_hosts),
        first_event_at=site.first_event_at,
        created_at=site.created_at,
    )
