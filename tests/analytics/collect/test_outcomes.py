"""What became of a site's events, counted by reason."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from analytics.collect.intake import Arrived, Intake
from analytics.collect.limits import AddressWindow
from analytics.collect.outcomes import KEPT_FOR, Outcomes, outcomes_key
from analytics.collect.refusals import Refused
from tenancy.sites import Site
from tests.analytics.collect.intakes import HERE, a_body, an_intake
from tests.factories import make_direct, make_site


class Desk:
    """An intake and its counters."""

    def __init__(self, redis: Redis, site: Site) -> None:
        self.site = site
        self.outcomes = Outcomes(redis)
        self._redis = redis
        self.intake = self.open()

    def open(self, **limits: Any) -> Intake:
        """Another intake with the same counters."""
        self.intake = an_intake(self._redis, outcomes=self.outcomes, **limits)
        return self.intake

    async def takes(self, *arrivals: Arrived, **body: Any) -> None:
        """The body once from each."""
        for arrived in arrivals or (HERE,):
            try:
                await self.intake.collect(a_body(self.site, **body), arrived)
            except Refused:
                continue

    async def counts(self) -> dict[str, int]:
        """As they stand in Redis."""
        await self.outcomes.flush()
        found: Any = await self._redis.hgetall(outcomes_key(self.site.number, datetime.now(UTC)))
        return {name.decode(): int(number) for name, number in found.items()}


@pytest_asyncio.fixture(loop_scope="session")
async def desk(redis: Redis) -> Desk:
    return Desk(redis, await make_site(await make_direct()))


def events(site: Site, *fields: dict[str, Any]) -> Sequence[dict[str, Any]]:
    page = {"url": f"https://{site.domain}/"}
    return [{"name": "x", "properties": page} | given for given in fields]


async def test_events_that_count(desk: Desk) -> None:
    await desk.takes()
    await desk.takes(events=events(desk.site, {}, {}))

    assert await desk.counts() == {"accepted": 3}


async def test_events_that_do_not_count_by_reason(desk: Desk) -> None:
    await desk.takes(
        HERE._replace(user_agent="Googlebot/2.1"),
        HERE._replace(prefetch=True),
        HERE._replace(do_not_track=True),
        events=events(desk.site, {}, {}),
    )
    await desk.takes(events=events(desk.site, {"timestamp": 1}, {}))
    await desk.takes(HERE, HERE, events=events(desk.site, {"id": "once"}))

    assert await desk.counts() == {
        "accepted": 2,
        "dropped:bot": 2,
        "dropped:prefetch": 2,
        "dropped:do_not_track": 2,
        "dropped:too_old": 1,
        "dropped:repeated": 1,
    }


async def test_requests_that_are_refused_by_reason(desk: Desk) -> None:
    await desk.takes(events=[])
    await desk.takes(events=events(desk.site, {"name": "n" * 121}))
    await desk.takes(events=events(desk.site, {"properties": {"url": "https://elsewhere.example/"}}))
    desk.open(window=AddressWindow(limit=1))
    await desk.takes(HERE, HERE)
    desk.open(site_limit=1)
    await desk.takes(HERE, HERE)

    assert await desk.counts() == {
        "accepted": 2,
        "rejected:malformed": 2,
        "rejected:host_not_allowed": 1,
        "rejected:too_many_requests": 2,
    }


async def test_what_was_refused_as_nothing_was_ready_is_counted_once_there_is_a_redis_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1/0")
    with monkeypatch.context() as patch:
        patch.setattr(desk.outcomes, "_redis", nowhere)
        failing = an_intake(nowhere, outcomes=desk.outcomes)
        for _ in range(2):
            with pytest.raises(RedisError):
                await failing.collect(a_body(desk.site), HERE)
        await desk.outcomes.flush()
    await desk.takes()

    assert await desk.counts() == {"accepted": 1, "rejected:not_ready": 2}


async def test_each_site_has_its_own_and_they_add_up(desk: Desk, redis: Redis) -> None:
    other = Desk(redis, await make_site(await make_direct()))
    another_process = Desk(redis, desk.site)
    await desk.takes(HERE, HERE)
    await other.takes()
    await another_process.takes()

    assert await another_process.counts() == {"accepted": 1}
    assert await desk.counts() == {"accepted": 3}
    assert await other.counts() == {"accepted": 1}


async def test_counts_are_kept_for_ninety_days(desk: Desk, redis: Redis) -> None:
    await desk.takes()
    await desk.outcomes.flush()

    left = await redis.ttl(outcomes_key(desk.site.number, datetime.now(UTC)))
    assert KEPT_FOR.total_seconds() - 60 < left <= KEPT_FOR.total_seconds()
