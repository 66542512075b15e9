"""/api/sites: the sites that the viewer may see."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from portal.api.routes import WRITES, Text, api_router, refused
from portal.here import CurrentHere, CurrentViewer
from portal.installation import site_snippet
from tenancy.db import session
from tenancy.organizations import get_organization
from tenancy.sites import Site, VisitorMode, create_site, delete_site, get_site, list_open_sites, update_site

router = api_router("/api/sites", "sites", 401)


class SiteBody(BaseModel):
    """A site."""

    id: str = Field(examples=["site_7h2k9m4q8w3x5z1b"])
    name: str = Field(examples=["Shop"])
    domain: str = Field(examples=["shop.example.com"])
    tracking_id: str = Field(
        description="What the site's pages send along.", examples=["4w8mh2k7q9x3z5b1c6d0"]
    )
    timezone: str = Field(description="Days begin and end here.", examples=["Europe/Berlin"])
    currency: str = Field(description="ISO 4217.", examples=["EUR"])
    visitor_mode: VisitorMode = Field(
        description="cookieless: nothing is kept in the browser, and visitors are told apart within a day. "
        "consent: cookieless until the visitor agrees. persistent: an id in the browser from the first view."
    )
    respect_dnt: bool = Field(description="Whether browsers that ask not to be tracked are not counted.")
    allowed_hosts: list[str] = Field(
        description="Where events may come from, besides the domain and its subdomains.",
        examples=[["checkout.example.net"]],
    )
    first_event_at: datetime | None = Field(description="null until the first event has arrived.")
    created_at: datetime


class SiteList(BaseModel):
    """The sites that the viewer may see."""

    sites: list[SiteBody]


class NewSite(BaseModel):
    """What a new site needs."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Shop", "domain": "shop.example.com", "timezone": "Europe/Berlin"}]
        },
    )

    name: Text = Field(examples=["Shop"])
    domain: Text = Field(examples=["shop.example.com"])
    organization_id: Text | None = Field(
        None,
        description="The client whose site it is, as in the address of the client's page; else it is yours.",
    )
    timezone: Text = Field("UTC", examples=["Europe/Berlin"])
    currency: Text = Field("USD", examples=["EUR"])
    visitor_mode: VisitorMode = VisitorMode.COOKIELESS
    respect_dnt: bool = True
    allowed_hosts: list[Text] = []


class SiteChange(BaseModel):
    """The fields to change; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = Field(None, examples=["Shop"])
    domain: Text | None = Field(None, examples=["shop.example.com"])
    timezone: Text | None = Field(None, examples=["Europe/Berlin"])
    currency: Text | None = Field(None, examples=["EUR"])
    visitor_mode: VisitorMode | None = None
    respect_dnt: bool | None = None
    allowed_hosts: list[Text] | None = Field(None, examples=[["checkout.example.net"]])


class Snippet(BaseModel):
    """What goes into the pages of a site."""

    tracking_id: str = Field(examples=["4w8mh2k7q9x3z5b1c6d0"])
    snippet: str = Field(examples=["<script>...</script>"])


@router.get("", response_model=SiteList)
async def all_sites(viewer: CurrentViewer) -> SiteList:
    """The sites that you may see, without those of clients that are archived or deleted."""
    async with session(viewer) as db:
        return SiteList(sites=[site_body(site) for site in await list_open_sites(db)])


@router.post("", response_model=SiteBody, status_code=201, responses={**WRITES, **refused(404, 409)})
async def new_site(new: NewSite, viewer: CurrentViewer) -> SiteBody:
    """Create a site."""
    fields = new.model_dump(exclude={"organization_id"})
    async with session(viewer) as db:
        owner = await get_organization(db, new.organization_id) if new.organization_id else None
        site = await create_site(db, viewer, organization_id=owner.id if owner else None, **fields)
    return site_body(site)


@router.get("/{site_id}", response_model=SiteBody, responses=refused(404, 422))
async def one_site(site_id: str, viewer: CurrentViewer) -> SiteBody:
    """A site."""
    async with session(viewer) as db:
        return site_body(await get_site(db, site_id))


@router.patch("/{site_id}", response_model=SiteBody, responses={**WRITES, **refused(404)})
async def change_site(site_id: str, change: SiteChange, viewer: CurrentViewer) -> SiteBody:
    """Change a site."""
    async with session(viewer) as db:
        site = await get_site(db, site_id)
        return site_body(await update_site(db, viewer, site, **change.model_dump(exclude_unset=True)))


@router.delete("/{site_id}", status_code=204, responses=refused(403, 404, 422))
async def remove_site(site_id: str, viewer: CurrentViewer) -> None:
    """Delete a site: its pages are gone, and its events are no longer accepted.

    Its data is permanently deleted after 30 days.
    """
    async with session(viewer) as db:
        await delete_site(db, viewer, await get_site(db, site_id))


@router.get("/{site_id}/snippet", response_model=Snippet, responses=refused(404, 422))
async def snippet_of(site_id: str, viewer: CurrentViewer, here: CurrentHere) -> Snippet:
    """The code to paste into the site's pages."""
    async with session(viewer) as db:
        site = await get_site(db, site_id)
    return Snippet(tracking_id=site.tracking_id, snippet=await site_snippet(viewer, site, here))


def site_body(site: Site) -> SiteBody:
    """A site as the API says it."""
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
