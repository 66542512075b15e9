"""What people were told of by mail, so that each thing is told once: domains, silent sites, limits.

Revision ID: 20261126_notices
"""

from alembic import op

revision = "20261126_notices"
down_revision = "20261126_client_exports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, column, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD {column} {kind}")
        op.execute(f"GRANT SELECT ({column}), UPDATE ({column}) ON {table} TO ih_app")


def downgrade() -> None:
    for table, column, _kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP {column}")


COLUMNS = (
    ("domains", "ready_untold", "boolean NOT NULL DEFAULT false"),
    ("sites", "silence_told_at", "timestamptz"),
    ("contracts", "usage_told_month", "date"),
    ("contracts", "usage_told_step", "smallint"),
)
