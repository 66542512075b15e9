"""What an organisation has agreed with the one above it: limits, notes, and whether it is open.

Revision ID: 20261126_contracts
"""

from alembic import op
from tenancy.rls import VISIBLE, grants, walled_table

revision = "20261126_contracts"
down_revision = "20261126_site_moves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLE, *walled_table("contracts"), *grants("contracts"), *POLICIES):
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_definer")
    for statement in FUNCTIONS:
        op.execute(statement)
    op.execute("SET LOCAL ROLE ih_owner")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE ih_definer")
    op.execute("DROP FUNCTION app.is_closed(uuid)")
    op.execute("DROP FUNCTION app.limits(uuid)")
    op.execute("SET LOCAL ROLE ih_owner")
    op.execute("DROP TABLE contracts")


TABLE = """
    CREATE TABLE contracts (
        organization_id uuid PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
        max_sub_organizations integer,
        max_sites_per_sub_org integer,
        max_sites integer,
        max_events_monthly bigint,
        max_people integer,
        notes text NOT NULL DEFAULT '',
        state text NOT NULL DEFAULT 'active',
        state_since timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT contracts_state_check CHECK (state IN ('active', 'suspended', 'archived', 'deleted')),
        CONSTRAINT contracts_limits_check CHECK (least(max_sub_organizations, max_sites_per_sub_org,
                                                       max_sites, max_events_monthly, max_people) >= 0))
    """

POLICIES = (
    # Whoever is above agrees it. One's own is not one's to change, nor its notes to read.
    f"""
    CREATE POLICY above ON contracts TO ih_app
        USING (organization_id = {VISIBLE} AND organization_id <> (SELECT app.org_id()))
        WITH CHECK (organization_id = {VISIBLE} AND organization_id <> (SELECT app.org_id()))
    """,
    "GRANT SELECT ON contracts TO ih_definer",
    "CREATE POLICY definer ON contracts FOR SELECT TO ih_definer USING (true)",
)

FUNCTIONS = (
    # What an organisation may know of its contract. least() passes over NULL, which is no limit.
    """
    CREATE FUNCTION app.limits(organization uuid)
    RETURNS TABLE (clients integer, sites integer, events bigint, people integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT own.max_sub_organizations,
               least(own.max_sites, CASE WHEN o.kind = 'client' THEN above.max_sites_per_sub_org END),
               own.max_events_monthly,
               own.max_people
          FROM public.organizations o
          LEFT JOIN public.contracts own ON own.organization_id = o.id
          LEFT JOIN public.contracts above ON above.organization_id = o.parent_id
         WHERE o.id = organization AND o.id = ANY (app.visible_orgs()) $$
    """,
    # Whether it, or one above it, is suspended, archived or deleted: its people find it locked.
    """
    CREATE FUNCTION app.is_closed(organization uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT EXISTS (SELECT FROM public.contracts c
                         JOIN public.org_tree t ON t.ancestor_id = c.organization_id
                        WHERE t.descendant_id = organization AND c.state <> 'active') $$
    """,
    "REVOKE ALL ON FUNCTION app.limits(uuid), app.is_closed(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION app.limits(uuid) TO ih_app",
    "GRANT EXECUTE ON FUNCTION app.is_closed(uuid) TO ih_app, ih_maint",
)
