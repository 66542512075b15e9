"""/api/auth: accounts for people who sign up, tokens for programs that sign in as somebody."""

from typing import Literal

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from portal.accounts import register_account
from portal.api.routes import OPEN, WRITES, Text, api_router, refused
from portal.here import CurrentHere, CurrentViewer, client_of
from tenancy.login import end_session, sign_out_everywhere
from tenancy.roles import OrganizationKind, Role
from tenancy.text import gettext as _
from tenancy.tokens import ACCESS_S, TokenPair, refresh_tokens, sign_in_program
from tenancy.viewer import Viewer

router = api_router("/api/auth", "auth", 401)


class Credentials(BaseModel):
    """What a person types."""

    email: Text = Field(max_length=320, examples=["you@agency.com"])
    password: Text = Field(max_length=1024, examples=["your password"])
    code: Text = Field(
        "", max_length=64, description="From the authenticator app, where two-factor authentication is on."
    )


class NewAccount(BaseModel):
    """Who signs up, and the organisation that will be theirs."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(max_length=1024, examples=["Kim Doe"])
    email: Text = Field(max_length=320, examples=["you@shop.example"])
    password: Text = Field(
        max_length=1024, description="10 to 200 characters.", examples=["a long sentence of yours"]
    )
    organization_name: Text = Field(
        max_length=1024, description="The name of your company.", examples=["Shop Ltd"]
    )


class Registered(BaseModel):
    """The same, whether the address is new or has an account: nobody learns who has one."""

    message: str = Field(examples=["We have sent a mail to you@shop.example. Follow the link in it."])


class Organization(BaseModel):
    """Where a person belongs."""

    name: str = Field(examples=["Shop Ltd"])
    kind: OrganizationKind = Field(examples=[OrganizationKind.CLIENT])


class Me(BaseModel):
    """Who is signed in."""

    email: str = Field(examples=["you@agency.com"])
    name: str = Field(examples=["Kim Doe"])
    role: Role = Field(examples=[Role.OWNER])
    organization: Organization


class Tokens(BaseModel):
    """Send the access token as “Authorization: Bearer …”; exchange the refresh token for the next two."""

    access_token: str = Field(examples=["eyJhbGciOi…"])
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[ACCESS_S])
    refresh_token: str = Field(description="Valid for 30 days and for one use.", examples=["mC0y0rUq…"])
    user: Me


class Refresh(BaseModel):
    """The refresh token that came last."""

    refresh_token: Text = Field(max_length=1024, examples=["mC0y0rUq…"])


@router.post("/register", response_model=Registered, status_code=202, responses=WRITES, openapi_extra=OPEN)
async def register(new: NewAccount, request: Request, here: CurrentHere) -> Registered:
    """Sign up: an account, and an organisation that it owns. Not every host lets people sign up.

    The account is good once the link in the mail has been followed.
    """
    await register_account(
        here.host,
        name=new.name,
        email=new.email,
        password=new.password,
        organization_name=new.organization_name,
        address=client_of(request),
    )
    sent = _("We have sent an email to {email}. Open the link in it.")
    return Registered(message=sent.format(email=new.email.strip()))


@router.post("/login", response_model=Tokens, responses=WRITES, openapi_extra=OPEN)
async def login(credentials: Credentials, request: Request, here: CurrentHere) -> Tokens:
    """Sign in. Accounts are those of this host's organisation and of its clients."""
    viewer, pair = await sign_in_program(
        here.host, credentials.email, credentials.password, client_of(request), code=credentials.code
    )
    return _tokens(viewer, pair)


@router.post("/refresh", response_model=Tokens, responses=WRITES, openapi_extra=OPEN)
async def refresh(sent: Refresh, here: CurrentHere) -> Tokens:
    """The next two tokens.

    A refresh token is good once. For ten seconds after its use it gives the same next one, as two threads may
    ask at a time, and an answer may get lost. Used again later, it ends the session: somebody else has it.
    """
    return _tokens(*await refresh_tokens(here.host, sent.refresh_token))


@router.get("/me", response_model=Me)
async def me(viewer: CurrentViewer) -> Me:
    """Who is signed in."""
    return _me(viewer)


@router.post("/logout", status_code=204, responses=refused(403, 422))
async def logout(
    viewer: CurrentViewer,
    everywhere: bool = Query(False, description="Whether to end all of your sessions, in browsers too."),
) -> None:
    """End this session, with its access and refresh tokens."""
    if everywhere:
        await sign_out_everywhere(viewer.user_id)
    else:
        await end_session(viewer.session_id)


def _tokens(viewer: Viewer, pair: TokenPair) -> Tokens:
    return Tokens(
        access_token=pair.access_token,
        expires_in=ACCESS_S,
        refresh_token=pair.refresh_token,
        user=_me(viewer),
    )


def _me(viewer: Viewer) -> Me:
    organization = Organization(name=viewer.organization_name, kind=viewer.organization_kind)
    return Me(email=viewer.email, name=viewer.name, role=viewer.role, organization=organization)
