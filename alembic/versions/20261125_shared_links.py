"""Public links to dashboards. The hash of a link's password can be asked for by the link alone.

Revision ID: 20261125_shared_links
"""

from alembic import op
from tenancy.rls import tenant_table

revision = "20261125_shared_links"
down_revision = "20261125_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE shared_links (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
            site_id uuid,
            token text NOT NULL UNIQUE,
            title text NOT NULL DEFAULT '',
            panels text[] NOT NULL DEFAULT '{}',
            preset text NOT NULL,
            free_period boolean NOT NULL DEFAULT false,
            password_hash text,
            is_locked boolean NOT NULL GENERATED ALWAYS AS (password_hash IS NOT NULL) STORED,
            allowed_origins text[] NOT NULL DEFAULT '{}',
            created_by text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz,
            revoked_at timestamptz,
            view_count integer NOT NULL DEFAULT 0,
            last_viewed_at timestamptz,
            FOREIGN KEY (site_id, organization_id) REFERENCES sites (id, organization_id) ON DELETE CASCADE)
    """)
    op.execute("CREATE INDEX ON shared_links (organization_id)")
    op.execute("CREATE INDEX ON shared_links (site_id)")
    for statement in tenant_table("shared_links", fixed=("site_id", "token"), hidden=("password_hash",)):
        op.execute(statement)
    op.execute("GRANT SELECT ON shared_links TO ih_definer")
    op.execute("CREATE POLICY definer ON shared_links FOR SELECT TO ih_definer USING (true)")
    op.execute("SET LOCAL ROLE ih_definer")
    op.execute("""
        CREATE FUNCTION app.link_password(link uuid) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT password_hash FROM public.shared_links WHERE id = link $$
    """)
    op.execute("REVOKE ALL ON FUNCTION app.link_password(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.link_password(uuid) TO ih_app")
    op.execute("SET LOCAL ROLE ih_owner")


def downgrade() -> None:
    op.execute("SET LOCAL ROLE ih_definer")
    op.execute("DROP FUNCTION app.link_password(uuid)")
    op.execute("SET LOCAL ROLE ih_owner")
    op.execute("DROP TABLE shared_links")
