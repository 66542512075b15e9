"""What views send when something in them is pressed, handed to the part of the page that is open now."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from nicegui import ui
from nicegui.events import GenericEventArguments

from portal.pages.guard import told

Handler = Callable[[str], Awaitable[None]]


class PageEvents:
    """Listens once per page: NiceGUI would keep the listeners of parts that are gone."""

    def __init__(self) -> None:
        self._handlers: Mapping[str, Handler] = {}
        ui.on("view", self._on_view)

    def listen(self, handlers: Mapping[str, Handler]) -> None:
        """From now on these are called, with the text that the button carries."""
        self._handlers = handlers

    async def _on_view(self, event: GenericEventArguments) -> None:
        match event.args:
            case [str(name), str(text)] if name in self._handlers:
                # Whatever a text is that nothing can be made of, no button of ours sent it.
                with suppress(KeyError, ValueError, IndexError):
                    await told(self._handlers[name])(text)
