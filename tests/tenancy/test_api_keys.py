"""API keys: made for an organisation or a site, shown once, worth nothing once they are revoked."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tenancy.api_keys import (
    PREFIX,
    InvalidKey,
    MissingScope,
    Scope,
    api_site,
    api_sites,
    create_api_key,
    holder_of_key,
    list_api_keys,
    revoke_api_key,
)
from tenancy.audit import Action, Search, entries
from tenancy.db import session, system_session
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.invalidation import Channel, publish
from tenancy.plans import Plan, put_plan
from tenancy.roles import Role
from tests.factories import (
    MadeOrganization,
    a_viewer,
    host_of,
    make_client,
    make_direct,
    make_key,
    make_reseller,
    make_site,
    the_platform,
)


async def test_a_key_is_good_on_every_host_that_serves_its_organisation_and_on_no_other() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    agencys, clients = await make_key(agency), await make_key(client)

    for host in (await host_of(agency), await host_of(await the_platform())):
        assert (await holder_of_key(agencys, host)).organization_id == agency.id
        assert (await holder_of_key(clients, host)).organization_id == client.id
    for elsewhere in (await host_of(await make_reseller()),):
        for key in (agencys, clients, "", PREFIX, "not a key", agencys[:-1], agencys + "0"):
            with pytest.raises(InvalidKey):
                await holder_of_key(key, elsewhere)


async def test_the_secret_is_kept_nowhere_and_its_beginning_can_be_seen() -> None:
    agency = await make_reseller()
    viewer = a_viewer(agency)
    async with session(viewer) as db:
        key, secret = await create_api_key(db, viewer, name=" My  program ", scopes=[Scope.WRITE, Scope.READ])

        [listed] = await list_api_keys(db)
        written = await db.scalar(text("SELECT k::text FROM api_keys k"))

    assert listed == key
    assert (key.name, key.last_used_at) == ("My program", None)
    assert key.scopes == {Scope.READ, Scope.WRITE}
    assert (key.organization_name, key.site_name, key.expires_at) == (agency.name, None, None)
    assert secret.startswith(key.shown)
    assert len(key.shown) == len(PREFIX) + 16
    assert secret not in written
    assert "insight" not in secret.lower()
    assert "ihk" not in PREFIX


async def test_a_revoked_key_is_worth_nothing_at_once_and_both_are_noted() -> None:
    agency = await make_reseller()
    host, viewer = await host_of(agency), a_viewer(agency)
    secret = await make_key(agency)
    holder = await holder_of_key(secret, host)

    async with session(viewer) as db:
        await revoke_api_key(db, viewer, holder.key_id)

    with pytest.raises(InvalidKey):
        await holder_of_key(secret, host)
    async with session(viewer) as db:
        assert await list_api_keys(db) == []
        with pytest.raises(NotFound):
            await revoke_api_key(db, viewer, holder.key_id)
        noted = await entries(db, viewer, Search())
    assert [entry.action for entry in noted] == [Action.API_KEY_REVOKED, Action.API_KEY_CREATED]
    assert secret not in str(noted)


async def test_an_expired_key_is_worth_nothing_even_to_who_used_it_a_moment_ago() -> None:
    agency = await make_reseller()
    host = await host_of(agency)
    fresh, known = await make_key(agency, days=1), await make_key(agency, days=1)
    assert (await holder_of_key(known, host)).expires_at is not None
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE api_keys SET expires_at = now() WHERE organization_id = :id"), {"id": agency.id}
        )
    await publish(Channel.API_KEY, "")

    for secret in (fresh, known):
        with pytest.raises(InvalidKey):
            await holder_of_key(secret, host)


async def test_a_key_of_a_site_is_good_for_that_site_alone() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site, other = await make_site(client), await make_site(client)
    secret = await make_key(agency, site=site)

    holder = await holder_of_key(secret, await host_of(agency))

    assert holder.organization_id == client.id
    async with session(holder) as db:
        assert await api_sites(db, holder) == [site]
        assert await api_site(db, holder, site.public_id) == site
        with pytest.raises(NotFound):
            await api_site(db, holder, other.public_id)


async def test_an_agencys_key_sees_its_clients_sites_and_a_clients_key_its_own() -> None:
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    sites = {await make_site(client), await make_site(sibling)}
    host = await host_of(agency)

    for organization, seen in ((agency, 2), (client, 1)):
        holder = await holder_of_key(await make_key(organization), host)
        async with session(holder) as db:
            found = await api_sites(db, holder)
        assert len(found) == seen
        assert set(found) <= sites


async def test_a_client_sees_the_keys_that_its_agency_made_for_it_and_no_others() -> None:
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    site = await make_site(client)
    await make_key(agency)
    await make_key(sibling)
    await make_key(agency, site=site)

    async with session(a_viewer(client)) as db:
        [key] = await list_api_keys(db)
    assert (key.organization_name, key.site_name) == (client.name, site.name)
    async with session(a_viewer(agency)) as db:
        assert len(await list_api_keys(db)) == 3


async def test_nobody_revokes_the_key_of_another_or_without_permission() -> None:
    agency = await make_reseller()
    holder = await holder_of_key(await make_key(agency), await host_of(agency))

    stranger = a_viewer(await make_reseller())
    async with session(stranger) as db:
        for key_id in (holder.key_id, uuid4()):
            with pytest.raises(NotFound):
                await revoke_api_key(db, stranger, key_id)
    for role in (Role.MEMBER, Role.VIEWER, Role.BILLING):
        member = a_viewer(agency, role)
        async with session(member) as db:
            with pytest.raises(Forbidden):
                await revoke_api_key(db, member, holder.key_id)
            with pytest.raises(Forbidden):
                await create_api_key(db, member, name="Mine", scopes=[Scope.READ])


async def test_scopes_open_what_they_say_and_admin_everything() -> None:
    agency = await make_reseller()
    host = await host_of(agency)
    opened = {}
    for scope in Scope:
        holder = await holder_of_key(await make_key(agency, scope), host)
        opened[scope] = {one for one in Scope if opens(holder, one)}
    assert opened == {Scope.READ: {Scope.READ}, Scope.WRITE: {Scope.WRITE}, Scope.ADMIN: set(Scope)}


async def test_what_is_wrong_with_a_new_key_is_named() -> None:
    viewer = a_viewer(await make_reseller())
    wrong: dict[str, dict[str, Any]] = {"name": {"name": " "}, "scopes": {"scopes": []}, "days": {"days": 0}}
    async with session(viewer) as db:
        for field, fields in wrong.items():
            given: dict[str, Any] = {"name": "Mine", "scopes": [Scope.READ]} | fields
            with pytest.raises(Invalid) as found:
                await create_api_key(db, viewer, **given)
            assert found.value.field == field


async def test_the_last_use_is_written_at_most_once_a_minute() -> None:
    agency = await make_reseller()
    host, secret = await host_of(agency), await make_key(agency)

    async def used() -> object:
        await publish(Channel.API_KEY, "")
        await holder_of_key(secret, host)
        async with session(a_viewer(agency)) as db:
            return (await list_api_keys(db))[0].last_used_at

    first = await used()
    assert first is not None
    assert await used() == first
    async with system_session(reason="test") as db:
        await db.execute(text("UPDATE api_keys SET last_used_at = last_used_at - interval '2 minutes'"))
    assert await used() > first  # type: ignore[operator]


async def test_the_plan_of_a_key_is_that_of_its_organisation_or_of_its_agency() -> None:
    agency = await make_reseller()
    client, direct = await make_client(agency), await make_direct()

    assert await plans_of(agency, client, direct) == [Plan.FREE] * 3
    secret = await make_key(agency)
    host = await host_of(agency)
    assert (await holder_of_key(secret, host)).plan is Plan.FREE
    await gets(agency, Plan.GROWTH)
    await gets(direct, Plan.STARTER)
    assert (await holder_of_key(secret, host)).plan is Plan.GROWTH
    assert await plans_of(agency, client, direct) == [Plan.GROWTH, Plan.GROWTH, Plan.STARTER]
    await gets(client, Plan.STARTER)
    assert await plans_of(client, await the_platform()) == [Plan.STARTER, Plan.ENTERPRISE]


def opens(holder: object, scope: Scope) -> bool:
    try:
        holder.require(scope)  # type: ignore[attr-defined]
    except MissingScope:
        return False
    return True


async def gets(organization: MadeOrganization, plan: Plan) -> None:
    async with system_session(reason="test") as db:
        await put_plan(db, organization.id, plan)


async def plans_of(*organizations: MadeOrganization) -> list[Plan]:
    return [(await holder_of_key(await make_key(one), await host_of(one))).plan for one in organizations]
