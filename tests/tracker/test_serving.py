"""The script is served small, cacheable, and to any page."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tracker import serving

DIST = Path(serving.__file__).parent / "dist"
BUDGET_BYTES = 2300
SCRIPTS = ["/ih.js", "/s.js"]


@pytest_asyncio.fixture(loop_scope="session")
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.include_router(serving.router)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://metrics.test") as opened:
        yield opened


@pytest.mark.parametrize("path", SCRIPTS)
@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.000, *", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("gzip;q=0", None),
        ("", None),
    ],
)
async def test_a_browser_gets_the_smallest_form_that_it_takes(
    client: AsyncClient, path: str, accepts: str, encoding: str | None
) -> None:
    answer = await client.get(path, headers={"Accept-Encoding": accepts})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == encoding
    assert answer.content == (DIST / path[1:]).read_bytes()
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_the_script_may_be_kept_for_a_day_by_any_page_and_proxy(client: AsyncClient) -> None:
    headers = (await client.get("/s.js")).headers
    assert headers["cache-control"] == "public, max-age=86400"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


async def test_a_script_that_is_still_fresh_is_not_sent_again(client: AsyncClient) -> None:
    etag = (await client.get("/s.js")).headers["etag"]
    for held in (etag, f'"other", W/{etag}', "*"):
        again = await client.get("/s.js", headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == "public, max-age=86400"
    stale = await client.get("/s.js", headers={"If-None-Match": '"other"'})
    assert stale.status_code == 200


async def test_each_form_has_an_etag_of_its_own(client: AsyncClient) -> None:
    etags = [
        (await client.get("/s.js", headers={"Accept-Encoding": accepts})).headers["etag"]
        for accepts in ("br", "gzip", "identity")
    ]
    assert len(set(etags)) == 3


async def test_a_proxy_may_ask_for_the_head_alone(client: AsyncClient) -> None:
    answer = await client.head("/ih.js")
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "br" or answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("path", SCRIPTS)
def test_the_script_is_within_its_budget_and_packed_from_itself(path: str) -> None:
    plain = DIST / path[1:]
    packed = plain.with_suffix(".js.br").read_bytes()
    assert len(packed) <= BUDGET_BYTES
    assert brotli.decompress(packed) == plain.read_bytes()
    assert gzip.decompress(plain.with_suffix(".js.gz").read_bytes()) == plain.read_bytes()


async def test_the_neutral_script_names_no_product(client: AsyncClient) -> None:
    answer = await client.get("/s.js")
    everything = answer.text + str(dict(answer.headers))
    assert "ih" not in everything.lower()
    assert "insight" not in everything.lower()
