"""What we touch of NiceGUI beyond its documented interface: an upgrade that moves it fails here first."""

import copy
import inspect
import json
import re
from importlib import import_module
from importlib.metadata import version

from nicegui import Client, client, core, observables, ui
from nicegui import app as frame_app
from nicegui.nicegui import sio_app
from nicegui.outbox import Outbox
from nicegui.page import page
from nicegui.sub_pages_router import SubPagesRouter
from nicegui.translations import translations

from portal.hosts import SOCKET_PATH
from portal.pages import frame_costs


def test_the_pinned_version_is_the_tested_one() -> None:
    assert version("nicegui") == "3.18.0"


def test_a_page_object_can_be_copied_and_its_looks_changed_for_one_client() -> None:
    shared = page("/contract")
    own = copy.copy(shared)
    own.dark, own.favicon, own.language = True, "data:,", "de"
    assert (own.resolve_dark(), own.resolve_language()) == (True, "de")
    assert own.favicon == "data:,"
    assert (shared.dark, shared.favicon, shared.language) != (True, "data:,", "de")
    assert "page" in inspect.getsource(Client.__init__)


def test_a_page_is_asked_how_long_it_may_take() -> None:
    assert "timeout=self.response_timeout" in inspect.getsource(page)


async def test_a_page_stands_in_a_page_of_quasars() -> None:
    made = Client(page("/contract-around"), request=None)
    around = made.content.parent_slot
    assert around is not None
    assert around.parent.tag == "q-page"
    made.delete()


def test_clients_are_found_by_id_and_know_their_sockets_and_request() -> None:
    assert isinstance(Client.instances, dict)
    source = inspect.getsource(Client)
    assert "self._socket_to_document_id: dict[str, str] = {}" in source
    assert isinstance(Client.request, property)
    for name in ("handle_event", "handle_javascript_response", "run_javascript"):
        assert callable(getattr(Client, name))
    assert list(inspect.signature(Outbox.prune_history).parameters) == ["self", "next_message_id"]


def test_socket_messages_have_the_names_that_we_guard() -> None:
    handlers = core.sio.handlers["/"]
    assert {"event", "javascript_response", "ack", "log", "handshake", "connect"} <= set(handlers)


def test_sockets_are_an_app_of_their_own() -> None:
    mounted = {getattr(route, "path", ""): getattr(route, "app", None) for route in frame_app.routes}
    assert mounted[SOCKET_PATH.rstrip("/")] is sio_app
    assert sio_app.engineio_path == "/socket.io/"


def test_sub_pages_tell_where_they_go() -> None:
    assert list(inspect.signature(SubPagesRouter.on_path_changed).parameters) == ["self", "handler"]
    parameters = inspect.signature(ui.sub_pages).parameters
    assert {"routes", "root_path", "data"} <= set(parameters)


def test_the_frames_own_texts_are_ours_to_write() -> None:
    names = {"connection_lost", "trying_to_reconnect", "message_too_long", "message_too_long_body"}
    assert all(set(texts) == names for texts in translations.values())
    assert "translations.get(language" in inspect.getsource(Client)


def test_the_socket_can_name_its_process() -> None:
    assert isinstance(frame_app.config.socket_io_js_query_params, dict)


def test_run_with_takes_what_we_give_it() -> None:
    wanted = {"title", "tailwind", "gzip_middleware_factory", "show_welcome_message", "reconnect_timeout"}
    wanted |= {"message_history_length"}
    assert wanted | {"binding_refresh_interval"} <= set(inspect.signature(ui.run_with).parameters)


def test_exceptions_of_pages_are_ours_to_show() -> None:
    assert callable(frame_app.on_page_exception)
    assert callable(frame_app.add_exception_handler)


def test_a_client_keeps_its_request_where_we_put_another() -> None:
    source = inspect.getsource(Client)
    assert "self._request = request" in source
    assert "return self._request" in source


def test_an_outbox_has_the_parts_that_ours_is_made_of() -> None:
    source = inspect.getsource(Outbox)
    for part in ("updates", "messages", "_loaded_components", "_should_stop", "_enqueue_event"):
        assert f"self.{part}" in source
    assert "'load_js_components'" in source
    assert "'update'" in source
    assert "background_tasks.create_or_defer(self.loop()" in source
    assert "self._set_enqueue_event()" in inspect.getsource(Outbox.try_rewind)
    assert "self._set_enqueue_event()" in inspect.getsource(Outbox.stop)
    assert inspect.iscoroutinefunction(Outbox.loop)
    assert inspect.iscoroutinefunction(Outbox._emit)
    assert "Outbox(self)" in inspect.getsource(Client.__init__)
    # The socket counts as connected before the handlers that wake the outbox.
    handshake = inspect.getsource(Client.handle_handshake)
    assert handshake.index("self.tab_id = tab_id") < handshake.index("_connect_handlers")


def test_elements_ask_for_signatures_where_ours_answers() -> None:
    assert "helpers.expects_arguments(on_change)" in inspect.getsource(
        observables.ObservableCollection.__init__
    )

    class Asked:
        def nothing(self, of: int = 0) -> None: ...

        def something(self, of: int) -> None: ...

    for method, answer in ((Asked().nothing, False), (Asked().something, True)):
        assert frame_costs.expects_arguments(method) is answer
        assert frame_costs._asks_the_signature(method) is answer
    assert frame_costs.expects_arguments(lambda event: event)


def test_elements_are_escaped_as_nicegui_would() -> None:
    source = inspect.getsource(Client.build_response)
    assert "elements = json.dumps({" in source
    assert "elements.translate(HTML_ESCAPE_TABLE)" in source
    given = {"a": "<b>`$&amp;</b>", "c": ["é", "–"]}
    text = frame_costs.QuickJson.dumps(given)
    assert text.translate(client.HTML_ESCAPE_TABLE) == str(text).translate(client.HTML_ESCAPE_TABLE)
    assert json.loads(text) == given
    assert frame_costs.QuickJson.loads(str(text)) == given


def test_the_layers_that_we_take_off_are_those_that_we_know() -> None:
    source = inspect.getsource(ui.run_with)
    added = re.findall(r"core\.app\.add_middleware\((\w+)\)", source)
    # The first is what we give none of; a secret for sessions would add others, and we give none.
    assert added == ["gzip_middleware_factory", "RedirectWithPrefixMiddleware", "SetCacheControlMiddleware"]


def test_the_page_for_slow_pages_is_drawn_by_a_function_that_can_be_another() -> None:
    module = import_module("nicegui.page")
    assert "error_content(500, message)" in inspect.getsource(module)
    assert callable(vars(module)["error_content"])
