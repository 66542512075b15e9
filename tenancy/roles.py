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
    """What somebody may do. People of a reseller do it in the organisations of its clients as well."""

    VIEW_REPORTS = "view_reports"
    MANAGE_SITES = "manage_sites"
    SHARE_REPORTS = "share_reports"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_ORGANIZATION = "manage_organization"
    TRANSFER_OWNERSHIP = "transfer_ownership"
    MANAGE_KEYS = "manage_keys"
    SEE_AUDIT = "see_audit"
    MANAGE_BILLING = "manage_billing"
    MANAGE_BRAND = "manage_brand"
    MANAGE_DOMAINS = "manage_domains"
    MANAGE_MAIL = "manage_mail"
    MANAGE_CLIENTS = "manage_clients"
    VIEW_AS_CLIENT = "view_as_client"
    OPERATE_PLATFORM = "operate_platform"


_P = Permission
_O, _A, _B, _M, _V = Role.OWNER, Role.ADMIN, Role.BILLING, Role.MEMBER, Role.VIEWER
# An operator may do all of it.
_ROLES: dict[Permission, frozenset[Role]] = {
    _P.VIEW_REPORTS: frozenset({_O, _A, _B, _M, _V}),
    _P.MANAGE_SITES: frozenset({_O, _A, _M}),
    _P.SHARE_REPORTS: frozenset({_O, _A, _M}),
    _P.MANAGE_PEOPLE: frozenset({_O, _A}),
    _P.MANAGE_ORGANIZATION: frozenset({_O, _A}),
    _P.TRANSFER_OWNERSHIP: frozenset({_O}),
    _P.MANAGE_KEYS: frozenset({_O, _A}),
    _P.SEE_AUDIT: frozenset({_O, _A}),
    _P.MANAGE_BILLING: frozenset({_O, _B}),
    _P.MANAGE_BRAND: frozenset({_O, _A}),
    _P.MANAGE_DOMAINS: frozenset({_O, _A}),
    _P.MANAGE_MAIL: frozenset({_O, _A}),
    _P.MANAGE_CLIENTS: frozenset({_O, _A}),
    _P.VIEW_AS_CLIENT: frozenset({_O, _A}),
    _P.OPERATE_PLATFORM: frozenset(),
}
_K = OrganizationKind
# What only some kinds of organisation do, whatever the role of the person.
_KINDS: dict[Permission, frozenset[OrganizationKind]] = {
    _P.MANAGE_BRAND: frozenset({_K.PLATFORM, _K.RESELLER, _K.CLIENT}),
    _P.MANAGE_DOMAINS: frozenset({_K.PLATFORM, _K.RESELLER}),
    _P.MANAGE_MAIL: frozenset({_K.PLATFORM, _K.RESELLER}),
    _P.MANAGE_CLIENTS: frozenset({_K.RESELLER}),
    _P.VIEW_AS_CLIENT: frozenset({_K.RESELLER}),
    _P.OPERATE_PLATFORM: frozenset({_K.PLATFORM}),
}


def allows(role: Role, kind: OrganizationKind, permission: Permission) -> bool:
    """Whether this role in an organisation of this kind has the permission."""
    has = role is Role.OPERATOR or role in _ROLES[permission]
    return has and kind in _KINDS.get(permission, frozenset(OrganizationKind))


# What changes nothing: all that is left to who looks at a client's pages as the client does.
READING = frozenset({_P.VIEW_REPORTS, _P.SEE_AUDIT})


def adds_to(role: Role, other: Role) -> bool:
    """Whether somebody with `other` would gain anything by having `role`."""
    return role is Role.OPERATOR or any(role in may and other not in may for may in _ROLES.values())


def may_give(role: Role, kind: OrganizationKind, *, from_above: bool = False) -> frozenset[Role]:
    """The roles in an organisation of this kind that somebody may give to others, and take from them.

    `from_above`: their role is in the organisation above, whose owners and admins set up the one below.
    """
    if not allows(role, kind, Permission.MANAGE_PEOPLE):
        return frozenset()
    without = frozenset() if from_above or role is not Role.ADMIN else frozenset({Role.OWNER})
    return roles_of(kind) - without


def roles_of(kind: OrganizationKind) -> frozenset[Role]:
    """The roles that a person can have in an organisation of this kind."""
    if kind is OrganizationKind.PLATFORM:
        return frozenset({Role.OPERATOR})
    return frozenset(Role) - {Role.OPERATOR}
