"""What views send when something in them is pressed, handed to the part of the page that is open now."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui
from nicegui.events import GenericEventArguments

from portal.pages.guard import told

Handler = Callable[[str], Awaitable[None]]

NAMES = (
    *("metric", "tab", "filter", "remove_filter", "edit_filter", "clear_filters", "details", "retry"),
    *("period", "compare", "interval"),
    *("link_change", "link_revoke"),
)


class PageEvents:
    """Listens once per page: NiceGUI would keep the listeners of parts that are gone."""

    def __init__(self) -> None:
        self._handlers: Mapping[str, Handler] = {}
        for name in NAMES:
            ui.on(name, self._dispatch(name))

    def listen(self, handlers: Mapping[str, Handler]) -> None:
        """From now on these are called, with the text that the button carries."""
        self._handlers = {name: told(handle) for name, handle in handlers.items()}

    def _dispatch(self, name: str) -> Callable[[GenericEventArguments], Awaitable[None]]:
        async def on_event(event: GenericEventArguments) -> None:
            handle = self._handlers.get(name)
            text = event.args if isinstance(event.args, str) else ""
            if handle is None:
                return
            try:
                await handle(text)
            except (KeyError, ValueError, IndexError):
                # Whatever this text is, no button of ours sent it.
                return

        return on_event
