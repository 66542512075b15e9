"""Who is looking: the proof of a sign-in that every question about data takes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from tenancy.errors import Forbidden
from tenancy.ids import OrganizationId, UserId
from tenancy.roles import READING, OrganizationKind, Permission, Role, allows


class Insider(Protocol):
    """Whoever is inside an organisation: a viewer, or a program with a key."""

    @property
    def organization_id(self) -> OrganizationId: ...

    @property
    def user_id(self) -> UserId | None: ...


@dataclass(frozen=True, slots=True)
class Belonging:
    """An organisation that a person is a member of."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Viewing:
    """Somebody of an agency sees a client's pages as the client does, until a moment, and changes nothing."""

    client: Belonging
    agency: str
    ends_at: datetime
    """In the client's time zone."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person in one organisation, on the host of another or the same."""

    user_id: UserId
    email: str
    name: str
    organization_id: OrganizationId
    organization_kind: OrganizationKind
    organization_name: str
    role: Role
    host_organization_id: OrganizationId
    session_id: UUID
    locale: str
    lacks_second_factor: bool = False
    """The organisation insists on two-factor sign-in, and this person has not turned it on yet."""
    is_closed: bool = False
    """The organisation, or one above it, is suspended, archived or deleted."""
    belongs_to: tuple[Belonging, ...] = ()
    """Every organisation that this session can go to, by name; the viewer is in one of them."""
    viewing: Viewing | None = None
    """Where set, the organisation is the client's that is looked at, and the person none of its people."""

    def may(self, permission: Permission) -> bool:
        if self.viewing is not None:
            return permission in READING
        return allows(self.role, self.organization_kind, permission)

    def require(self, permission: Permission) -> None:
        """Raises Forbidden without the permission."""
        if not self.may(permission):
            raise Forbidden()
