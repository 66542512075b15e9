"""The history of the schema: one newest step, equal to the models, reversible, harmless when repeated."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.command import downgrade
from sqlalchemy import make_url

from tenancy import migrate
from tenancy.settings import settings
from tests.tenancy.conftest import Owner, plain


def test_there_is_one_newest_migration() -> None:
    assert migrate.head()


async def test_the_models_and_the_migrated_database_agree() -> None:
    assert await asyncio.to_thread(migrate.drift) == []


async def test_two_processes_may_migrate_at_once_and_again(owner: Owner) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: migrate.migrate(), range(2)))
    platforms = owner.execute("SELECT count(*) FROM organizations WHERE kind = 'platform'").fetchone()
    assert platforms == (1,)


def test_every_migration_can_be_undone(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    owner.execute("DROP DATABASE IF EXISTS undone")
    owner.execute("CREATE DATABASE undone")
    there = make_url(settings().database_owner_url).set(database="undone")
    url = there.render_as_string(hide_password=False)
    monkeypatch.setattr(settings(), "database_owner_url", url)
    migrate.migrate()
    migrate.run_alembic(lambda config: downgrade(config, "base"))
    with psycopg.connect(plain(url)) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'app'::regnamespace"
        ).fetchall()
    assert left == [("alembic_version",)]
    migrate.migrate()
    owner.execute("DROP DATABASE undone")


def test_the_database_url_must_be_the_role_that_policies_bind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "database_url", settings().database_owner_url)
    with pytest.raises(migrate.MigrationRefused, match="ih_app"):
        migrate.migrate()
