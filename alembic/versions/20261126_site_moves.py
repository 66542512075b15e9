"""A site can go from one client of an agency to another, with its past, and without a way back to it.

Revision ID: 20261126_site_moves
"""

from alembic import op

revision = "20261126_site_moves"
down_revision = "20261126_devices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in BOUND:
        _replace_key(table, "ON DELETE CASCADE ON UPDATE CASCADE")
    for statement in RIGHTS:
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_definer")
    for statement in FUNCTIONS:
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_owner")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE ih_definer")
    op.execute("DROP FUNCTION app.move_site(uuid, uuid, boolean)")
    op.execute("SET LOCAL ROLE ih_owner")
    for table in ("sites", "site_access", "api_keys", "shared_links"):
        op.execute(f"DROP POLICY moving ON {table}")
    op.execute("DROP POLICY definer ON api_keys")
    op.execute("REVOKE UPDATE (organization_id) ON sites FROM ih_definer")
    op.execute("REVOKE DELETE ON site_access FROM ih_definer")
    op.execute("REVOKE SELECT, UPDATE (revoked_at) ON api_keys FROM ih_definer")
    op.execute("REVOKE UPDATE (revoked_at) ON shared_links FROM ih_definer")
    for table in BOUND:
        _replace_key(table, "ON DELETE CASCADE")


def _replace_key(table: str, rules: str) -> None:
    key = f"{table}_site_id_organization_id_fkey"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {key} FOREIGN KEY (site_id, organization_id)"
        f" REFERENCES sites (id, organization_id) {rules}"
    )


BOUND = ("api_keys", "shared_links")

RIGHTS = (
    "GRANT UPDATE (organization_id) ON sites TO ih_definer",
    "GRANT DELETE ON site_access TO ih_definer",
    "GRANT SELECT, UPDATE (revoked_at) ON api_keys TO ih_definer",
    "GRANT UPDATE (revoked_at) ON shared_links TO ih_definer",
    "CREATE POLICY definer ON api_keys FOR SELECT TO ih_definer USING (true)",
    "CREATE POLICY moving ON sites FOR UPDATE TO ih_definer USING (true) WITH CHECK (true)",
    "CREATE POLICY moving ON site_access FOR DELETE TO ih_definer USING (true)",
    "CREATE POLICY moving ON api_keys FOR UPDATE TO ih_definer USING (true) WITH CHECK (true)",
    "CREATE POLICY moving ON shared_links FOR UPDATE TO ih_definer USING (true) WITH CHECK (true)",
)

FUNCTIONS = (
    # From one client of an agency to another, or to and from the agency itself, by somebody who sees both.
    # Whatever would leave the old owner a way to it ends in the same step, so that no caller can forget it:
    # keys always, links unless they are to go along, and the lists of people who do not see the new owner.
    """
    CREATE FUNCTION app.move_site(site uuid, target uuid, keep_links boolean)
    RETURNS TABLE (keys_ended bigint, links_ended bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN
        PERFORM FROM public.sites s
           JOIN public.organizations was ON was.id = s.organization_id
           JOIN public.organizations becomes ON becomes.id = target
          WHERE s.id = site AND s.deleted_at IS NULL AND was.id <> becomes.id
            AND was.realm_id = becomes.realm_id
            AND was.kind IN ('client', 'reseller') AND becomes.kind IN ('client', 'reseller')
            AND was.id = ANY (app.visible_orgs()) AND becomes.id = ANY (app.visible_orgs())
            FOR UPDATE OF s;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        WITH ended AS (
            UPDATE public.api_keys k SET revoked_at = now()
             WHERE k.site_id = site AND k.revoked_at IS NULL RETURNING 1)
        SELECT count(*) INTO keys_ended FROM ended;
        WITH ended AS (
            UPDATE public.shared_links l SET revoked_at = now()
             WHERE l.site_id = site AND l.revoked_at IS NULL AND NOT keep_links RETURNING 1)
        SELECT count(*) INTO links_ended FROM ended;
        DELETE FROM public.site_access a USING public.memberships m
         WHERE a.site_id = site AND m.id = a.membership_id
           AND NOT EXISTS (SELECT FROM public.org_tree t
                            WHERE t.ancestor_id = m.organization_id AND t.descendant_id = target);
        UPDATE public.sites s SET organization_id = target WHERE s.id = site;
        RETURN NEXT;
    END $$
    """,
    "REVOKE ALL ON FUNCTION app.move_site(uuid, uuid, boolean) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app.move_site(uuid, uuid, boolean) TO ih_app",
)
