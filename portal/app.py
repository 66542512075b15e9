"""The ASGI app: collect for browsers, pages for people, an API for programs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

import analytics.clickhouse
import analytics.collect.router
import tenancy.db
import tenancy.invalidation
import tenancy.settings
import tracker.serving
from analytics.shared_links import revoke_links_of
from portal import audit_export, brand, invites, language, previews, signing, states, tls, viewing
from portal.accounts import tell_identity, tell_new_sign_in
from portal.api import auth, documentation, sites, stats, v1, v1_events
from portal.api import errors as api_errors
from portal.api.gate import ApiGate
from portal.assets import Assets
from portal.hosts import Hosts, SecondHost, is_collect
from portal.memory import spare_what_is_there
from portal.security import PageSecurity, SameOrigin
from portal.settings import settings
from portal.trouble_pages import answer_to, trouble_page
from tenancy.devices import on_new_device
from tenancy.errors import InsightHubError, NotFound
from tenancy.identities import on_identity_change
from tenancy.unconfirmed_accounts import on_take_over

log = structlog.get_logger(__name__)


def create_app() -> FastAPI:
    """The app of one process. With PORTAL_PAGES=off it has no pages: for processes that only collect."""
    on_new_device(tell_new_sign_in)
    on_identity_change(tell_identity)
    on_take_over(revoke_links_of)
    app = FastAPI(lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(analytics.collect.router.router)
    app.include_router(tracker.serving.router)
    app.include_router(states.router)
    app.include_router(tls.router)
    for api in (auth, sites, stats, v1, v1_events, documentation):
        app.include_router(api.router)
    app.exception_handler(InsightHubError)(_on_error)
    app.exception_handler(HTTPException)(_on_http_error)
    app.exception_handler(RequestValidationError)(_on_invalid)
    app.exception_handler(Exception)(_on_mistake)
    if settings().portal_pages:
        from portal import account_pages, brand_preview, client_files, provider_sign_in, share
        from portal.pages import add_pages
        from portal.sockets import BoundSockets

        app.include_router(signing.router)
        app.include_router(account_pages.router)
        app.include_router(provider_sign_in.router)
        app.include_router(invites.router)
        app.include_router(audit_export.router)
        app.include_router(client_files.router)
        app.include_router(language.router)
        app.include_router(brand.router)
        app.include_router(previews.router)
        app.include_router(brand_preview.router)
        app.include_router(share.router)
        app.include_router(viewing.router)
        add_pages(app)
        app.add_middleware(BoundSockets)
    # The last one added is the first one asked.
    app.add_middleware(viewing.OnlyLooks)
    app.add_middleware(SameOrigin, open_to_all=is_collect)
    app.add_middleware(ApiGate)
    app.add_middleware(Hosts)
    # Our files are the same on every host, also on one that nobody claimed.
    app.add_middleware(Assets)
    app.add_middleware(PageSecurity)
    if tenancy.settings.settings().demo:
        from portal.stack.demo import SHOP_HOST, demo_shop

        app.add_middleware(SecondHost, host=SHOP_HOST, site=demo_shop())
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await tenancy.db.check_role()
    from portal.worker import celery_app  # it reads the settings

    # Tasks that this process queues go where the workers look.

    celery_app.set_default()
    async with AsyncExitStack() as stack:
        # Closed last: whoever still listens at the end listens on what this closes, and would never stop.
        stack.push_async_callback(tenancy.db.dispose)
        stack.push_async_callback(analytics.clickhouse.close)
        await stack.enter_async_context(tenancy.invalidation.lifespan())
        await stack.enter_async_context(analytics.collect.router.lifespan())
        spare_what_is_there(allocations=100_000)
        yield


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, InsightHubError)
    if api_errors.wants_json(request):
        return api_errors.of_error(error)
    return answer_to(request, error)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if api_errors.wants_json(request) or "here" not in request.scope.get("state", {}):
        return api_errors.of_http(error)
    if error.status_code == 404:
        return trouble_page(request, 404, NotFound().message)
    return trouble_page(request, error.status_code, str(error.detail))


async def _on_mistake(request: Request, error: Exception) -> Response:
    """What nobody expected: the log has it all, the answer nothing of it."""
    log.error("request.failed", path=request.url.path, exc_info=error)
    sorry = InsightHubError()
    if api_errors.wants_json(request) or "here" not in request.scope.get("state", {}):
        return api_errors.of_error(sorry)
    return trouble_page(request, sorry.status, sorry.message)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return api_errors.of_validation(error)
