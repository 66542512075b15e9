"""Each saved state of a brand, so that one can go back, and see that somebody else saved in the meantime.

Revision ID: 20261125_theme_versions
"""

from alembic import op
from tenancy.rls import append_only_table

revision = "20261125_theme_versions"
down_revision = "20261125_languages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE themes ADD version integer NOT NULL DEFAULT 1")
    # Rights are given column by column: a new one starts with none.
    op.execute("GRANT SELECT (version), UPDATE (version) ON themes TO ih_app")
    op.execute("""
        CREATE TABLE theme_versions (
            organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
            number integer NOT NULL,
            document jsonb NOT NULL,
            author text NOT NULL,
            restored_from integer,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (organization_id, number))
    """)
    for statement in append_only_table("theme_versions"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE theme_versions")
    op.execute("ALTER TABLE themes DROP version")
