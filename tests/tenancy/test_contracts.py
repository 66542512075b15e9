"""What a contract allows, and nobody gets around it, also not two at once."""

import asyncio

import pytest

from tenancy.client_states import put_state
from tenancy.contracts import (
    ClientState,
    Contract,
    LimitReached,
    change_contract,
    contract_of,
    limits_of,
)
from tenancy.db import session
from tenancy.errors import Forbidden, Invalid
from tenancy.invites import invite
from tenancy.organizations import create_client
from tenancy.roles import Role
from tenancy.sites import create_site
from tests.factories import (
    MadeOrganization,
    a_viewer,
    info_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    the_platform,
    unique,
    viewer_of,
)


async def agree(above: MadeOrganization, below: MadeOrganization, contract: Contract) -> None:
    viewer = a_viewer(above)
    async with session(viewer) as db:
        await change_contract(db, viewer, below.id, contract)


async def test_a_reseller_creates_clients_up_to_its_contract() -> None:
    agency = await make_reseller()
    await agree(await the_platform(), agency, Contract(max_sub_organizations=2))
    boss = a_viewer(agency)
    await make_client(agency)

    async def create() -> None:
        async with session(boss) as db:
            await create_client(db, boss, name=unique("Client"))

    outcomes = await asyncio.gather(*(create() for _ in range(4)), return_exceptions=True)
    assert [type(one) for one in outcomes if one] == [LimitReached] * 3
    assert "covers 2 clients" in str(next(one for one in outcomes if one))


@pytest.mark.parametrize(
    ("of_the_agency", "of_the_client", "most"), [(2, None, 2), (None, 1, 1), (2, 5, 2), (5, 0, 0)]
)
async def test_the_lower_of_both_limits_holds_for_a_clients_sites(
    of_the_agency: int | None, of_the_client: int | None, most: int
) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    await agree(await the_platform(), agency, Contract(max_sites_per_sub_org=of_the_agency))
    await agree(agency, client, Contract(max_sites=of_the_client))
    makers = [a_viewer(client), a_viewer(agency)] * 2

    async def create(number: int) -> None:
        async with session(makers[number]) as db:
            await create_site(
                db, makers[number], name="Shop", domain="shop.example", organization_id=client.id
            )

    outcomes = await asyncio.gather(*(create(number) for number in range(4)), return_exceptions=True)
    assert [type(one) for one in outcomes if one] == [LimitReached] * (4 - most)


async def test_an_agencys_own_sites_are_not_counted_as_a_clients() -> None:
    agency = await make_reseller()
    await agree(await the_platform(), agency, Contract(max_sites_per_sub_org=0))
    await make_site(agency)


async def test_who_is_invited_has_a_place() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    owner = viewer_of(await make_user(client))
    await agree(agency, client, Contract(max_people=2))
    async with session(owner) as db:
        await invite(db, owner, info_of(client), email="first@example.com", role=Role.MEMBER)
        with pytest.raises(LimitReached, match="covers 2 people"):
            await invite(db, owner, info_of(client), email="second@example.com", role=Role.MEMBER)


async def test_a_contract_is_made_by_who_is_above_and_by_nobody_else() -> None:
    agency = await make_reseller()
    client, stranger = await make_client(agency), await make_reseller()
    await agree(agency, client, Contract(max_sites=3, notes="Pays late."))
    for viewer in (a_viewer(client), a_viewer(agency, Role.MEMBER)):
        async with session(viewer) as db:
            with pytest.raises(Forbidden):
                await change_contract(db, viewer, client.id, Contract())
    with pytest.raises(Exception, match="row-level security"):
        await agree(stranger, client, Contract(max_sites=100))
    with pytest.raises(Forbidden):
        await agree(agency, agency, Contract(max_sub_organizations=100))
    async with session(a_viewer(client)) as db:
        assert (await limits_of(db, client.id)).sites == 3
        assert await contract_of(db, client.id) == Contract()
    async with session(a_viewer(stranger)) as db:
        assert (await limits_of(db, client.id)).sites is None
    with pytest.raises(Invalid):
        await agree(agency, client, Contract(max_sites=-1))


async def test_a_deleted_client_comes_back_only_to_a_free_place() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    await agree(await the_platform(), agency, Contract(max_sub_organizations=1))
    boss = a_viewer(agency)
    async with session(boss) as db:
        await put_state(db, boss, info_of(client), ClientState.DELETED)
    async with session(boss) as db:
        other = await create_client(db, boss, name=unique("Client"))
    async with session(boss) as db:
        for state in (ClientState.ACTIVE, ClientState.ARCHIVED):
            with pytest.raises(LimitReached, match="covers 1 client"):
                await put_state(db, boss, info_of(client), state)
        await put_state(db, boss, other, ClientState.DELETED)
        await put_state(db, boss, info_of(client), ClientState.ACTIVE)
