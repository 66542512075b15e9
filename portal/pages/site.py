"""/sites/{site}: one page whose parts change without loading it again."""

from nicegui import ui

from portal.pages.access import CurrentSiteVisit
from portal.pages.dashboard import dashboard
from portal.pages.install import install
from portal.pages.navigation import of_site
from portal.pages.page_events import PageEvents
from portal.pages.realtime import realtime
from portal.pages.sharing import sharing
from portal.shell import frame, navigation


@ui.page("/sites/{site_id}")
@ui.page("/sites/{site_id}/{_rest:path}")
def site_page(visit: CurrentSiteVisit) -> None:
    """The frame of a site's pages."""
    here, viewer, groups = visit.here, visit.viewer, of_site(visit)
    client = ui.context.client
    current = client.request.url.path.rstrip("/")
    with frame(here, viewer, title=visit.site.name, groups=groups, current=current) as aside:
        ui.sub_pages(
            {"/": dashboard, "/realtime": realtime, "/install": install, "/sharing": sharing},
            root_path=visit.path,
            data={"visit": visit, "events": PageEvents()},
        )

    def mark(path: str) -> None:
        aside.set_content(navigation(here, viewer, groups, path.partition("?")[0]))

    client.sub_pages_router.on_path_changed(mark)
