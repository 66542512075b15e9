"""Where a request is: the organisation of its host, the theme to draw with, and who is looking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from analytics.collect.addresses import client_address
from analytics.settings import settings as analytics_settings
from tenancy.api_keys import KeyHolder
from tenancy.contracts import OrganizationClosed
from tenancy.domains import HostOrganization
from tenancy.errors import NotSignedIn, OnlyReading
from tenancy.roles import Permission
from tenancy.second_factor import SecondFactorNeeded
from tenancy.viewer import Viewer
from themes.theme import Mode, Theme


@dataclass(frozen=True)
class Here:
    """What hosts.py found out about a request before anything else runs."""

    host: HostOrganization
    theme: Theme
    viewer: Viewer | None
    token: str | None
    """A browser's: what its session cookie holds."""
    locale: str = "en"
    """What the person who looks is spoken to in."""

    @property
    def only_reads(self) -> bool:
        """Whether the viewer looks at a client's pages as the client does, and may change nothing."""
        return self.viewer is not None and self.viewer.viewing is not None

    def signed_in(self) -> Viewer:
        """The viewer; raises NotSignedIn without one.

        Raises SecondFactorNeeded for who has to turn it on first, and OrganizationClosed.
        """
        viewer = self.known()
        if viewer.is_closed:
            raise OrganizationClosed()
        if viewer.lacks_second_factor:
            raise SecondFactorNeeded()
        return viewer

    def known(self) -> Viewer:
        """The viewer, for the pages on which a second factor is turned on; raises NotSignedIn without one."""
        if self.viewer is None:
            raise NotSignedIn()
        return self.viewer


class _HasScope(Protocol):
    @property
    def scope(self) -> Mapping[str, Any]: ...


def here(connection: _HasScope) -> Here:
    """The Here of a request or websocket."""
    found = connection.scope["state"]["here"]
    assert isinstance(found, Here)
    return found


def client_of(connection: HTTPConnection) -> str:
    """The network address of whoever asks, as far as our proxies vouch for it."""
    peer = connection.client.host if connection.client else ""
    forwarded = connection.headers.get("x-forwarded-for", "")
    return client_address(peer, forwarded, analytics_settings().proxy_networks())


def chosen_mode(connection: HTTPConnection) -> Mode | None:
    """Light or dark, where this browser chose."""
    chosen = connection.cookies.get("mode")
    return Mode(chosen) if chosen in {Mode.LIGHT, Mode.DARK} else None


# These wait for nothing, and are async all the same: a plain function would be given a thread.
async def _here(request: Request) -> Here:
    return here(request)


async def _viewer(request: Request) -> Viewer:
    return here(request).signed_in()


def bearer_of(connection: HTTPConnection) -> str | None:
    """What a program sends as "Authorization: Bearer ..."."""
    scheme, _space, credentials = connection.headers.get("authorization", "").partition(" ")
    return credentials.strip() or None if scheme.lower() == "bearer" else None


async def _key_holder(request: Request) -> KeyHolder:
    found = request.scope["state"]["holder"]
    assert isinstance(found, KeyHolder)
    return found


async def _known(request: Request) -> Viewer:
    return _themself(here(request).known())


async def _member(request: Request) -> Viewer:
    return _themself(here(request).signed_in())


def _themself(viewer: Viewer) -> Viewer:
    """Pages about a person are not there for who looks with the eyes of another."""
    if viewer.viewing is not None:
        raise OnlyReading()
    return viewer


def who_may(permission: Permission) -> Any:
    """For `viewer: Annotated[Viewer, who_may(...)]`: asked before a page is built, so that it answers 403."""

    async def viewer_who_may(request: Request) -> Viewer:
        viewer = here(request).signed_in()
        viewer.require(permission)
        return viewer

    return Depends(viewer_who_may)


CurrentHere = Annotated[Here, Depends(_here)]
CurrentHolder = Annotated[KeyHolder, Depends(_key_holder)]
CurrentViewer = Annotated[Viewer, Depends(_viewer)]
CurrentMember = Annotated[Viewer, Depends(_member)]
CurrentPerson = Annotated[Viewer, Depends(_known)]
