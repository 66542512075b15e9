"""Static files from memory: ours named by digest, NiceGUI's as they are, all compressed once."""

import asyncio
import gzip
import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import brotli
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.settings import settings

FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file and its compressed forms, under an address that stands for this content alone."""

    path: str
    content_type: str
    cache_control: str
    body: bytes
    br: bytes | None
    gzip: bytes | None


def asset_url(name: str) -> str:
    """'/static/app.3f2a9c1b7e.css' for 'app.css'."""
    return static_files()[name].path


@lru_cache(maxsize=1)
def static_files() -> MappingProxyType[str, StaticFile]:
    """Each file of portal/static by its plain name."""
    files: dict[str, StaticFile] = {}
    # Stylesheets last: they name other files by address.
    for source in sorted(FOLDER.iterdir(), key=lambda path: (path.suffix == ".css", path.name)):
        if source.suffix in _TYPES:
            files[source.name] = _own_file(source, files)
    return MappingProxyType(files)


class Assets:
    """Answers for /static, and for NiceGUI's own files once it has seen them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._own = {file.path: file for file in static_files().values()}
        self._seen: dict[str, StaticFile] = {}
        self._loading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        file = self._own.get(scope["path"])
        if file is None and _is_nicegui(scope["path"]):
            file = await self._nicegui_file(scope)
        if file is None:
            await self._app(scope, receive, send)
        else:
            await _answer(file, scope, send)

    async def _nicegui_file(self, scope: Scope) -> StaticFile | None:
        key = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
        if key not in self._seen:
            async with self._loading[key]:
                if key not in self._seen:
                    file = await _load(self._app, scope)
                    if file is None:
                        return None
                    self._seen[key] = file
        return self._seen[key]


_FOR_GOOD = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_REFERENCE = re.compile(rb'url\("([a-z0-9.-]+)"\)')
_COMPRESSIBLE = ("text/", "javascript", "json", "svg")
_LEAST_BYTES = 400
# What makes one answer differ from another; the copy that we keep is for everybody.
_PERSONAL = frozenset({b"accept-encoding", b"range", b"if-none-match", b"if-modified-since", b"cookie"})


def _own_file(source: Path, known: dict[str, StaticFile]) -> StaticFile:
    body = source.read_bytes()
    if source.suffix == ".css":
        body = _REFERENCE.sub(lambda found: f'url("{known[found[1].decode()].path}")'.encode(), body)
    digest = hashlib.blake2s(body, digest_size=5).hexdigest()
    path = f"/static/{source.stem}.{digest}{source.suffix}"
    return _compressed(path, _TYPES[source.suffix], _FOR_GOOD, body)


def _compressed(path: str, content_type: str, cache_control: str, body: bytes) -> StaticFile:
    br = packed = None
    if len(body) >= _LEAST_BYTES and any(kind in content_type for kind in _COMPRESSIBLE):
        br, packed = _brotli(body), gzip.compress(body, 9)
    return StaticFile(path, content_type, cache_control, body, br, packed)


def _brotli(body: bytes) -> bytes:
    # The best compression of NiceGUI's megabyte takes seconds: kept between starts, shared by processes.
    kept = settings().data_dir / "compressed" / f"{hashlib.blake2s(body).hexdigest()}.br"
    try:
        return kept.read_bytes()
    except OSError:
        best: bytes = brotli.compress(body, quality=11)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{id(best):x}")
        fresh.write_bytes(best)
        fresh.replace(kept)
    except OSError:
        pass  # a read-only disk costs these seconds at each start, nothing else
    return best


@cache
def _nicegui_version() -> str:
    # Asked of the package's metadata: a process that only collects never loads the rest of it.
    return version("nicegui")


def _is_nicegui(path: str) -> bool:
    return path.startswith(f"/_nicegui/{_nicegui_version()}/") and "/dynamic_resources/" not in path


async def _load(app: ASGIApp, scope: Scope) -> StaticFile | None:
    status = 0
    headers: dict[bytes, bytes] = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.lower(): value for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    plain = [(name, value) for name, value in scope["headers"] if name not in _PERSONAL]
    await app({**scope, "method": "GET", "headers": plain}, _somebody_patient(), keep)
    if status != 200:
        return None
    content_type = headers.get(b"content-type", b"application/octet-stream").decode()
    cache_control = headers.get(b"cache-control", _FOR_GOOD.encode()).decode()
    return await asyncio.to_thread(_compressed, scope["path"], content_type, cache_control, bytes(body))


def _somebody_patient() -> Receive:
    """Asks, and stays. A browser that leaves meanwhile would cut the file short, for everybody after it."""
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def _answer(file: StaticFile, scope: Scope, send: Send) -> None:
    accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
    body, encoding = file.body, b""
    if file.br is not None and b"br" in accepted:
        body, encoding = file.br, b"br"
    elif file.gzip is not None and b"gzip" in accepted:
        body, encoding = file.gzip, b"gzip"
    headers = [
        (b"content-type", file.content_type.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", file.cache_control.encode()),
        (b"vary", b"accept-encoding"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if encoding:
        headers.append((b"content-encoding", encoding))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
