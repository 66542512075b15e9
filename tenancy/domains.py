"""Which organisation a host name belongs to, and which host an organisation's links carry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.cache import ReadThrough
from tenancy.db import after_commit, system_session
from tenancy.errors import Conflict, NotFound
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, on_change, publish
from tenancy.roles import OrganizationKind
from tenancy.settings import settings
from tenancy.site_fields import checked_host
from tenancy.text import gettext_noop as _

log = structlog.get_logger(__name__)


class Purpose(StrEnum):
    """A tracking domain serves the script and collect, and nothing else; a mail domain serves nothing."""

    APP = "app"
    TRACKING = "tracking"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class HostOrganization:
    """Whose host this is, with its realm's theme; own_theme is that of a client with a host of its own.

    locale is the organisation's own, else its realm's, else None.
    """

    organization_id: OrganizationId
    realm_id: OrganizationId
    kind: OrganizationKind
    name: str
    locale: str | None
    host: str
    purpose: Purpose
    theme: Mapping[str, Any] | None
    allows_sign_up: bool = False
    own_theme: Mapping[str, Any] | None = None


class DomainTaken(Conflict):
    code = "domain_taken"
    message = _("That domain is already in use.")


async def resolve_host(host: str) -> HostOrganization | None:
    """The organisation of a request's Host, None for a host that is not ours. Answers from memory mostly."""
    return await _hosts.get(bare_host(host))


def bare_host(host: str) -> str:
    """northwind.localhost of "Northwind.localhost.:8000"."""
    name = host.lower()
    return (name if name.endswith("]") else name.rpartition(":")[0] or name).rstrip(".")


def base_url(host: str) -> str:
    """https://northwind.example, with the port where it is not the scheme's own."""
    scheme, port = settings().public_scheme, settings().public_port
    standard = port == {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" if standard else f"{scheme}://{host}:{port}"


async def primary_host(db: AsyncSession, organization_id: OrganizationId) -> str:
    """The host for links to this organisation's people: its own verified one, else its reseller's."""
    host = await host_for(db, organization_id, Purpose.APP)
    if host is None:
        raise NotFound()
    return host


async def host_for(db: AsyncSession, organization_id: OrganizationId, purpose: Purpose) -> str | None:
    """The host of this purpose that the organisation uses: its own, else its reseller's, else none.

    Never one that was not yet seen to work, and one that fails only where there is no other: links would
    lead nowhere.
    """
    host: str | None = await db.scalar(
        _PRIMARY_HOST, {"organization": organization_id, "purpose": str(purpose)}
    )
    return host


async def add_domain(
    db: AsyncSession,
    organization_id: OrganizationId,
    host: str,
    *,
    purpose: Purpose = Purpose.APP,
    verified: bool = False,
    primary: bool = False,
) -> str:
    """Claims a host name; any organisation may claim one, and one alone can have it verified.

    verified: the platform vouches for it, so that it works at once and is never asked for proof.
    """
    host = checked_host(host, field="host")
    if primary:
        await db.execute(
            update(models.Domain)
            .where(
                models.Domain.organization_id == organization_id,
                models.Domain.purpose == purpose,
                models.Domain.is_primary,
            )
            .values(is_primary=False)
        )
    row = models.Domain(
        organization_id=organization_id,
        host=host,
        purpose=purpose,
        is_primary=primary,
        vouched=verified,
        verified_at=func.now() if verified else None,
        ready_at=func.now() if verified else None,
    )
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        raise DomainTaken(field="host") from None
    after_commit(db, publish, Channel.HOST, host)
    log.info("domain.added", host=host, verified=verified)
    return host


async def hosts_changed(db: AsyncSession, organization_id: OrganizationId) -> None:
    """After the commit, every process reads the organisation's hosts and theme anew."""
    hosts = await db.scalars(
        select(models.Domain.host)
        .join(models.OrgTree, models.OrgTree.descendant_id == models.Domain.organization_id)
        .where(models.OrgTree.ancestor_id == organization_id)
    )
    for host in hosts:
        after_commit(db, publish, Channel.HOST, host)


# The tables of themes belong to the next package; here only documents pass through, unread.
HOST_ROWS = """
SELECT o.id, o.realm_id, o.kind, o.name, coalesce(o.locale, brand.locale), d.host, d.purpose,
       realm.document, own.document, o.allows_sign_up
  FROM domains d
  JOIN organizations o ON o.id = d.organization_id
  JOIN organizations brand ON brand.id = o.realm_id
  LEFT JOIN themes own ON own.organization_id = o.id AND o.id <> o.realm_id
  LEFT JOIN themes realm ON realm.organization_id = o.realm_id
"""
"""What host_organization() reads, of every domain; without its WHERE."""

_HOST = text(HOST_ROWS + " WHERE d.host = :host AND d.verified_at IS NOT NULL AND d.purpose <> 'mail'")

_PRIMARY_HOST = text("""
SELECT d.host
  FROM organizations o
  JOIN domains d ON d.organization_id IN (o.id, o.realm_id)
 WHERE o.id = :organization AND d.purpose = :purpose AND d.verified_at IS NOT NULL AND d.ready_at IS NOT NULL
 ORDER BY d.failing_since IS NULL DESC, d.organization_id = o.id DESC, d.is_primary DESC, d.created_at, d.id
 LIMIT 1
""")


async def _fetch_host(host: str) -> HostOrganization | None:
    async with system_session(reason="organisation of a host") as db:
        row = (await db.execute(_HOST, {"host": host})).one_or_none()
    return None if row is None else host_organization(row)


def host_organization(row: Iterable[Any]) -> HostOrganization:
    """What a query found in the columns and the order of _HOST."""
    organization_id, realm_id, kind, name, locale, host, purpose, theme, own_theme, allows_sign_up = row
    return HostOrganization(
        organization_id=OrganizationId(organization_id),
        realm_id=OrganizationId(realm_id),
        kind=OrganizationKind(kind),
        name=name,
        locale=locale,
        host=host,
        purpose=Purpose(purpose),
        theme=theme,
        allows_sign_up=allows_sign_up,
        own_theme=own_theme,
    )


_hosts = ReadThrough(_fetch_host, fresh_s=60, unknown_s=5, stale_s=3600)
on_change(Channel.HOST, _hosts.forget)
