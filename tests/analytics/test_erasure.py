"""What was deleted is gone for good a month later, in both stores, and nothing else is."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from analytics import clickhouse, erasure
from analytics.clickhouse import TABLES, insert, rows_of
from analytics.shared_links import LinkTerms, create_link
from analytics.tasks import clear_files, erase_deleted
from tenancy.audit import Action, Search, entries
from tenancy.client_states import RemovedForGood, put_state
from tenancy.contracts import ClientState
from tenancy.db import session, system_session
from tenancy.errors import NotFound
from tenancy.invites import invite
from tenancy.organizations import get_organization
from tenancy.roles import Role
from tenancy.sites import Site, collect_site, delete_site, list_sites
from tests.analytics.worlds import ARRIVAL, Step, Visit, store
from tests.factories import (
    MadeOrganization,
    a_viewer,
    info_of,
    make_client,
    make_key,
    make_reseller,
    make_site,
    make_user,
    the_platform,
)

pytestmark = pytest.mark.usefixtures("stack")


async def delete(above: MadeOrganization, below: MadeOrganization, *, days_ago: float) -> datetime:
    """Deletes a client so long ago; when that was."""
    boss = a_viewer(above)
    async with session(boss) as db:
        await put_state(db, boss, info_of(below), ClientState.DELETED)
    await it_was_days_ago(
        "UPDATE contracts SET state_since = now() - :ago WHERE organization_id = :id", below.id, days_ago
    )
    async with system_session(reason="test") as db:
        since = text("SELECT state_since FROM contracts WHERE organization_id = :id")
        deleted_at: datetime = (await db.scalars(since, {"id": below.id})).one()
    return deleted_at.astimezone(UTC)


async def it_was_days_ago(sql: str, row: UUID, days: float) -> None:
    async with system_session(reason="test") as db:
        await db.execute(text(sql), {"id": row, "ago": timedelta(days=days)})


async def a_run_and_the_next(*closed: Site) -> None:
    """What two hours bring: the first run closes the sites, the second finds nothing on its way any more."""
    await asyncio.to_thread(erase_deleted)
    for site in closed:
        await it_was_days_ago("UPDATE sites SET deleted_at = now() - :ago WHERE id = :id", site.id, 0.1)
    await asyncio.to_thread(erase_deleted)


async def a_site_with_rows(owner: MadeOrganization) -> Site:
    """With something in every table."""
    site = await make_site(owner)
    store([Visit(site, "Kim", datetime.now(UTC) - timedelta(hours=3), (Step(0), Step(2, "/b")), ARRIVAL)])
    for table in TABLES:
        if not rows_in(site, table):
            insert(table, {"site_id": [site.number]}, token=f"{table} {site.number}")
    return site


def rows_in(site: Site, *tables: str) -> int:
    return sum(
        count
        for table in tables or TABLES
        for (count,) in rows_of(f"SELECT count() FROM {table} WHERE site_id = {site.number}")
    )


async def rows_of_organization(organization_id: UUID) -> dict[str, int]:
    """What PostgreSQL still has of it, by table."""
    async with system_session(reason="test") as db:
        tables = await db.scalars(
            text(
                "SELECT DISTINCT table_name FROM information_schema.columns"
                " WHERE column_name = 'organization_id' AND table_schema = 'public'"
            )
        )
        counts = {
            table: await db.scalar(
                text(f"SELECT count(*) FROM {table} WHERE organization_id = :id"), {"id": organization_id}
            )
            for table in tables
        }
    return {table: count for table, count in counts.items() if count}


async def is_there(table: str, row: UUID) -> bool:
    async with system_session(reason="test") as db:
        return bool(await db.scalar(text(f"SELECT EXISTS (SELECT FROM {table} WHERE id = :id)"), {"id": row}))


async def test_a_deleted_client_is_gone_for_good_in_both_stores_and_nobody_else_is() -> None:
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    site, other = await a_site_with_rows(client), await a_site_with_rows(sibling)
    alone, shared, theirs = await make_user(client), await make_user(client), await make_user(sibling)
    boss = a_viewer(agency)
    async with session(boss) as db:
        await invite(db, boss, info_of(client), email="new@client.example", role=Role.OWNER)
    async with session(a_viewer(client)) as db:
        await create_link(db, a_viewer(client), LinkTerms(), organization_id=client.id, site=site)
    async with system_session(reason="test") as db:
        await db.execute(
            text(
                "INSERT INTO memberships (organization_id, user_id, realm_id, role)"
                " VALUES (:organization, :user, :realm, 'member')"
            ),
            {"organization": sibling.id, "user": shared.id, "realm": agency.id},
        )
    await make_key(client)
    before = await rows_of_organization(sibling.id)
    assert {"sites", "memberships", "api_keys", "shared_links", "invitations", "audit_entries"} <= (
        await rows_of_organization(client.id)
    ).keys()

    deleted_at = await delete(agency, client, days_ago=30.1)
    assert await collect_site(site.tracking_id) is not None
    await asyncio.to_thread(erase_deleted)
    assert await collect_site(site.tracking_id) is None
    assert rows_in(site) > 0
    await a_run_and_the_next(site)
    await asyncio.to_thread(clear_files)

    assert (rows_in(site), await rows_of_organization(client.id)) == (0, {})
    assert not await is_there("organizations", client.id)
    assert not await is_there("users", alone.id)
    assert await is_there("users", shared.id) and await is_there("users", theirs.id)
    assert rows_in(other, *TABLES) > 0 and await rows_of_organization(sibling.id) == before
    assert await collect_site(other.tracking_id) is not None
    async with session(boss) as db:
        found = await entries(db, boss, Search(actions=frozenset({Action.ORGANIZATION_REMOVED})))
        assert [(one.organization_id, one.target.name, one.actor.name) for one in found] == [
            (agency.id, client.name, boss.name)
        ]
        assert found[0].details == {"deleted_on": f"{deleted_at:%Y-%m-%d}"}
    await a_run_and_the_next()
    assert await rows_of_organization(sibling.id) == before


async def test_a_client_that_came_back_in_time_stays_and_one_that_is_due_does_not_come_back() -> None:
    agency = await make_reseller()
    kept, due, waits = [await make_client(agency) for _ in range(3)]
    sites = [await a_site_with_rows(one) for one in (kept, due, waits)]
    boss = a_viewer(agency)
    await delete(agency, kept, days_ago=29)
    await delete(agency, waits, days_ago=29)
    await delete(agency, due, days_ago=30.1)
    async with session(boss) as db:
        await put_state(db, boss, info_of(kept), ClientState.ACTIVE)
        with pytest.raises(RemovedForGood):
            await put_state(db, boss, info_of(due), ClientState.ACTIVE)

    await a_run_and_the_next(sites[1])

    assert [bool(rows_in(site)) for site in sites] == [True, False, True]
    async with session(boss) as db:
        assert [site.id for site in await list_sites(db, kept.id)] == [sites[0].id]
        with pytest.raises(NotFound):
            await get_organization(db, due.public_id)
        await put_state(db, boss, info_of(waits), ClientState.ACTIVE)
        assert [site.id for site in await list_sites(db, waits.id)] == [sites[2].id]


async def test_what_broke_off_midway_is_finished_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site = await a_site_with_rows(client)
    await delete(agency, client, days_ago=31)
    await asyncio.to_thread(erase_deleted)
    await it_was_days_ago("UPDATE sites SET deleted_at = now() - :ago WHERE id = :id", site.id, 0.1)
    real = clickhouse.delete_rows

    def breaks(table: str, where: str) -> None:
        if table == TABLES[2]:
            raise RuntimeError("the power is gone")
        real(table, where)

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "delete_rows", breaks)
        with pytest.raises(RuntimeError, match="power"):
            await asyncio.to_thread(erase_deleted)
    assert rows_in(site, TABLES[0]) == 0 and rows_in(site) > 0
    assert await is_there("sites", site.id)

    await asyncio.to_thread(erase_deleted)

    assert (rows_in(site), await rows_of_organization(client.id)) == (0, {})


async def test_a_removed_agency_takes_its_clients_along() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site, person = await a_site_with_rows(client), await make_user(client)
    await delete(await the_platform(), agency, days_ago=31)
    await a_run_and_the_next(site)
    assert rows_in(site) == 0
    for table, row in (("organizations", agency.id), ("organizations", client.id), ("users", person.id)):
        assert not await is_there(table, row)


async def test_a_site_that_was_deleted_by_itself_is_erased_as_late() -> None:
    client = await make_client(await make_reseller())
    gone, fresh, kept = [await a_site_with_rows(client) for _ in range(3)]
    async with session(a_viewer(client)) as db:
        for site in (gone, fresh):
            await delete_site(db, a_viewer(client), site)
    await it_was_days_ago("UPDATE sites SET deleted_at = now() - :ago WHERE id = :id", gone.id, 30.1)
    await asyncio.to_thread(erase_deleted)
    assert [bool(rows_in(site)) for site in (gone, fresh, kept)] == [False, True, True]
    assert not await is_there("sites", gone.id) and await is_there("sites", fresh.id)
