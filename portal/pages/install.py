"""/sites/{site}/install: the code to paste, and a light that turns green with the first visit."""

from nicegui import ui

from portal.elements import box, drawn
from portal.installation import site_snippet
from portal.pages.access import SiteVisit
from portal.pages.guard import told
from portal.views.install import install_check, snippet_block
from portal.views.shell import heading, mode_switch
from tenancy.text import gettext as _


async def install(visit: SiteVisit) -> None:
    """The page; it asks for the first event until there is one."""
    visit = await visit.again()
    code = await site_snippet(visit.viewer, visit.site, visit.here)
    with box("div", "top"):
        drawn(heading(_("Installation"), crumbs=[(visit.site.name, visit.path)]), "contents")
        box("div", "space")
        drawn(mode_switch())
    with box("section", "card install"):
        ui.label(_("1. Add this code to every page")).props("role=heading aria-level=2")
        ui.label(_("Right before </head>, or in the custom code field of your tag manager or site builder."))
        drawn(snippet_block(code), "snippet")
        ui.label(_("2. Open a page of the site")).props("role=heading aria-level=2")
        light = drawn(_light(visit))
    if visit.site.first_event_at is None:

        @told
        async def look() -> None:
            now = await visit.again()
            if now.site.first_event_at is not None:
                timer.deactivate()
                light.set_content(_light(now))

        timer = ui.timer(1.5, look)


def _light(visit: SiteVisit) -> str:
    heard = visit.site.first_event_at is not None
    return install_check(heard=heard, domain=visit.site.domain, dashboard=visit.path)
