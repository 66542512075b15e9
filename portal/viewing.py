"""View as client, by form: beginning and ending a look, and no other request that writes meanwhile."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.api.errors import of_error
from portal.here import CurrentHere, CurrentViewer, here
from portal.hosts import SOCKET_PATH, is_for_programs
from portal.security import SAFE_METHODS
from portal.trouble_pages import trouble_page
from tenancy.csrf import check_token
from tenancy.errors import OnlyReading
from tenancy.viewings import begin_viewing, end_viewing

router = APIRouter(include_in_schema=False)

END = "/viewing/end"
# A page's socket carries what its person does; there, the transactions themselves cannot write.
_STILL_OPEN = (END, "/logout")


@router.post("/viewing", response_model=None)
async def begin(
    here: CurrentHere,
    viewer: CurrentViewer,
    organization: Annotated[str, Form()] = "",
    form: Annotated[str, Form()] = "",
) -> Response:
    """Shows a client's pages from now on."""
    check_token(here.token, form)
    await begin_viewing(viewer, organization)
    return RedirectResponse("/", 303)


@router.post(END, response_model=None)
async def end(here: CurrentHere, viewer: CurrentViewer, form: Annotated[str, Form()] = "") -> Response:
    """Back to oneself, on the page of the client that was looked at."""
    check_token(here.token, form)
    await end_viewing(viewer)
    return RedirectResponse(f"/clients/{viewer.viewing.client.public_id}" if viewer.viewing else "/", 303)


class OnlyLooks:
    """Refuses requests that change something, of who looks at a client's pages as the client does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and _looks(scope):
            path = scope["path"]
            if path not in _STILL_OPEN and not path.startswith(SOCKET_PATH):
                error = OnlyReading()
                refusal = (
                    of_error(error)
                    if is_for_programs(path)
                    else trouble_page(Request(scope), error.status, error.message)
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _looks(scope: Scope) -> bool:
    return "here" in scope.get("state", {}) and here(Request(scope)).only_reads
