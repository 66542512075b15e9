"""Who did what: entries that are added and never changed.

Revision ID: 20261125_audit
"""

from alembic import op
from tenancy.rls import append_only_table

revision = "20261125_audit"
down_revision = "20261123_tenants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE audit_entries (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
            at timestamptz NOT NULL DEFAULT now(),
            action text NOT NULL,
            actor_kind text NOT NULL,
            actor_id text NOT NULL,
            actor_name text NOT NULL,
            actor_organization text NOT NULL,
            acting_as text,
            target text NOT NULL,
            target_name text NOT NULL,
            address text NOT NULL,
            details jsonb NOT NULL DEFAULT '{}')
    """)
    op.execute("CREATE INDEX ON audit_entries (organization_id, at)")
    for statement in append_only_table("audit_entries"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE audit_entries")
