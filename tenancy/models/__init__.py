"""The tables of tenancy. Rows stay in their packages; what travels between packages is frozen."""

from tenancy.models.activity import AuditEntry
from tenancy.models.contracts import Contract
from tenancy.models.declaring import Base
from tenancy.models.domains import Domain, DomainKey
from tenancy.models.organizations import Organization, OrgTree
from tenancy.models.people import Invitation, Membership, SiteAccess, User
from tenancy.models.programs import ApiKey
from tenancy.models.sign_ins import AccountLink, KnownDevice, RefreshToken, SecondFactor, UserSession
from tenancy.models.sites import Site
from tenancy.models.viewings import ViewingRow

__all__ = [
    "AccountLink",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Contract",
    "Domain",
    "DomainKey",
    "Invitation",
    "KnownDevice",
    "Membership",
    "OrgTree",
    "Organization",
    "RefreshToken",
    "SecondFactor",
    "Site",
    "SiteAccess",
    "User",
    "UserSession",
    "ViewingRow",
]
