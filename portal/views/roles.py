"""What roles and permissions are called, and the table of who may do what: in pages and in docs."""

from collections.abc import Iterable

from markupsafe import Markup

from portal.views.icons import icon
from portal.views.markup import filled, joined
from tenancy.roles import OrganizationKind, Permission, Role, allows, roles_of
from tenancy.text import gettext, gettext_noop

_ = gettext_noop
_ROLES = {
    Role.OWNER: (_("Owner"), _("Everything, including transferring ownership.")),
    Role.ADMIN: (_("Admin"), _("Everything except billing and ownership.")),
    Role.BILLING: (_("Billing"), _("Reports and billing.")),
    Role.MEMBER: (_("Member"), _("Reports, sites and sharing.")),
    Role.VIEWER: (_("Viewer"), _("Reports of all sites or of selected ones.")),
    Role.OPERATOR: (_("Operator"), _("Runs the platform.")),
}
_PERMISSIONS = {
    Permission.VIEW_REPORTS: _("See reports"),
    Permission.MANAGE_SITES: _("Add, change and delete sites"),
    Permission.SHARE_REPORTS: _("Share reports"),
    Permission.MANAGE_PEOPLE: _("Invite, change and remove people"),
    Permission.MANAGE_ORGANIZATION: _("Change the organisation's settings"),
    Permission.TRANSFER_OWNERSHIP: _("Transfer ownership"),
    Permission.MANAGE_KEYS: _("Manage API keys"),
    Permission.SEE_AUDIT: _("See the audit log"),
    Permission.MANAGE_BILLING: _("Manage billing"),
    Permission.MANAGE_BRAND: _("Change the brand"),
    Permission.MANAGE_DOMAINS: _("Manage domains"),
    Permission.MANAGE_MAIL: _("Manage email settings"),
    Permission.MANAGE_SIGN_IN: _("Manage sign-in providers"),
    Permission.MANAGE_CLIENTS: _("Add and manage clients"),
    Permission.VIEW_AS_CLIENT: _("View as client"),
    Permission.OPERATE_PLATFORM: _("Run the platform"),
}


def role_name(role: Role | str) -> str:
    """What people call it."""
    return gettext(_ROLES[Role(role)][0])


def role_about(role: Role) -> str:
    """What it is for, in a few words."""
    return gettext(_ROLES[role][1])


def permission_name(permission: Permission) -> str:
    """What it allows."""
    return gettext(_PERMISSIONS[permission])


def in_order(roles: Iterable[Role]) -> list[Role]:
    """The mightiest first."""
    order = list(Role)
    return sorted(roles, key=order.index)


def permissions_in(kind: OrganizationKind) -> list[Permission]:
    """What somebody in an organisation of this kind can be allowed to do at all."""
    return [one for one in Permission if any(allows(role, kind, one) for role in roles_of(kind))]


def roles_table(kind: OrganizationKind) -> Markup:
    """Who may do what in an organisation of this kind."""
    roles = in_order(roles_of(kind))
    heads = joined(
        filled('<th scope="col" title="{}">{}</th>', role_about(role), role_name(role)) for role in roles
    )
    rows = joined(
        filled(
            '<tr><th scope="row">{}</th>{}</tr>',
            permission_name(permission),
            joined(_cell(allows(role, kind, permission)) for role in roles),
        )
        for permission in permissions_in(kind)
    )
    return filled(
        '<details class="card fold"><summary>{}{}</summary><div class="scroll"><table class="data roles">'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div></details>",
        icon("chevron-right", 15),
        gettext(_("What each role may do")),
        heads,
        rows,
    )


def docs_table(kind: OrganizationKind) -> str:
    """The same in Markdown, as docs/resellers.md shows it."""
    roles = in_order(roles_of(kind))
    lines = ["| | " + " | ".join(map(role_name, roles)) + " |", "|---" * (len(roles) + 1) + "|"]
    for permission in permissions_in(kind):
        cells = " | ".join("yes" if allows(role, kind, permission) else "" for role in roles)
        lines.append(f"| {permission_name(permission)} | {cells} |")
    return "\n".join(lines)


def _cell(has: bool) -> Markup:
    if not has:
        return filled('<td><span class="sr">{}</span></td>', gettext(_("No")))
    return filled('<td>{}<span class="sr">{}</span></td>', icon("check"), gettext(_("Yes")))
