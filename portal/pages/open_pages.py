"""The pages that are open in browsers: whoever signs out, or is signed out, sees it at once."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from nicegui import Client

from tenancy.invalidation import Channel, on_change
from tenancy.viewer import Viewer


@dataclass(frozen=True)
class _Holder:
    session: str
    user: str
    viewing: str


_open: WeakKeyDictionary[Client, _Holder] = WeakKeyDictionary()


def remember(client: Client, viewer: Viewer) -> None:
    """Notes whose page this is."""
    session = viewer.session_id
    _open[client] = _Holder(f"session:{session}", f"user:{viewer.user_id}", f"viewing:{session}")


def _close(key: str) -> None:
    """Sends the pages of an ended session to the sign-in, from which they come back by themselves."""
    for client, holder in list(_open.items()):
        if key in {holder.session, holder.user}:
            _leave(client, "location.reload()")
        elif key == holder.viewing:
            # It shows what one is no longer. Whoever sent the form is on their way already.
            _leave(client, "setTimeout(() => location.assign('/'), 600)")


def _leave(client: Client, script: str) -> None:
    del _open[client]
    client.run_javascript(script)


on_change(Channel.SESSION, _close)
