"""The table of contracts: what the organisation above has agreed with each one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models.declaring import Base, now_column


class Contract(Base):
    """What the organisation above has agreed with this one. Only the upper side reads and writes it."""

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'suspended', 'archived', 'deleted')", name="state"),
        CheckConstraint(
            "least(max_sub_organizations, max_sites_per_sub_org, max_sites, max_events_monthly, max_people)"
            " >= 0",
            name="limits",
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    max_sub_organizations: Mapped[int | None]
    max_sites_per_sub_org: Mapped[int | None]
    max_sites: Mapped[int | None]
    max_events_monthly: Mapped[int | None] = mapped_column(BigInteger)
    max_people: Mapped[int | None]
    notes: Mapped[str] = mapped_column(server_default=text("''"))
    state: Mapped[str] = mapped_column(server_default="active")
    state_since: Mapped[datetime] = now_column()
    usage_told_month: Mapped[date | None]
    usage_told_step: Mapped[int | None] = mapped_column(SmallInteger)
    """How many per cent of the month's events people were last told of."""
