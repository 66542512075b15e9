"""The salt changes at midnight (UTC), and a visit that is under way keeps its visitor."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest_asyncio
from redis.asyncio import Redis

from analytics.collect.intake import Intake
from analytics.collect.visitors import SALT_LIFE, SaltShelf, cookieless_id
from tenancy.sites import Site, VisitorMode
from tests.analytics.collect.browser import Browser
from tests.analytics.collect.intakes import HERE, a_body, an_intake
from tests.factories import make_direct, make_site

_weeks = count(1)


def an_evening() -> datetime:
    """Twelve o'clock at night of a day that no other test has: a salt is there for all of a day."""
    return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(weeks=next(_weeks))


class Visitor:
    """A browser that views pages of a site at moments around a midnight."""

    def __init__(self, site: Site, browser: Browser, redis: Redis) -> None:
        self.midnight = self.now = an_evening()
        self.site = site
        self._browser = browser
        self._redis = redis
        self._seen: set[tuple[bytes, int]] = set()
        self.intake = self.another_intake()

    def another_intake(self) -> Intake:
        """Of a process of its own."""
        return an_intake(self._redis, clock=lambda: self.now.timestamp())

    async def views_at(self, minutes: float) -> int:
        """A page view, so many minutes after midnight; the visitor it counts for."""
        self.now = self.midnight + timedelta(minutes=minutes)
        await self.intake.collect(a_body(self.site), HERE)
        # Two entries of one millisecond in two streams have the same id: the new one is the unseen one.
        arrived = {(entry.id, entry.visitor) for entry in await self._browser.entries(self.site)}
        [(_id, visitor)] = arrived - self._seen
        self._seen |= arrived
        return visitor

    async def is_silent_for_half_an_hour(self, visitor: int) -> None:
        """As Redis sees it."""
        assert 0 < await self._redis.ttl(f"alive:{visitor}") <= 1800
        await self._redis.delete(f"alive:{visitor}")


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, redis: Redis) -> Visitor:
    return await a_visitor(browser, redis, VisitorMode.COOKIELESS)


async def a_visitor(browser: Browser, redis: Redis, mode: VisitorMode) -> Visitor:
    site = await make_site(await make_direct(), visitor_mode=mode)
    return Visitor(site, browser, redis)


async def test_a_visit_over_midnight_keeps_yesterdays_visitor(visitor: Visitor) -> None:
    before = await visitor.views_at(-10)

    assert await visitor.views_at(5) == before
    assert await visitor.views_at(30) == before
    assert await visitor.views_at(55) == before


async def test_after_half_an_hour_of_silence_it_is_a_new_day(visitor: Visitor) -> None:
    before = await visitor.views_at(-10)
    assert await visitor.views_at(5) == before
    await visitor.is_silent_for_half_an_hour(before)

    after = await visitor.views_at(40)

    assert after != before
    assert await visitor.views_at(60) == after


async def test_who_left_in_the_evening_is_new_after_midnight(visitor: Visitor) -> None:
    before = await visitor.views_at(-31)

    assert await visitor.views_at(1) != before


async def test_it_makes_no_difference_which_process_answers(visitor: Visitor) -> None:
    before = await visitor.views_at(-10)
    visitor.intake = visitor.another_intake()

    assert await visitor.views_at(5) == before


async def test_an_event_that_happened_yesterday_counts_for_the_one_who_sends_it_today(
    visitor: Visitor, browser: Browser
) -> None:
    before = await visitor.views_at(-40)
    visitor.now = visitor.midnight + timedelta(minutes=10)
    late = {
        "name": "late",
        "timestamp": (visitor.now - timedelta(minutes=30)).timestamp() * 1000,
        "properties": {"url": f"https://{visitor.site.domain}/"},
    }
    await visitor.intake.collect(a_body(visitor.site, events=[late]), HERE)

    entry = (await browser.entries(visitor.site))[-1]

    assert entry.events[0].ts_ms < visitor.midnight.timestamp() * 1000
    assert entry.visitor != before


async def test_an_id_that_the_browser_keeps_knows_no_midnight(browser: Browser, redis: Redis) -> None:
    visitor = await a_visitor(browser, redis, VisitorMode.PERSISTENT)
    seen = set()
    for hour in (-40, -1, 1, 60):
        visitor.now = visitor.midnight + timedelta(hours=hour)
        await visitor.intake.collect(a_body(visitor.site, visitor={"id": "v1"}), HERE)
        seen.add((await browser.entries(visitor.site))[-1].visitor)

    assert len(seen) == 1


async def test_a_salt_lives_for_two_days_and_is_gone(redis: Redis) -> None:
    evening = an_evening()
    first = await SaltShelf(redis).salts(evening)
    key = f"salt:{evening:%Y%m%d}"

    assert first.yesterday is None
    assert await SaltShelf(redis).salts(evening + timedelta(hours=20)) == first
    assert timedelta(hours=48) == SALT_LIFE
    assert SALT_LIFE.total_seconds() - 60 < await redis.ttl(key) <= SALT_LIFE.total_seconds()

    next_day = await SaltShelf(redis).salts(evening + timedelta(days=1))
    assert next_day.yesterday == first.today != next_day.today

    await redis.delete(key)  # what Redis does when its time has come
    later = await SaltShelf(redis).salts(evening + timedelta(days=2))
    assert first.today not in later
    ids = [cookieless_id(salts, 1, "203.0.113.7", "x").today for salts in (first, next_day, later)]
    assert len(set(ids)) == 3
