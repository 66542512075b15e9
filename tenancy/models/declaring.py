"""What every table is declared with: one metadata, names of constraints, and columns that many have."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# PostgreSQL's own names, so that migrations in plain SQL and the models agree without spelling them out.
_NAMES = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


class Base(DeclarativeBase):
    """The tables of every package: one metadata, one history of migrations."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {str: Text(), datetime: DateTime(timezone=True), list[str]: ARRAY(Text())}


def new_id() -> Mapped[UUID]:
    """A primary key that is random."""
    return mapped_column(primary_key=True, default=uuid4, server_default=func.gen_random_uuid())


def organization_column() -> Mapped[UUID]:
    """Whose the row is; it goes with its organisation."""
    return mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))


def now_column() -> Mapped[datetime]:
    """The moment in which the row was made."""
    return mapped_column(server_default=func.now())
