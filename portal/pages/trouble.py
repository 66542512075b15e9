"""What pages show when something goes wrong: the brand's page, never the exception."""

import structlog
from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from portal.elements import drawn
from portal.here import here
from portal.shell import draw_viewing, dress
from portal.trouble_pages import answer_to, trouble_page
from portal.views.states import error_state
from tenancy.errors import InsightHubError, NotFound, Unavailable

log = structlog.get_logger(__name__)


async def on_error(request: Request, error: Exception) -> Response:
    """The answer to an error before the page was built: who may not see it, what does not exist."""
    assert isinstance(error, InsightHubError)
    return answer_to(request, error)


async def on_missing(request: Request, error: Exception) -> Response:
    """The answer to an address without a page."""
    return trouble_page(request, 404, NotFound().message)


def draw_trouble(error: Exception) -> None:
    """The page for a mistake while a page was built; any other error goes on to on_error, for its status."""
    if isinstance(error, InsightHubError):
        raise error
    request = ui.context.client.request
    dress(here(request), InsightHubError().message)
    log.exception("page.failed", path=request.url.path, exc_info=error)
    draw_viewing(here(request))
    drawn(error_state(InsightHubError().message, retry=None))


def draw_slow(status: int, message: str) -> None:
    """The page for one that took too long to build, which NiceGUI would draw under its own name."""
    request = ui.context.client.request
    dress(here(request), Unavailable().message)
    log.error("page.too_slow", path=request.url.path, reason=message)
    drawn(error_state(Unavailable().message, retry=None))
