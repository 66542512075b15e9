"""The tables of organisations: tenants, and who is above whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy import ids
from tenancy.models.declaring import Base, new_id, now_column

# As PostgreSQL writes it back, so that the comparison of models and database finds it equal.
_REALM = "CASE WHEN kind = ANY (ARRAY['platform'::text, 'reseller'::text]) THEN id ELSE parent_id END"


class Organization(Base):
    """A tenant. realm_id is where its people's accounts live: itself, or the reseller or platform above."""

    __tablename__ = "organizations"
    __table_args__ = (
        UniqueConstraint("id", "realm_id"),
        UniqueConstraint("parent_id", "slug"),
        CheckConstraint("kind IN ('platform', 'reseller', 'client', 'direct')", name="kind"),
        CheckConstraint("(kind = 'platform') = (parent_id IS NULL)", name="parent"),
        CheckConstraint("plan IN ('free', 'starter', 'growth', 'enterprise')", name="plan"),
        Index(
            "organizations_one_platform_idx", "kind", unique=True, postgresql_where=text("kind = 'platform'")
        ),
    )

    id: Mapped[UUID] = new_id()
    public_id: Mapped[str] = mapped_column(unique=True, default=ids.organization_public_id)
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    realm_id: Mapped[UUID] = mapped_column(Computed(_REALM, persisted=True))
    name: Mapped[str]
    slug: Mapped[str]
    locale: Mapped[str | None]
    """What its people are spoken to in; None where it has not chosen, and its reseller's choice counts."""
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    allows_sign_up: Mapped[bool] = mapped_column(server_default=text("false"))
    requires_second_factor: Mapped[bool] = mapped_column(server_default=text("false"))
    allows_viewing: Mapped[bool] = mapped_column(server_default=text("false"))
    plan: Mapped[str | None]
    created_at: Mapped[datetime] = now_column()


class OrgTree(Base):
    """Every organisation with each one above it and itself; kept by trigger."""

    __tablename__ = "org_tree"

    ancestor_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    descendant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    depth: Mapped[int]
