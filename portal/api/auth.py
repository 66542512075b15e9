"""/api/auth: a token for an email and a password."""

from typing import Literal

from fastapi import Request
from pydantic import BaseModel, Field

from portal.api.routes import OPEN, Text, api_router, refused
from portal.here import CurrentHere, CurrentViewer, client_of
from tenancy.login import sign_in, sign_out
from tenancy.roles import OrganizationKind, Role
from tenancy.viewer import Viewer

router = api_router("/api/auth", "auth", 401)


class Credentials(BaseModel):
    """What a person types."""

    email: Text = Field(max_length=320, examples=["you@agency.com"])
    password: Text = Field(max_length=1024, examples=["your password"])


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


class Token(BaseModel):
    """Send it as “Authorization: Bearer …”; it ends when the person signs out."""

    access_token: str = Field(examples=["Vt3kq…"])
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    user: Me


@router.post("/login", response_model=Token, responses=refused(400, 422, 429), openapi_extra=OPEN)
async def login(credentials: Credentials, request: Request, here: CurrentHere) -> Token:
    """Sign in. Accounts are those of this host's organisation and of its clients."""
    viewer, token = await sign_in(here.host, credentials.email, credentials.password, client_of(request))
    return Token(access_token=token, user=_me(viewer))


@router.get("/me", response_model=Me)
async def me(viewer: CurrentViewer) -> Me:
    """Who is signed in."""
    return _me(viewer)


@router.post("/logout", status_code=204)
async def logout(here: CurrentHere) -> None:
    """End this session."""
    here.signed_in()
    assert here.token is not None
    await sign_out(here.token)


def _me(viewer: Viewer) -> Me:
    organization = Organization(name=viewer.organization_name, kind=viewer.organization_kind)
    return Me(email=viewer.email, name=viewer.name, role=viewer.role, organization=organization)
