"""What a site's owner pastes into its pages: ours on the platform's host, the brand's own on every other."""

from portal.here import Here
from tenancy.domains import base_url
from tenancy.sites import Site
from tracker.snippet import Script, snippet


def site_snippet(site: Site, here: Here) -> str:
    """The installation code of a site, for the host on which it is shown."""
    script: Script = "ih.js" if here.theme.names_platform else "s.js"
    return snippet(
        base_url(here.host.host),
        site.tracking_id,
        here.theme.script_global,
        site.visitor_mode.value,
        script=script,
        respect_dnt=site.respect_dnt,
    )
