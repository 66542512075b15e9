"""Who may open a page of a site; asked again with every step, as a socket outlives a session."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from portal.here import CurrentHere, Here
from tenancy.contracts import OrganizationClosed
from tenancy.db import only_read, session
from tenancy.domains import base_url
from tenancy.errors import NotSignedIn
from tenancy.login import viewer_for_token
from tenancy.organizations import OrganizationInfo, get_organization
from tenancy.second_factor import SecondFactorNeeded
from tenancy.sites import Site, seen_site
from tenancy.viewer import Viewer


@dataclass(frozen=True)
class SiteVisit:
    """A viewer on the pages of a site."""

    here: Here
    viewer: Viewer
    site: Site

    @property
    def path(self) -> str:
        """Where the site's pages begin."""
        return f"/sites/{self.site.public_id}"

    async def again(self) -> "SiteVisit":
        """The same, asked anew. Raises NotSignedIn or NotFound where it is over."""
        viewer = await current_viewer(self.here)
        return SiteVisit(self.here, viewer, await seen_site(viewer, self.site.public_id))


async def current_viewer(here: Here) -> Viewer:
    """Who holds the page's token by now. Raises NotSignedIn, SecondFactorNeeded or OrganizationClosed."""
    viewer = await current_person(here)
    if viewer.is_closed:
        raise OrganizationClosed()
    if viewer.lacks_second_factor:
        raise SecondFactorNeeded()
    return viewer


async def current_person(here: Here) -> Viewer:
    """As current_viewer, for the pages on which a second factor is turned on."""
    viewer = await viewer_for_token(here.token, here.host) if here.token else None
    if viewer is None:
        raise NotSignedIn()
    if viewer.viewing is not None:
        # The page may be older than the look.
        only_read()
    return viewer


async def _organization(organization: str, here: CurrentHere) -> OrganizationInfo:
    async with session(here.signed_in()) as db:
        return await get_organization(db, organization)


async def _site_visit(site_id: str, here: CurrentHere) -> SiteVisit:
    viewer = here.signed_in()
    return SiteVisit(here, viewer, await seen_site(viewer, site_id))


CurrentOrganization = Annotated[OrganizationInfo, Depends(_organization)]
CurrentSiteVisit = Annotated[SiteVisit, Depends(_site_visit)]


def outside(here: Here, path: str) -> str:
    """A link out of a page with sub-pages: with its scheme, so that it is not taken for one of them."""
    return base_url(here.host.host) + path
