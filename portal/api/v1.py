"""/v1: what a program with an API key may ask about the sites that the key is good for."""

from typing import Annotated

from fastapi import Query

from portal.api.routes import BY_KEY, api_router, refused
from portal.api.sites import SiteList, site_body
from portal.api.stats import realtime_of, stats_of
from portal.api.stats_body import RealtimeBody, Stats
from portal.api.stats_query import StatsQuery
from portal.here import CurrentHolder
from tenancy.api_keys import KeyHolder, Scope, api_site, api_sites
from tenancy.db import session
from tenancy.sites import Site

router = api_router("/v1/sites", "keys", 401, 403)


@router.get("", response_model=SiteList, openapi_extra=BY_KEY)
async def sites_of_key(holder: CurrentHolder) -> SiteList:
    """The sites that the key is valid for. Needs the scope read."""
    holder.require(Scope.READ)
    async with session(holder) as db:
        return SiteList(sites=[site_body(site) for site in await api_sites(db, holder)])


@router.get(
    "/{site_id}/stats",
    response_model=Stats,
    response_model_exclude_unset=True,
    responses=refused(404, 422),
    openapi_extra=BY_KEY,
)
async def stats_by_key(site_id: str, holder: CurrentHolder, query: Annotated[StatsQuery, Query()]) -> Stats:
    """The numbers of a period: as a whole, over time, and by dimension. Needs the scope read."""
    return await stats_of(await site_of_key(holder, site_id, Scope.READ), query)


@router.get(
    "/{site_id}/realtime", response_model=RealtimeBody, responses=refused(404, 422), openapi_extra=BY_KEY
)
async def realtime_by_key(site_id: str, holder: CurrentHolder) -> RealtimeBody:
    """Who is on the site now: the visitors of the last five minutes. Needs the scope read."""
    return await realtime_of(await site_of_key(holder, site_id, Scope.READ))


async def site_of_key(holder: KeyHolder, site_id: str, scope: Scope) -> Site:
    """The site, for a key with the scope. Raises MissingScope or NotFound."""
    holder.require(scope)
    async with session(holder) as db:
        return await api_site(db, holder, site_id)
