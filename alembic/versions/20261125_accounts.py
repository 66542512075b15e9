"""Links in mails about accounts, second factors, and organisations that insist on them.

Revision ID: 20261125_accounts
"""

from alembic import op
from tenancy.rls import tenant_table

revision = "20261125_accounts"
down_revision = "20261125_programs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (
        *TABLES,
        *tenant_table("account_links", fixed=("user_id", "purpose", "token_hash", "email", "created_at")),
        *tenant_table("second_factors", fixed=("user_id",)),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE second_factors")
    op.execute("DROP TABLE account_links")
    op.execute("ALTER TABLE organizations DROP COLUMN requires_second_factor")


TABLES = (
    "ALTER TABLE organizations ADD requires_second_factor boolean NOT NULL DEFAULT false",
    "GRANT SELECT (requires_second_factor), UPDATE (requires_second_factor) ON organizations TO ih_app",
    """
    CREATE TABLE account_links (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL,
        user_id uuid NOT NULL,
        purpose text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        email text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        FOREIGN KEY (user_id, organization_id) REFERENCES users (id, organization_id) ON DELETE CASCADE)
    """,
    "CREATE INDEX ON account_links (user_id)",
    "CREATE INDEX ON account_links (expires_at)",
    """
    CREATE TABLE second_factors (
        user_id uuid PRIMARY KEY,
        organization_id uuid NOT NULL,
        secret bytea NOT NULL,
        confirmed_at timestamptz,
        last_step bigint NOT NULL DEFAULT 0,
        recovery_hashes text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (user_id, organization_id) REFERENCES users (id, organization_id) ON DELETE CASCADE)
    """,
)
