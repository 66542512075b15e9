"""An organisation may leave the choice of a language to the one above it.

Revision ID: 20261125_languages
"""

from alembic import op

revision = "20261125_languages"
down_revision = "20261125_domains"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE organizations ALTER locale DROP NOT NULL, ALTER locale DROP DEFAULT")
    # Nobody had been asked until now.
    op.execute("SET LOCAL ROLE ih_maint")
    op.execute("UPDATE organizations SET locale = NULL WHERE locale = 'en'")
    op.execute("SET LOCAL ROLE ih_owner")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL ROLE ih_maint")
    op.execute("UPDATE organizations SET locale = 'en' WHERE locale IS NULL")
    op.execute("SET LOCAL ROLE ih_owner")
    op.execute("ALTER TABLE organizations ALTER locale SET NOT NULL, ALTER locale SET DEFAULT 'en'")
