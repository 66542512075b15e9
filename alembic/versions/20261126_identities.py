"""Providers that vouch for people, and whom they have vouched for.

Revision ID: 20261126_identities
"""

from alembic import op
from tenancy.rls import tenant_table

revision = "20261126_identities"
down_revision = "20261126_contracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE identity_providers (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
            name text NOT NULL,
            issuer text NOT NULL,
            client_id text NOT NULL,
            client_secret bytea NOT NULL,
            email_domains text[] NOT NULL DEFAULT '{}',
            enabled boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organization_id, issuer))
    """)
    op.execute("""
        CREATE TABLE user_identities (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            organization_id uuid NOT NULL,
            user_id uuid NOT NULL,
            issuer text NOT NULL,
            subject text NOT NULL,
            email text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            last_used_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organization_id, issuer, subject),
            FOREIGN KEY (user_id, organization_id) REFERENCES users (id, organization_id) ON DELETE CASCADE)
    """)
    op.execute("CREATE INDEX ON user_identities (user_id)")
    statements = [
        *tenant_table("identity_providers"),
        *tenant_table("user_identities", fixed=("user_id", "issuer", "subject", "created_at")),
    ]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE user_identities")
    op.execute("DROP TABLE identity_providers")
