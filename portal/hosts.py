"""The first thing that happens to a request: whose host is this, how does it look, and who is looking."""

from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.api.errors import of_error, speaks_for
from portal.here import Here, client_of
from portal.views.documents import error_page
from tenancy.audit import came_from
from tenancy.domains import HostOrganization, bare_host, resolve_host
from tenancy.errors import InsightHubError, NotFound, Unavailable
from tenancy.login import session_cookie, viewer_for_token
from tenancy.roles import OrganizationKind
from tenancy.text import gettext as _
from tenancy.viewer import Viewer
from themes import looks
from themes.theme import NEUTRAL_THEME, Theme

_NEUTRAL_SCRIPT = "/s.js"
SCRIPTS = frozenset({"/ih.js", _NEUTRAL_SCRIPT})
COLLECT = "/api/collect"
_ANY_HOST = frozenset({"/healthz", "/readyz", *SCRIPTS})
SOCKET_PATH = "/_nicegui_ws/"
_BEFORE_SIGN_IN = ("/static/", "/_nicegui/", "/brand/")


class Hosts:
    """Puts a Here into the scope, or answers a host that nobody claimed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Collect finds its tenant by the tracking id; nothing here may cost its callers time.
        if scope["type"] == "lifespan" or _is_everywhere(scope) or is_collect(scope["path"]):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        address = headers.get(b"host", b"").decode("latin-1")
        speaks_for(None)
        try:
            found = await resolve_host(address)
            if found is not None and _is_script(scope, found):
                await self._app({**scope, "path": _NEUTRAL_SCRIPT}, receive, send)
                return
            # PostgreSQL cannot even be asked for an id with a NUL in it.
            if found is None or found.purpose != "app" or "\0" in scope["path"]:
                nothing = NotFound(_("There is nothing at this address."))
                await _refuse(scope, receive, send, nobody(), nothing)
                return
            token = _token(headers)
            asks_who = token and not scope["path"].startswith(_BEFORE_SIGN_IN)
            viewer = await viewer_for_token(token, found) if token and asks_who else None
            theme = await _theme(found, viewer)
        except Unavailable as error:
            await _refuse(scope, receive, send, unavailable(error), error)
            return
        here = Here(found, theme, viewer, token)
        speaks_for(here.theme)
        came_from(client_of(HTTPConnection(scope)))
        scope.setdefault("state", {})["here"] = here
        await self._app(scope, receive, send)


class SecondHost:
    """Serves another site on one host of this process: the demo's shop."""

    def __init__(self, app: ASGIApp, *, host: str, site: ASGIApp) -> None:
        self._app = app
        self._host = host
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1")
        is_site = scope["type"] == "http" and bare_host(address) == self._host
        await (self._site if is_site else self._app)(scope, receive, send)


def is_collect(path: str) -> bool:
    """Whether a path takes in events: open to every page of the web."""
    return path == COLLECT or path.startswith(f"{COLLECT}/")


def theme_of(host: HostOrganization) -> Theme:
    """How the organisation of a host looks."""
    return looks.theme_of(host.kind, host.name, host.theme, host.own_theme)


def nobody() -> Response:
    """The answer on a host that nobody claimed."""
    message = _("There is nothing at this address. Check that it is spelled right.")
    return HTMLResponse(error_page(NEUTRAL_THEME, 404, _("Nothing here"), message), 404)


def unavailable(error: Unavailable) -> Response:
    """The answer while the database does not answer, and so no host is known."""
    page = error_page(NEUTRAL_THEME, 503, _("Back in a moment"), error.message)
    return HTMLResponse(page, 503, headers={"retry-after": "5"})


async def _theme(host: HostOrganization, viewer: Viewer | None) -> Theme:
    """The host's; but a client's people see their own on their reseller's host."""
    if viewer is not None and viewer.organization_kind is OrganizationKind.CLIENT:
        return await looks.theme_for(viewer.organization_id)
    return theme_of(host)


def _is_script(scope: Scope, host: HostOrganization) -> bool:
    """Whether the script is asked for by the name that this brand gives it, or gave it once."""
    name = scope["path"][1:]
    if not name.endswith(".js") or scope.get("method") not in {"GET", "HEAD"}:
        return False
    theme = theme_of(host)
    return name == theme.script_file or name in theme.former_script_files


def _is_everywhere(scope: Scope) -> bool:
    return scope["path"] in _ANY_HOST and scope.get("method") in {"GET", "HEAD"}


async def _refuse(scope: Scope, receive: Receive, send: Send, page: Response, error: InsightHubError) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4404})
    elif scope["path"].startswith(("/api/", SOCKET_PATH)):
        await of_error(error)(scope, receive, send)
    else:
        await page(scope, receive, send)


def _token(headers: dict[bytes, bytes]) -> str | None:
    scheme, _space, credentials = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() or None
    # The standard library's parser sees no cookie at all once one of them, perhaps of another site, is odd.
    return cookie_parser(headers.get(b"cookie", b"").decode("latin-1")).get(session_cookie()) or None
