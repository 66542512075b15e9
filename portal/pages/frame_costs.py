"""What NiceGUI does again for each element, and each second for each page, done once or when it is needed."""

import asyncio
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MethodType
from typing import Any

from nicegui import Client, client, core, helpers, json
from nicegui import app as frame_app
from nicegui.dependencies import JsComponent
from nicegui.element import Element
from nicegui.outbox import Message, Outbox


def spare_costs() -> None:
    """For all pages that are made from now on."""
    helpers.expects_arguments = expects_arguments
    client.Outbox = QuietOutbox  # type: ignore[attr-defined]
    client.json = QuickJson  # type: ignore[assignment, attr-defined]
    frame_app.on_connect(_wake)


class QuietOutbox(Outbox):
    """Wakes when there is something to send, or somebody to send it to.

    NiceGUI's own looks every second, and ten times a second for pages that were loaded and left.
    """

    async def loop(self) -> None:
        """Sends until the page is closed."""
        self._enqueue_event = wake = asyncio.Event()
        while not self._should_stop:
            await wake.wait()
            wake.clear()
            if self._should_stop or not self.client.has_socket_connection:
                continue
            for message in self._take():
                try:
                    await self._emit(message)
                except Exception as error:
                    core.app.handle_exception(error)

    def _take(self) -> list[Message]:
        """All that waits: what the browser needs to draw elements, those that changed, and messages."""
        to = self.client.id
        elements = {key: one if isinstance(one, Element) else None for key, one in self.updates.items()}
        parts = [one.component for one in elements.values() if one and isinstance(one.component, JsComponent)]
        fresh = {one.name: one for one in parts if one.name not in self._loaded_components}
        taken: list[Message] = []
        if fresh:
            self._loaded_components.update(fresh)
            needed = [{"key": one.key, "tag": one.tag} for one in fresh.values()]
            taken.append((to, "load_js_components", {"components": needed}))
        if elements:
            taken.append((to, "update", {key: one and one._to_dict() for key, one in elements.items()}))
        taken += self.messages
        self.updates.clear()
        self.messages.clear()
        return taken


class QuickJson:
    """What a client writes and reads, with the elements of a page escaped quickly."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(data: object) -> "_Text":
        """The text, of which NiceGUI wants another form for the middle of a page."""
        return _Text(json.dumps(data))


class _Text(str):
    __slots__ = ()

    def translate(self, table: Mapping[int, str]) -> str:  # type: ignore[override]
        """As str.translate, which looks at each character by itself and takes a hundred times as long."""
        text = str(self)
        # The ampersand is the first in the table, as it must be.
        for character, escaped in table.items():
            text = text.replace(chr(character), escaped)
        return text


_asks_the_signature = helpers.expects_arguments


def expects_arguments(func: Callable[..., Any]) -> bool:
    """Whether it wants any. The same methods are asked three times for each element: they are remembered."""
    if isinstance(func, MethodType):
        return _of_method(func.__func__)
    return _asks_the_signature(func)


@lru_cache(maxsize=1000)
def _of_method(function: Callable[..., Any]) -> bool:
    return _asks_the_signature(MethodType(function, object()))


def _wake(connected: Client) -> None:
    connected.outbox._set_enqueue_event()
