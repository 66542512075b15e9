"""Work that may take long while a page is drawn: the page is not kept back for it."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from nicegui import ui

AT_ONCE_S = 1.0
T = TypeVar("T")


async def without_keeping_back(work: Coroutine[object, object, T]) -> T:
    """What it comes to. Where that takes long, the page goes out as it is drawn so far, and is drawn on."""
    task = asyncio.create_task(work)
    await asyncio.wait({task}, timeout=AT_ONCE_S)
    if not task.done():
        await ui.context.client.connected()
    return await task
