"""A process's memory of what it looked up: a dict look-up, kept right by word from other processes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from tenancy.errors import Unavailable

V = TypeVar("V")


class ReadThrough(Generic[V]):
    """Answers by key from memory, else from `fetch`, once at a time for each key.

    A found answer is fresh for `fresh_s`; while the store is down it is given up to `stale_s` old.
    Not found is remembered for `unknown_s`, apart from the rest, so that invented keys crowd out nothing.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[V | None]],
        *,
        fresh_s: float,
        unknown_s: float = 5,
        stale_s: float = 0,
        most: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._fresh_s, self._unknown_s, self._stale_s = fresh_s, unknown_s, stale_s
        self._most = most
        self._clock = clock
        self._known: dict[str, _Answer[V]] = {}
        self._unknown: dict[str, float] = {}
        self._flights: dict[str, asyncio.Task[V | None]] = {}

    async def get(self, key: str) -> V | None:
        """The value, or None where there is none. Raises what fetch raises when memory has no answer."""
        answer = self._known.get(key)
        if answer is not None and self._clock() < answer.fresh_until:
            return answer.value
        if answer is None and self._clock() < self._unknown.get(key, 0):
            return None
        return await self._look_up(key)

    def forget(self, key: str) -> None:
        """The next get() asks again (an empty key: for everything); while the store is down, it is answered.

        A look-up under way answers its callers, and is not remembered.
        """
        if not key:
            self._forget_all()
            return
        self._flights.pop(key, None)
        self._unknown.pop(key, None)
        if (answer := self._known.get(key)) is not None:
            answer.fresh_until = 0

    def forget_where(self, matches: Callable[[V], bool]) -> None:
        """Forgets every value that matches, and what is being looked up, which might."""
        self._flights.clear()
        for answer in self._known.values():
            if matches(answer.value):
                answer.fresh_until = 0

    async def _look_up(self, key: str) -> V | None:
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fly(key))
            flight.add_done_callback(_seen)
        # A caller that goes away must not take the answer from the others.
        return await asyncio.shield(flight)

    async def _fly(self, key: str) -> V | None:
        flight = asyncio.current_task()
        try:
            value = await self._fetch(key)
        except Unavailable:
            answer = self._known.get(key)
            if answer is None or self._clock() >= answer.fetched + self._stale_s:
                raise
            answer.fresh_until = self._clock() + _RETRY_S
            return answer.value
        else:
            if self._flights.get(key) is flight:
                self._remember(key, value)
            return value
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]

    def _remember(self, key: str, value: V | None) -> None:
        now = self._clock()
        self._known.pop(key, None)
        self._unknown.pop(key, None)
        if value is None:
            _make_room(self._unknown, self._most)
            self._unknown[key] = now + self._unknown_s
        else:
            _make_room(self._known, self._most)
            self._known[key] = _Answer(value, now, now + self._fresh_s)

    def _forget_all(self) -> None:
        self._flights.clear()
        self._unknown.clear()
        for answer in self._known.values():
            answer.fresh_until = 0


# While the store is down, how long a stale answer spares it the next question.
_RETRY_S = 5.0


class _Answer(Generic[V]):
    __slots__ = ("fetched", "fresh_until", "value")

    def __init__(self, value: V, fetched: float, fresh_until: float) -> None:
        self.value = value
        self.fetched = fetched
        self.fresh_until = fresh_until


def _make_room(entries: dict[str, Any], most: int) -> None:
    if len(entries) >= most:
        del entries[next(iter(entries))]


def _seen(flight: asyncio.Task[Any]) -> None:
    # Where every caller went away, nobody else looks at the error, and asyncio would complain.
    if not flight.cancelled():
        flight.exception()
