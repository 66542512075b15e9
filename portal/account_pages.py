"""/signup, /forgot and what the links in mails about accounts open: plain pages for who is not signed in."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from pydantic import BaseModel

from portal.accounts import change_email, choose_password, confirm_address, register_account, send_way_back
from portal.here import CurrentHere, Here, chosen_mode, client_of
from portal.signing import check_form, form_nonce, keep_form_nonce
from portal.views.account import confirm_page, forgotten_page, new_password_page, said_page, sign_up_page
from tenancy.account_links import LinkOver, Purpose, is_link_good
from tenancy.csrf import StaleForm, token_for
from tenancy.db import system_session
from tenancy.errors import InsightHubError
from tenancy.sign_up import SignUpClosed
from tenancy.text import gettext as _

router = APIRouter(include_in_schema=False)


class SignUpForm(BaseModel):
    """What the page to sign up sends."""

    name: str = ""
    organization: str = ""
    email: str = ""
    password: str = ""
    form: str = ""


@router.get("/signup", response_model=None)
async def sign_up_form(request: Request, here: CurrentHere) -> Response:
    """The form, where one may sign up."""
    if not here.host.allows_sign_up:
        raise SignUpClosed()
    return _sign_up(request, here, SignUpForm())


@router.post("/signup", response_model=None)
async def sign_up(request: Request, here: CurrentHere, sent: Annotated[SignUpForm, Form()]) -> Response:
    """Signs up; what comes next is in a mail, whoever has the address."""
    try:
        check_form(request, sent.form)
        await register_account(
            here.host,
            name=sent.name,
            email=sent.email,
            password=sent.password,
            organization_name=sent.organization,
            address=client_of(request),
        )
    except InsightHubError as error:
        return _sign_up(request, here, sent, error)
    words = _("We have sent an email to {email}. Open the link in it, and your account is ready.")
    return _said(request, here, _("Check your inbox"), words.format(email=sent.email.strip()))


class ForgottenForm(BaseModel):
    """What the page for a forgotten password sends."""

    email: str = ""
    form: str = ""


@router.get("/forgot", response_model=None)
async def forgotten_form(request: Request, here: CurrentHere, email: str = "") -> Response:
    """The form."""
    return _forgotten(request, here, email)


@router.post("/forgot", response_model=None)
async def forgotten(request: Request, here: CurrentHere, sent: Annotated[ForgottenForm, Form()]) -> Response:
    """Sends a link, where there is such an account; says the same where there is none."""
    try:
        check_form(request, sent.form)
        await send_way_back(here.host, sent.email, client_of(request))
    except InsightHubError as error:
        return _forgotten(request, here, sent.email, error)
    words = _(
        "If there is an account with {email}, an email with a link is on its way. The link works for "
        "one hour."
    )
    return _said(request, here, _("Check your inbox"), words.format(email=sent.email.strip()))


class NewPasswordForm(BaseModel):
    """What the page behind a link to choose a password sends."""

    password: str = ""
    form: str = ""


@router.get("/reset/{token}", response_model=None)
async def new_password_form(token: str, request: Request, here: CurrentHere) -> Response:
    """The form, while the link is good."""
    await _insist(here, Purpose.RESET_PASSWORD, token)
    return _new_password(request, here)


@router.post("/reset/{token}", response_model=None)
async def new_password(
    token: str, request: Request, here: CurrentHere, sent: Annotated[NewPasswordForm, Form()]
) -> Response:
    """Saves the password; one signs in with it then."""
    try:
        check_form(request, sent.form)
        await choose_password(here.host, token, sent.password)
    except LinkOver:
        raise
    except InsightHubError as error:
        return _new_password(request, here, error)
    way_on = ("/login", _("Sign in"))
    return _said(request, here, _("Your password is saved"), _("Sign in with it now."), way_on)


@router.get("/confirm/{token}", response_model=None)
async def confirm_form(token: str, request: Request, here: CurrentHere) -> Response:
    """The button, while the link is good."""
    await _insist(here, Purpose.CONFIRM_EMAIL, token)
    return _confirm(request, here, _("Confirm your email address"), _("Then your account is ready."))


@router.post("/confirm/{token}", response_model=None)
async def confirm(
    token: str, request: Request, here: CurrentHere, form: Annotated[str, Form()] = ""
) -> Response:
    """The address of a new account is proven."""

    async def take() -> Response:
        await confirm_address(here.host, token)
        way_on = ("/login", _("Sign in"))
        return _said(request, here, _("Your account is ready"), _("Your address is confirmed."), way_on)

    return await _pressed(request, here, form, _("Confirm your email address"), take)


@router.get("/email/{token}", response_model=None)
async def email_form(token: str, request: Request, here: CurrentHere) -> Response:
    """The button, while the link is good."""
    await _insist(here, Purpose.CHANGE_EMAIL, token)
    return _confirm(request, here, _("Use this address"), _("From then on, you sign in with this address."))


@router.post("/email/{token}", response_model=None)
async def email(
    token: str, request: Request, here: CurrentHere, form: Annotated[str, Form()] = ""
) -> Response:
    """A new address counts."""

    async def take() -> Response:
        await change_email(here.host, token)
        way_on = ("/", _("Continue"))
        return _said(
            request,
            here,
            _("Your email address was changed"),
            _("From now on, sign in with the new address."),
            way_on,
        )

    return await _pressed(request, here, form, _("Use this address"), take)


async def _insist(here: Here, purpose: Purpose, token: str) -> None:
    async with system_session(reason="is a link good") as db:
        if not await is_link_good(db, here.host, purpose, token):
            raise LinkOver()


async def _pressed(
    request: Request, here: Here, form: str, title: str, take: Callable[[], Awaitable[Response]]
) -> Response:
    """What the button does, once it is certain that a person pressed it."""
    try:
        check_form(request, form)
    except StaleForm as error:
        return _confirm(request, here, title, "", error)
    return await take()


def _sign_up(
    request: Request, here: Here, sent: SignUpForm, error: InsightHubError | None = None
) -> Response:
    return _page(
        request,
        lambda token: sign_up_page(
            here.theme, form_token=token, name=sent.name, organization=sent.organization, email=sent.email,
            error=error.message if error else None, mode=chosen_mode(request),
        ),
        error,
    )  # fmt: skip


def _forgotten(request: Request, here: Here, email: str, error: InsightHubError | None = None) -> Response:
    return _page(
        request,
        lambda token: forgotten_page(
            here.theme, form_token=token, email=email, error=error.message if error else None,
            mode=chosen_mode(request),
        ),
        error,
    )  # fmt: skip


def _new_password(request: Request, here: Here, error: InsightHubError | None = None) -> Response:
    return _page(
        request,
        lambda token: new_password_page(
            here.theme, action=request.url.path, form_token=token, error=error.message if error else None,
            mode=chosen_mode(request),
        ),
        error,
    )  # fmt: skip


def _confirm(
    request: Request, here: Here, title: str, words: str, error: InsightHubError | None = None
) -> Response:
    return _page(
        request,
        lambda token: confirm_page(
            here.theme, title, words, action=request.url.path, form_token=token,
            error=error.message if error else None, mode=chosen_mode(request),
        ),
        error,
    )  # fmt: skip


def _said(
    request: Request, here: Here, title: str, words: str, way_on: tuple[str, str] | None = None
) -> Response:
    page = said_page(here.theme, title, words, way_on=way_on, mode=chosen_mode(request))
    return HTMLResponse(page, headers={"cache-control": "no-store"})


def _page(request: Request, draw: Callable[[str], Markup], error: InsightHubError | None) -> Response:
    """A form, whose address may be a secret: no cache keeps it, no other site is told of it."""
    nonce = form_nonce(request)
    status = 200 if error is None or isinstance(error, StaleForm) else error.status
    headers = {"cache-control": "no-store", "referrer-policy": "same-origin"}
    response = HTMLResponse(draw(token_for(nonce)), status, headers=headers)
    keep_form_nonce(response, nonce)
    return response
