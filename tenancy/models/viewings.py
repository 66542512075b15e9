"""The table of looks at a client's pages by people of its agency."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models.declaring import Base, now_column


class ViewingRow(Base):
    """A session that shows a client's pages as the client sees them. organization_id is the client's."""

    __tablename__ = "viewings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "realm_id"],
            ["user_sessions.id", "user_sessions.organization_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "realm_id"],
            ["organizations.id", "organizations.realm_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("ends_at <= began_at + interval '30 minutes'", name="ends_at"),
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(index=True)
    realm_id: Mapped[UUID]
    person_id: Mapped[str]
    person_name: Mapped[str]
    agency_name: Mapped[str]
    began_at: Mapped[datetime] = now_column()
    ends_at: Mapped[datetime]
