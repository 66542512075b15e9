"""The address of a page: split, tidied, and read for what brought the visit."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from tracker.contract import MAX_URL_BYTES


class Page(NamedTuple):
    """A page's address in the parts that reports know."""

    hostname: str
    path: str
    query: str
    tags: tuple[tuple[str, str], ...]
    """The campaign parameters, which are taken out of the query."""


@lru_cache(maxsize=8192)
def read_page(url: str) -> Page | None:
    """The parts of an http(s) address; None where it is not one, or longer than the limit."""
    if len(url.encode("utf-8", "surrogatepass")) > MAX_URL_BYTES:
        return None
    try:
        parts = urlsplit(url)
        hostname = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not hostname:
        return None
    path = _DOUBLE_SLASHES.sub("/", parts.path) or "/"
    if parts.fragment.startswith(("/", "!/")):  # the route of a single-page app that keeps it behind the hash
        path = f"{path}#{parts.fragment}"
    tags: tuple[tuple[str, str], ...] = ()
    query = parts.query
    if query:
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
        except ValueError:
            return Page(hostname, path, query, ())
        tags = tuple((name.lower(), value) for name, value in pairs if name.lower() in TAGS and value)
        kept = [(name, value) for name, value in pairs if name.lower() not in TAGS]
        if len(kept) != len(pairs):
            query = urlencode(kept)
    return Page(hostname, path, query, tags)


CLICK_IDS = (
    *("gclid", "gbraid", "wbraid", "dclid", "msclkid", "fbclid", "ttclid", "twclid", "li_fat_id", "igshid"),
    *("igsh", "yclid", "epik", "rdt_cid", "scclid", "srsltid", "mc_cid", "mc_eid"),
)
"""Parameters that ad networks and newsletters put on a link."""

TAGS = frozenset(
    [
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "utm_id",
        "source",
        "ref",
        *CLICK_IDS,
    ]
)

_DOUBLE_SLASHES = re.compile(r"/{2,}")
