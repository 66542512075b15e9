"""Sockets of open pages: each opens and speaks for its own page alone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, core
from nicegui.nicegui import sio_app
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.here import here
from portal.hosts import SOCKET_PATH
from portal.security import is_same_origin
from tenancy.db import reading
from tenancy.login import session_cookie
from tenancy.text import speaking


class BoundSockets:
    """A page's socket opens only for the browser, host and session that the page was made for.

    It goes to the sockets' own app at once, past the hundred paths of the pages that it could be otherwise.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or not scope["path"].startswith(SOCKET_PATH):
            await self._app(scope, receive, send)
            return
        if _belongs_to_its_page(HTTPConnection(scope)):
            await sio_app({**scope, "path": f"/{scope['path'].removeprefix(SOCKET_PATH)}"}, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            await JSONResponse({}, 403)(scope, receive, send)


def guard_events() -> None:
    """An event is dispatched by the client id it names: insist that it came over that client's own socket."""

    def bound(handle: Callable[[Client, dict[str, Any]], None]) -> Callable[[str, object], None]:
        def on_message(socket_id: str, message: object) -> None:
            client = Client.instances.get(message.get("client_id", "")) if isinstance(message, dict) else None
            if (
                client is not None
                and isinstance(message, dict)
                and socket_id in client._socket_to_document_id
            ):
                # Events come over the socket's task: its page knows whom it speaks to.
                page = here(client.request)
                with speaking(page.locale), reading(only=page.only_reads):
                    handle(client, message)

        return on_message

    core.sio.on("event", bound(lambda client, message: client.handle_event(message)))
    core.sio.on("javascript_response", bound(lambda client, m: client.handle_javascript_response(m)))
    core.sio.on("ack", bound(lambda client, message: client.outbox.prune_history(message["next_message_id"])))
    # What a browser wants to write into our log is nobody's concern.
    core.sio.on("log", lambda socket_id, message: None)


def _belongs_to_its_page(connection: HTTPConnection) -> bool:
    if not is_same_origin(connection):
        return False
    query = parse_qs(connection.scope["query_string"].decode("latin-1"))
    client = Client.instances.get(query.get("client_id", [""])[0])
    if client is None:
        return True  # a page of a process that was restarted: the socket gets nothing and the page reloads
    cookie = session_cookie()
    page = client.request
    return page.cookies.get(cookie) == connection.cookies.get(cookie) and page.headers.get(
        "host"
    ) == connection.headers.get("host")
