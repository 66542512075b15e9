"""Connections belong to the event loop that opened them: one pool per loop, for the web app and for tasks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes a thing once for each event loop that asks, and closes it with that loop."""

    _all: ClassVar[list["PerLoop[Any]"]] = []

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[object]] | None = None) -> None:
        self._make = make
        self._close = close
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()
        self._all.append(self)

    def get(self) -> T:
        """The running loop's own."""
        loop = asyncio.get_running_loop()
        thing = self._made.get(loop)
        if thing is None:
            thing = self._made[loop] = self._make()
        return thing

    async def close(self) -> None:
        """Closes the running loop's own; the next get() makes another."""
        thing = self._made.pop(asyncio.get_running_loop(), None)
        if thing is not None and self._close is not None:
            await self._close(thing)

    @classmethod
    async def close_all(cls) -> None:
        """Closes whatever the running loop has."""
        for one in cls._all:
            await one.close()
