"""What keeps an answer its own: nonces for scripts, strict headers, no writes from other sites."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import brotli
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.api.errors import answer
from tenancy.text import gettext as _

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FRAMED_BY = "framed_by"
"""In a request's state: the origins whose pages may show this one in a frame."""

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
_HEADERS = [
    *_ALWAYS,
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
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
                    await send({**message, "headers": [*message["headers"], *_ALWAYS]})
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
            # A page that does less than others says so itself, and who may frame it.
            if b"content-security-policy" not in own:
                headers.append((b"content-security-policy", _policy(nonce, framed_by).encode()))
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
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


def safe_path(url: str | None, default: str = "/") -> str:
    """A path on this host to go to after signing in; never another site's address."""
    if not url or not url.startswith("/") or url.startswith("//") or "\\" in url:
        return default
    if any(ord(character) < 32 for character in url):
        return default
    parts = urlsplit(url)
    return default if parts.scheme or parts.netloc else url


def _policy(nonce: str, framed_by: tuple[str, ...]) -> str:
    frames = " ".join(framed_by) or "'none'"
    # unsafe-eval stays while Vue compiles templates in the browser.
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {frames}",
        )
    )
