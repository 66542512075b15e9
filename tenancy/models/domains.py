"""The tables of domains and of the keys that sign their mail."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models.declaring import Base, new_id, now_column, organization_column


class Domain(Base):
    """A host name that an organisation claims; only a verified one is served, and only one claim can be.

    ready_at is when all that it needs was first there: links carry it from then on. vouched rows were made by
    the platform and prove nothing. checks holds what was last seen of each item, as domain_checks writes it.
    noticed_at is when its people were last told that it fails; ready_untold: it came to work, and they do not
    know.
    """

    __tablename__ = "domains"
    __table_args__ = (
        UniqueConstraint("organization_id", "host", "purpose"),
        UniqueConstraint("id", "organization_id"),
        CheckConstraint("host = lower(host)", name="host"),
        CheckConstraint("purpose IN ('app', 'tracking', 'mail')", name="purpose"),
        Index(
            "domains_verified_host_idx",
            "host",
            unique=True,
            postgresql_where=text("verified_at IS NOT NULL AND purpose <> 'mail'"),
        ),
        Index(
            "domains_verified_mail_idx",
            "host",
            unique=True,
            postgresql_where=text("verified_at IS NOT NULL AND purpose = 'mail'"),
        ),
        Index(
            "domains_primary_idx",
            "organization_id",
            "purpose",
            unique=True,
            postgresql_where=text("is_primary"),
        ),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID] = organization_column()
    host: Mapped[str]
    purpose: Mapped[str] = mapped_column(server_default="app")
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"))
    challenge: Mapped[str] = mapped_column(
        default=lambda: uuid4().hex,
        server_default=text("replace((gen_random_uuid())::text, '-'::text, ''::text)"),
    )
    vouched: Mapped[bool] = mapped_column(server_default=text("false"))
    verified_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    checks: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    checked_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    noticed_at: Mapped[datetime | None]
    ready_untold: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = now_column()


class DomainKey(Base):
    """The pair of keys that signs the mail of a domain; the private one is sealed."""

    __tablename__ = "domain_keys"
    __table_args__ = (
        ForeignKeyConstraint(
            ["domain_id", "organization_id"], ["domains.id", "domains.organization_id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID]
    domain_id: Mapped[UUID] = mapped_column(unique=True)
    selector: Mapped[str]
    public_key: Mapped[str]
    private_key: Mapped[bytes]
    created_at: Mapped[datetime] = now_column()
