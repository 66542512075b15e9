"""How often somebody may try to sign in, so that guessing is slow and the owner is never locked out."""

import hmac
import time
from hashlib import sha256
from ipaddress import ip_address, ip_network

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from tenancy.errors import TooManyTries
from tenancy.ids import OrganizationId
from tenancy.invalidation import redis
from tenancy.loops import PerLoop
from tenancy.settings import settings

log = structlog.get_logger(__name__)

# An office behind one address signs in on Monday morning; a guesser is slowed down all the same.
PER_NETWORK = RateLimitItemPerMinute(100, 5, namespace="sign-in-network")
PER_ACCOUNT_AND_NETWORK = RateLimitItemPerMinute(5, 5, namespace="sign-in-account-network")
# Guesses from many networks at one account. Networks where its owner has signed in before are exempt.
PER_ACCOUNT = RateLimitItemPerHour(50, 1, namespace="sign-in-account")
PER_LINK_AND_NETWORK = RateLimitItemPerMinute(10, 5, namespace="link-network")
PER_LINK = RateLimitItemPerHour(300, 1, namespace="link")


class SignInTries:
    """The tries at one account from one network. Both are kept as keyed hashes alone."""

    def __init__(self, realm_id: OrganizationId, email: str, address: str) -> None:
        self._network = _keyed(_network(address))
        self._account = _keyed(f"{realm_id} {email}")

    async def admit(self) -> None:
        """Counts a try. Raises TooManyTries, with the seconds to wait, where there were too many."""
        if not settings().rate_limits:
            return
        try:
            await _hit(PER_NETWORK, self._network)
            await _hit(PER_ACCOUNT_AND_NETWORK, self._account, self._network)
            if not await redis().exists(self._known):
                await _hit(PER_ACCOUNT, self._account)
        except (RedisError, OSError) as error:
            # Better a door with fewer locks than nobody in: the hashing pool still bounds the guesses.
            log.warning("sign_in.not_limited", error=type(error).__name__)

    async def succeeded(self) -> None:
        """Forgets this network's tries at the account, and remembers that its owner was here."""
        try:
            await redis().set(self._known, "1", ex=_KNOWN_S)
            await _limiters.get().clear(PER_ACCOUNT_AND_NETWORK, self._account, self._network)
        except (RedisError, OSError) as error:
            log.warning("sign_in.not_limited", error=type(error).__name__)

    @property
    def _known(self) -> str:
        return f"sign-in-known:{self._account}:{self._network}"


async def admit(limit: RateLimitItem, *key: str) -> None:
    """Counts one try of any kind. Raises TooManyTries; lets through what cannot be counted."""
    if not settings().rate_limits:
        return
    try:
        await _hit(limit, *key)
    except (RedisError, OSError) as error:
        log.warning("try.not_limited", error=type(error).__name__)


async def admit_link_try(link: str, address: str) -> None:
    """Counts a try at the password of a shared link. Raises TooManyTries where there were too many."""
    if not settings().rate_limits:
        return
    try:
        await _hit(PER_LINK_AND_NETWORK, link, _keyed(_network(address)))
        await _hit(PER_LINK, link)
    except (RedisError, OSError) as error:
        log.warning("link.not_limited", error=type(error).__name__)


_KNOWN_S = 90 * 86_400


async def _hit(limit: RateLimitItem, *key: str) -> None:
    limiter = _limiters.get()
    if not await limiter.hit(limit, *key):
        reset = (await limiter.get_window_stats(limit, *key)).reset_time
        raise TooManyTries(retry_after_s=max(1, round(reset - time.time())))


def _network(address: str) -> str:
    """The address, or its /64 in IPv6, where one person has billions."""
    try:
        version = ip_address(address).version
    except ValueError:
        return address
    return str(ip_network(f"{address}/64", strict=False)) if version == 6 else address


def _keyed(text: str) -> str:
    return hmac.new(settings().secret_key.encode(), f"sign-in {text}".encode(), sha256).hexdigest()[:32]


def _limiter() -> MovingWindowRateLimiter:
    storage = RedisStorage(
        f"async+{settings().redis_url}",
        implementation="redispy",
        key_prefix="limits",
        connection_pool=redis().connection_pool,  # type: ignore[arg-type]
    )
    return MovingWindowRateLimiter(storage)


_limiters = PerLoop(_limiter)
