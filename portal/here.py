"""Where a request is: the organisation of its host, the theme to draw with, and who is looking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from analytics.collect.addresses import client_address
from analytics.settings import settings as analytics_settings
from tenancy.domains import HostOrganization
from tenancy.errors import NotSignedIn
from tenancy.viewer import Viewer
from themes.theme import Theme


@dataclass(frozen=True)
class Here:
    """What hosts.py found out about a request before anything else runs."""

    host: HostOrganization
    theme: Theme
    viewer: Viewer | None
    token: str | None
    """The session's token, from the cookie or an Authorization header."""
    locale: str = "en"
    """What the person who looks is spoken to in."""

    def signed_in(self) -> Viewer:
        """The viewer; raises NotSignedIn without one."""
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


def _here(request: Request) -> Here:
    return here(request)


def _viewer(request: Request) -> Viewer:
    return here(request).signed_in()


CurrentHere = Annotated[Here, Depends(_here)]
CurrentViewer = Annotated[Viewer, Depends(_viewer)]
