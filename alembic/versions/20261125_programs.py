"""Sign-up, refresh tokens of programs, and API keys.

Revision ID: 20261125_programs
"""

from collections.abc import Iterable

from alembic import op
from tenancy.rls import tenant_table

revision = "20261125_programs"
down_revision = "20261125_shared_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _run(COLUMNS, DATA, TABLES)
    _run(tenant_table("refresh_tokens", fixed=("session_id", "token_hash", "created_at")))
    _run(tenant_table("api_keys", fixed=("site_id", "shown", "token_hash", "scopes", "created_at")))


def downgrade() -> None:
    _run(
        (
            "DROP TABLE api_keys",
            "DROP TABLE refresh_tokens",
            "SET LOCAL ROLE ih_maint",
            "DELETE FROM user_sessions WHERE token_hash IS NULL",
            "SET LOCAL ROLE ih_owner",
            "ALTER TABLE user_sessions DROP CONSTRAINT user_sessions_id_organization_id_key",
            "ALTER TABLE user_sessions ALTER token_hash SET NOT NULL",
            "ALTER TABLE users DROP COLUMN email_verified_at",
            "ALTER TABLE organizations DROP COLUMN allows_sign_up, DROP COLUMN plan",
        )
    )


def _run(*statements: Iterable[str]) -> None:
    for group in statements:
        for statement in group:
            op.execute(statement)


COLUMNS = (
    """
    ALTER TABLE organizations
        ADD allows_sign_up boolean NOT NULL DEFAULT false,
        ADD plan text CONSTRAINT organizations_plan_check
            CHECK (plan IN ('free', 'starter', 'growth', 'enterprise'))
    """,
    "GRANT SELECT (allows_sign_up, plan), UPDATE (allows_sign_up, plan) ON organizations TO ih_app",
    "ALTER TABLE users ADD email_verified_at timestamptz",
    "GRANT SELECT (email_verified_at), UPDATE (email_verified_at) ON users TO ih_app",
    # A browser's session has a token; a program's has refresh tokens.
    "ALTER TABLE user_sessions ALTER token_hash DROP NOT NULL",
    "ALTER TABLE user_sessions ADD UNIQUE (id, organization_id)",
)

# Whoever has an account until now got it from somebody who may give one.
DATA = (
    "SET LOCAL ROLE ih_maint",
    "UPDATE users SET email_verified_at = created_at",
    "UPDATE organizations SET allows_sign_up = true WHERE kind = 'platform'",
    "SET LOCAL ROLE ih_owner",
)

TABLES = (
    """
    CREATE TABLE refresh_tokens (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL,
        session_id uuid NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        rotated_at timestamptz,
        FOREIGN KEY (session_id, organization_id)
            REFERENCES user_sessions (id, organization_id) ON DELETE CASCADE)
    """,
    "CREATE INDEX ON refresh_tokens (session_id)",
    "CREATE INDEX ON refresh_tokens (expires_at)",
    """
    CREATE TABLE api_keys (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        site_id uuid,
        name text NOT NULL,
        shown text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz,
        FOREIGN KEY (site_id, organization_id) REFERENCES sites (id, organization_id) ON DELETE CASCADE,
        CONSTRAINT api_keys_scopes_check
            CHECK (scopes <@ ARRAY['read', 'write', 'admin'] AND cardinality(scopes) > 0))
    """,
    "CREATE INDEX ON api_keys (organization_id)",
    "CREATE INDEX ON api_keys (site_id)",
)
