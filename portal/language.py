"""/language/{code}: where nobody is signed in, the browser keeps the language that was chosen."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from portal.here import CurrentHere
from portal.security import safe_path
from tenancy.errors import NotFound
from tenancy.languages import COOKIE, offered_language
from tenancy.settings import settings

router = APIRouter(include_in_schema=False)

_KEPT_S = 365 * 24 * 60 * 60


@router.get("/language/{code}", response_model=None)
async def choose_language(code: str, request: Request, here: CurrentHere) -> RedirectResponse:
    """Back to the page that the link was on."""
    language = offered_language(code)
    if language is None:
        raise NotFound()
    came_from = urlsplit(request.headers.get("referer", ""))
    on_this_host = came_from.netloc == request.headers.get("host")
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    response = RedirectResponse(safe_path(path if on_this_host else None), 303)
    response.set_cookie(
        COOKIE,
        language.code,
        _KEPT_S,
        path="/",
        secure=settings().public_scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response
