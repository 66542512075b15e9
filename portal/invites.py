"""/invite/{token}: what the link in an invitation opens. Plain pages, as whoever comes may be anybody."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from portal.here import CurrentHere, Here, client_of
from portal.signing import ask_for_code, check_form, form_nonce, keep_form_nonce, keep_session
from portal.views.invites import invite_over_page, invite_page
from tenancy.csrf import StaleForm, check_token, token_for
from tenancy.errors import InsightHubError
from tenancy.identity_providers import providers_on
from tenancy.invite_links import (
    Account,
    OpenedInvite,
    accept_as,
    accept_as_new,
    accept_by_password,
    open_invite,
)
from tenancy.invites import InviteState
from tenancy.second_factor import CodeNeeded

router = APIRouter(include_in_schema=False)


@router.get("/invite/{token}", response_model=None)
async def invite_link(token: str, request: Request, here: CurrentHere) -> Response:
    """What the link is good for."""
    return await invite_form(request, here, token)


class AcceptForm(BaseModel):
    """What the page sends: a name and a password, where it asked for them."""

    name: str = ""
    password: str = ""
    form: str = ""


@router.post("/invite/{token}", response_model=None)
async def accept_invite(
    token: str, request: Request, here: CurrentHere, sent: Annotated[AcceptForm, Form()]
) -> Response:
    """Accepts, and goes on to the first page; or shows the page again, with what was wrong."""
    opened = await open_invite(here.host, token)
    try:
        return await _accept(token, request, here, sent, opened)
    except CodeNeeded as needed:
        return ask_for_code(request, here, needed.user_id, "/")
    except InsightHubError as error:
        return await invite_form(request, here, token, name=sent.name, error=error)


async def invite_form(
    request: Request, here: Here, token: str, *, name: str = "", error: InsightHubError | None = None
) -> HTMLResponse:
    """The page of an invitation, with what went wrong before. Raises NotFound where there is none."""
    headers = {"cache-control": "no-store"}
    opened = await open_invite(here.host, token)
    if opened.invite.state is not InviteState.OPEN:
        return HTMLResponse(invite_over_page(here.theme, opened.invite), 410, headers=headers)
    nonce = form_nonce(request)
    page = invite_page(
        here.theme,
        replace(opened, name=name or opened.name),
        action=f"/invite/{token}",
        form_token=token_for(here.token or "" if here.viewer is not None else nonce),
        sign_in_url=_sign_in_url(token, opened),
        signed_in_as=here.viewer.email if here.viewer is not None else None,
        others=await _others(here, token, opened),
        error=error.message if error is not None else None,
    )
    status = 200 if error is None or isinstance(error, StaleForm) else error.status
    response = HTMLResponse(page, status, headers=headers)
    if here.viewer is None:
        keep_form_nonce(response, nonce)
    return response


async def _accept(
    token: str, request: Request, here: Here, sent: AcceptForm, opened: OpenedInvite
) -> Response:
    if here.viewer is not None:
        check_token(here.token, sent.form)
        await accept_as(here.viewer, here.host, token)
        return RedirectResponse("/", 303)
    check_form(request, sent.form)
    if opened.account is Account.MEMBER:
        return RedirectResponse(_sign_in_url(token, opened), 303)
    if opened.account is Account.KNOWN:
        await accept_by_password(here.host, token, sent.password, client_of(request))
        return RedirectResponse(f"/login?{urlencode({'email': opened.invite.email})}", 303)
    _viewer, session_token = await accept_as_new(here.host, token, sent.name, sent.password)
    response = RedirectResponse("/", 303)
    keep_session(response, session_token)
    return response


async def _others(here: Here, token: str, opened: OpenedInvite) -> list[tuple[str, str]]:
    """Ways to accept through a provider: those that may vouch for the address."""
    domain = opened.invite.email.rpartition("@")[2]
    return [
        (f"/auth/invite?{urlencode({'provider': one.key, 'invite': token})}", one.name)
        for one in await providers_on(here.host)
        if not one.email_domains or domain in one.email_domains
    ]


def _sign_in_url(token: str, opened: OpenedInvite) -> str:
    return f"/login?{urlencode({'next': f'/invite/{token}', 'email': opened.invite.email})}"
