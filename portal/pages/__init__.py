"""The pages of the portal, one module each."""

from importlib import import_module
from typing import Any

from fastapi import FastAPI
from nicegui import app as frame_app
from nicegui import ui
from starlette.routing import Match, Mount
from starlette.types import Scope

from portal.frame_texts import give_texts_to_the_frame
from portal.pages import (
    audit,
    brand,
    client,
    clients,
    contract,
    domain,
    domains,
    home,
    identity_providers,
    mail_settings,
    organization,
    overview,
    people,
    profile,
    security,
    settings_api_keys,
    settings_area,
    sharing,
    site,
)
from portal.pages.frame_costs import spare_costs
from portal.pages.trouble import draw_slow, draw_trouble, on_error, on_missing
from portal.settings import settings
from portal.sockets import guard_events
from tenancy.errors import InsightHubError

__all__ = [
    "add_pages",
    "audit",
    "brand",
    "client",
    "clients",
    "contract",
    "domain",
    "domains",
    "home",
    "identity_providers",
    "mail_settings",
    "organization",
    "overview",
    "people",
    "profile",
    "security",
    "settings_api_keys",
    "settings_area",
    "sharing",
    "site",
]


def add_pages(app: FastAPI) -> None:
    """Puts the pages behind everything that the app answers itself."""
    errors: Any = frame_app
    errors.add_exception_handler(InsightHubError, on_error)
    errors.add_exception_handler(404, on_missing)
    frame_app.on_page_exception(draw_trouble)
    vars(import_module("nicegui.page"))["error_content"] = draw_slow
    # NiceGUI asks it of each page, and sets it there to three seconds.
    patience = property(lambda _page: settings().page_patience_s, lambda _page, _its_own: None)
    ui.page.response_timeout = patience  # type: ignore[assignment]
    guard_events()
    spare_costs()
    give_texts_to_the_frame()
    if settings().node:
        # The proxy sends a page's socket to the process that made the page.
        frame_app.config.socket_io_js_query_params["node"] = settings().node
    ui.run_with(
        app,
        title="",
        tailwind=False,
        gzip_middleware_factory=None,
        show_welcome_message=False,
        binding_refresh_interval=None,
        reconnect_timeout=30,
        # What a page misses while its connection is away for a moment; each message is kept until then.
        message_history_length=100,
    )
    app.router.routes.insert(0, _SitePages("/", frame_app))
    # For a prefix that we never have, and for a header that portal.assets sets: two tasks for each request.
    frame_app.user_middleware.clear()


class _SitePages(Mount):
    """The pages that are opened most, ahead of some hundred paths that they are not."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it is one of them."""
        return super().matches(scope) if scope["path"].startswith("/sites") else (Match.NONE, {})
