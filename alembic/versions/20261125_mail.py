"""Mails on their way, and the mail servers of resellers.

Revision ID: 20261125_mail
"""

from alembic import op
from tenancy.rls import tenant_table

revision = "20261125_mail"
down_revision = "20261125_shared_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE mail_settings (
            organization_id uuid PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
            host text NOT NULL,
            port integer NOT NULL,
            security text NOT NULL,
            username text NOT NULL DEFAULT '',
            password bytea,
            from_address text NOT NULL,
            from_name text NOT NULL DEFAULT '',
            reply_to text NOT NULL DEFAULT '',
            verified_at timestamptz,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT mail_settings_security_check CHECK (security IN ('none', 'starttls', 'tls')))
    """)
    op.execute("""
        CREATE TABLE outgoing_mail (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
            recipient text NOT NULL,
            kind text NOT NULL,
            locale text,
            contents bytea NOT NULL,
            state text NOT NULL DEFAULT 'waiting',
            attempts integer NOT NULL DEFAULT 0,
            reason text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            next_attempt_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
            finished_at timestamptz,
            CONSTRAINT outgoing_mail_state_check CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
            CONSTRAINT outgoing_mail_contents_check
                CHECK (state IN ('waiting', 'sending') OR octet_length(contents) = 0))
    """)
    op.execute(
        "CREATE INDEX outgoing_mail_next_attempt_at_idx ON outgoing_mail (next_attempt_at)"
        " WHERE state IN ('waiting', 'sending')"
    )
    op.execute("CREATE INDEX ON outgoing_mail (organization_id, created_at)")
    statements = [
        *tenant_table("mail_settings"),
        *tenant_table("outgoing_mail", fixed=("recipient", "kind", "locale", "created_at", "expires_at")),
    ]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE outgoing_mail")
    op.execute("DROP TABLE mail_settings")
