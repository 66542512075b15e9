"""The domains that an organisation sets up by itself: claimed, looked at, proven, made primary, removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NewType
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, record
from tenancy.db import after_commit, session
from tenancy.domain_checks import Finding, Findings, State, check, findings_document, findings_from
from tenancy.domain_mail import add_key
from tenancy.domain_ownership import is_proven, verify
from tenancy.domain_records import (
    Claim,
    Item,
    Record,
    is_bare,
    records,
    registered,
)
from tenancy.domains import DomainTaken, Purpose, resolve_host
from tenancy.errors import Conflict, Invalid, NotFound
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish
from tenancy.roles import OrganizationKind, Permission
from tenancy.settings import settings
from tenancy.site_fields import checked_host
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

DomainId = NewType("DomainId", UUID)

MOST_DOMAINS = 25


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain with what was last seen of it. ready: all it needs was there once, so links may carry it."""

    id: DomainId
    organization_id: OrganizationId
    claim: Claim
    is_primary: bool
    verified: bool
    ready: bool
    findings: Findings
    since: Mapping[Item, datetime]
    checked_at: datetime | None
    failing_since: datetime | None
    created_at: datetime

    @property
    def host(self) -> str:
        return self.claim.host

    @property
    def purpose(self) -> Purpose:
        return self.claim.purpose

    @property
    def works(self) -> bool:
        """Whether everything was there when somebody last looked."""
        return self.verified and all(finding.good for finding in self.findings.values())

    def records(self) -> list[Record]:
        """What its owner has to write into the DNS."""
        pointing, spf = self.findings.get(Item.POINTING), self.findings.get(Item.SPF)
        return records(
            self.claim,
            addresses=pointing.wanted if pointing else (),
            spf=spf.wanted[0] if spf and spf.wanted else "",
        )


class LastDomain(Conflict):
    code = "last_domain"
    message = gettext_noop(
        "You are signed in on this domain, and there is no other one. Add another portal domain first."
    )


async def list_domains(db: AsyncSession, organization_id: OrganizationId) -> list[Domain]:
    """The domains of one organisation, portal domains first, each kind by age."""
    rows = await db.execute(rows_with_keys().where(models.Domain.organization_id == organization_id))
    order = list(Purpose)
    found = [domain_of(row, key) for row, key in rows]
    return sorted(found, key=lambda one: (order.index(one.purpose), one.created_at))


async def get_domain(db: AsyncSession, viewer: Viewer, domain_id: str) -> Domain:
    """A domain that the viewer may set up. Raises NotFound, or Forbidden for who may only know of it."""
    row, key = await _row(db, domain_id)
    viewer.require(Permission.MANAGE_DOMAINS)
    return domain_of(row, key)


async def claim_domain(
    db: AsyncSession,
    viewer: Viewer,
    host: str,
    purpose: Purpose,
    organization_id: OrganizationId | None = None,
) -> Domain:
    """A new domain of an organisation (the viewer's, unless given); it serves nothing before it is proven."""
    viewer.require(Permission.MANAGE_DOMAINS)
    owner = organization_id or viewer.organization_id
    if await db.scalar(_KIND, {"id": owner}) == OrganizationKind.DIRECT:
        raise Conflict(_("Direct customers of the platform use the platform's domain."))
    host = _checked(host, purpose)
    holder = await resolve_host(host) if purpose is not Purpose.MAIL else None
    if holder is not None and holder.organization_id != owner and await is_proven(host, purpose):
        raise DomainTaken(field="host")
    mine = await db.scalar(
        select(func.count()).select_from(models.Domain).where(models.Domain.organization_id == owner)
    )
    if (mine or 0) >= MOST_DOMAINS:
        raise Conflict(_("At most {count} domains are allowed.").format(count=MOST_DOMAINS), field="host")
    row = models.Domain(organization_id=owner, host=host, purpose=purpose)
    try:
        async with db.begin_nested():
            db.add(row)
    except IntegrityError:
        raise Conflict(_("You have already added this domain."), field="host") from None
    await db.refresh(row)
    key = await add_key(db, row) if purpose is Purpose.MAIL else None
    await _record(db, viewer, Action.DOMAIN_ADDED, row, {"purpose": str(purpose)})
    log.info("domain.claimed", host=host, purpose=purpose)
    return domain_of(row, key)


async def check_domain(viewer: Viewer, domain_id: str) -> Domain:
    """Looks at the domain now (or gives what somebody saw a moment ago), and keeps what was seen."""
    async with session(viewer) as db:
        domain = await get_domain(db, viewer, domain_id)
    if domain.checked_at is not None and datetime.now(UTC) - domain.checked_at < _FRESH:
        return domain
    findings = await check(domain.claim)
    async with session(viewer) as db:
        row, key = await _row(db, domain_id)
        was_verified = row.verified_at is not None
        await keep_findings(db, row, findings)
        if row.verified_at is not None and not was_verified:
            await _record(db, viewer, Action.DOMAIN_VERIFIED, row, {"purpose": row.purpose})
        return domain_of(row, key)


async def keep_findings(
    db: AsyncSession, row: models.Domain, findings: Findings, *, counts: bool = False
) -> None:
    """Writes down what was seen, and what follows: proven, ready, primary, failing.

    `counts`: nobody watches, so that failures are counted, and people are told of what comes to work.
    """
    now = datetime.now(UTC)
    ownership = findings[Item.OWNERSHIP]
    if ownership.good and row.verified_at is None and not await verify(db, row, now):
        findings = {**findings, Item.OWNERSHIP: Finding(Item.OWNERSHIP, State.TAKEN)}
    row.checks = findings_document(findings, row.checks, now)
    row.checked_at = now
    if all(finding.good for finding in findings.values()) and row.verified_at is not None:
        row.failing_since, row.failures = None, 0
        if row.ready_at is None:
            row.ready_at, row.ready_untold = now, counts
            row.is_primary = not await _primary_of(db, row.organization_id, row.purpose)
    elif row.ready_at is not None:
        row.failing_since = row.failing_since or now
        row.failures += counts
    await db.flush()


async def make_primary(db: AsyncSession, viewer: Viewer, domain_id: str) -> None:
    """Links, scripts or mail carry this domain from now on, whatever it is for."""
    row, _key = await _row(db, domain_id)
    viewer.require(Permission.MANAGE_DOMAINS)
    if row.ready_at is None:
        raise Conflict(
            _(
                "This domain does not work yet. It can become the primary domain once all its checks "
                "have passed."
            )
        )
    await _step_back(db, row)
    row.is_primary = True
    await db.flush()
    await _record(db, viewer, Action.DOMAIN_MADE_PRIMARY, row, {"purpose": row.purpose})


async def remove_domain(db: AsyncSession, viewer: Viewer, domain_id: str, *, signed_in_on: str) -> None:
    """Takes the domain away; the oldest other one becomes the primary one.

    Raises LastDomain for the only way in of whoever asks (signed_in_on is the host of the request).
    """
    row, _key = await _row(db, domain_id)
    viewer.require(Permission.MANAGE_DOMAINS)
    if row.host == settings().platform_host.lower() and row.vouched:
        raise Conflict(_("This is the platform's own host. It is changed with the setting PLATFORM_HOST."))
    others = await _working(db, row)
    if row.host == signed_in_on and row.purpose == Purpose.APP and not others:
        raise LastDomain()
    if row.is_primary and others:
        await _step_back(db, row)
        others[0].is_primary = True
    await _record(db, viewer, Action.DOMAIN_REMOVED, row, {"purpose": row.purpose})
    await db.delete(row)
    await db.flush()
    after_commit(db, publish, Channel.HOST, row.host)
    log.info("domain.removed", host=row.host)


def rows_with_keys() -> Select[models.Domain, models.DomainKey]:
    """The query for domain_of(), before any condition."""
    return select(models.Domain, models.DomainKey).outerjoin(
        models.DomainKey, models.DomainKey.domain_id == models.Domain.id
    )


def domain_of(row: models.Domain, key: models.DomainKey | None) -> Domain:
    """The domain of a row and its key, where it has one."""
    purpose = Purpose(row.purpose)
    return Domain(
        id=DomainId(row.id),
        organization_id=OrganizationId(row.organization_id),
        claim=Claim(
            host=row.host,
            purpose=purpose,
            challenge=row.challenge,
            vouched=row.vouched,
            selector=key.selector if key else "",
            public_key=key.public_key if key else "",
        ),
        is_primary=row.is_primary,
        verified=row.verified_at is not None,
        ready=row.ready_at is not None,
        findings=findings_from(row.checks, purpose),
        since={Item(item): datetime.fromisoformat(one["since"]) for item, one in row.checks.items()},
        checked_at=row.checked_at,
        failing_since=row.failing_since,
        created_at=row.created_at,
    )


_FRESH = timedelta(seconds=2)
_KIND = text("SELECT kind FROM organizations WHERE id = :id")


def _checked(host: str, purpose: Purpose) -> str:
    host = checked_host(host, field="host")
    ours = {settings().target_host, settings().platform_host.lower()}
    if host in ours or any(host.endswith(f".{name}") for name in ours):
        raise DomainTaken(field="host")
    if settings().is_development and host.endswith(".localhost"):
        return host
    if not registered(host):
        raise Invalid(_("Enter a public domain name, like metrics.example.com."), field="host")
    if purpose is Purpose.TRACKING and is_bare(host):
        raise Invalid(_("Use a subdomain of your domain, like t.example.com."), field="host")
    return host


def _is_below() -> Any:
    # Row-level security also shows clients the hosts of their reseller, for links.
    below = select(models.OrgTree.descendant_id).where(models.OrgTree.ancestor_id == func.app.org_id())
    return models.Domain.organization_id.in_(below)


async def _row(db: AsyncSession, domain_id: str) -> tuple[models.Domain, models.DomainKey | None]:
    try:
        wanted = UUID(domain_id)
    except ValueError:
        raise NotFound() from None
    found = (await db.execute(rows_with_keys().where(models.Domain.id == wanted, _is_below()))).one_or_none()
    if found is None:
        raise NotFound()
    row, key = found
    return row, key


async def _record(
    db: AsyncSession, viewer: Viewer, action: Action, row: models.Domain, details: Mapping[str, Any]
) -> None:
    target = Target(str(row.id), row.host)
    organization_id = OrganizationId(row.organization_id)
    await record(db, viewer, action, target, organization_id=organization_id, details=details)


async def _primary_of(db: AsyncSession, organization_id: UUID, purpose: str) -> models.Domain | None:
    found: models.Domain | None = await db.scalar(
        select(models.Domain).where(
            models.Domain.organization_id == organization_id,
            models.Domain.purpose == purpose,
            models.Domain.is_primary,
        )
    )
    return found


async def _step_back(db: AsyncSession, row: models.Domain) -> None:
    await db.execute(
        update(models.Domain)
        .where(
            models.Domain.organization_id == row.organization_id,
            models.Domain.purpose == row.purpose,
            models.Domain.is_primary,
        )
        .values(is_primary=False)
    )


async def _working(db: AsyncSession, row: models.Domain) -> list[models.Domain]:
    """The other domains of the same organisation and purpose that are ready, the oldest first."""
    found = await db.scalars(
        select(models.Domain)
        .where(
            models.Domain.organization_id == row.organization_id,
            models.Domain.purpose == row.purpose,
            models.Domain.ready_at.is_not(None),
            models.Domain.verified_at.is_not(None),
            models.Domain.id != row.id,
        )
        .order_by(models.Domain.created_at)
    )
    return list(found)
