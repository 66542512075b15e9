"""The sample tenants in PostgreSQL: made where they are missing, left alone where they are there."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.stack.demo.brands import BRANDS, SampleBrand
from portal.stack.demo.cast import DIRECT, RESELLERS
from portal.stack.demo.shapes import SampleOrganization, SamplePerson, SampleReseller, SampleSite
from tenancy.accounts import EmailTaken, add_member, create_operator, create_user
from tenancy.db import session, system_session
from tenancy.domains import add_domain, hosts_changed, resolve_host
from tenancy.ids import OrganizationId, UserId
from tenancy.organizations import OrganizationInfo, add_organization, create_reseller, list_clients
from tenancy.passwords import DEMO_PASSWORD
from tenancy.plans import Plan, put_plan
from tenancy.roles import OrganizationKind, Role
from tenancy.settings import settings
from tenancy.sites import Site, create_site, list_sites
from tenancy.viewer import Viewer
from tenancy.viewings import allow_viewing
from themes.assets import store_asset
from themes.models import ThemeRow
from themes.theme import theme_document, theme_from_document


@dataclass(frozen=True, slots=True)
class PlacedSite:
    """A site of the sample world, and what the database calls it."""

    sample: SampleSite
    site: Site


OPERATOR = "operator@app.localhost"
OPERATOR_NAME = "Alex Morgan"


async def place_world() -> list[PlacedSite]:
    """All sites of the sample world, with their organisations and people."""
    with suppress(EmailTaken):
        await create_operator(OPERATOR, DEMO_PASSWORD, OPERATOR_NAME)
    placed = []
    for reseller in RESELLERS:
        placed += await _place_reseller(reseller)
    platform = await resolve_host(settings().platform_host)
    assert platform is not None
    above = _somebody(
        platform.organization_id,
        OrganizationKind.PLATFORM,
        platform.name,
        platform.realm_id,
        Role.OPERATOR,
        person=OPERATOR_NAME,
    )
    placed += await _place_organizations(above, OrganizationKind.DIRECT, [DIRECT])
    return placed


async def find_site(agency: SampleReseller, domain: str) -> Site | None:
    """The site of that domain among the agency's clients; None before it was made."""
    host = await resolve_host(agency.host)
    if host is None:
        return None
    async with session(_agency_viewer(agency, host.organization_id)) as db:
        return next((site for site in await list_sites(db) if site.domain == domain), None)


async def note_first_event(site: Site, first_event_at: datetime) -> None:
    """Marks a site's traffic as complete; the site has been with us since then."""
    async with system_session(reason="sample traffic of a site") as db:
        await db.execute(_FIRST_EVENT, {"number": site.number, "at": first_event_at})


_FIRST_EVENT = text("UPDATE sites SET first_event_at = :at, created_at = :at WHERE number = :number")


async def _place_reseller(sample: SampleReseller) -> list[PlacedSite]:
    host = await resolve_host(sample.host)
    if host is None:
        async with system_session(reason="sample agency") as db:
            made = await create_reseller(db, name=sample.name, slug=sample.slug, timezone=sample.timezone)
            await add_domain(db, made.id, sample.host, verified=True, primary=True)
            await _put_brand(db, made.id, BRANDS[sample.name])
            await _put_people(db, made.id, sample.people, sample.host)
            await put_plan(db, made.id, Plan.GROWTH)
        organization_id = made.id
    else:
        organization_id = host.organization_id
    above = _agency_viewer(sample, organization_id)
    return await _place_organizations(above, OrganizationKind.CLIENT, sample.clients)


async def _place_organizations(
    above: Viewer, kind: OrganizationKind, samples: Iterable[SampleOrganization]
) -> list[PlacedSite]:
    """The organisations below that of `above`, with their sites; each is made whole or not at all."""
    async with session(above) as db:
        there = {organization.name: organization for organization in await list_clients(db)}
    placed = []
    for sample in samples:
        async with session(above) as db:
            made = there.get(sample.name) or await _make_organization(db, above, kind, sample)
            by_domain = {site.domain: site for site in await list_sites(db, made.id)}
            # Somebody may have deleted a sample site: it stays deleted.
            placed += [
                PlacedSite(site, by_domain[site.domain]) for site in sample.sites if site.domain in by_domain
            ]
        if sample.allows_viewing and sample.name not in there:
            # Nobody else can agree for it.
            owner = _owner(sample.people)
            realm = above.host_organization_id
            own = _somebody(made.id, kind, made.name, realm, Role.OWNER, person=owner)
            async with session(own) as db:
                await allow_viewing(db, own, True)
    return placed


async def _make_organization(
    db: AsyncSession, above: Viewer, kind: OrganizationKind, sample: SampleOrganization
) -> OrganizationInfo:
    made = await add_organization(
        db,
        kind,
        parent_id=above.organization_id,
        name=sample.name,
        locale=sample.locale,
        timezone=sample.market.timezone,
    )
    await _put_people(db, made.id, sample.people, sample.mail)
    for site in sample.sites:
        await create_site(
            db,
            above,
            organization_id=made.id,
            name=site.name,
            domain=site.domain,
            timezone=site.market.timezone,
            currency=site.market.currency,
            visitor_mode=site.mode,
        )
    return made


async def _put_people(
    db: AsyncSession, organization_id: OrganizationId, people: Iterable[SamplePerson], mail: str
) -> None:
    for person in people:
        email = f"{person.address}@{mail}"
        user_id = await create_user(
            db, organization_id, email=email, name=person.name, password=DEMO_PASSWORD
        )
        await add_member(db, organization_id, user_id, person.role)


async def _put_brand(db: AsyncSession, organization_id: OrganizationId, brand: SampleBrand) -> None:
    digests = {
        str(kind): await store_asset(db, organization_id, kind, drawing.encode())
        for kind, drawing in brand.pictures.items()
    }
    theme = theme_from_document({**brand.document, **digests}, brand.name)
    row = insert(ThemeRow).values(organization_id=organization_id, document=theme_document(theme))
    await db.execute(row)
    await hosts_changed(db, organization_id)


def _agency_viewer(agency: SampleReseller, organization_id: OrganizationId) -> Viewer:
    return _somebody(
        organization_id,
        OrganizationKind.RESELLER,
        agency.name,
        organization_id,
        Role.OWNER,
        person=_owner(agency.people),
    )


def _owner(people: Iterable[SamplePerson]) -> str:
    # The audit log names who did it: in every language, that is a person.
    return next(person.name for person in people if person.role is Role.OWNER)


def _somebody(
    organization_id: OrganizationId,
    kind: OrganizationKind,
    organization: str,
    host_organization_id: OrganizationId,
    role: Role,
    *,
    person: str,
) -> Viewer:
    """A viewer who never signed in: the sample world is made with the same calls as a real one."""
    return Viewer(
        user_id=UserId(uuid4()),
        email=OPERATOR,
        name=person,
        organization_id=organization_id,
        organization_kind=kind,
        organization_name=organization,
        role=role,
        host_organization_id=host_organization_id,
        session_id=uuid4(),
        locale="en",
    )
