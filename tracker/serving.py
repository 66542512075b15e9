"""GET /ih.js and /s.js: the built script, packed at build time, for any page on any host."""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

router = APIRouter()


@router.api_route("/ih.js", methods=["GET", "HEAD"], include_in_schema=False)
async def named_script(request: Request) -> Response:
    """The script whose global is called after the product where the snippet gives no name."""
    return _answer(request, "ih.js")


@router.api_route("/s.js", methods=["GET", "HEAD"], include_in_schema=False)
async def neutral_script(request: Request) -> Response:
    """The same script without the product's name in it, for hosts that carry another brand."""
    return _answer(request, "s.js")


class Packed(NamedTuple):
    """One form of a script, ready to send."""

    body: bytes
    etag: str
    encoding: str


_DIST = Path(__file__).parent / "dist"
_ENDINGS = {"br": ".br", "gzip": ".gz", "": ""}

_HEADERS = {
    "Cache-Control": "public, max-age=86400",
    "Vary": "Accept-Encoding",
    # Pages may ask for it with crossorigin, and pages that isolate themselves may still load it.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


def _answer(request: Request, name: str) -> Response:
    packed = _packed(name, _encoding(request.headers.get("accept-encoding", "")))
    headers = {**_HEADERS, "ETag": packed.etag}
    if _still_fresh(request.headers.get("if-none-match", ""), packed.etag):
        return Response(status_code=304, headers=headers)
    if packed.encoding:
        headers["Content-Encoding"] = packed.encoding
    return Response(packed.body, media_type="text/javascript; charset=utf-8", headers=headers)


@cache
def _packed(name: str, encoding: str) -> Packed:
    body = (_DIST / f"{name}{_ENDINGS[encoding]}").read_bytes()
    digest = blake2b(body, digest_size=12).hexdigest()
    return Packed(body, f'"{digest}"', encoding)


def _encoding(accepted: str) -> str:
    """The smallest form that the client takes; empty for the plain one."""
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        coding, _, parameter = item.partition(";")
        quality = _QUALITY.fullmatch(parameter.strip())
        weights[coding.strip()] = float(quality.group(1)) if quality else 1.0
    anything_else = weights.get("*", 0.0)
    return next((coding for coding in ("br", "gzip") if weights.get(coding, anything_else) > 0), "")


_QUALITY = re.compile(r"q=(\d(?:\.\d{0,3})?)")


def _still_fresh(held: str, etag: str) -> bool:
    return held.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in held.split(","))
