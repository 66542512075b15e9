"""Signing in and out by form, for people: plain pages, so that a bot costs no memory."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from portal.accounts import send_confirmation_again, tell_codes_left
from portal.here import CurrentHere, CurrentPerson, Here, client_of
from portal.security import safe_path
from portal.views.account import code_page
from portal.views.documents import sign_in_page
from tenancy.csrf import StaleForm, check_token, new_nonce, token_for
from tenancy.db import session
from tenancy.errors import InsightHubError
from tenancy.identity_providers import providers_on
from tenancy.ids import UserId
from tenancy.language_choice import keep_first_choice
from tenancy.languages import COOKIE
from tenancy.login import (
    SESSION_DAYS,
    EmailNotConfirmed,
    choose_organization,
    session_cookie,
    sign_in,
    sign_in_with_code,
    sign_out,
)
from tenancy.second_factor import CodeNeeded, person_of_ticket, ticket_for
from tenancy.settings import settings

router = APIRouter(include_in_schema=False)


@router.get("/login", response_model=None)
async def login_page(request: Request, here: CurrentHere, next: str = "/", email: str = "") -> Response:
    """The form, or straight on for who is signed in already."""
    if here.viewer is not None:
        return RedirectResponse(safe_path(next), 303)
    return await sign_in_form(request, here, next=next, email=email)


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
        check_form(request, sent.form)
        viewer, token = await sign_in(here.host, sent.email, sent.password, client_of(request))
    except CodeNeeded as needed:
        return ask_for_code(request, here, needed.user_id, sent.next)
    except EmailNotConfirmed as error:
        await send_confirmation_again(error.user_id)
        return await sign_in_form(
            request, here, next=sent.next, email=sent.email, error=error.message, status=error.status
        )
    except InsightHubError as error:
        status = 200 if isinstance(error, StaleForm) else error.status
        return await sign_in_form(
            request, here, next=sent.next, email=sent.email, error=error.message, status=status
        )
    if chosen := request.cookies.get(COOKIE):
        async with session(viewer) as db:
            await keep_first_choice(db, viewer, chosen)
    response = RedirectResponse(safe_path(sent.next), 303)
    keep_session(response, token)
    return response


class CodeForm(BaseModel):
    """What the page of the second step sends; `ticket` proves the first one."""

    code: str = ""
    ticket: str = ""
    form: str = ""
    next: str = "/"


@router.post("/login/code", response_model=None)
async def login_with_code(request: Request, here: CurrentHere, sent: Annotated[CodeForm, Form()]) -> Response:
    """The second step, where a password is not enough."""
    try:
        check_form(request, sent.form)
        user_id = person_of_ticket(sent.ticket, here.host, form_nonce(request))
    except InsightHubError as error:
        return await sign_in_form(request, here, next=sent.next, error=error.message)
    try:
        viewer, token, left = await sign_in_with_code(here.host, user_id, sent.code)
    except InsightHubError as error:
        return _code(request, here, sent.ticket, sent.next, error)
    await tell_codes_left(viewer, left)
    response = RedirectResponse(safe_path(sent.next), 303)
    keep_session(response, token)
    return response


@router.post("/logout", response_model=None)
async def logout(
    here: CurrentHere, form: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/login"
) -> Response:
    """Ends the session; its pages close by themselves."""
    if here.token is not None and here.viewer is not None:
        check_token(here.token, form)
        await sign_out(here.token)
    response = RedirectResponse(safe_path(next), 303)
    response.delete_cookie(session_cookie(), path="/", secure=is_secure(), httponly=True, samesite="lax")
    return response


@router.post("/organization", response_model=None)
async def organization(
    here: CurrentHere,
    viewer: CurrentPerson,
    organization: Annotated[str, Form()] = "",
    form: Annotated[str, Form()] = "",
) -> Response:
    """Takes the session to another organisation of its person."""
    check_token(here.token, form)
    await choose_organization(viewer, organization)
    return RedirectResponse("/", 303)


def keep_session(response: Response, token: str) -> None:
    """The browser keeps the session's token from now on."""
    set_cookie(response, session_cookie(), token, max_age=SESSION_DAYS * 24 * 60 * 60)


def check_form(request: Request, token: str) -> None:
    """Raises StaleForm for a form that is not from a page of ours in this browser."""
    check_token(request.cookies.get(_form_cookie()), token)


def form_nonce(request: Request) -> str:
    """What the token of a form belongs to, while nobody is signed in."""
    return request.cookies.get(_form_cookie()) or new_nonce()


def keep_form_nonce(response: Response, nonce: str) -> None:
    """The browser sends it along with the form."""
    set_cookie(response, _form_cookie(), nonce, max_age=24 * 60 * 60)


def login_url(request: Request) -> str:
    """Where who is not signed in goes first, and comes back from."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/login" if path == "/" else f"/login?{urlencode({'next': path})}"


async def sign_in_form(
    request: Request, here: Here, *, next: str, email: str = "", error: str | None = None, status: int = 200
) -> HTMLResponse:
    """The page to sign in, with what went wrong before."""
    nonce = form_nonce(request)
    others = [
        (f"/auth/start?{urlencode({'provider': one.key, 'next': safe_path(next)})}", one.name)
        for one in await providers_on(here.host)
    ]
    page = sign_in_page(
        here.theme,
        form_token=token_for(nonce),
        next_path=safe_path(next),
        email=email,
        error=error,
        may_sign_up=here.host.allows_sign_up,
        others=others,
    )
    response = HTMLResponse(page, status, headers={"cache-control": "no-store"})
    keep_form_nonce(response, nonce)
    return response


def ask_for_code(request: Request, here: Here, user_id: UserId, next: str) -> HTMLResponse:
    """The page of the second step, for who has made the first."""
    nonce = form_nonce(request)
    page = code_page(
        here.theme,
        form_token=token_for(nonce),
        ticket=ticket_for(user_id, here.host, nonce),
        next_path=safe_path(next),
        error=None,
    )
    response = HTMLResponse(page, headers={"cache-control": "no-store"})
    keep_form_nonce(response, nonce)
    return response


def _code(request: Request, here: Here, ticket: str, next: str, error: InsightHubError) -> HTMLResponse:
    page = code_page(
        here.theme,
        form_token=token_for(form_nonce(request)),
        ticket=ticket,
        next_path=safe_path(next),
        error=error.message,
    )
    return HTMLResponse(page, error.status, headers={"cache-control": "no-store"})


def set_cookie(response: Response, name: str, value: str, *, max_age: int) -> None:
    """A cookie that is sent to this host alone, and no script reads."""
    response.set_cookie(name, value, max_age, path="/", secure=is_secure(), httponly=True, samesite="lax")


def _form_cookie() -> str:
    return "__Host-form" if is_secure() else "form"


def is_secure() -> bool:
    """Whether browsers reach us over TLS."""
    return settings().public_scheme == "https"
