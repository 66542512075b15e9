"""A site moves from one client of an agency to another: with its past, and without a way back to it."""

import pytest
from fastapi import FastAPI

from analytics.shared_links import LinkTerms, create_link
from tenancy.audit import Action, Search, entries
from tenancy.db import session
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.members import change_sites
from tenancy.roles import Role
from tenancy.site_moves import SiteMove, move_site
from tenancy.sites import Site, get_site, list_sites
from tests.factories import (
    MadeOrganization,
    MadeUser,
    a_viewer,
    info_of,
    make_client,
    make_key,
    make_reseller,
    make_site,
    make_user,
    viewer_of,
)
from tests.portal.program import Program

pytestmark = pytest.mark.usefixtures("stack")


async def test_who_loses_a_site_finds_it_nowhere_and_who_gets_it_everywhere(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    old, new = await make_client(agency), await make_client(agency)
    site, stays = await make_site(old), await make_site(old)
    before, after = await browser_of(whole_app, old), await browser_of(whole_app, new)
    keys = [await key_of(whole_app, old, site), await key_of(whole_app, old, None)]
    paths = (f"/api/sites/{site.public_id}", f"/sites/{site.public_id}")
    for path in paths:
        assert (await before.get(path)).status_code == 200
    assert {(await key.get(f"/v1/sites/{site.public_id}/stats")).status_code for key in keys} == {200}

    moved = await move(agency, site, new)

    assert (moved.site.number, moved.site.public_id, moved.site.tracking_id) == (
        site.number,
        site.public_id,
        site.tracking_id,
    )
    assert (moved.site.organization_id, moved.keys_ended) == (new.id, 1)
    for path in paths:
        assert (await before.get(path)).status_code == 404
        assert (await after.get(path)).status_code == 200
    assert [(await key.get(f"/v1/sites/{site.public_id}/stats")).status_code for key in keys] == [401, 404]
    assert stays.domain in (page := (await before.get("/sites")).text) and site.domain not in page


@pytest.mark.parametrize("keep", [False, True])
async def test_public_links_end_unless_they_are_to_go_along(whole_app: FastAPI, keep: bool) -> None:
    agency = await make_reseller()
    old, new = await make_client(agency), await make_client(agency)
    site, stays = await make_site(old), await make_site(old)
    link = await share(old, site)
    portfolios = await share(old, None), await share(new, None)
    anybody = Program(whole_app, agency.host)
    for path in (link, *portfolios):
        assert (await anybody.get(path)).status_code == 200

    moved = await move(agency, site, new, keep_links=keep)

    assert moved.links_ended == (0 if keep else 1)
    assert (await anybody.get(link)).status_code == (200 if keep else 404)
    shown = [(await anybody.get(path)).text for path in portfolios]
    assert [site.name in page for page in shown] == [False, True]
    assert stays.name in shown[0]


async def test_lists_of_sites_follow_for_who_sees_the_new_owner_alone() -> None:
    agency = await make_reseller()
    old, new = await make_client(agency), await make_client(agency)
    site = await make_site(old)
    of_agency, of_old = await make_user(agency, Role.VIEWER), await make_user(old, Role.VIEWER)
    for place, person in ((agency, of_agency), (old, of_old)):
        boss = a_viewer(place)
        async with session(boss) as db:
            await change_sites(db, boss, info_of(place), person.id, [site])

    await move(agency, site, new)
    assert await listed(of_agency) == [site.public_id]
    assert await listed(of_old) == []

    # It comes back: whoever lost it does not find it again by itself.
    await move(agency, await found(agency, site), old)
    assert await listed(of_old) == []


async def test_both_logs_have_it_and_neither_names_the_other() -> None:
    agency = await make_reseller()
    old, new = await make_client(agency), await make_client(agency)
    site = await make_site(old)
    await move(agency, site, new)

    for client, other, way in ((old, new, "out"), (new, old, "in")):
        viewer = a_viewer(client)
        async with session(viewer) as db:
            [entry] = await entries(db, viewer, Search(actions=frozenset({str(Action.SITE_MOVED)})))
        assert (entry.target.id, entry.details["moved"]) == (site.public_id, way)
        assert other.name not in repr(entry) and other.public_id not in repr(entry)
    async with session(a_viewer(agency)) as db:
        both = await entries(db, a_viewer(agency), Search(actions=frozenset({str(Action.SITE_MOVED)})))
    assert {entry.organization_name for entry in both} == {old.name, new.name}


async def test_nobody_moves_a_site_to_where_it_does_not_belong() -> None:
    agency, stranger = await make_reseller(), await make_reseller()
    old, new, theirs = await make_client(agency), await make_client(agency), await make_client(stranger)
    site = await make_site(old)

    with pytest.raises(Invalid):
        await move(agency, site, old)
    # Not even where our code hands out what a viewer does not see: the database asks again.
    for target in (theirs, stranger):
        with pytest.raises(NotFound):
            await move(agency, site, target)
    for viewer in (a_viewer(stranger), a_viewer(theirs)):
        with pytest.raises((NotFound, Forbidden)):
            async with session(viewer) as db:
                await move_site(db, viewer, site, info_of(theirs))
    for viewer in (a_viewer(old), a_viewer(agency, Role.MEMBER)):
        with pytest.raises(Forbidden):
            async with session(viewer) as db:
                await move_site(db, viewer, site, info_of(new))
    assert (await found(agency, site)).organization_id == old.id


async def move(
    agency: MadeOrganization, site: Site, target: MadeOrganization, *, keep_links: bool = False
) -> SiteMove:
    viewer = a_viewer(agency)
    async with session(viewer) as db:
        return await move_site(db, viewer, site, info_of(target), keep_links=keep_links)


async def found(agency: MadeOrganization, site: Site) -> Site:
    async with session(a_viewer(agency)) as db:
        return await get_site(db, site.public_id)


async def listed(person: MadeUser) -> list[str]:
    async with session(viewer_of(person)) as db:
        return [site.public_id for site in await list_sites(db)]


async def share(owner: MadeOrganization, site: Site | None) -> str:
    viewer = a_viewer(owner)
    async with session(viewer) as db:
        link = await create_link(db, viewer, LinkTerms(), organization_id=owner.id, site=site)
    return link.path


async def browser_of(app: FastAPI, client: MadeOrganization) -> Program:
    browser = Program(app, client.host)
    await browser.open_browser(await make_user(client))
    return browser


async def key_of(app: FastAPI, client: MadeOrganization, site: Site | None) -> Program:
    program = Program(app, client.host)
    program.bears(await make_key(client, site=site))
    return program
