"""Counts of what became of a site's events, by reason: the answer to "why don't I see my visit?"."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=90)


class Drop(StrEnum):
    """Why an event is not counted though its request was in order."""

    BOT = "bot"
    PREFETCH = "prefetch"
    DO_NOT_TRACK = "do_not_track"
    TOO_OLD = "too_old"
    REPEATED = "repeated"


ACCEPTED = "accepted"


def dropped(reason: Drop) -> str:
    """The counter's field for events that were dropped."""
    return f"dropped:{reason.value}"


def rejected(code: str) -> str:
    """The counter's field for requests that were refused."""
    return f"rejected:{code}"


def outcomes_key(site: int, day: datetime) -> str:
    """The hash of a site's day (UTC)."""
    return f"outcomes:{site}:{day.astimezone(UTC):%Y%m%d}"


class Outcomes:
    """Counts in memory, added to Redis every second: a crash may lose a second of counts, never an event."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._counts: Counter[tuple[int, str]] = Counter()

    def count(self, site: int, outcome: str, number: int = 1) -> None:
        """Counts an outcome."""
        self._counts[site, outcome] += number

    async def run(self) -> None:
        """Writes the counts once a second until cancelled, and a last time then."""
        try:
            while True:
                await asyncio.sleep(1)
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Adds the counts to Redis; keeps them for the next time where it does not answer."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        today = datetime.now(UTC)
        pipeline = self._redis.pipeline(transaction=True)
        for (site, outcome), number in counts.items():
            key = outcomes_key(site, today)
            pipeline.hincrby(key, outcome, number)
            pipeline.expire(key, KEPT_FOR)
        try:
            await pipeline.execute()
        except (RedisError, OSError):
            self._counts.update(counts)
            log.warning("collect.outcomes_waiting", counters=len(self._counts))
