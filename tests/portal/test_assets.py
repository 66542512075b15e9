"""Static files: small, compressed, kept by browsers for good, and ours only under their digest."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import brotli
import httpx
import pytest
from fontTools.ttLib import TTFont
from nicegui import __version__ as nicegui_version
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message

from portal.assets import Assets, asset_url, static_files
from themes.css import served_fonts
from themes.theme import Font, Theme

NICEGUI = f"/_nicegui/{nicegui_version}/"


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def client(asked: list[str]) -> httpx.AsyncClient:
    async def framework(request: Request) -> Response:
        asked.append(request.url.path)
        assert "cookie" not in request.headers
        if request.url.path.endswith("missing.js"):
            return PlainTextResponse("no", 404)
        return Response("x" * 5000, media_type="text/javascript")

    async def page(request: Request) -> Response:
        return PlainTextResponse("page")

    app = Starlette(routes=[Route("/_nicegui/{path:path}", framework), Route("/{path:path}", page)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(Assets(app)), base_url="http://acme.test")


async def test_our_file_comes_compressed_and_for_good(client: httpx.AsyncClient) -> None:
    answer = await client.get(asset_url("app.css"), headers={"accept-encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "--brand" in answer.text
    for font in Font:
        assert all(f'"{asset_url(name)}"' in answer.text for name in served_fonts(Theme("Acme", font=font)))


async def test_who_cannot_unpack_gets_it_plain(client: httpx.AsyncClient) -> None:
    answer = await client.get(asset_url("app.js"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    packed = await client.get(asset_url("app.js"), headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == answer.text


async def test_head_has_no_body(client: httpx.AsyncClient) -> None:
    answer = await client.head(asset_url("world.svg"))
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 1000


@pytest.mark.parametrize("path", ["/static/app.css", "/static/build/package.json", "/static/../assets.py"])
async def test_other_names_are_not_ours(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).text == "page"


async def test_the_frameworks_files_are_asked_for_once(client: httpx.AsyncClient, asked: list[str]) -> None:
    for _time in range(3):
        answer = await client.get(
            NICEGUI + "vue.js", headers={"accept-encoding": "br", "cookie": "session=x"}
        )
        assert answer.headers["content-encoding"] == "br"
        assert answer.text == "x" * 5000
    assert asked == [NICEGUI + "vue.js"]


async def test_a_browser_that_leaves_cuts_no_file_short_for_the_next_one() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _piece in range(50):
            await asyncio.sleep(0.001)
            yield b"x" * 100

    async def framework(request: Request) -> Response:
        return StreamingResponse(pieces(), media_type="text/javascript")

    async def as_it_is(request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)

    app = Starlette(routes=[Route("/_nicegui/{path:path}", framework)])
    app.add_middleware(BaseHTTPMiddleware, dispatch=as_it_is)
    assets = Assets(app)
    path = NICEGUI + "slow.js"

    async def leaves() -> Message:
        return {"type": "http.disconnect"}

    async def nowhere(message: Message) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await assets(scope, leaves, nowhere)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(assets), base_url="http://acme.test"
    ) as client:
        assert (await client.get(path)).text == "x" * 5000


async def test_what_is_missing_is_not_remembered(client: httpx.AsyncClient, asked: list[str]) -> None:
    for _time in range(2):
        assert (await client.get(NICEGUI + "missing.js")).status_code == 404
    assert len(asked) == 4  # each time for the copy, then for the answer itself


def test_our_files_stay_small() -> None:
    sizes = {name: len(file.br or file.body) for name, file in static_files().items()}
    assert sizes["app.css"] < 9_000
    assert sizes["app.js"] < 2_600
    every_brand = sum(size for name, size in sizes.items() if not name.endswith(".woff2"))
    for font in Font:
        own = [sizes[name] for name in served_fonts(Theme("Acme", font=font))]
        assert all(size < 23_000 for size in own)
        # What one visitor can ever load: no page asks for the font of another brand.
        assert every_brand + sum(own) < 88_000, font


def test_figures_stand_in_columns_in_every_font_of_text() -> None:
    for name in {served_fonts(Theme("Acme", font=font))[0] for font in Font if font is not Font.SYSTEM}:
        font = TTFont(BytesIO(static_files()[name].body))
        widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
        tabular = "tnum" in {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
        assert tabular or len(widths) == 1, name


def test_compressed_is_the_same() -> None:
    for file in static_files().values():
        assert file.br is None or brotli.decompress(file.br) == file.body
