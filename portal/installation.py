"""What a site's owner pastes into its pages, under the names of the host's brand."""

from portal.here import Here
from tenancy.db import session
from tenancy.domains import Purpose, base_url, host_for
from tenancy.sites import Site
from tenancy.viewer import Viewer
from tracker.snippet import snippet


async def site_snippet(viewer: Viewer, site: Site, here: Here) -> str:
    """The installation code of a site: from its organisation's tracking domain, else the host we are on."""
    async with session(viewer) as db:
        tracking = await host_for(db, site.organization_id, Purpose.TRACKING)
    return snippet(
        base_url(tracking or here.host.host),
        site.tracking_id,
        here.theme.script_global,
        site.visitor_mode.value,
        script=here.theme.script_file,
        respect_dnt=site.respect_dnt,
    )
