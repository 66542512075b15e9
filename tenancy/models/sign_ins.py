"""The tables of signing in: sessions, tokens, links by mail and second factors."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models.declaring import Base, new_id, now_column


class UserSession(Base):
    """Where a person is signed in, on the hosts of one organisation. organization_id is the realm.

    A browser holds the token that is hashed here; a program has none, and rows in refresh_tokens instead.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (
        UniqueConstraint("id", "organization_id"),
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["host_organization_id", "organization_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["chosen_organization_id", "organization_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(index=True)
    host_organization_id: Mapped[UUID]
    chosen_organization_id: Mapped[UUID | None]
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    browser: Mapped[str] = mapped_column(server_default="")
    system: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = now_column()
    last_seen_at: Mapped[datetime] = now_column()
    expires_at: Mapped[datetime] = mapped_column(index=True)


class KnownDevice(Base):
    """From where, and with what, a person signed in before, as a keyed hash. organization_id is the realm."""

    __tablename__ = "known_devices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class RefreshToken(Base):
    """A token that is good for one new one; rotated_at says when it was used. Its family is the session."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "organization_id"],
            ["user_sessions.id", "user_sessions.organization_id"],
            ondelete="CASCADE",
        ),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID]
    session_id: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = now_column()
    expires_at: Mapped[datetime] = mapped_column(index=True)
    rotated_at: Mapped[datetime | None]


class AccountLink(Base):
    """A link in a mail to a person: what it is good for, once. organization_id is the realm."""

    __tablename__ = "account_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(index=True)
    purpose: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    email: Mapped[str]
    created_at: Mapped[datetime] = now_column()
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SecondFactor(Base):
    """A person's authenticator: its secret, sealed, and the hashes of recovery codes that are left."""

    __tablename__ = "second_factors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "organization_id"], ["users.id", "users.organization_id"], ondelete="CASCADE"
        ),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    secret: Mapped[bytes]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    recovery_hashes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime] = now_column()
