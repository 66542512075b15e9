"""How many requests a program may make: by its key's plan, by account, by address for everybody else."""

import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from tenancy.ids import OrganizationId, UserId
from tenancy.loops import PerLoop
from tenancy.plans import REQUESTS_PER_HOUR, Plan
from tenancy.rate_limits import counters, keyed, network_of
from tenancy.settings import settings

log = structlog.get_logger(__name__)

PER_ACCOUNT = RateLimitItemPerMinute(600, 1, namespace="api-account")
PER_ADDRESS = RateLimitItemPerMinute(300, 1, namespace="api-address")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request. limit is None where there is none."""

    admitted: bool
    limit: int | None
    remaining: int
    resets_at: int
    """Unix seconds."""

    @property
    def retry_after_s(self) -> int:
        return max(1, self.resets_at - int(time.time()))


async def count_for_plan(organization_id: OrganizationId, plan: Plan) -> Allowance:
    """A request with one of the organisation's API keys."""
    amount = REQUESTS_PER_HOUR[plan]
    if amount is None:
        return Allowance(True, None, 0, 0)
    return await _count(RateLimitItemPerHour(amount, 1, namespace="api-plan"), str(organization_id))


async def count_for_account(user_id: UserId) -> Allowance:
    """A request of somebody who is signed in."""
    return await _count(PER_ACCOUNT, str(user_id))


async def count_for_address(address: str) -> Allowance:
    """A request of nobody we know."""
    return await _count(PER_ADDRESS, keyed(network_of(address)))


_windows = PerLoop(lambda: FixedWindowRateLimiter(counters()))


async def _count(limit: RateLimitItem, key: str) -> Allowance:
    untouched = Allowance(True, limit.amount, limit.amount, int(time.time()) + limit.get_expiry())
    if not settings().rate_limits:
        return untouched
    windows = _windows.get()
    try:
        admitted = await windows.hit(limit, key)
        left = await windows.get_window_stats(limit, key)
    except (RedisError, OSError) as error:
        # Better an open door than nobody in: what is behind it has limits of its own.
        log.warning("api.not_limited", error=type(error).__name__)
        return untouched
    return Allowance(admitted, limit.amount, left.remaining, int(left.reset_time))
