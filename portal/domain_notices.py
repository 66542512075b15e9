"""The mails about domains that came to work, or work no more: to those who can do something about it."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from portal.notices import each_by_itself, tell
from tenancy.db import system_session
from tenancy.domain_rechecks import domains_with_news, take_news
from tenancy.domain_records import Item
from tenancy.domain_setup import Domain, DomainId
from tenancy.domain_words import trouble
from tenancy.domains import Purpose, host_for
from tenancy.in_charge import Person, people_in_charge, people_who_may
from tenancy.organizations import OrganizationInfo, organization_by_id
from tenancy.roles import Permission
from themes.emails import CertificateTrouble, DomainFailing, DomainVerified, Mail


async def tell_of_domains() -> int:
    """Tells of every domain that there is news of, once, and says of how many."""
    return await each_by_itself(await domains_with_news(), _tell_of)


async def _tell_of(domain_id: DomainId) -> bool:
    async with system_session(reason="tell of a domain") as db:
        domain = await take_news(db, domain_id)
        if domain is None:
            return False
        owner = await organization_by_id(db, domain.organization_id)
        await tell(db, await _people(db, owner), partial(_mail, domain, owner.name))
    return True


async def _people(db: AsyncSession, owner: OrganizationInfo) -> list[Person]:
    if await host_for(db, owner.id, Purpose.APP) is None:
        # It has lost its only way in: no link would lead its people anywhere.
        return await people_who_may(db, owner.parent_id, Permission.MANAGE_DOMAINS)
    return await people_in_charge(db, owner, Permission.MANAGE_DOMAINS)


def _mail(domain: Domain, organization: str, _reader: Person) -> Mail:
    path = f"/settings/domains/{domain.id}"
    if domain.failing_since is None:
        return DomainVerified(organization, domain.host, domain.purpose, path)
    bad = {finding.item for finding in domain.findings.values() if not finding.good}
    if bad == {Item.CERTIFICATE}:
        return CertificateTrouble(organization, domain.host, trouble(domain), path)
    return DomainFailing(
        organization, domain.host, domain.purpose, trouble(domain), domain.failing_since, path
    )
