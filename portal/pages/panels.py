"""The panels of a dashboard and the tabs of each: a closed table."""

from typing import NamedTuple

from markupsafe import Markup

from analytics.reports.breakdown import Breakdown
from analytics.reports.filters import Dimension
from portal.pages.state import DashboardState
from portal.views.breakdown import Tab, bar_list, panel
from portal.views.world import with_map
from tenancy.text import gettext, gettext_noop


class PanelKind(NamedTuple):
    """A panel: its place in the grid, its title, and the dimensions that it can show."""

    key: str
    title: str
    classes: str
    tabs: tuple[tuple[Dimension, str], ...]

    def shown(self, state: DashboardState) -> Dimension:
        """The dimension of the chosen tab."""
        chosen = state.tabs.get(self.key)
        return (
            chosen if chosen in {dimension for dimension, _title in self.tabs} and chosen else self.tabs[0][0]
        )


_ = gettext_noop
PANELS = (
    PanelKind(
        "sources",
        _("Sources"),
        "span-3",
        (
            (Dimension.CHANNEL, _("Channels")),
            (Dimension.SOURCE, _("Sources")),
            (Dimension.REFERRER, _("Referrers")),
            (Dimension.MEDIUM, _("Mediums")),
            (Dimension.CAMPAIGN, _("Campaigns")),
            (Dimension.TERM, _("Terms")),
            (Dimension.CONTENT, _("Contents")),
        ),
    ),
    PanelKind(
        "pages",
        _("Pages"),
        "span-3",
        (
            (Dimension.PAGE, _("Top")),
            (Dimension.ENTRY_PAGE, _("Entry")),
            (Dimension.EXIT_PAGE, _("Exit")),
        ),
    ),
    PanelKind(
        "locations",
        _("Locations"),
        "span-6",
        (
            (Dimension.COUNTRY, _("Map")),
            (Dimension.REGION, _("Regions")),
            (Dimension.CITY, _("Cities")),
            (Dimension.LANGUAGE, _("Languages")),
            (Dimension.TIMEZONE, _("Time zones")),
        ),
    ),
    PanelKind(
        "browsers",
        _("Browsers"),
        "span-2",
        ((Dimension.BROWSER, _("Browser")), (Dimension.BROWSER_VERSION, _("Version"))),
    ),
    PanelKind(
        "systems",
        _("Operating systems"),
        "span-2",
        ((Dimension.OS, _("System")), (Dimension.OS_VERSION, _("Version"))),
    ),
    PanelKind(
        "devices",
        _("Devices"),
        "span-2",
        ((Dimension.DEVICE, _("Type")), (Dimension.SCREEN_SIZE, _("Screen"))),
    ),
)

ROWS = 9
# A country list without the map's neighbours would leave the map pale.
MAP_ROWS = 60


def panel_named(key: str) -> PanelKind:
    """The panel of a key. Raises KeyError."""
    return {kind.key: kind for kind in PANELS}[key]


def draw_panel(kind: PanelKind, state: DashboardState, body: Markup, *, with_details: bool = True) -> Markup:
    """A panel with its tabs around a body."""
    shown = kind.shown(state)
    tabs = [Tab(dimension, gettext(title)) for dimension, title in kind.tabs]
    details = shown if with_details else None
    return panel(gettext(kind.title), body, key=kind.key, tabs=tabs, active=shown, details=details)


def draw_rows(breakdown: Breakdown, locale: str, *, pressable: bool = True) -> Markup:
    """The rows of a breakdown, beside the map for countries."""
    rows = bar_list(breakdown, locale=locale, limit=ROWS, pressable=pressable)
    if breakdown.dimension is Dimension.COUNTRY:
        return with_map(breakdown.rows, rows, locale=locale, pressable=pressable)
    return rows
