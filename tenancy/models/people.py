"""The tables of people: accounts, what they may do where, and who is invited."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models.declaring import Base, new_id, now_column, organization_column


class User(Base):
    """An account; organization_id is its realm. The password's hash can be written and not read back."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("id", "organization_id"),
        UniqueConstraint("organization_id", "email"),
        CheckConstraint("email = lower(email)", name="email"),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID] = organization_column()
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    locale: Mapped[str | None]
    email_verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = now_column()


class Membership(Base):
    """What a person may do in an organisation of their realm."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id"),
        UniqueConstraint("id", "realm_id"),
        ForeignKeyConstraint(
            ["organization_id", "realm_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["user_id", "realm_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
        CheckConstraint("role IN ('owner', 'admin', 'billing', 'member', 'viewer', 'operator')", name="role"),
        CheckConstraint("sees_all_sites OR role = 'viewer'", name="sees_all_sites"),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(index=True)
    realm_id: Mapped[UUID]
    role: Mapped[str]
    sees_all_sites: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = now_column()
    last_seen_at: Mapped[datetime | None]


class SiteAccess(Base):
    """A site on the list of a viewer who does not see all. organization_id is the site's."""

    __tablename__ = "site_access"
    __table_args__ = (
        ForeignKeyConstraint(
            ["membership_id", "realm_id"], ["memberships.id", "memberships.realm_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["site_id", "organization_id"],
            ["sites.id", "sites.organization_id"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "realm_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
    )

    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    realm_id: Mapped[UUID]
    organization_id: Mapped[UUID]


class Invitation(Base):
    """A link in a mail that makes whoever has that address a member. sites are public ids, NULL for all."""

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "realm_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("role IN ('owner', 'admin', 'billing', 'member', 'viewer', 'operator')", name="role"),
        CheckConstraint("sites IS NULL OR role = 'viewer'", name="sites"),
        Index(
            "invitations_open_idx",
            "organization_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID]
    realm_id: Mapped[UUID]
    email: Mapped[str]
    role: Mapped[str]
    sites: Mapped[list[str] | None]
    host: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    invited_by: Mapped[str]
    created_at: Mapped[datetime] = now_column()
    sent_at: Mapped[datetime] = now_column()
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
