"""The table of sites."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy import ids
from tenancy.models.declaring import Base, new_id, now_column


class Site(Base):
    """A website. number is what ClickHouse calls it, public_id the API, tracking_id its pages."""

    __tablename__ = "sites"
    __table_args__ = (
        UniqueConstraint("id", "organization_id"),
        CheckConstraint("visitor_mode IN ('cookieless', 'consent', 'persistent')", name="visitor_mode"),
    )

    id: Mapped[UUID] = new_id()
    number: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=ids.site_public_id)
    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    domain: Mapped[str]
    tracking_id: Mapped[str] = mapped_column(unique=True, default=ids.tracking_id)
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    currency: Mapped[str] = mapped_column(server_default="USD")
    visitor_mode: Mapped[str] = mapped_column(server_default="cookieless")
    respect_dnt: Mapped[bool] = mapped_column(server_default=text("true"))
    allowed_hosts: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    first_event_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = now_column()
    deleted_at: Mapped[datetime | None]
    silence_told_at: Mapped[datetime | None]
    """When its people were last told that nothing comes in."""
