"""Who may do what: kinds of organisation, roles of people, and the one table that joins them."""

from enum import StrEnum


class OrganizationKind(StrEnum):
    """platform > reseller > client; a direct customer stands under the platform."""

    PLATFORM = "platform"
    RESELLER = "reseller"
    CLIENT = "client"
    DIRECT = "direct"


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    BILLING = "billing"
    MEMBER = "member"
    VIEWER = "viewer"
    OPERATOR = "operator"


class Permission(StrEnum):
    VIEW_REPORTS = "view_reports"
    MANAGE_SITES = "manage_sites"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_BRAND = "manage_brand"
    MANAGE_BILLING = "manage_billing"
    MANAGE_API_KEYS = "manage_api_keys"
    CREATE_CLIENTS = "create_clients"
    OPERATE_PLATFORM = "operate_platform"


_P = Permission
_ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(_P) - {_P.OPERATE_PLATFORM},
    Role.ADMIN: frozenset(
        {
            _P.VIEW_REPORTS,
            _P.MANAGE_SITES,
            _P.MANAGE_PEOPLE,
            _P.MANAGE_BRAND,
            _P.MANAGE_API_KEYS,
            _P.CREATE_CLIENTS,
        }
    ),
    Role.BILLING: frozenset({_P.VIEW_REPORTS, _P.MANAGE_BILLING}),
    Role.MEMBER: frozenset({_P.VIEW_REPORTS, _P.MANAGE_SITES}),
    Role.VIEWER: frozenset({_P.VIEW_REPORTS}),
    Role.OPERATOR: frozenset(_P),
}
# What only some kinds of organisation do, whatever the role of the person.
_KINDS: dict[Permission, frozenset[OrganizationKind]] = {
    _P.CREATE_CLIENTS: frozenset({OrganizationKind.RESELLER}),
    _P.OPERATE_PLATFORM: frozenset({OrganizationKind.PLATFORM}),
}


def allows(role: Role, kind: OrganizationKind, permission: Permission) -> bool:
    """Whether this role in an organisation of this kind has the permission."""
    return permission in _ROLES[role] and kind in _KINDS.get(permission, frozenset(OrganizationKind))


def roles_of(kind: OrganizationKind) -> frozenset[Role]:
    """The roles that a person can have in an organisation of this kind."""
    if kind is OrganizationKind.PLATFORM:
        return frozenset({Role.OPERATOR})
    return frozenset(Role) - {Role.OPERATOR}
