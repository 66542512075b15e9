"""The door to PostgreSQL: what it lets through, and what it does when PostgreSQL is not what it should be."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tenancy.db import UnsafeRole, after_commit, check_role, session, system_session
from tenancy.errors import NotFound, Unavailable
from tenancy.settings import settings
from tenancy.sites import get_site
from tests.factories import a_viewer, make_client, make_reseller, make_site
from tests.tenancy.conftest import WithDatabase, plain

COUNT = text("SELECT count(*) FROM sites")
NOBODY = "postgresql+psycopg://ih_app@127.0.0.1:9/nowhere"


async def test_a_block_is_a_transaction() -> None:
    reseller = await make_reseller()
    site = await make_site(reseller)
    with pytest.raises(ZeroDivisionError):
        async with session(a_viewer(reseller)) as db:
            await db.execute(text("UPDATE sites SET name = 'changed'"))
            raise ZeroDivisionError
    async with session(a_viewer(reseller)) as db:
        assert (await get_site(db, site.public_id)).name == site.name


async def test_what_is_queued_runs_after_the_commit_and_not_without_one() -> None:
    viewer = a_viewer(await make_reseller())
    ran: list[str] = []

    async def later(word: str) -> None:
        ran.append(word)

    def fails() -> None:
        raise RuntimeError

    async with session(viewer) as db:
        after_commit(db, fails)
        after_commit(db, ran.append, "first")
        after_commit(db, later, "second")
        assert ran == []
    assert ran == ["first", "second"]
    with pytest.raises(NotFound):
        async with session(viewer) as db:
            after_commit(db, ran.append, "never")
            raise NotFound
    assert ran == ["first", "second"]


async def test_a_setting_leaked_on_a_connection_is_worthless() -> None:
    """What the door sets ends with its transaction, even where somebody sets it for the whole connection."""
    reseller = await make_reseller()
    await make_site(reseller)
    async with await psycopg.AsyncConnection.connect(plain(settings().database_url)) as connection:
        await connection.execute("SELECT app.enter(%s, NULL)", [reseller.id])
        assert await _count(connection) == 1
        await connection.execute(
            "SELECT set_config(name, current_setting(name), false)"
            " FROM unnest(ARRAY['app.org_id', 'app.user_id', 'app.tx']) AS name"
        )
        await connection.commit()
        stale = await (await connection.execute("SELECT current_setting('app.org_id')")).fetchone()
        assert stale == (str(reseller.id),)
        assert await _count(connection) == 0


async def test_pooled_connections_never_mix_tenants() -> None:
    resellers = [await make_reseller() for _ in range(4)]
    for reseller in resellers:
        await make_site(reseller)

    async def look(number: int) -> bool:
        reseller = resellers[number % len(resellers)]
        async with session(a_viewer(reseller)) as db:
            return set(await db.scalars(text("SELECT organization_id FROM sites"))) == {reseller.id}

    assert all(await asyncio.gather(*(look(number) for number in range(80))))


async def test_a_system_session_sees_every_tenant() -> None:
    made = [await make_site(await make_reseller()) for _ in range(2)]
    async with system_session(reason="test") as db:
        assert {(await get_site(db, site.public_id)).id for site in made} == {site.id for site in made}


async def test_an_organization_cannot_be_moved_in_the_tree() -> None:
    ours, theirs = await make_reseller(), await make_reseller()
    client = await make_client(ours)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with system_session(reason="test") as db:
            await db.execute(
                text("UPDATE organizations SET parent_id = :theirs WHERE id = :id"),
                {"theirs": theirs.id, "id": client.id},
            )


async def test_the_app_refuses_a_role_that_row_level_security_does_not_bind(
    with_database: WithDatabase,
) -> None:
    await check_role()
    async with with_database(settings().database_owner_url):
        with pytest.raises(UnsafeRole, match="it is a superuser"):
            await check_role()


async def test_a_database_that_does_not_answer_is_unavailable(with_database: WithDatabase) -> None:
    async with with_database(NOBODY):
        with pytest.raises(Unavailable):
            async with system_session(reason="test"):
                pass


async def _count(connection: psycopg.AsyncConnection) -> int:
    row = await (await connection.execute("SELECT count(*) FROM sites")).fetchone()
    assert row is not None
    return int(row[0])
