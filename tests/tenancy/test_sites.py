"""Sites: who sees them, what may be written into them, and what collect knows of each."""

from typing import Any

import pytest

from tenancy.db import session
from tenancy.errors import Forbidden, Invalid, NotFound, Unavailable
from tenancy.invalidation import Channel, publish
from tenancy.members import change_sites
from tenancy.roles import Role
from tenancy.sites import (
    VisitorMode,
    collect_site,
    create_site,
    delete_site,
    get_site,
    list_sites,
    mark_first_event,
    seen_site,
    update_site,
)
from tests.factories import a_viewer, info_of, make_client, make_reseller, make_site, make_user, viewer_of
from tests.tenancy.conftest import WithDatabase
from tests.tenancy.test_database import NOBODY


async def test_a_reseller_creates_a_site_for_its_client() -> None:
    reseller = await make_reseller()
    client = await make_client(reseller)
    viewer = a_viewer(reseller)
    async with session(viewer) as db:
        site = await create_site(
            db,
            viewer,
            organization_id=client.id,
            name="  The   shop ",
            domain="https://www.Shöp.example/start?x=1",
            timezone="Europe/Berlin",
            currency="eur",
            visitor_mode=VisitorMode.CONSENT,
            allowed_hosts=["*.shop.example", "checkout.example:8443", "127.0.0.1"],
        )
    assert (site.name, site.domain, site.currency) == ("The shop", "xn--shp-tna.example", "EUR")
    assert site.allowed_hosts == ("shop.example", "checkout.example", "127.0.0.1")
    async with session(a_viewer(client)) as db:
        assert await get_site(db, site.public_id) == site
        assert await list_sites(db) == await list_sites(db, client.id) == [site]


async def test_another_tenants_site_does_not_exist() -> None:
    site = await make_site(await make_reseller())
    other = await make_reseller()
    viewer = a_viewer(other)
    async with session(viewer) as db:
        assert await list_sites(db) == []
        for forbidden in (
            get_site(db, site.public_id),
            update_site(db, viewer, site, name="Mine"),
            delete_site(db, viewer, site),
            create_site(db, viewer, organization_id=site.organization_id, name="x", domain="x.example"),
        ):
            with pytest.raises(NotFound):
                await forbidden


async def test_a_viewer_changes_nothing() -> None:
    reseller = await make_reseller()
    site = await make_site(reseller)
    viewer = a_viewer(reseller, Role.VIEWER)
    async with session(viewer) as db:
        for forbidden in (
            create_site(db, viewer, name="x", domain="x.example"),
            update_site(db, viewer, site, name="x"),
            delete_site(db, viewer, site),
        ):
            with pytest.raises(Forbidden):
                await forbidden


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 121),
        ("domain", "not a domain"),
        ("timezone", "Middle/Earth"),
        ("currency", "XYZW"),
        ("allowed_hosts", ["ok.example", "host name.example"]),
    ],
)
async def test_what_is_not_valid_is_refused_with_its_field(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        await make_site(await make_reseller(), **{field: value})
    assert refused.value.field == field


async def test_collect_knows_a_site_and_each_change_at_once() -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    site = await make_site(reseller, allowed_hosts=["a.example"])
    known = await collect_site(site.tracking_id)
    assert known is not None
    assert (known.number, known.domain, known.allowed_hosts) == (site.number, site.domain, ("a.example",))
    assert known.active
    async with session(viewer) as db:
        await update_site(db, viewer, site, visitor_mode=VisitorMode.PERSISTENT, respect_dnt=False)
    known = await collect_site(site.tracking_id)
    assert known is not None
    assert (known.visitor_mode, known.respect_dnt) == (VisitorMode.PERSISTENT, False)


async def test_a_deleted_site_is_gone_everywhere() -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    site = await make_site(reseller)
    assert await collect_site(site.tracking_id) is not None
    async with session(viewer) as db:
        await delete_site(db, viewer, site)
    assert await collect_site(site.tracking_id) is None
    async with session(viewer) as db:
        assert await list_sites(db) == []
        with pytest.raises(NotFound):
            await get_site(db, site.public_id)


async def test_a_known_site_collects_while_postgresql_is_down(with_database: WithDatabase) -> None:
    known, unknown = await make_site(await make_reseller()), await make_site(await make_reseller())
    answer = await collect_site(known.tracking_id)
    async with with_database(NOBODY):
        await publish(Channel.SITE, "")
        assert await collect_site(known.tracking_id) == answer
        with pytest.raises(Unavailable):
            await collect_site(unknown.tracking_id)
    assert await collect_site(unknown.tracking_id) is not None


async def test_a_page_sees_a_site_from_memory_and_each_change_at_once(with_database: WithDatabase) -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    site = await make_site(reseller)
    assert await seen_site(viewer, site.public_id) == site
    async with with_database(NOBODY):
        assert await seen_site(viewer, site.public_id) == site
    async with session(viewer) as db:
        await update_site(db, viewer, site, name="Another name")
    assert (await seen_site(viewer, site.public_id)).name == "Another name"
    await mark_first_event([site.number])
    assert (await seen_site(viewer, site.public_id)).first_event_at is not None
    async with session(viewer) as db:
        await delete_site(db, viewer, site)
    with pytest.raises(NotFound):
        await seen_site(viewer, site.public_id)


async def test_what_one_person_sees_is_remembered_for_nobody_else() -> None:
    reseller = await make_reseller()
    client, neighbour = await make_client(reseller), await make_client(reseller)
    person = await make_user(client, Role.VIEWER)
    shown, hidden = await make_site(client), await make_site(client)
    for whoever in (a_viewer(reseller), a_viewer(client), viewer_of(person)):
        assert await seen_site(whoever, hidden.public_id) == hidden
    with pytest.raises(NotFound):
        await seen_site(a_viewer(neighbour), hidden.public_id)
    async with session(a_viewer(client)) as db:
        await change_sites(db, a_viewer(client), info_of(client), person.id, [shown])
    assert await seen_site(viewer_of(person), shown.public_id) == shown
    for whoever, invented in ((viewer_of(person), hidden.public_id), (a_viewer(client), "site_" + "x" * 99)):
        with pytest.raises(NotFound):
            await seen_site(whoever, invented)
    assert await seen_site(a_viewer(client), hidden.public_id) == hidden


async def test_the_first_event_is_noted_once() -> None:
    reseller = await make_reseller()
    site = await make_site(reseller)
    assert site.first_event_at is None
    await mark_first_event([site.number])
    async with session(a_viewer(reseller)) as db:
        first = (await get_site(db, site.public_id)).first_event_at
    assert first is not None
    await mark_first_event([site.number])
    async with session(a_viewer(reseller)) as db:
        assert (await get_site(db, site.public_id)).first_event_at == first
