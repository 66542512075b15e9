"""The memory of look-ups, with a clock in the test's hands."""

import asyncio

import pytest

from tenancy.cache import ReadThrough
from tenancy.errors import Unavailable


class Store:
    """Answers from a dict, counts the questions, and can be down."""

    def __init__(self, **values: int) -> None:
        self.values: dict[str, int] = dict(values)
        self.asked: list[str] = []
        self.down = False
        self.now = 0.0
        self.open = asyncio.Event()
        self.open.set()

    def memory(self, most: int = 100) -> ReadThrough[int]:
        return ReadThrough(
            self._fetch, fresh_s=60, unknown_s=5, stale_s=3600, most=most, clock=lambda: self.now
        )

    async def _fetch(self, key: str) -> int | None:
        self.asked.append(key)
        value = self.values.get(key)
        await self.open.wait()
        if self.down:
            raise Unavailable
        return value


async def test_asks_once_a_minute() -> None:
    store = Store(a=1)
    memory = store.memory()
    assert [await memory.get("a") for _ in range(3)] == [1, 1, 1]
    store.now = 61
    await memory.get("a")
    assert store.asked == ["a", "a"]


async def test_asks_once_for_many_at_the_same_time() -> None:
    store = Store(a=1)
    memory = store.memory()
    store.open.clear()
    asking = asyncio.gather(*(memory.get("a") for _ in range(20)))
    await asyncio.sleep(0)
    store.open.set()
    assert await asking == [1] * 20
    assert store.asked == ["a"]


async def test_an_answer_that_was_under_way_when_it_changed_is_not_remembered() -> None:
    store = Store(a=1)
    memory = store.memory()
    store.open.clear()
    early = asyncio.create_task(memory.get("a"))
    await asyncio.sleep(0.01)
    store.values["a"] = 2
    memory.forget("a")
    store.open.set()
    assert await early == 1
    assert await memory.get("a") == 2


async def test_invented_keys_are_remembered_briefly_and_crowd_out_nothing() -> None:
    store = Store(a=1)
    memory = store.memory(most=3)
    await memory.get("a")
    for number in range(10):
        assert await memory.get(f"invented-{number}") is None
    assert await memory.get("invented-9") is None
    assert await memory.get("a") == 1
    assert len(store.asked) == 11
    store.now = 6
    await memory.get("invented-9")
    assert len(store.asked) == 12


async def test_while_the_store_is_down_a_known_answer_holds_for_an_hour() -> None:
    store = Store(a=1)
    memory = store.memory()
    await memory.get("a")
    store.down = True
    memory.forget("")
    assert await memory.get("a") == 1
    with pytest.raises(Unavailable):
        await memory.get("b")
    store.now = 3601
    with pytest.raises(Unavailable):
        await memory.get("a")
    store.down = False
    assert await memory.get("a") == 1
