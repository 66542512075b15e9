"""/sites/{site}/realtime: who is there now, moving by itself."""

from datetime import UTC, datetime

from nicegui import ui

from analytics.reports.filters import Dimension
from analytics.reports.realtime import Realtime, realtime_report
from portal.elements import box, drawn
from portal.pages.access import SiteVisit
from portal.pages.guard import told
from portal.views.breakdown import panel
from portal.views.realtime import live_count, live_minutes, live_rows
from portal.views.shell import heading, mode_switch
from tenancy.text import gettext as _

EVERY_S = 2.0


async def realtime(visit: SiteVisit) -> None:
    """The page; asks again every two seconds while somebody looks."""
    visit = await visit.again()
    with box("div", "top"):
        drawn(heading(_("Realtime"), crumbs=[(visit.site.name, visit.path)]), "contents")
        box("div", "space")
        drawn(mode_switch())
    report = await realtime_report(visit.site, datetime.now(UTC))
    with box("div", "panels"):
        count = drawn("", "card span-2")
        minutes = drawn("", "card span-4 minutes-card")
        pages, sources, countries = (drawn("", "span-2") for _number in range(3))

    def paint(now: Realtime) -> None:
        locale = visit.viewer.locale
        count.set_content(live_count(now, locale=locale))
        minutes.set_content(live_minutes(now, locale=locale))
        for place, title, rows, dimension in (
            (pages, _("Pages"), now.pages, Dimension.PAGE),
            (sources, _("Sources"), now.sources, Dimension.SOURCE),
            (countries, _("Countries"), now.countries, Dimension.COUNTRY),
        ):
            body = live_rows(rows, dimension, locale=locale)
            place.set_content(panel(title, body, key=dimension))

    @told
    async def look() -> None:
        now = await visit.again()
        paint(await realtime_report(now.site, datetime.now(UTC)))

    paint(report)
    ui.timer(EVERY_S, look, immediate=False)
