"""Moving a site from one client of an agency to another: it takes its past along, and leaves no way to it."""

from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.audit import Action, Target, record
from tenancy.contracts import admit_site
from tenancy.db import after_commit
from tenancy.errors import Invalid, NotFound
from tenancy.invalidation import Channel, publish
from tenancy.organizations import OrganizationInfo
from tenancy.roles import Permission
from tenancy.sites import Site, get_site
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SiteMove:
    """The site where it is now, and what ended because its old owner could have used it."""

    site: Site
    keys_ended: int
    links_ended: int


async def move_site(
    db: AsyncSession, viewer: Viewer, site: Site, target: OrganizationInfo, *, keep_links: bool = False
) -> SiteMove:
    """Gives a site to another client of the viewer's agency, or to the agency itself.

    Number, public id, tracking id and all events stay. Its API keys end, as programs of the old owner hold
    them; so do its public links, unless they are to go along; people who do not see the new owner lose it.
    Raises Forbidden, Invalid, or NotFound.
    """
    viewer.require(Permission.MANAGE_CLIENTS)
    if target.id == site.organization_id:
        raise Invalid(_("The site is already there."), field="target")
    await admit_site(db, target.id)
    moved = {"site": site.id, "target": target.id, "keep_links": keep_links}
    row = (await db.execute(_MOVE, moved)).one_or_none()
    if row is None:
        raise NotFound()
    db.expire_all()
    now = await get_site(db, site.public_id)
    what = Target(site.public_id, site.name)
    # Each of the two reads its own log, and learns nothing of the other: the agency reads both.
    ended = {"keys_ended": row.keys_ended, "links_ended": row.links_ended}
    for owner, details in ((site.organization_id, {"moved": "out", **ended}), (target.id, {"moved": "in"})):
        await record(db, viewer, Action.SITE_MOVED, what, organization_id=owner, details=details)
    for channel, key in ((Channel.SITE, site.tracking_id), (Channel.LINK, ""), (Channel.API_KEY, "")):
        # Portfolios of both owners show other sites now: links by their token are not enough.
        after_commit(db, publish, channel, key)
    log.info("site.moved", site=site.public_id, to=target.public_id)
    return SiteMove(now, row.keys_ended, row.links_ended)


_MOVE = text("SELECT keys_ended, links_ended FROM app.move_site(:site, :target, :keep_links)")
