"""What keeps an answer its own: nonces for scripts, strict headers, no writes from other sites."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import brotli
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.api.errors import answer
from tenancy.settings import settings
from tenancy.text import gettext as _

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FRAMED_BY = "framed_by"
"""In a request's state: the origins whose pages may show this one in a frame."""
IS_ALIVE = "is_alive"
"""In a request's state: that the answer is a page of NiceGUI's, which works over a socket."""

PREVIEW_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'; sandbox allow-same-origin"
)
"""For a page that only shows: it can neither act nor be left, and nobody else can frame it."""

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
_HEADERS = [
    *_ALWAYS,
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
# For this name alone: what else an agency has below its domain is not ours to decide.
_TLS_ONLY = (b"strict-transport-security", b"max-age=15552000")
_QUICKLY = 4
_TAG = re.compile(rb"<(script|link)\b(?![^>]*\bnonce=)")


class PageSecurity:
    """Adds a nonce to each script of an HTML answer, the headers that go with it, and compresses it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        # Made here, so that whoever answers with a copy of the scope writes into the same one.
        state = scope.setdefault("state", {})
        start: Message | None = None
        html = bytearray()

        async def send_secured(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if b"text/html" in dict(message["headers"]).get(b"content-type", b""):
                    start = message
                else:
                    own = {name.lower() for name, _value in message["headers"]}
                    missing = [header for header in _ALWAYS if header[0] not in own]
                    await send({**message, "headers": [*message["headers"], *missing]})
                return
            if start is None:
                await send(message)
                return
            html.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            # NiceGUI escapes "<" in what it embeds: a literal tag comes from a template, its or ours.
            body = _TAG.sub(rb'<\1 nonce="' + nonce.encode() + b'"', html)
            html.clear()
            headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
            framed_by: tuple[str, ...] = state.get(FRAMED_BY, ())
            own = {name.lower() for name, _value in headers}
            headers += [header for header in _HEADERS if header[0] not in own]
            if settings().public_scheme == "https":
                headers.append(_TLS_ONLY)
            # A page that does less than others says so itself, and who may frame it.
            if b"content-security-policy" not in own:
                policy = _policy(nonce, framed_by, alive=state.get(IS_ALIVE, False))
                headers.append((b"content-security-policy", policy.encode()))
                if not framed_by:
                    headers.append((b"x-frame-options", b"DENY"))
            headers.append((b"vary", b"accept-encoding"))
            if b"br" in dict(scope["headers"]).get(b"accept-encoding", b""):
                body = brotli.compress(body, quality=_QUICKLY)
                headers.append((b"content-encoding", b"br"))
            headers.append((b"content-length", b"%d" % len(body)))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_secured)


class SameOrigin:
    """Refuses requests that change something and come from a page of another origin."""

    def __init__(self, app: ASGIApp, *, open_to_all: Callable[[str], bool]) -> None:
        self._app = app
        self._open_to_all = open_to_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            connection = HTTPConnection(scope)
            if not self._open_to_all(scope["path"]) and not is_same_origin(connection):
                message = _("This request came from another site.")
                await answer(403, "other_origin", message)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser says that its page is on the host that it asks; programs say nothing."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    # Also a page that somebody on the way could have written: the same name, but without TLS.
    parts = urlsplit(origin)
    is_as_safe = parts.scheme == settings().public_scheme or site == "same-origin"
    return is_as_safe and parts.netloc == connection.headers.get("host")


def safe_path(url: str | None, default: str = "/") -> str:
    """A path on this host to go to after signing in; never another site's address."""
    if not url or not url.startswith("/") or url.startswith("//") or "\\" in url:
        return default
    if any(ord(character) < 32 for character in url):
        return default
    parts = urlsplit(url)
    return default if parts.scheme or parts.netloc else url


def _policy(nonce: str, framed_by: tuple[str, ...], *, alive: bool) -> str:
    """What a page may load and run.

    A plain document (sign-in, accounts, invitations, shared links, errors, documentation) runs our scripts
    and nothing else. A page of NiceGUI's needs three things more: 'unsafe-eval', as Vue compiles templates of
    components in the browser; blob: pictures, for what somebody is about to upload; and frames of this host,
    for previews. Both have inline styles: a brand's colours, and the lengths of bars.
    """
    scripts, frames = f"'self' 'nonce-{nonce}'", " ".join(framed_by) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts} 'unsafe-eval'" if alive else f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:" if alive else "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            *(("frame-src 'self'",) if alive else ()),
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {frames}",
        )
    )
