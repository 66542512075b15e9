"""The tree of organisations, and who may grow it."""

import pytest
from sqlalchemy import text

from tenancy.db import session, system_session
from tenancy.errors import Forbidden, NotFound
from tenancy.ids import OrganizationId
from tenancy.organizations import add_organization, create_client, get_organization, list_clients
from tenancy.roles import OrganizationKind, Role
from tests.factories import a_viewer, make_client, make_direct, make_reseller, the_platform, unique


async def test_the_closure_tree_knows_everybody_above() -> None:
    platform, reseller = await the_platform(), await make_reseller()
    client, direct = await make_client(reseller), await make_direct()
    assert await above(client.id) == [(client.id, 0), (reseller.id, 1), (platform.id, 2)]
    assert await above(reseller.id) == [(reseller.id, 0), (platform.id, 1)]
    assert await above(direct.id) == [(direct.id, 0), (platform.id, 1)]


async def test_a_reseller_creates_a_client_and_sees_it_in_its_list() -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    async with session(viewer) as db:
        created = await create_client(db, viewer, name="Zoë & Co")
        again = await create_client(db, viewer, name="Zoe, co!")
        assert (created.slug, again.slug) == ("zoe-co", "zoe-co-2")
        assert {found.id for found in await list_clients(db)} == {created.id, again.id}
    assert created.kind is OrganizationKind.CLIENT
    assert created.realm_id == created.parent_id == reseller.id


async def test_another_reseller_finds_no_such_client() -> None:
    client = await make_client(await make_reseller())
    async with session(a_viewer(await make_reseller())) as db:
        assert await list_clients(db) == []
        with pytest.raises(NotFound):
            await get_organization(db, client.public_id)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER, Role.BILLING])
async def test_only_owners_and_admins_create_clients(role: Role) -> None:
    viewer = a_viewer(await make_reseller(), role)
    async with session(viewer) as db:
        with pytest.raises(Forbidden):
            await create_client(db, viewer, name="No")


async def test_a_client_creates_nothing_below_itself_even_past_the_permissions() -> None:
    client = await make_client(await make_reseller())
    viewer = a_viewer(client)
    async with session(viewer) as db:
        with pytest.raises(Forbidden):
            await create_client(db, viewer, name="No")
    for kind in (OrganizationKind.CLIENT, OrganizationKind.RESELLER, OrganizationKind.DIRECT):
        with pytest.raises(Exception, match="row-level security"):
            async with session(viewer) as db:
                await add_organization(db, kind, parent_id=client.id, name=unique("no"))


async def test_a_reseller_creates_nothing_under_another() -> None:
    ours, theirs = await make_reseller(), await make_reseller()
    with pytest.raises(Exception, match="row-level security"):
        async with session(a_viewer(ours)) as db:
            await add_organization(db, OrganizationKind.CLIENT, parent_id=theirs.id, name=unique("no"))


async def above(organization_id: OrganizationId) -> list[tuple[OrganizationId, int]]:
    async with system_session(reason="test") as db:
        found = await db.execute(
            text("SELECT ancestor_id, depth FROM org_tree WHERE descendant_id = :id ORDER BY depth"),
            {"id": organization_id},
        )
        return [(OrganizationId(ancestor), depth) for ancestor, depth in found]
