"""Domains that organisations set up themselves: what proves them, what was seen of them, and keys for mail.

Revision ID: 20261125_domains
"""

from collections.abc import Iterable

from alembic import op
from tenancy.rls import grants, tenant_table

revision = "20261125_domains"
down_revision = "20261125_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _run(COLUMNS)
    op.execute("SET LOCAL ROLE ih_maint")
    op.execute("UPDATE domains SET vouched = true, ready_at = verified_at WHERE verified_at IS NOT NULL")
    op.execute("SET LOCAL ROLE ih_owner")
    _run(RULES)
    # Whoever could change the challenge of a row, or vouch for it, could prove what is not theirs.
    op.execute("REVOKE INSERT, UPDATE, DELETE, SELECT ON domains FROM ih_app")
    _run(grants("domains", fixed=("host", "purpose", "challenge", "vouched")))
    _run(KEYS, tenant_table("domain_keys", fixed=("domain_id", "selector", "public_key", "private_key")))


def downgrade() -> None:
    op.execute("DROP TABLE domain_keys")
    _run(UNDO)


def _run(*statements: Iterable[str]) -> None:
    for group in statements:
        for statement in group:
            op.execute(statement)


COLUMNS = (
    """
    ALTER TABLE domains
        ADD challenge text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
        ADD vouched boolean NOT NULL DEFAULT false,
        ADD ready_at timestamptz,
        ADD checks jsonb NOT NULL DEFAULT '{}',
        ADD checked_at timestamptz,
        ADD failing_since timestamptz,
        ADD failures integer NOT NULL DEFAULT 0,
        ADD noticed_at timestamptz
    """,
)
RULES = (
    "ALTER TABLE domains DROP CONSTRAINT domains_purpose_check",
    "ALTER TABLE domains ADD CONSTRAINT domains_purpose_check CHECK (purpose IN ('app', 'tracking', 'mail'))",
    "ALTER TABLE domains DROP CONSTRAINT domains_organization_id_host_key",
    "ALTER TABLE domains ADD UNIQUE (organization_id, host, purpose)",
    "ALTER TABLE domains ADD UNIQUE (id, organization_id)",
    # Mail from a name and pages on it are two things: one organisation serves, the same one or another sends.
    "DROP INDEX domains_verified_host_idx",
    "CREATE UNIQUE INDEX domains_verified_host_idx ON domains (host)"
    " WHERE verified_at IS NOT NULL AND purpose <> 'mail'",
    "CREATE UNIQUE INDEX domains_verified_mail_idx ON domains (host)"
    " WHERE verified_at IS NOT NULL AND purpose = 'mail'",
    "DROP INDEX domains_primary_idx",
    "CREATE UNIQUE INDEX domains_primary_idx ON domains (organization_id, purpose) WHERE is_primary",
)
KEYS = (
    """
    CREATE TABLE domain_keys (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL,
        domain_id uuid NOT NULL UNIQUE,
        selector text NOT NULL,
        public_key text NOT NULL,
        private_key bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (domain_id, organization_id) REFERENCES domains (id, organization_id) ON DELETE CASCADE)
    """,
)
UNDO = (
    "SET LOCAL ROLE ih_maint",
    "DELETE FROM domains WHERE purpose = 'mail'",
    "UPDATE domains SET is_primary = false WHERE purpose <> 'app'",
    "SET LOCAL ROLE ih_owner",
    "DROP INDEX domains_verified_mail_idx",
    "DROP INDEX domains_verified_host_idx",
    "CREATE UNIQUE INDEX domains_verified_host_idx ON domains (host) WHERE verified_at IS NOT NULL",
    "DROP INDEX domains_primary_idx",
    "CREATE UNIQUE INDEX domains_primary_idx ON domains (organization_id) WHERE is_primary",
    "ALTER TABLE domains DROP CONSTRAINT domains_organization_id_host_purpose_key",
    "ALTER TABLE domains DROP CONSTRAINT domains_id_organization_id_key",
    "ALTER TABLE domains ADD UNIQUE (organization_id, host)",
    "ALTER TABLE domains DROP CONSTRAINT domains_purpose_check",
    "ALTER TABLE domains ADD CONSTRAINT domains_purpose_check CHECK (purpose IN ('app', 'tracking'))",
    "ALTER TABLE domains DROP challenge, DROP vouched, DROP ready_at, DROP checks, DROP checked_at,"
    " DROP failing_since, DROP failures, DROP noticed_at",
)
