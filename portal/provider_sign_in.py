"""/auth: to a provider that vouches for somebody, and back; redirects alone, and the page to sign in."""

import secrets
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from portal.here import CurrentHere, CurrentPerson, Here, client_of
from portal.invites import invite_form
from portal.security import safe_path
from portal.signing import ask_for_code, is_secure, keep_session, set_cookie, sign_in_form
from tenancy.csrf import check_token
from tenancy.db import session
from tenancy.errors import InsightHubError
from tenancy.identities import AccountExists, link_identity, sign_in_as
from tenancy.identity_providers import provider_on
from tenancy.invite_links import accept_through, open_invite
from tenancy.invites import InviteState
from tenancy.language_choice import keep_first_choice
from tenancy.languages import COOKIE
from tenancy.provider_journeys import (
    CALLBACK,
    FINISH,
    JOURNEY_S,
    Arrival,
    JourneyOver,
    ProviderTrouble,
    arrive,
    begin,
    returned,
)
from tenancy.second_factor import CodeNeeded

router = APIRouter(include_in_schema=False)
SECURITY = "/settings/security"


@router.get("/auth/start", response_model=None)
async def start(request: Request, here: CurrentHere, provider: str = "", next: str = "/") -> Response:
    """To the provider, to sign in."""
    try:
        return await _leave(request, here, provider, safe_path(next))
    except InsightHubError as error:
        return await sign_in_form(request, here, next=next, error=error.message, status=error.status)


@router.get("/auth/invite", response_model=None)
async def accept(request: Request, here: CurrentHere, provider: str = "", invite: str = "") -> Response:
    """To the provider, to accept an invitation. Raises NotFound where there is none."""
    if (await open_invite(here.host, invite)).invite.state is not InviteState.OPEN:
        return await invite_form(request, here, invite)
    try:
        return await _leave(request, here, provider, "/", invite=invite)
    except InsightHubError as error:
        return await invite_form(request, here, invite, error=error)


@router.get("/auth/link", response_model=None)
async def link(
    request: Request, here: CurrentHere, viewer: CurrentPerson, provider: str = "", form: str = ""
) -> Response:
    """To the provider, to connect it to the account of who is signed in."""
    check_token(here.token, form)
    try:
        return await _leave(request, here, provider, SECURITY, user_id=str(viewer.user_id))
    except InsightHubError as error:
        return _back_to_security(error)


@router.get(CALLBACK, response_model=None)
async def callback(
    request: Request, here: CurrentHere, state: str = "", code: str = "", error: str = ""
) -> Response:
    """From the provider, and on to where the browser began; shows nothing itself."""
    try:
        return _redirect(await returned(here.host, state, code, error))
    except JourneyOver as over:
        return await sign_in_form(request, here, next="/", error=over.message, status=over.status)


@router.get(FINISH, response_model=None)
async def finish(request: Request, here: CurrentHere, code: str = "") -> Response:
    """On the host where it began, in the same browser: signed in, or told why not."""
    next, invite = "/", ""
    try:
        arrival = await arrive(here.host, code, request.cookies.get(_cookie()))
        next, invite = arrival.next_path, arrival.invite
        response = await (_link(here, arrival) if arrival.user_id else _sign_in(request, here, arrival))
    except CodeNeeded as needed:
        response = ask_for_code(request, here, needed.user_id, next)
    except InsightHubError as error:
        invite = error.invite if isinstance(error, ProviderTrouble) else invite
        if invite:
            response = await invite_form(request, here, invite, error=error)
        elif here.viewer is not None:
            response = _back_to_security(error)
        else:
            next = SECURITY if isinstance(error, AccountExists) else next
            response = await sign_in_form(request, here, next=next, error=error.message, status=error.status)
    response.delete_cookie(_cookie(), path="/", secure=is_secure(), httponly=True, samesite="lax")
    # Not no-referrer: with it, browsers send the form of this page as from nowhere.
    response.headers["referrer-policy"] = "same-origin"
    return response


async def _leave(
    request: Request, here: Here, key: str, next: str, *, user_id: str = "", invite: str = ""
) -> Response:
    provider = await provider_on(here.host, key)
    # Kept where there is one: else a second tab would end the first one's way.
    browser = request.cookies.get(_cookie()) or secrets.token_urlsafe(32)
    way = await begin(here.host, provider, browser=browser, next_path=next, user_id=user_id, invite=invite)
    response = _redirect(way)
    set_cookie(response, _cookie(), browser, max_age=JOURNEY_S)
    return response


async def _sign_in(request: Request, here: Here, arrival: Arrival) -> Response:
    provider, person = arrival.provider, arrival.person
    if arrival.invite:
        viewer, token = await accept_through(here.host, arrival.invite, provider, person)
    else:
        viewer, token = await sign_in_as(here.host, provider, person, client_of(request))
    if chosen := request.cookies.get(COOKIE):
        async with session(viewer) as db:
            await keep_first_choice(db, viewer, chosen)
    response = _redirect(safe_path(arrival.next_path))
    keep_session(response, token)
    return response


async def _link(here: Here, arrival: Arrival) -> Response:
    viewer = here.known()
    if str(viewer.user_id) != arrival.user_id:
        raise JourneyOver()
    await link_identity(viewer, arrival.provider, arrival.person)
    return _redirect(SECURITY)


def _back_to_security(error: InsightHubError) -> Response:
    return _redirect(f"{SECURITY}?{urlencode({'trouble': error.code})}")


def _redirect(url: str) -> RedirectResponse:
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    return RedirectResponse(url, 303, headers=headers)


def _cookie() -> str:
    return "__Host-arrival" if is_secure() else "arrival"
