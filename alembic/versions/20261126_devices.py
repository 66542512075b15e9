"""What a session runs on, and from which devices and networks a person has signed in before.

Revision ID: 20261126_devices
"""

from alembic import op
from tenancy.rls import tenant_table

revision = "20261126_devices"
down_revision = "20261126_viewings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (*TABLES, *tenant_table("known_devices", fixed=("user_id", "digest"))):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE known_devices")
    op.execute(
        "ALTER TABLE user_sessions DROP COLUMN browser, DROP COLUMN system, DROP COLUMN city,"
        " DROP COLUMN country, DROP COLUMN address"
    )


TABLES = (
    """
    ALTER TABLE user_sessions
        ADD COLUMN browser text NOT NULL DEFAULT '',
        ADD COLUMN system text NOT NULL DEFAULT '',
        ADD COLUMN city text NOT NULL DEFAULT '',
        ADD COLUMN country text NOT NULL DEFAULT '',
        ADD COLUMN address text NOT NULL DEFAULT ''
    """,
    "GRANT SELECT (browser, system, city, country, address) ON user_sessions TO ih_app",
    # A keyed hash of network, browser and system: it recognises them, and tells nobody where somebody was.
    """
    CREATE TABLE known_devices (
        user_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        digest bytea NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (user_id, digest),
        FOREIGN KEY (user_id, organization_id) REFERENCES users (id, organization_id) ON DELETE CASCADE)
    """,
    "CREATE INDEX ON known_devices (seen_at)",
)
