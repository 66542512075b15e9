"""What a site's owner pastes into its pages, under the names of the host's brand."""

from portal.here import Here
from tenancy.domains import base_url
from tenancy.sites import Site
from tracker.snippet import snippet


def site_snippet(site: Site, here: Here) -> str:
    """The installation code of a site, for the host on which it is shown."""
    return snippet(
        base_url(here.host.host),
        site.tracking_id,
        here.theme.script_global,
        site.visitor_mode.value,
        script=here.theme.script_file,
        respect_dnt=site.respect_dnt,
    )
