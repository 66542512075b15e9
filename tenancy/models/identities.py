"""The tables of signing in through others: providers of resellers, and whom a provider has vouched for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models.declaring import Base, new_id, now_column, organization_column


class IdentityProvider(Base):
    """A reseller's own OpenID Connect provider; the client's secret is sealed."""

    __tablename__ = "identity_providers"
    __table_args__ = (UniqueConstraint("organization_id", "issuer"),)

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID] = organization_column()
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes]
    email_domains: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = now_column()


class UserIdentity(Base):
    """By whom a person is known elsewhere. organization_id is the realm."""

    __tablename__ = "user_identities"
    __table_args__ = (
        UniqueConstraint("organization_id", "issuer", "subject"),
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    email: Mapped[str]
    created_at: Mapped[datetime] = now_column()
    last_used_at: Mapped[datetime] = now_column()
