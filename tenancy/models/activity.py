"""The table of the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models.declaring import Base, new_id, now_column, organization_column


class AuditEntry(Base):
    """What somebody did in an organisation. Names stand as they were: who is gone by now is still named."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "organization_id", "at"),)

    id: Mapped[UUID] = new_id()
    organization_id: Mapped[UUID] = organization_column()
    at: Mapped[datetime] = now_column()
    action: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    actor_organization: Mapped[str]
    acting_as: Mapped[str | None]
    target: Mapped[str]
    target_name: Mapped[str]
    address: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
