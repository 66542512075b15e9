"""Row-level security for migrations: every tenant table gets its rights and policies here, and nowhere else.

Roles: ih_owner owns the tables, ih_app serves, ih_definer answers the few questions that policies ask,
ih_maint changes data in migrations (`SET LOCAL ROLE ih_maint`).
"""

from collections.abc import Iterator

# Wrapped as a scalar sub-select, PostgreSQL evaluates it once per query instead of once per row.
VISIBLE = "ANY ((SELECT app.visible_orgs())::uuid[])"


def tenant_table(table: str, *, fixed: tuple[str, ...] = (), hidden: tuple[str, ...] = ()) -> Iterator[str]:
    """The statements that wall a table with organization_id.

    Every column but `fixed` and the ids may be updated, every column but `hidden` read.
    """
    yield from walled_table(table)
    yield (
        f"CREATE POLICY tenant ON {table} TO ih_app USING (organization_id = {VISIBLE})"
        f" WITH CHECK (organization_id = {VISIBLE})"
    )
    yield from grants(table, fixed=fixed, hidden=hidden)


def upper_table(table: str) -> Iterator[str]:
    """As tenant_table, for what the organisation above has of one: that one neither reads nor writes it."""
    yield from walled_table(table)
    below = f"organization_id = {VISIBLE} AND organization_id <> (SELECT app.org_id())"
    yield f"CREATE POLICY above ON {table} TO ih_app USING ({below}) WITH CHECK ({below})"
    yield from grants(table)


def append_only_table(table: str) -> Iterator[str]:
    """As tenant_table, for rows that the app may add and read, and never change or take away."""
    yield from walled_table(table)
    yield (
        f"CREATE POLICY tenant ON {table} TO ih_app USING (organization_id = {VISIBLE})"
        f" WITH CHECK (organization_id = {VISIBLE})"
    )
    yield f"GRANT SELECT, INSERT ON {table} TO ih_app"


def walled_table(table: str) -> Iterator[str]:
    """Forced row-level security that lets in maintenance alone: the policies of a special table follow it."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY maintenance ON {table} TO ih_maint USING (true) WITH CHECK (true)"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO ih_maint"


def grants(table: str, *, fixed: tuple[str, ...] = (), hidden: tuple[str, ...] = ()) -> Iterator[str]:
    """The app's rights, column by column: what places a row in the tree of tenants can never be updated."""
    yield f"GRANT INSERT, DELETE ON {table} TO ih_app"
    yield _grant_columns("UPDATE", table, ("id", "organization_id", "realm_id", *fixed))
    yield _grant_columns("SELECT", table, hidden)


def _grant_columns(right: str, table: str, without: tuple[str, ...]) -> str:
    left_out = ", ".join(f"'{column}'" for column in without) or "''"
    return f"""
        DO $$ BEGIN EXECUTE (
            SELECT format('GRANT {right} (%s) ON {table} TO ih_app', string_agg(quote_ident(attname), ', '))
              FROM pg_attribute
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
               AND attname NOT IN ({left_out}) AND ('{right}' = 'SELECT' OR attgenerated = '')
        ); END $$"""
