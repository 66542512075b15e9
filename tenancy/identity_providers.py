"""Who may vouch for people on a host: the platform's providers, and those that a reseller has set up."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, record
from tenancy.db import system_session
from tenancy.domains import HostOrganization
from tenancy.errors import Conflict, Invalid, NotFound
from tenancy.ids import OrganizationId
from tenancy.outbound import is_public_address
from tenancy.roles import Permission
from tenancy.sealing import Unreadable, seal, unseal
from tenancy.settings import settings
from tenancy.site_fields import checked_name
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

GOOGLE = "https://accounts.google.com"
MOST_PROVIDERS = 5


class ProviderTaken(Conflict):
    code = "provider_taken"
    message = gettext_noop("You have already set up that provider.")


@dataclass(frozen=True, slots=True)
class Provider:
    """key stands in addresses. trusted: the operator named it, so that it may be inside our network."""

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    email_domains: tuple[str, ...] = ()
    enabled: bool = True
    is_platform: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """As the form sends it. An empty secret keeps the stored one."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    email_domains: str = ""
    enabled: bool = True


async def providers_on(host: HostOrganization) -> list[Provider]:
    """What the sign-in page of a host offers: what the reseller has set up, else the platform's."""
    own = await _fetch_own(host.realm_id)
    # With the platform's, people see the platform's domain for a moment: a reseller's own choice replaces
    # them all, even where it has turned its own off.
    return [one for one in own if one.enabled] if own else platform_providers()


async def provider_on(host: HostOrganization, key: str) -> Provider:
    """The one with this key, while it is offered there. Raises NotFound."""
    for one in await providers_on(host):
        if one.key == key:
            return one
    raise NotFound()


def platform_providers() -> list[Provider]:
    """Those of the environment."""
    known = settings()
    found = []
    if known.google_client_id and known.google_client_secret:
        found.append(("google", "Google", GOOGLE, known.google_client_id, known.google_client_secret))
    if known.oidc_issuer and known.oidc_client_id:
        name = known.oidc_name or _("single sign-on")
        issuer = known.oidc_issuer.strip()
        found.append(("oidc", name, issuer, known.oidc_client_id, known.oidc_client_secret))
    return [Provider(*one, is_platform=True, trusted=True) for one in found]


async def provider_name(db: AsyncSession, realm_id: UUID, issuer: str) -> str:
    """What people of a realm know an issuer as; its host, where it is not set up any more."""
    known = [*await _read(db, OrganizationId(realm_id)), *platform_providers()]
    names = (one.name for one in known if one.issuer.rstrip("/") == issuer.rstrip("/"))
    return next(names, urlsplit(issuer).hostname or issuer)


async def own_providers(db: AsyncSession, viewer: Viewer) -> list[Provider]:
    """The reseller's, for the settings page, the disabled too."""
    viewer.require(Permission.MANAGE_SIGN_IN)
    return await _read(db, viewer.organization_id)


async def own_provider(db: AsyncSession, viewer: Viewer, key: str) -> Provider:
    """One of the reseller's. Raises NotFound."""
    viewer.require(Permission.MANAGE_SIGN_IN)
    return _provider(await _row(db, viewer, key))


async def save_provider(db: AsyncSession, viewer: Viewer, form: ProviderForm, key: str = "") -> Provider:
    """A new one, or the one with this key changed. Raises Invalid with the field, ProviderTaken, NotFound."""
    viewer.require(Permission.MANAGE_SIGN_IN)
    row = await _row(db, viewer, key) if key else None
    issuer, client_id = checked_issuer(form.issuer), form.client_id.strip()
    if not client_id or len(client_id) > 500:
        raise Invalid(_("Copy the client ID from the provider."), field="client_id")
    domains = _domains(form.email_domains)
    name = checked_name(form.name)
    if not form.client_secret and row is None:
        raise Invalid(_("Copy the client secret from the provider."), field="client_secret")
    if row is not None and not form.client_secret and issuer != row.issuer:
        # Else whoever may fill in the form could have the secret sent to a server of theirs.
        raise Invalid(
            _("Enter the secret again, because the provider is a different one."), field="client_secret"
        )
    changed = models.IdentityProvider(organization_id=viewer.organization_id) if row is None else row
    changed.name, changed.issuer, changed.client_id = name, issuer, client_id
    changed.email_domains, changed.enabled = domains, form.enabled
    if form.client_secret:
        place = str(viewer.organization_id)
        changed.client_secret = seal(form.client_secret.strip().encode(), _PURPOSE, place)
    if row is None and len(await _read(db, viewer.organization_id)) >= MOST_PROVIDERS:
        raise Conflict(_("You cannot add more providers. Remove one first."))
    try:
        async with db.begin_nested():
            db.add(changed)
    except IntegrityError:
        raise ProviderTaken(field="issuer") from None
    details = {"issuer": issuer, "client_id": client_id, "email_domains": domains, "enabled": form.enabled}
    await record(db, viewer, Action.PROVIDER_CHANGED, Target(str(changed.id), name), details=details)
    log.info("identity_provider.saved", provider=str(changed.id))
    return _provider(changed)


async def remove_provider(db: AsyncSession, viewer: Viewer, key: str) -> None:
    """Nobody signs in through it any more. Raises NotFound."""
    viewer.require(Permission.MANAGE_SIGN_IN)
    row = await _row(db, viewer, key)
    await db.delete(row)
    await record(db, viewer, Action.PROVIDER_REMOVED, Target(key, row.name), details={"issuer": row.issuer})


def checked_issuer(value: str) -> str:
    """The address of a provider that a tenant may name."""
    issuer = value.strip()
    public = is_public_address(issuer)
    inside = settings().oidc_private_networks and issuer.startswith(("http://", "https://"))
    if not (public or inside) or len(issuer) > 300 or "?" in issuer or "#" in issuer:
        raise Invalid(_("Write the issuer like https://login.example.com."), field="issuer")
    return issuer


_PURPOSE = "secret of an identity provider"
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def _domains(value: str) -> list[str]:
    found = [one.strip().lower().lstrip("@") for one in re.split(r"[\s,;]+", value) if one.strip()]
    if any(not _DOMAIN.fullmatch(one) for one in found) or len(found) > 50:
        raise Invalid(_("Write the domains like example.com, separated by commas."), field="email_domains")
    return sorted(set(found))


async def _row(db: AsyncSession, viewer: Viewer, key: str) -> models.IdentityProvider:
    try:
        row = await db.get(models.IdentityProvider, UUID(key))
    except ValueError:
        raise NotFound() from None
    if row is None or row.organization_id != viewer.organization_id:
        raise NotFound()
    return row


async def _fetch_own(realm_id: OrganizationId) -> list[Provider]:
    async with system_session(reason="providers of a host") as db:
        return await _read(db, realm_id)


async def _read(db: AsyncSession, organization_id: OrganizationId) -> list[Provider]:
    rows = await db.scalars(
        select(models.IdentityProvider)
        .where(models.IdentityProvider.organization_id == organization_id)
        .order_by(models.IdentityProvider.created_at, models.IdentityProvider.id)
    )
    return [_provider(row) for row in rows]


def _provider(row: models.IdentityProvider) -> Provider:
    enabled = row.enabled
    try:
        secret = unseal(row.client_secret, _PURPOSE, str(row.organization_id)).decode()
    except Unreadable:
        log.warning("identity_provider.secret_unreadable", provider=str(row.id))
        secret, enabled = "", False
    return Provider(
        key=str(row.id),
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        client_secret=secret,
        email_domains=tuple(row.email_domains),
        enabled=enabled,
        trusted=settings().oidc_private_networks,
    )
