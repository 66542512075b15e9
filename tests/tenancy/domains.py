"""What an organisation and the owner of a name do on the way to a domain that works."""

from sqlalchemy import text

from tenancy.db import session, system_session
from tenancy.domain_records import Item
from tenancy.domain_setup import Domain, check_domain, claim_domain
from tenancy.domains import Purpose
from tenancy.viewer import Viewer
from tests.factories import unique
from tests.name_server import NameServer


def writes(names: NameServer, domain: Domain, *, without: Item | None = None) -> None:
    """The owner writes what the page shows into the DNS."""
    for record in domain.records():
        if record.item is not without:
            names.says(record.name, record.kind, record.value + ("." if record.kind == "CNAME" else ""))


async def looks(viewer: Viewer, domain: Domain) -> Domain:
    """As somebody does who presses the button some seconds later."""
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE domains SET checked_at = now() - interval '5 s' WHERE id = :id"), {"id": domain.id}
        )
    return await check_domain(viewer, str(domain.id))


async def a_domain(viewer: Viewer, purpose: Purpose = Purpose.APP, host: str | None = None) -> Domain:
    async with session(viewer) as db:
        return await claim_domain(db, viewer, host or f"{unique('stats')}.example.com", purpose)


async def working(names: NameServer, viewer: Viewer, purpose: Purpose = Purpose.APP) -> Domain:
    domain = await a_domain(viewer, purpose)
    writes(names, domain)
    domain = await looks(viewer, domain)
    assert domain.works
    return domain
