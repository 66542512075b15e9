"""What a site's owner pastes into its pages: ours on the platform's host, the brand's own on every other."""

from portal.here import Here
from tenancy.db import session
from tenancy.domains import Purpose, base_url, host_for
from tenancy.sites import Site
from tenancy.viewer import Viewer
from tracker.snippet import Script, snippet


async def site_snippet(viewer: Viewer, site: Site, here: Here) -> str:
    """The installation code of a site: from its organisation's tracking domain, else the host we are on."""
    async with session(viewer) as db:
        tracking = await host_for(db, site.organization_id, Purpose.TRACKING)
    script: Script = "ih.js" if here.theme.names_platform and tracking is None else "s.js"
    return snippet(
        base_url(tracking or here.host.host),
        site.tracking_id,
        here.theme.script_global,
        site.visitor_mode.value,
        script=script,
        respect_dnt=site.respect_dnt,
    )
