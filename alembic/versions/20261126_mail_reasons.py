"""Why a mail was not sent is kept as a sentence with its values, and said in the reader's language.

Revision ID: 20261126_mail_reasons
"""

from alembic import op

revision = "20261126_mail_reasons"
down_revision = "20261126_identities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # What was kept before is whole: without values, it is shown as it is.
    op.execute("ALTER TABLE outgoing_mail ADD COLUMN reason_values jsonb NOT NULL DEFAULT '{}'")
    op.execute(
        "GRANT SELECT (reason_values), INSERT (reason_values), UPDATE (reason_values)"
        " ON outgoing_mail TO ih_app"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE outgoing_mail DROP COLUMN reason_values")
