"""POST /api/collect and /api/collect/heatmap as plain ASGI: any page may call them, none makes them fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import msgspec
import structlog
from fastapi import APIRouter
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.types import Message, Receive, Scope, Send

from analytics.collect.addresses import client_address
from analytics.collect.intake import Arrived, Intake, Taken
from analytics.collect.limits import SITE_REQUESTS, AddressWindow
from analytics.collect.outcomes import Outcomes
from analytics.collect.refusals import MethodNotAllowed, NotReady, Refused, TooLarge
from analytics.collect.stream import StreamWriter
from analytics.collect.visitors import SaltShelf, installation_key
from analytics.settings import Network, settings
from tenancy.settings import settings as tenancy_settings
from tenancy.sites import collect_site
from tracker.contract import MAX_BODY_BYTES

log = structlog.get_logger(__name__)

router = APIRouter()


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Opens what collect needs, and closes it after the last answer."""
    ours, shared = settings(), tenancy_settings()
    limited = shared.rate_limits
    redis = Redis.from_url(shared.redis_url, socket_timeout=5, socket_connect_timeout=2)
    outcomes = Outcomes(redis)
    _Open.intake = Intake(
        find_site=collect_site,
        writer=StreamWriter(redis, ours.ingest_partitions, site_limit=SITE_REQUESTS if limited else 0),
        salts=SaltShelf(redis),
        outcomes=outcomes,
        window=AddressWindow() if limited else None,
        id_key=installation_key(shared.secret_key),
    )
    _Open.proxies = ours.proxy_networks()
    counting = asyncio.create_task(outcomes.run())
    try:
        yield
    finally:
        _Open.intake = None
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting
        await redis.aclose()


def open_intake() -> Intake:
    """This process's own. Raises NotReady outside of lifespan()."""
    if _Open.intake is None:
        raise NotReady()
    return _Open.intake


class _Open:
    """What lifespan() opened."""

    intake: Intake | None = None
    proxies: tuple[Network, ...] = ()


class _Endpoint:
    """An ASGI app for one path: routing it as such skips the framework's own work on requests and answers."""

    def __init__(self, take: Callable[[Intake, bytes, Arrived], Awaitable[Taken]]) -> None:
        self._take = take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await _answer(send, 204, b"", _PREFLIGHT_HEADERS)
            return
        try:
            if method != "POST":
                raise MethodNotAllowed()
            arrived, length = _read_head(scope)
            body = await _read_body(receive, length)
            taken = await self._take(open_intake(), body, arrived)
        except Refused as refusal:
            await _refuse(send, refusal)
        except (RedisError, OSError) as error:
            log.warning("collect.not_ready", error=type(error).__name__)
            await _refuse(send, NotReady())
        except _Gone:
            return
        else:
            await _answer(send, 200, _taken(taken), _JSON_HEADERS)


class _Gone(Exception):
    """The client left before its body was whole."""


_CORS = [(b"access-control-allow-origin", b"*")]
_JSON_HEADERS = [*_CORS, (b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_PREFLIGHT_HEADERS = [
    *_CORS,
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"Content-Type, X-Site-ID, X-Visitor-ID"),
    (b"access-control-max-age", b"86400"),
]


def _read_head(scope: Scope) -> tuple[Arrived, int]:
    """What matters of the headers, and the announced length of the body (0 where there is none)."""
    found: dict[bytes, bytes] = dict(scope["headers"])
    client = scope.get("client")
    peer = client[0] if client else ""
    forwarded = found.get(b"x-forwarded-for", b"")
    if forwarded and _Open.proxies:  # each proxy may add a line of its own
        forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    purpose = found.get(b"sec-purpose") or found.get(b"purpose") or found.get(b"x-moz") or b""
    arrived = Arrived(
        address=client_address(peer, forwarded.decode("latin-1"), _Open.proxies) if forwarded else peer,
        user_agent=found.get(b"user-agent", b"").decode("latin-1"),
        tracking_id=found.get(b"x-site-id", b"").decode("latin-1"),
        visitor_id=found.get(b"x-visitor-id", b"").decode("latin-1"),
        origin=found.get(b"origin", b"").decode("latin-1"),
        referer=found.get(b"referer", b"").decode("latin-1"),
        do_not_track=found.get(b"dnt") == b"1" or found.get(b"sec-gpc") == b"1",
        prefetch=b"prefetch" in purpose or b"prerender" in purpose,
    )
    length = found.get(b"content-length", b"0")
    return arrived, int(length[:20]) if length.isdigit() else 0


async def _read_body(receive: Receive, announced: int) -> bytes:
    """The body, read no further than its limit."""
    if announced > MAX_BODY_BYTES:
        raise TooLarge()
    message: Message = await receive()
    if message["type"] == "http.disconnect":
        raise _Gone()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        chunks, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone()
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > MAX_BODY_BYTES:
                raise TooLarge()
        body = b"".join(chunks)
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge()
    return body


def _taken(taken: Taken) -> bytes:
    if taken.dropped:
        return b'{"success":true,"events_received":%d,"events_dropped":%d}' % taken
    return b'{"success":true,"events_received":%d}' % taken.received


async def _refuse(send: Send, refusal: Refused) -> None:
    body = msgspec.json.encode(
        {"error": {"code": refusal.code, "message": refusal.message, "field": refusal.field}}
    )
    headers = list(_JSON_HEADERS)
    if refusal.retry_after is not None:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    await _answer(send, refusal.status, body, headers)


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})


router.add_route("/api/collect", _Endpoint(Intake.collect), include_in_schema=False)  # type: ignore[arg-type]
router.add_route("/api/collect/heatmap", _Endpoint(Intake.heatmap), include_in_schema=False)  # type: ignore[arg-type]
