"""Public links: what they show, to whom, and that there is no way from them to anything else."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from httpx import Response

from analytics.reports.period import Preset
from analytics.shared_links import (
    LinkTerms,
    Panel,
    SharedLink,
    change_link,
    create_link,
    get_link,
    list_links,
    revoke_link,
)
from tenancy.db import session
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.roles import Role
from tenancy.sites import Site
from tests.analytics.worlds import ARRIVAL, Step, Visit, store
from tests.factories import (
    MadeOrganization,
    a_viewer,
    make_client,
    make_direct,
    make_reseller,
    make_site,
    unique,
)
from tests.portal.program import Program

pytestmark = pytest.mark.usefixtures("stack")

ALL = LinkTerms(preset=Preset.LAST_7_DAYS)


async def share(
    organization: MadeOrganization, site: Site | None, terms: LinkTerms = ALL, password: str = ""
) -> SharedLink:
    viewer = a_viewer(organization)
    async with session(viewer) as db:
        return await create_link(
            db, viewer, terms, organization_id=organization.id, site=site, password=password
        )


async def looked_at(app: FastAPI, organization: MadeOrganization, path: str) -> Response:
    program = Program(app, organization.host)
    answer = await program.get(path)
    await program.close()
    return answer


async def test_whoever_has_the_address_sees_the_chosen_parts_and_no_other(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    site = await make_site(client, timezone="UTC")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    arrival = {**ARRIVAL, "source": "Secret Campaign", "channel": "Email"}
    store([Visit(site, "Kim", hour_ago, (Step(0, "/open-page"),), arrival)])
    link = await share(client, site, LinkTerms(panels=frozenset({Panel.PAGES}), title="Our numbers"))

    page = await looked_at(whole_app, client, link.path)

    assert page.status_code == 200
    assert "Our numbers" in page.text
    assert "/open-page" in page.text
    assert 'data-panel="pages"' in page.text
    for hidden in ("Secret Campaign", 'data-panel="sources"', 'class="tiles"', site.tracking_id):
        assert hidden not in page.text
    # No address asks it for more than that.
    for query in ("?tab-sources=source", "?tabs=sources:source", "?period=today", "?metric=sessions"):
        more = await looked_at(whole_app, client, link.path + query)
        assert more.status_code == 200
        assert "Secret Campaign" not in more.text
        assert "Last 30 days" in more.text


async def test_visitors_choose_a_period_where_the_link_allows_it(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    site = await make_site(client)
    fixed, free = await share(client, site), await share(client, site, LinkTerms(free_period=True))

    assert 'data-emit="period"' not in (await looked_at(whole_app, client, fixed.path)).text
    page = (await looked_at(whole_app, client, f"{free.path}?period=today")).text
    assert '<summary class="btn">' in page
    assert 'data-arg="today" aria-current="true"' in page


async def test_a_link_opens_nothing_but_itself(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    site = await make_site(client)
    link = await share(client, site)
    program = Program(whole_app, client.host)
    program.bears(link.token)

    for path in (
        f"/api/sites/{site.public_id}/stats",
        f"/api/sites/{site.public_id}/realtime",
        "/api/sites",
        "/api/auth/me",
    ):
        assert (await program.get(path)).status_code == 401
    for path in (f"/sites/{site.public_id}", "/sites", "/settings/sharing"):
        assert (await program.get(path)).status_code == 303
    page = await program.get(link.path)
    assert "set-cookie" not in page.headers
    for word in (site.public_id, site.tracking_id, client.public_id):
        assert word not in page.text


async def test_what_is_over_unknown_or_on_another_host_is_not_there(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client, stranger = await make_client(agency), await make_reseller()
    site = await make_site(client)
    link = await share(client, site)
    expired = await share(client, site, LinkTerms(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    assert (await looked_at(whole_app, client, link.path)).status_code == 200
    for organization, path in (
        (client, expired.path),
        (client, link.path[:-1]),
        (stranger, link.path),
        (await make_direct(), link.path),
    ):
        answer = await looked_at(whole_app, organization, path)
        assert answer.status_code == 404
        assert site.name not in answer.text
    async with session(a_viewer(client)) as db:
        await revoke_link(db, a_viewer(client), link)
    assert (await looked_at(whole_app, client, link.path)).status_code == 404


async def test_a_password_is_asked_for_kept_by_the_browser_and_forgotten_when_it_changes(
    whole_app: FastAPI,
) -> None:
    client = await make_client(await make_reseller())
    site = await make_site(client, name=unique("Secret"))
    link = await share(client, site, LinkTerms(title="Numbers"), password="open sesame")
    visitor = Program(whole_app, client.host)

    asked = await visitor.get(link.path)
    wrong = await visitor.request("POST", link.path, data={"password": "open"})
    assert 'type="password"' in asked.text and site.name not in asked.text
    assert "That password is not correct." in wrong.text and "set-cookie" not in wrong.headers
    right = await visitor.request("POST", link.path + "?metric=sessions", data={"password": "open sesame"})
    assert (right.status_code, right.headers["location"]) == (303, link.path + "?metric=sessions")
    assert f"Path={link.path}" in right.headers["set-cookie"]
    assert 'class="tiles"' in (await visitor.get(link.path)).text

    async with session(a_viewer(client)) as db:
        await change_link(db, a_viewer(client), link, link.terms, password="another one")
    assert 'type="password"' in (await visitor.get(link.path)).text


async def test_guessing_a_password_is_slow(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    link = await share(client, await make_site(client), password="open sesame")
    guesser = Program(whole_app, client.host)

    for number in range(10):
        await guesser.request("POST", link.path, data={"password": f"guess {number}"})
    late = await guesser.request("POST", link.path, data={"password": "open sesame"})

    assert "Too many attempts" in late.text


async def test_only_allowed_origins_may_show_it_in_a_frame(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    site = await make_site(client)
    closed = await share(client, site)
    framed = await share(client, site, LinkTerms(allowed_origins=("https://www.example.com",)))

    alone = await looked_at(whole_app, client, closed.path)
    assert "frame-ancestors 'none'" in alone.headers["content-security-policy"]
    assert alone.headers["x-frame-options"] == "DENY"
    embedded = await looked_at(whole_app, client, framed.path + "?embed=1")
    assert "frame-ancestors https://www.example.com" in embedded.headers["content-security-policy"]
    assert "x-frame-options" not in embedded.headers
    assert 'class="brand"' not in embedded.text


async def test_search_engines_and_other_sites_do_not_learn_the_address(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    link = await share(client, await make_site(client))

    page = await looked_at(whole_app, client, link.path)

    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "private, no-store"
    assert "/_nicegui" not in page.text


async def test_views_are_counted(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    link = await share(client, await make_site(client), password="open sesame")
    visitor = Program(whole_app, client.host)

    await visitor.get(link.path)
    await visitor.request("POST", link.path, data={"password": "open sesame"})
    await visitor.get(link.path)
    await visitor.get(link.path)

    async with session(a_viewer(client)) as db:
        counted = await get_link(db, str(link.id))
    assert counted.view_count == 2
    assert counted.last_viewed_at is not None


async def test_a_portfolio_shows_all_sites_of_its_client_and_each_of_them(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    first, second = await make_site(client, name="First"), await make_site(client, name="Second")
    other = await make_site(sibling, name=unique("Other"))
    link = await share(client, None)

    page = await looked_at(whole_app, client, link.path)
    assert "First" in page.text and "Second" in page.text and other.name not in page.text
    for site in (first, second):
        one = await looked_at(whole_app, client, f"{link.path}?site={site.public_id}")
        assert f"<h1>{site.name}</h1>" in one.text
        assert 'data-panel="sources"' in one.text
    assert (await looked_at(whole_app, client, f"{link.path}?site={other.public_id}")).status_code == 404


async def test_viewers_share_nothing_and_siblings_see_no_links() -> None:
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    site = await make_site(client)
    link = await share(client, site)
    viewer = a_viewer(client, Role.VIEWER)
    async with session(viewer) as db:
        with pytest.raises(Forbidden):
            await create_link(db, viewer, ALL, organization_id=client.id, site=site)
        with pytest.raises(Forbidden):
            await revoke_link(db, viewer, link)
    async with session(a_viewer(sibling)) as db:
        assert await list_links(db, client.id) == []
        with pytest.raises(NotFound):
            await get_link(db, str(link.id))
    async with session(a_viewer(agency)) as db:
        assert [one.id for one in await list_links(db, client.id)] == [link.id]


@pytest.mark.parametrize(
    "terms",
    [
        LinkTerms(panels=frozenset()),
        LinkTerms(preset=Preset.CUSTOM),
        LinkTerms(title="x" * 121),
        *(
            LinkTerms(allowed_origins=(origin,))
            for origin in (
                "example.com",
                "https://",
                "https://a.example/path",
                "https://a.example; script-src *",
                "https://*.example",
                "javascript:alert(1)",
                "https://a.example:port",
            )
        ),
        LinkTerms(allowed_origins=tuple(f"https://s{number}.example" for number in range(21))),
    ],
)
async def test_terms_that_make_no_sense_are_refused(terms: LinkTerms) -> None:
    client = await make_client(await make_reseller())
    site = await make_site(client)
    with pytest.raises(Invalid):
        await share(client, site, terms)
    async with session(a_viewer(client)) as db:
        assert await list_links(db, client.id) == []
