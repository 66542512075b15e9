"""NiceGUI's own files from memory, compressed once: on the wire they are a third of what gzip on the fly makes."""

import asyncio

import brotli
from nicegui.version import __version__ as nicegui_version
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

_PREFIX = f"/_nicegui/{nicegui_version}/"
_TEXT = (b"javascript", b"css", b"svg", b"json")
_LEAST_BYTES = 400
_MOST_KEPT = 500


class FrameAssets:
    """Answers for the files under NiceGUI's versioned path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[tuple[str, bytes], tuple[bytes, bytes, bytes | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] not in {"GET", "HEAD"}
            or not scope["path"].startswith(_PREFIX)
            or "/dynamic_resources/" in scope["path"]
        ):
            await self._app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"])
        found = self._kept.get(key) or await self._load(key, scope, receive)
        if found is None:
            await self._app(scope, receive, send)
            return
        content_type, plain, packed = found
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
        body = packed if packed is not None and b"br" in accepted else plain
        headers: Headers = [
            (b"content-type", content_type),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"vary", b"accept-encoding"),
        ]
        if body is packed:
            headers.append((b"content-encoding", b"br"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _load(
        self, key: tuple[str, bytes], scope: Scope, receive: Receive
    ) -> tuple[bytes, bytes, bytes | None] | None:
        start: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._app({**scope, "method": "GET", "headers": []}, receive, keep)
        if start.get("status") != 200 or len(self._kept) >= _MOST_KEPT:
            return None
        content_type = {name.lower(): value for name, value in start["headers"]}.get(b"content-type", b"")
        plain, packed = bytes(body), None
        if len(plain) > _LEAST_BYTES and any(kind in content_type for kind in _TEXT):
            packed = await asyncio.to_thread(brotli.compress, plain, quality=9)
        self._kept[key] = found = (content_type, plain, packed)
        return found
