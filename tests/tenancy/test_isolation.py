"""Every table, found by enumeration: a new one is tested the day it appears."""

from collections.abc import Set
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tenancy.db import session
from tenancy.ids import OrganizationId
from tests.factories import (
    MadeOrganization,
    a_viewer,
    make_client,
    make_reseller,
    make_site,
    make_user,
    unique,
)
from tests.tenancy.conftest import Owner

# Read by everybody below: the host that a client's mail links carry where it has none of its own.
READ_BY_CLIENTS = {"domains"}
# Rows that the app adds and reads, and can neither change nor take away.
APPEND_ONLY = {"audit_entries", "theme_versions"}
# Alembic's own bookkeeping; the app has no rights on it.
NOT_OURS = {"alembic_version"}


def test_every_table_forces_row_level_security(owner: Owner) -> None:
    unwalled = owner.execute(
        """
        SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
           AND NOT (relrowsecurity AND relforcerowsecurity)
        """
    )
    assert {name for (name,) in unwalled} == NOT_OURS


def test_every_tenant_table_has_a_policy_for_the_app_and_none_for_everybody(owner: Owner) -> None:
    for table in tenant_tables(owner):
        policies = owner.execute(
            "SELECT cmd, roles::text[] FROM pg_policies WHERE schemaname = 'public' AND tablename = %s",
            [table],
        ).fetchall()
        roles = {role for _command, roles in policies for role in roles}
        assert "ih_app" in roles, f"{table} needs rls.tenant_table()"
        assert "public" not in roles, f"{table} has a policy for everybody"


def test_foreign_keys_between_tenant_tables_carry_the_tenant(owner: Owner) -> None:
    """A key of one column lets a row point into another tenant: constraints do not see policies."""
    tables = set(tenant_tables(owner))
    for key in foreign_keys(owner):
        if key.table in tables and key.target in tables:
            tenant = {"organization_id", "realm_id"}
            assert any(
                ours in tenant and theirs in tenant
                for ours, theirs in zip(key.columns, key.target_columns, strict=True)
            ), f"{key.table} points at {key.target} without its organization"


def test_what_belongs_to_a_site_moves_with_it(owner: Owner) -> None:
    """A site can go to another client: a key without ON UPDATE CASCADE would hold it back."""
    stuck = owner.execute(
        """
        SELECT conrelid::regclass::text FROM pg_constraint
         WHERE contype = 'f' AND confrelid = 'sites'::regclass AND cardinality(conkey) > 1
           AND confupdtype <> 'c'
        """
    ).fetchall()
    assert stuck == []


def test_what_places_a_row_in_the_tree_cannot_be_updated(owner: Owner) -> None:
    updatable = owner.execute(
        """
        SELECT table_name || '.' || column_name FROM information_schema.column_privileges
         WHERE grantee = 'ih_app' AND privilege_type = 'UPDATE' AND table_schema = 'public'
           AND column_name IN ('id', 'organization_id', 'realm_id', 'parent_id', 'kind', 'public_id',
                               'user_id', 'tracking_id', 'number')
           AND (table_name, column_name) <> ('theme_assets', 'kind')
        """
    ).fetchall()
    assert updatable == []


def test_the_app_can_neither_truncate_nor_point_at_nor_trigger_on_any_table(owner: Owner) -> None:
    rights = owner.execute(
        "SELECT table_name, privilege_type FROM information_schema.table_privileges WHERE grantee = 'ih_app'"
        " AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')"
    ).fetchall()
    assert rights == []


def test_the_hash_of_a_password_cannot_be_read(owner: Owner) -> None:
    readable = owner.execute("SELECT has_column_privilege('ih_app', 'users', 'password_hash', 'SELECT')")
    assert readable.fetchone() == (False,)


def test_what_is_append_only_cannot_be_changed(owner: Owner) -> None:
    rights = owner.execute(
        "SELECT DISTINCT table_name, privilege_type FROM information_schema.column_privileges"
        " WHERE grantee = 'ih_app' AND table_name = ANY (%(tables)s)"
        " UNION SELECT table_name, privilege_type FROM information_schema.table_privileges"
        " WHERE grantee = 'ih_app' AND table_name = ANY (%(tables)s)",
        {"tables": list(APPEND_ONLY)},
    ).fetchall()
    assert set(rights) == {(table, right) for table in APPEND_ONLY for right in ("SELECT", "INSERT")}


async def test_a_tenant_reads_and_writes_nothing_of_another(owner: Owner) -> None:
    ours, theirs = await make_reseller(), await make_reseller()
    await nothing_crosses(owner, ours, theirs)


async def test_a_client_reads_and_writes_nothing_of_its_reseller(owner: Owner) -> None:
    reseller = await make_reseller()
    await nothing_crosses(owner, await make_client(reseller), reseller, readable=READ_BY_CLIENTS)


async def test_siblings_do_not_see_each_other_and_their_reseller_sees_both(owner: Owner) -> None:
    reseller = await make_reseller()
    ours, theirs = await make_client(reseller), await make_client(reseller)
    for client in (ours, theirs):
        await make_site(client)
        await make_user(client)
    for table in ("sites", "memberships"):
        assert await visible(ours, table) == {ours.id}
        assert await visible(theirs, table) == {theirs.id}
        assert await visible(reseller, table) == {ours.id, theirs.id}


async def test_a_client_sees_the_people_who_are_its_members_and_nobody_else() -> None:
    reseller = await make_reseller()
    client, sibling = await make_client(reseller), await make_client(reseller)
    kim = await make_user(client)
    await make_user(sibling)
    await make_user(reseller)
    async with session(a_viewer(client)) as db:
        assert list(await db.scalars(text("SELECT id FROM users"))) == [kim.id]


async def nothing_crosses(
    owner: Owner, ours: MadeOrganization, theirs: MadeOrganization, readable: Set[str] = frozenset()
) -> None:
    rows = Rows(owner)
    for table in tenant_tables(owner):
        row = rows.of(table, theirs.id)
        for statement in attacks(owner, table, row):
            async with session(a_viewer(ours)) as db:
                result = await db.execute(text(statement.sql), statement.values)
                touched = result.scalar() if result.returns_rows else result.rowcount  # type: ignore[attr-defined]
                allowed = table in readable and statement.sql.startswith("SELECT")
                assert touched == 0 or allowed, f"{statement.sql} touched {touched} rows"
        insert = copy_of(owner, table, row)
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with session(a_viewer(ours)) as db:
                await db.execute(text(insert.sql), insert.values)
        assert rows.count(table, theirs.id) >= 1


class Statement(NamedTuple):
    sql: str
    values: dict[str, Any]


def attacks(owner: Owner, table: str, row: dict[str, Any]) -> list[Statement]:
    """Reading, changing and deleting the rows of another tenant."""
    theirs = {"theirs": row["organization_id"]}
    updatable = owner.execute(
        "SELECT column_name FROM information_schema.column_privileges"
        " WHERE grantee = 'ih_app' AND privilege_type = 'UPDATE' AND table_name = %s",
        [table],
    ).fetchall()
    return [
        Statement(f"SELECT count(*) FROM {table} WHERE organization_id = :theirs", theirs),
        *(
            [Statement(f"DELETE FROM {table} WHERE organization_id = :theirs", theirs)]
            if table not in APPEND_ONLY
            else []
        ),
        *(
            Statement(f"UPDATE {table} SET {column} = NULL WHERE organization_id = :theirs", theirs)
            for (column,) in updatable
        ),
    ]


def copy_of(owner: Owner, table: str, row: dict[str, Any]) -> Statement:
    """One more row for the other tenant."""
    writable = [column.name for column in columns_of(owner, table) if not column.generated]
    values = {name: Jsonb(row[name]) if isinstance(row[name], dict) else row[name] for name in writable}
    columns, marks = ", ".join(writable), ", ".join(f":{name}" for name in writable)
    return Statement(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


async def visible(organization: MadeOrganization, table: str) -> set[OrganizationId]:
    async with session(a_viewer(organization)) as db:
        return set(await db.scalars(text(f"SELECT organization_id FROM {table}")))


class Column(NamedTuple):
    name: str
    type: str
    required: bool
    generated: bool


class ForeignKey(NamedTuple):
    table: str
    columns: list[str]
    target: str
    target_columns: list[str]


def tenant_tables(owner: Owner) -> list[str]:
    found = owner.execute(
        "SELECT table_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND column_name = 'organization_id' ORDER BY 1"
    )
    return [name for (name,) in found]


def columns_of(owner: Owner, table: str) -> list[Column]:
    found = owner.execute(
        """
        SELECT attname, format_type(atttypid, NULL), attnotnull AND NOT atthasdef AND attidentity = '',
               attgenerated <> '' OR attidentity = 'a'
          FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
        """,
        [table],
    )
    return [Column(*row) for row in found]


def foreign_keys(owner: Owner) -> list[ForeignKey]:
    found = owner.execute(
        """
        SELECT conrelid::regclass::text, array_agg(ours.attname::text ORDER BY n),
               confrelid::regclass::text, array_agg(theirs.attname::text ORDER BY n)
          FROM pg_constraint
          CROSS JOIN LATERAL unnest(conkey, confkey) WITH ORDINALITY AS pair (our, their, n)
          JOIN pg_attribute ours ON ours.attrelid = conrelid AND ours.attnum = our
          JOIN pg_attribute theirs ON theirs.attrelid = confrelid AND theirs.attnum = their
         WHERE contype = 'f' AND connamespace = 'public'::regnamespace
         GROUP BY pg_constraint.oid, conrelid, confrelid
        """
    )
    return [ForeignKey(*row) for row in found]


class Rows:
    """A row of any table for any tenant, with the rows that it points at, filled by the columns' types."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._made: dict[tuple[str, OrganizationId], dict[str, Any]] = {}
        self._keys = foreign_keys(owner)

    def of(self, table: str, tenant: OrganizationId) -> dict[str, Any]:
        if (table, tenant) not in self._made:
            self._made[table, tenant] = self._insert(table, tenant)
        return self._made[table, tenant]

    def count(self, table: str, tenant: OrganizationId) -> int:
        query = sql.SQL("SELECT count(*) FROM {} WHERE organization_id = %s").format(sql.Identifier(table))
        (number,) = self._owner.execute(query, [tenant]).fetchone() or (0,)
        return int(number)

    def _insert(self, table: str, tenant: OrganizationId) -> dict[str, Any]:
        values: dict[str, Any] = {"organization_id": tenant}
        for key in self._keys:
            if key.table == table:
                target = {"id": tenant, "realm_id": tenant}
                if key.target != "organizations":
                    target = self.of(key.target, tenant)
                values |= {
                    ours: target[theirs] for ours, theirs in zip(key.columns, key.target_columns, strict=True)
                }
        for column in columns_of(self._owner, table):
            if column.required and column.name not in values:
                values[column.name] = _CLOSED.get(column.name) or _fill(column.type)
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        with self._owner.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(query, list(values.values())).fetchone()
        assert row is not None
        return row


# Columns that take only some words.
_CLOSED = {"role": "viewer", "security": "tls"}


def _fill(type_: str) -> Any:
    match type_:
        case "uuid":
            return uuid4()
        case "text":
            return unique("row")
        case "bytea":
            return token_bytes(16)
        case "timestamp with time zone":
            return datetime.now(UTC)
        case "jsonb":
            return Jsonb({})
        case "text[]":
            return ["read"]
        case "boolean":
            return False
        case _:
            return 1
