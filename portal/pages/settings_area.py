"""/settings: a closed table of its pages, and the frame in which each of them is drawn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from nicegui import ui

from portal.elements import box, drawn
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.navigation import workspace
from portal.shell import frame
from portal.views.shell import NavGroup, NavLink, heading, mode_switch
from tenancy.errors import NotFound
from tenancy.roles import OrganizationKind, Permission
from tenancy.text import gettext, gettext_noop
from tenancy.viewer import Viewer
from themes.theme import Theme


class SettingsPage(NamedTuple):
    """A page below /settings, and what one must be allowed to do for it to exist (None: be signed in)."""

    path: str
    title: str
    icon: str
    permission: Permission | None = None
    clients_where: Callable[[Theme], bool] | None = None
    """Where it is for a reseller's clients only if the reseller's brand says so."""


# About the person and not the organisation: not there while one looks with the eyes of another.
_OF_THE_PERSON = frozenset({"/settings/profile", "/settings/security"})
_ = gettext_noop
PAGES: tuple[SettingsPage, ...] = (
    SettingsPage("/settings/profile", _("Profile"), "user"),
    SettingsPage("/settings/security", _("Security"), "lock"),
    SettingsPage("/settings/organization", _("Organisation"), "building-2", Permission.MANAGE_ORGANIZATION),
    SettingsPage("/settings/people", _("People"), "users"),
    SettingsPage(
        "/settings/brand",
        _("Brand"),
        "palette",
        Permission.MANAGE_BRAND,
        clients_where=lambda theme: theme.clients_may_brand,
    ),
    SettingsPage("/settings/domains", _("Domains"), "globe", Permission.MANAGE_DOMAINS),
    SettingsPage("/settings/sharing", _("Sharing"), "share-2", Permission.SHARE_REPORTS),
    SettingsPage("/settings/mail", _("Email"), "mail", Permission.MANAGE_MAIL),
    SettingsPage("/settings/sign-in", _("Sign-in"), "log-in", Permission.MANAGE_SIGN_IN),
    SettingsPage("/settings/api-keys", _("API keys"), "key-round", Permission.MANAGE_KEYS),
    SettingsPage("/settings/audit", _("Audit log"), "activity", Permission.SEE_AUDIT),
)
"""In the order of the navigation; each is a module of its own beside this one."""


@ui.page("/settings")
def settings_start(here: CurrentHere, viewer: CurrentViewer) -> RedirectResponse:
    """The first page that this viewer may open."""
    pages = pages_of(here, viewer)
    if not pages:
        raise NotFound()
    return RedirectResponse(pages[0].path, 303)


def pages_of(here: Here, viewer: Viewer) -> list[SettingsPage]:
    """The settings that this viewer may open."""
    is_client = viewer.organization_kind is OrganizationKind.CLIENT
    return [
        one
        for one in PAGES
        if _is_open(one, viewer)
        and (one.clients_where is None or not is_client or one.clients_where(here.theme))
    ]


async def _who_may_open(request: Request, viewer: CurrentViewer) -> Viewer:
    page = next(one for one in PAGES if request.url.path.startswith(one.path))
    if page.permission is not None:
        viewer.require(page.permission)
    return viewer


# Asked before the page is built, so that who may not gets the answer that says so.
SettingsViewer = Annotated[Viewer, Depends(_who_may_open)]


@contextmanager
def settings_frame(here: Here, viewer: Viewer, path: str, *, inside: str = "") -> Iterator[None]:
    """Draws the frame of the page at a path of the table; inside it comes the page itself.

    `inside` is the title of one thing on that page, with a page of its own.
    """
    page = next(one for one in PAGES if one.path == path)
    links = [NavLink(one.icon, gettext(one.title), one.path) for one in pages_of(here, viewer)]
    groups = [workspace(viewer), NavGroup(links, gettext(_("Settings")))]
    title = gettext(page.title)
    with frame(here, viewer, title=inside or title, groups=groups, current=path):
        with box("div", "top"):
            crumbs = [(title, path)] if inside else []
            drawn(heading(inside or title, crumbs=crumbs), "contents")
            box("div", "space")
            drawn(mode_switch())
        yield


def _is_open(page: SettingsPage, viewer: Viewer) -> bool:
    if viewer.viewing is not None and page.path in _OF_THE_PERSON:
        return False
    return page.permission is None or viewer.may(page.permission)
