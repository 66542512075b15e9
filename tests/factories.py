"""Organisations, people and sites for tests. Each call makes new ones with names of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

from sqlalchemy import text

from analytics.models import ClientExport
from tenancy import accounts, api_keys, domains, login, organizations, sites
from tenancy.api_keys import Scope
from tenancy.db import session, system_session
from tenancy.domain_setup import Domain, claim_domain
from tenancy.domains import HostOrganization, Purpose
from tenancy.ids import OrganizationId, UserId
from tenancy.invalidation import Channel, publish
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind, Role
from tenancy.settings import settings
from tenancy.sites import Site
from tenancy.viewer import Viewer

PASSWORD = "correct horse battery"
_RUN = uuid4().hex[:6]
_numbers = count(1)


@dataclass(frozen=True)
class MadeOrganization:
    """host is its own, else its reseller's or the platform's."""

    id: OrganizationId
    public_id: str
    kind: OrganizationKind
    realm_id: OrganizationId
    name: str
    slug: str
    host: str


@dataclass(frozen=True)
class MadeUser:
    id: UserId
    email: str
    password: str
    name: str
    role: Role
    organization: MadeOrganization


def unique(stem: str) -> str:
    """stem-1a2b3c-7: no two in this or another run."""
    return f"{stem}-{_RUN}-{next(_numbers)}"


async def the_platform() -> MadeOrganization:
    """The organisation at the root of the tree, which every migrated database has."""
    host = await domains.resolve_host(settings().platform_host)
    assert host is not None
    async with system_session(reason="test") as db:
        public_id = await db.scalar(
            text("SELECT public_id FROM organizations WHERE id = :id"), {"id": host.organization_id}
        )
    return MadeOrganization(
        host.organization_id, str(public_id), host.kind, host.realm_id, host.name, "platform", host.host
    )


async def make_reseller(
    slug: str | None = None, *, host: str | None = None, theme: Mapping[str, Any] | None = None
) -> MadeOrganization:
    """An agency with a verified domain."""
    slug = slug or unique("agency")
    async with system_session(reason="test") as db:
        made = await organizations.create_reseller(db, name=slug.replace("-", " ").title(), slug=slug)
        host = await domains.add_domain(db, made.id, host or f"{slug}.localhost", verified=True, primary=True)
    await _put_theme(made, theme)
    return _made(made, host)


async def make_client(
    reseller: MadeOrganization, name: str | None = None, *, theme: Mapping[str, Any] | None = None
) -> MadeOrganization:
    """A client of the agency."""
    return await _make(OrganizationKind.CLIENT, reseller, name or unique("Client"), theme)


async def make_direct(name: str | None = None, *, theme: Mapping[str, Any] | None = None) -> MadeOrganization:
    """A customer of the platform itself."""
    return await _make(OrganizationKind.DIRECT, await the_platform(), name or unique("Direct"), theme)


async def make_user(
    organization: MadeOrganization,
    role: Role = Role.OWNER,
    email: str | None = None,
    password: str = PASSWORD,
    name: str = "Kim Doe",
) -> MadeUser:
    """A person with this role in the organisation."""
    email = email or f"{unique(role)}@example.com"
    async with system_session(reason="test") as db:
        user_id = await accounts.create_user(db, organization.id, email=email, name=name, password=password)
        await accounts.add_member(db, organization.id, user_id, role)
    return MadeUser(user_id, email, password, name, role, organization)


async def make_operator() -> MadeUser:
    """A person who runs the platform."""
    return await make_user(await the_platform(), Role.OPERATOR)


async def make_site(organization: MadeOrganization, domain: str | None = None, **fields: Any) -> Site:
    """A site of the organisation; fields as for create_site."""
    domain = domain or f"{unique('site')}.example"
    async with system_session(reason="test") as db:
        return await sites.create_site(
            db, a_viewer(organization), **{"name": domain, "domain": domain} | fields
        )


async def make_key(
    organization: MadeOrganization, *scopes: Scope, site: Site | None = None, days: int | None = None
) -> str:
    """An API key of the organisation, or of one site of it, with these scopes; all of them by default."""
    viewer = a_viewer(organization)
    async with session(viewer) as db:
        _key, secret = await api_keys.create_api_key(
            db, viewer, name=unique("Key"), scopes=scopes or (Scope.ADMIN,), site=site, days=days
        )
    return secret


async def make_domain(
    organization: MadeOrganization, host: str | None = None, purpose: Purpose = Purpose.APP
) -> Domain:
    """A domain that the organisation claims, and has proven nothing of."""
    platform = a_viewer(await the_platform())
    host = host or f"{unique('www')}.example.com"
    async with system_session(reason="test") as db:
        return await claim_domain(db, platform, host, purpose, organization.id)


async def make_client_export(client: MadeOrganization) -> None:
    """A file of the client that is ready to be fetched."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("organization.csv", f"id,name\n{client.public_id},{client.name}\n")
    async with system_session(reason="test") as db:
        db.add(
            ClientExport(
                organization_id=client.id,
                run=uuid4(),
                asker_email=f"{unique('asker')}@example.com",
                asker_locale="en",
                state="ready",
                file_name=f"{client.slug}.zip",
                body=packed.getvalue(),
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )
        )


def a_viewer(organization: MadeOrganization, role: Role | None = None) -> Viewer:
    """Somebody of this organisation who never signed in: for functions that take a viewer."""
    owner = Role.OPERATOR if organization.kind is OrganizationKind.PLATFORM else Role.OWNER
    return Viewer(
        user_id=UserId(uuid4()),
        email="nobody@example.com",
        name="Nobody",
        organization_id=organization.id,
        organization_kind=organization.kind,
        organization_name=organization.name,
        role=role or owner,
        host_organization_id=organization.realm_id,
        session_id=uuid4(),
        locale="en",
    )


def viewer_of(user: MadeUser) -> Viewer:
    """The person in their organisation, as if they had signed in."""
    return replace(a_viewer(user.organization, user.role), user_id=user.id, email=user.email, name=user.name)


def info_of(made: MadeOrganization) -> OrganizationInfo:
    """The organisation as get_organization would hand it out."""
    return OrganizationInfo(
        id=made.id,
        public_id=made.public_id,
        kind=made.kind,
        parent_id=None if made.id == made.realm_id else made.realm_id,
        realm_id=made.realm_id,
        name=made.name,
        slug=made.slug,
        locale="en",
        timezone="UTC",
        created_at=datetime.now(UTC),
    )


async def session_of(user: MadeUser) -> str:
    """The value of the cookie of a browser in which they are signed in."""
    host = await host_of(user.organization)
    _viewer, token = await login.sign_in(host, user.email, user.password, f"198.19.0.{next(_numbers) % 250}")
    return token


async def host_of(organization: MadeOrganization) -> HostOrganization:
    """The organisation's host, as a request on it finds it."""
    host = await domains.resolve_host(organization.host)
    assert host is not None
    return host


async def _make(
    kind: OrganizationKind, parent: MadeOrganization, name: str, theme: Mapping[str, Any] | None
) -> MadeOrganization:
    async with system_session(reason="test") as db:
        made = await organizations.add_organization(db, kind, parent_id=parent.id, name=name)
    await _put_theme(made, theme)
    return _made(made, parent.host)


async def _put_theme(made: OrganizationInfo, theme: Mapping[str, Any] | None) -> None:
    if theme is None:
        return
    async with system_session(reason="test") as db:
        await db.execute(
            text("INSERT INTO themes (organization_id, document) VALUES (:id, CAST(:theme AS jsonb))"),
            {"id": made.id, "theme": json.dumps(dict(theme))},
        )
    await publish(Channel.HOST, "")


def _made(made: OrganizationInfo, host: str) -> MadeOrganization:
    return MadeOrganization(made.id, made.public_id, made.kind, made.realm_id, made.name, made.slug, host)
