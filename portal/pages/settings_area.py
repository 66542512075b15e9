"""/settings: a closed table of its pages, and the frame in which each of them is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from fastapi.responses import RedirectResponse
from nicegui import ui

from portal.here import CurrentViewer, Here
from portal.pages.navigation import workspace
from portal.shell import box, drawn, frame
from portal.views.shell import NavGroup, NavLink, heading, mode_switch
from tenancy.errors import NotFound
from tenancy.roles import Permission
from tenancy.text import gettext, gettext_noop
from tenancy.viewer import Viewer


class SettingsPage(NamedTuple):
    """A page below /settings, and what one must be allowed to do for it to exist (None: be signed in)."""

    path: str
    title: str
    icon: str
    permission: Permission | None = None


_ = gettext_noop
PAGES: tuple[SettingsPage, ...] = (
    SettingsPage("/settings/sharing", _("Sharing"), "share-2", Permission.SHARE_REPORTS),
)
"""In the order of the navigation; each is a module of its own beside this one."""


@ui.page("/settings")
def settings_start(viewer: CurrentViewer) -> RedirectResponse:
    """The first page that this viewer may open."""
    pages = pages_of(viewer)
    if not pages:
        raise NotFound()
    return RedirectResponse(pages[0].path, 303)


def pages_of(viewer: Viewer) -> list[SettingsPage]:
    """The settings that this viewer may open."""
    return [one for one in PAGES if one.permission is None or viewer.may(one.permission)]


@contextmanager
def settings_frame(here: Here, viewer: Viewer, path: str) -> Iterator[None]:
    """Draws the frame of the page at a path of the table; inside it comes the page itself.

    Raises Forbidden where the viewer may not open it.
    """
    page = next(one for one in PAGES if one.path == path)
    if page.permission is not None:
        viewer.require(page.permission)
    links = [NavLink(one.icon, gettext(one.title), one.path) for one in pages_of(viewer)]
    groups = [workspace(viewer), NavGroup(links, gettext(_("Settings")))]
    with frame(here, viewer, title=gettext(page.title), groups=groups, current=path):
        with box("div", "top"):
            drawn(heading(gettext(page.title)), "contents")
            box("div", "space")
            drawn(mode_switch())
        yield
