"""How a brand looks before it is saved: our real views, with numbers of a website that does not exist."""

from collections.abc import Mapping

from markupsafe import Markup

from analytics.reports.filters import Dimension
from analytics.reports.metrics import Metric
from portal.views.breakdown import Tab, bar_list, panel
from portal.views.chart import line_chart
from portal.views.documents import document, sign_in_page
from portal.views.markup import filled, joined
from portal.views.sample_reports import SITE, sample_breakdown, sample_overview
from portal.views.shell import NavGroup, NavLink, Person, heading, phone_bar, sidebar, sidebar_class
from portal.views.tiles import metric_tiles
from portal.views.world import with_map
from tenancy.text import gettext as _
from themes.theme import Mode, Theme


def dashboard_preview(theme: Theme, mode: Mode, locale: str) -> Markup:
    """A dashboard as the brand's people have it."""
    overview = sample_overview()
    panels = joined(
        filled('<div class="{}">{}</div>', classes, _panel(title, dimension, locale))
        for title, dimension, classes in (
            (_("Sources"), Dimension.CHANNEL, "span-3"),
            (_("Pages"), Dimension.PAGE, "span-3"),
            (_("Locations"), Dimension.COUNTRY, "span-6"),
        )
    )
    body = filled(
        '<div class="shell"><aside class="{}">{}</aside><div class="main-slot">{}<main class="main">'
        '<div class="top">{}<div class="space"></div><span class="btn primary">{}</span></div>'
        '<div class="card">{}{}</div><div class="panels">{}</div></main></div></div>',
        sidebar_class(theme),
        sidebar(theme, _groups(), "#", Person(_("Kim Doe"), theme.name, "")),
        phone_bar(theme),
        heading(SITE, crumbs=[(_("Sites"), "#")], mark=True),
        _("Share"),
        metric_tiles(overview, Metric.VISITORS, locale=locale),
        line_chart(overview, Metric.VISITORS, locale=locale),
        panels,
    )
    return document(theme, SITE, body, locale=locale, mode=mode, scripts=False)


def sign_in_preview(theme: Theme, mode: Mode, locale: str) -> Markup:
    """The page to sign in; its form leads nowhere."""
    page = sign_in_page(theme, form_token="", locale=locale, mode=mode, scripts=False)
    # In a frame without scripts it would only be refused, with a message in the console.
    return page.replace(" autofocus", "")


def sheet_preview(theme: Theme, mode: Mode, picture: str, words: str) -> Markup:
    """A sheet of paper as a picture."""
    body = filled('<div class="paper"><img src="{}" alt="{}"></div>', picture, words)
    return document(theme, words, body, mode=mode, scripts=False)


def sample_cover_facts() -> Mapping[str, str]:
    """What stands on the cover of a made-up report."""
    return {
        _("Period"): _("Last month"),
        _("Prepared for"): SITE,
        _("Metrics included"): _("Visitors, sources, pages, sales"),
    }


def _groups() -> list[NavGroup]:
    return [
        NavGroup(
            [
                NavLink("layout-dashboard", _("Overview"), "#"),
                NavLink("radio", _("Realtime"), "#realtime"),
                NavLink("code", _("Installation"), "#install"),
            ]
        ),
        NavGroup([NavLink("globe", _("Sites"), "#sites")], _("Workspace")),
    ]


def _panel(title: str, dimension: Dimension, locale: str) -> Markup:
    breakdown = sample_breakdown(dimension)
    rows = bar_list(breakdown, locale=locale)
    body = with_map(breakdown.rows, rows, locale=locale) if dimension is Dimension.COUNTRY else rows
    return panel(
        title, body, key=dimension, tabs=[Tab(dimension, title)], active=dimension, details=dimension
    )
