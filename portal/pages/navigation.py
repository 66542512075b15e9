"""Where one can go from a page."""

from portal.pages.access import SiteVisit, outside
from portal.views.shell import NavGroup, NavLink
from tenancy.roles import OrganizationKind, Permission
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


def workspace(viewer: Viewer, prefix: str = "", title: str = "") -> NavGroup:
    """The pages above single sites."""
    links = [NavLink("globe", _("Sites"), f"{prefix}/sites")]
    if viewer.organization_kind in {OrganizationKind.RESELLER, OrganizationKind.PLATFORM}:
        links.insert(0, NavLink("building-2", clients_title(viewer), f"{prefix}/clients"))
    links.append(NavLink("settings", _("Settings"), f"{prefix}/settings"))
    return NavGroup(links, title)


def clients_title(viewer: Viewer) -> str:
    """What the organisations below the viewer's are called."""
    return _("Customers") if viewer.organization_kind is OrganizationKind.PLATFORM else _("Clients")


def of_site(visit: SiteVisit) -> list[NavGroup]:
    """The pages of one site, and the way back out of them."""
    links = [
        NavLink("layout-dashboard", _("Overview"), visit.path),
        NavLink("radio", _("Realtime"), f"{visit.path}/realtime"),
        NavLink("code", _("Installation"), f"{visit.path}/install"),
    ]
    if visit.viewer.may(Permission.SHARE_REPORTS):
        links.append(NavLink("share-2", _("Sharing"), f"{visit.path}/sharing"))
    return [NavGroup(links), workspace(visit.viewer, outside(visit.here, ""), _("Workspace"))]
