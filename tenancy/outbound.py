"""Requests to addresses that tenants named: never into our own network, never long, never large."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

from tenancy.errors import InsightHubError
from tenancy.text import gettext_noop as _

PATIENCE_S = 10.0
_MOST_BYTES = 512 * 1024


class Unreachable(InsightHubError):
    """The other side does not answer, or is none that we may ask."""

    status = 502
    code = "unreachable"
    message = _("The provider is not responding. Check its address, or try again in a minute.")


class NotOutside(httpx.ConnectError):
    """The address leads into a private network, or is written as none that a tenant may name."""


def outbound(*, trusted: bool) -> httpx.AsyncClient:
    """A client that follows no redirects. `trusted`: the operator named the address, so it may be inside."""
    return httpx.AsyncClient(
        transport=_Guarded(trusted=trusted), timeout=PATIENCE_S, follow_redirects=False, trust_env=False
    )


class _Guarded(httpx.AsyncBaseTransport):
    """Connects to the very address that was checked: a name that changes meanwhile changes nothing."""

    def __init__(self, *, trusted: bool) -> None:
        self._trusted = trusted
        self._inner = httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._ask(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout("too slow") from error

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        request.headers["accept-encoding"] = "identity"
        if not self._trusted:
            request = await _pinned(request)
        answer = await self._inner.handle_async_request(request)
        body = bytearray()
        try:
            assert isinstance(answer.stream, httpx.AsyncByteStream)
            async for part in answer.stream:
                body += part
                if len(body) > _MOST_BYTES:
                    raise httpx.ReadError("too large")
        finally:
            await answer.aclose()
        # Packed although we asked for plain: what unpacks to a thousand times as much stays packed.
        headers = [one for one in answer.headers.multi_items() if one[0].lower() != "content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, stream=httpx.ByteStream(bytes(body)))


def is_public_address(url: str) -> bool:
    """Whether a tenant may name it, as far as one sees without asking: https, and no port of its own."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https" and bool(parts.hostname) and port in {None, 443} and "@" not in parts.netloc
    )


async def _pinned(request: httpx.Request) -> httpx.Request:
    host = request.url.host
    if not is_public_address(str(request.url)):
        raise NotOutside("not a public address")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(str(error)) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(_is_outside, addresses)):
        raise NotOutside("not a public address")
    request.url = request.url.copy_with(host=addresses[0])
    request.extensions = {**request.extensions, "sni_hostname": host}
    return request


def _is_outside(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # Another way to write an IPv4 address, and the ways through which a network reaches one.
        if found in _NAT64 or found.sixtofour is not None or found.teredo is not None:
            return False
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
