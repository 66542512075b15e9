"""The tables of themes: a brand per organisation with its history and files, and its mail."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import Base


class ThemeRow(Base):
    """An organisation's brand, as themes.theme reads and writes it."""

    __tablename__ = "themes"

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class ThemeVersion(Base):
    """A brand as it was saved at some time; what somebody saved is never changed."""

    __tablename__ = "theme_versions"

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author: Mapped[str]
    restored_from: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ThemeAsset(Base):
    """A logo or another file of a brand, named by the digest of its bytes."""

    __tablename__ = "theme_assets"
    __table_args__ = (CheckConstraint("octet_length(body) <= 1048576", name="body"),)

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    content_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class MailSettingsRow(Base):
    """The mail server of an organisation's own, as themes.mail.sender_settings reads and writes it."""

    __tablename__ = "mail_settings"
    __table_args__ = (CheckConstraint("security IN ('none', 'starttls', 'tls')", name="security"),)

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[str]
    username: Mapped[str] = mapped_column(server_default="")
    password: Mapped[bytes | None]
    from_address: Mapped[str]
    from_name: Mapped[str] = mapped_column(server_default="")
    reply_to: Mapped[str] = mapped_column(server_default="")
    verified_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class OutgoingMail(Base):
    """A mail on its way. contents is sealed, and empty once nothing more will come of it.

    reason is a message of the catalogues, as it stands in the code, and reason_values what belongs into it.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name="state"),
        CheckConstraint("state IN ('waiting', 'sending') OR octet_length(contents) = 0", name="contents"),
        Index(
            "outgoing_mail_next_attempt_at_idx",
            "next_attempt_at",
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("outgoing_mail_organization_id_created_at_idx", "organization_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, server_default=func.gen_random_uuid())
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    recipient: Mapped[str]
    kind: Mapped[str]
    locale: Mapped[str | None]
    contents: Mapped[bytes]
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    reason: Mapped[str] = mapped_column(server_default="")
    reason_values: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(server_default=text("now() + interval '1 day'"))
    finished_at: Mapped[datetime | None]
