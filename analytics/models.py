"""The tables of analytics in PostgreSQL."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import Base


class SharedLink(Base):
    """A public link to one site's dashboard, or without a site to all of an organisation's."""

    __tablename__ = "shared_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["site_id", "organization_id"],
            ["sites.id", "sites.organization_id"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, server_default=func.gen_random_uuid())
    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), index=True
    )
    site_id: Mapped[UUID | None] = mapped_column(index=True)
    token: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(server_default="")
    panels: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    preset: Mapped[str]
    free_period: Mapped[bool] = mapped_column(server_default=text("false"))
    password_hash: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    is_locked: Mapped[bool] = mapped_column(Computed("password_hash IS NOT NULL", persisted=True))
    allowed_origins: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    view_count: Mapped[int] = mapped_column(server_default=text("0"))
    last_viewed_at: Mapped[datetime | None]


class ClientExport(Base):
    """The latest file of all that there is about a client. Only the organisation above it sees it."""

    __tablename__ = "client_exports"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'working', 'ready', 'failed')", name="state"),
        CheckConstraint("(state = 'ready') = (body IS NOT NULL)", name="body"),
    )

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    run: Mapped[UUID]
    """Which of its makings this is: one that another has replaced writes nothing any more."""
    asker_email: Mapped[str]
    asker_locale: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    done: Mapped[int] = mapped_column(server_default=text("0"))
    steps: Mapped[int] = mapped_column(server_default=text("0"))
    file_name: Mapped[str] = mapped_column(server_default="")
    body: Mapped[bytes | None] = mapped_column(deferred=True)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    touched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When the making of it last showed a sign of life."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
