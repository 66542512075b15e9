"""Files of all that there is about a client, made in the background and kept for a while.

Revision ID: 20261126_client_exports
"""

from alembic import op
from tenancy.rls import upper_table

revision = "20261126_client_exports"
down_revision = "20261126_mail_reasons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE client_exports (
            organization_id uuid PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
            run uuid NOT NULL,
            asker_email text NOT NULL,
            asker_locale text NOT NULL,
            state text NOT NULL DEFAULT 'waiting',
            done integer NOT NULL DEFAULT 0,
            steps integer NOT NULL DEFAULT 0,
            file_name text NOT NULL DEFAULT '',
            body bytea,
            asked_at timestamptz NOT NULL DEFAULT now(),
            touched_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL,
            CONSTRAINT client_exports_state_check CHECK (state IN ('waiting', 'working', 'ready', 'failed')),
            CONSTRAINT client_exports_body_check CHECK ((state = 'ready') = (body IS NOT NULL)))
    """)
    op.execute("CREATE INDEX ON client_exports (expires_at)")
    for statement in upper_table("client_exports"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE client_exports")
