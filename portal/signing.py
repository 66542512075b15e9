"""Signing in and out by form, for people: plain pages, so that a bot costs no memory."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from portal.here import CurrentHere, Here, client_of
from portal.security import safe_path
from portal.views.documents import sign_in_page
from tenancy.csrf import StaleForm, check_token, new_nonce, token_for
from tenancy.db import session
from tenancy.errors import InsightHubError
from tenancy.language_choice import keep_first_choice
from tenancy.languages import COOKIE
from tenancy.login import SESSION_DAYS, session_cookie, sign_in, sign_out
from tenancy.settings import settings

router = APIRouter(include_in_schema=False)


@router.get("/login", response_model=None)
async def login_page(request: Request, here: CurrentHere, next: str = "/") -> Response:
    """The form, or straight on for who is signed in already."""
    if here.viewer is not None:
        return RedirectResponse(safe_path(next), 303)
    return _form(request, here, next=next)


class SignInForm(BaseModel):
    """What the sign-in page sends; `form` is the token that ties it to this browser."""

    email: str = ""
    password: str = ""
    form: str = ""
    next: str = "/"


@router.post("/login", response_model=None)
async def login(request: Request, here: CurrentHere, sent: Annotated[SignInForm, Form()]) -> Response:
    """Signs in and goes on; or shows the form again, with what was wrong."""
    try:
        check_token(request.cookies.get(_form_cookie()), sent.form)
        viewer, token = await sign_in(here.host, sent.email, sent.password, client_of(request))
    except InsightHubError as error:
        status = 200 if isinstance(error, StaleForm) else error.status
        return _form(request, here, next=sent.next, email=sent.email, error=error.message, status=status)
    if chosen := request.cookies.get(COOKIE):
        async with session(viewer) as db:
            await keep_first_choice(db, viewer, chosen)
    response = RedirectResponse(safe_path(sent.next), 303)
    _set_cookie(response, session_cookie(), token, max_age=SESSION_DAYS * 24 * 60 * 60)
    return response


@router.post("/logout", response_model=None)
async def logout(here: CurrentHere, form: Annotated[str, Form()] = "") -> Response:
    """Ends the session; its pages close by themselves."""
    if here.token is not None and here.viewer is not None:
        check_token(here.token, form)
        await sign_out(here.token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(session_cookie(), path="/", secure=_secure(), httponly=True, samesite="lax")
    return response


def login_url(request: Request) -> str:
    """Where who is not signed in goes first, and comes back from."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/login" if path == "/" else f"/login?{urlencode({'next': path})}"


def _form(
    request: Request, here: Here, *, next: str, email: str = "", error: str | None = None, status: int = 200
) -> HTMLResponse:
    nonce = request.cookies.get(_form_cookie()) or new_nonce()
    page = sign_in_page(
        here.theme, form_token=token_for(nonce), next_path=safe_path(next), email=email, error=error
    )
    response = HTMLResponse(page, status, headers={"cache-control": "no-store"})
    _set_cookie(response, _form_cookie(), nonce, max_age=24 * 60 * 60)
    return response


def _set_cookie(response: Response, name: str, value: str, *, max_age: int) -> None:
    response.set_cookie(name, value, max_age, path="/", secure=_secure(), httponly=True, samesite="lax")


def _form_cookie() -> str:
    return "__Host-form" if _secure() else "form"


def _secure() -> bool:
    return settings().public_scheme == "https"
