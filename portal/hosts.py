"""The first thing that happens to a request: whose host is this, how does it look, and who is looking."""

from functools import partial

from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.api.errors import of_error, speaks_for
from portal.devices import device_of
from portal.here import Here, bearer_of, client_of
from portal.views.documents import error_page
from tenancy.audit import came_from
from tenancy.db import reading
from tenancy.devices import coming_from
from tenancy.domains import HostOrganization, bare_host, resolve_host
from tenancy.errors import InsightHubError, NotFound, Unavailable
from tenancy.languages import COOKIE, locale_for
from tenancy.login import session_cookie, viewer_for_token
from tenancy.roles import OrganizationKind
from tenancy.text import gettext as _
from tenancy.text import speaking
from tenancy.tokens import viewer_for_access_token
from tenancy.viewer import Viewer
from themes import looks
from themes.theme import NEUTRAL_THEME, Theme

_NEUTRAL_SCRIPT = "/s.js"
SCRIPTS = frozenset({"/ih.js", _NEUTRAL_SCRIPT})
COLLECT = "/api/collect"
PUBLIC_API = "/v1"
_NAMED_SCRIPT = "/ih.js"
TLS_ALLOWED = "/internal/tls-allowed"
_ANY_HOST = frozenset({"/healthz", "/readyz", TLS_ALLOWED, *SCRIPTS})
# Nothing of ours reads them, the frame does: behind a proxy they are its own, from anybody else a forgery.
_NEVER_BELIEVED = frozenset({b"x-forwarded-prefix", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded"})
SOCKET_PATH = "/_nicegui_ws/"
_BEFORE_SIGN_IN = ("/static/", "/_nicegui/", "/brand/")


class Hosts:
    """Puts a Here into the scope, or answers a host that nobody claimed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Collect finds its tenant by the tracking id; nothing here may cost its callers time.
        if scope["type"] == "lifespan" or _is_everywhere(scope) or is_collect(scope["path"]):
            if scope.get("path") == _NAMED_SCRIPT and await _carries_another_brand(scope):
                await nobody()(scope, receive, send)
                return
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in _NEVER_BELIEVED]}
        headers = dict(scope["headers"])
        address = headers.get(b"host", b"").decode("latin-1")
        speaks_for(None)
        with speaking(_locale(headers, None, None)):
            try:
                found = None if _says_two_hosts(scope) else await resolve_host(address)
                if found is not None and _is_script(scope, found):
                    await self._app({**scope, "path": _NEUTRAL_SCRIPT}, receive, send)
                    return
                # PostgreSQL cannot even be asked for an id with a NUL in it.
                if found is None or found.purpose != "app" or "\0" in scope["path"]:
                    nothing = NotFound(_("There is nothing at this address."))
                    await _refuse(scope, receive, send, nobody(), nothing)
                    return
                connection = HTTPConnection(scope)
                token, viewer = await _who(connection, found)
                theme = await _theme(found, viewer)
            except Unavailable as error:
                await _refuse(scope, receive, send, unavailable(error), error)
                return
        here = Here(found, theme, viewer, token, _locale(headers, found, viewer))
        speaks_for(here.theme)
        came_from(client_of(connection))
        scope.setdefault("state", {})["here"] = here
        device = partial(device_of, connection)
        with speaking(here.locale), reading(only=here.only_reads), coming_from(device):
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


def is_public_api(path: str) -> bool:
    """Whether a path is answered to programs with a key, and to nobody else."""
    return path == PUBLIC_API or path.startswith(f"{PUBLIC_API}/")


def is_for_programs(path: str) -> bool:
    """Whether a path answers in JSON, whatever happens."""
    return path.startswith("/api/") or is_public_api(path)


def theme_of(host: HostOrganization) -> Theme:
    """How the organisation of a host looks."""
    return looks.theme_of(host.kind, host.name, host.theme, host.own_theme)


def nobody() -> Response:
    """The answer on a host that nobody claimed."""
    message = _("There is nothing at this address. Check that it is spelled correctly.")
    return HTMLResponse(error_page(NEUTRAL_THEME, 404, _("Page not found"), message), 404)


def unavailable(error: Unavailable) -> Response:
    """The answer while the database does not answer, and so no host is known."""
    page = error_page(NEUTRAL_THEME, 503, _("Back in a moment"), error.message)
    return HTMLResponse(page, 503, headers={"retry-after": "5"})


async def _theme(host: HostOrganization, viewer: Viewer | None) -> Theme:
    """The host's; but a client's people see their own on their reseller's host."""
    if viewer is not None and viewer.organization_kind is OrganizationKind.CLIENT:
        return await looks.theme_for(viewer.organization_id)
    return theme_of(host)


def _says_two_hosts(scope: Scope) -> bool:
    """A proxy might have looked at one of them, and we at the other."""
    names: list[bytes] = [name for name, _value in scope["headers"]]
    return names.count(b"host") > 1


def _is_script(scope: Scope, host: HostOrganization) -> bool:
    """Whether the script is asked for by the name that this brand gives it, or gave it once."""
    name = scope["path"][1:]
    if not name.endswith(".js") or scope.get("method") not in {"GET", "HEAD"}:
        return False
    theme = theme_of(host)
    return name == theme.script_file or name in theme.former_script_files


def _is_everywhere(scope: Scope) -> bool:
    return scope["path"] in _ANY_HOST and scope.get("method") in {"GET", "HEAD"}


async def _carries_another_brand(scope: Scope) -> bool:
    """Whether this is no host of the platform's: of an agency or its client, or nobody's, such as the address
    that their domains lead to. No file may name the platform there."""
    try:
        found = await resolve_host(dict(scope["headers"]).get(b"host", b"").decode("latin-1"))
    except Unavailable:
        return False
    return found is None or found.kind is not OrganizationKind.PLATFORM


async def _refuse(scope: Scope, receive: Receive, send: Send, page: Response, error: InsightHubError) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4404})
    elif scope["path"].startswith(SOCKET_PATH) or is_for_programs(scope["path"]):
        await of_error(error)(scope, receive, send)
    else:
        await page(scope, receive, send)


async def _who(connection: HTTPConnection, host: HostOrganization) -> tuple[str | None, Viewer | None]:
    """The browser's token, and who is signed in: on pages by the cookie alone, on /v1 nobody is."""
    path = connection.scope["path"]
    if path.startswith(_BEFORE_SIGN_IN) or is_public_api(path):
        return None, None
    if path.startswith("/api/") and (bearer := bearer_of(connection)):
        return None, await viewer_for_access_token(bearer, host)
    token = _cookies(connection.headers.get("cookie", "")).get(session_cookie()) or None
    return token, await viewer_for_token(token, host) if token else None


def _locale(headers: dict[bytes, bytes], host: HostOrganization | None, viewer: Viewer | None) -> str:
    return locale_for(
        person=viewer.locale if viewer else None,
        browser=_cookies(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE),
        brand=host.locale if host else None,
        accepted=headers.get(b"accept-language", b"").decode("latin-1"),
    )


def _cookies(header: str) -> dict[str, str]:
    # The standard library's parser sees no cookie at all once one of them, perhaps of another site, is odd.
    return cookie_parser(header)
