"""People are told by mail what becomes of domains: once, those who can do something, in their language."""

import asyncio

import pytest
from sqlalchemy import select, text

from portal.domain_notices import tell_of_domains
from tenancy import models
from tenancy.client_states import put_state
from tenancy.contracts import ClientState
from tenancy.db import session, system_session
from tenancy.domain_checks import Finding, State
from tenancy.domain_ownership import LOOKS_BEFORE_NOTICE
from tenancy.domain_rechecks import recheck_domain
from tenancy.domain_records import Item
from tenancy.domain_setup import Domain, claim_domain, keep_findings, remove_domain
from tenancy.domains import Purpose
from tenancy.roles import Role
from tests.factories import (
    MadeUser,
    a_viewer,
    info_of,
    make_client,
    make_operator,
    make_reseller,
    make_user,
    unique,
)
from tests.name_server import NameServer
from tests.portal.test_accounts import mails_to
from tests.tenancy.domains import a_domain, looks, working, writes

pytestmark = pytest.mark.usefixtures("stack")


async def breaks(names: NameServer, domain: Domain) -> None:
    """Its record is changed, and the clock looks often enough."""
    names.says(domain.host, "CNAME", "elsewhere.example.")
    for _number in range(LOOKS_BEFORE_NOTICE):
        await recheck_domain(domain.id)


async def speaks(person: MadeUser, locale: str) -> None:
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE users SET locale = :locale WHERE id = :id"), {"locale": locale, "id": person.id}
        )


async def test_a_domain_that_breaks_is_told_once_to_who_can_mend_it(names: NameServer) -> None:
    agency = await make_reseller()
    owner, admin = await make_user(agency), await make_user(agency, Role.ADMIN)
    others = [await make_user(agency, Role.BILLING), await make_user(await make_client(agency))]
    await speaks(admin, "de")
    domain = await working(names, a_viewer(agency))
    await tell_of_domains()
    assert await mails_to(owner.email) == []

    await breaks(names, domain)
    await asyncio.gather(tell_of_domains(), tell_of_domains())
    await recheck_domain(domain.id)
    await tell_of_domains()

    [english], [german] = await mails_to(owner.email), await mails_to(admin.email)
    assert (english.kind, english.host, english.organization) == ("domain_failing", domain.host, agency.name)
    assert english.path == f"/settings/domains/{domain.id}"
    assert english.reason.startswith(f"{domain.host} points elsewhere: to elsewhere.example")
    assert german.reason.startswith(f"{domain.host} zeigt woandershin: auf elsewhere.example")
    assert [await mails_to(one.email) for one in others] == [[], []]

    writes(names, domain)
    await recheck_domain(domain.id)
    await breaks(names, domain)
    await tell_of_domains()
    assert [mail.kind for mail in await mails_to(owner.email)] == ["domain_failing"] * 2


async def test_of_a_clients_domain_its_agency_hears_unless_the_client_is_closed(names: NameServer) -> None:
    agency = await make_reseller()
    boss, viewer = await make_user(agency), a_viewer(agency)
    client, closed = await make_client(agency), await make_client(agency)
    kim = await make_user(client)
    for owner in (client, closed):
        async with session(viewer) as db:
            domain = await claim_domain(
                db, viewer, f"{unique('own')}.example.com", Purpose.TRACKING, owner.id
            )
        writes(names, domain)
        await looks(viewer, domain)
        await breaks(names, domain)
    async with session(viewer) as db:
        await put_state(db, viewer, info_of(closed), ClientState.SUSPENDED)

    await tell_of_domains()

    assert [mail.organization for mail in await mails_to(boss.email)] == [client.name]
    assert await mails_to(kim.email) == []


async def test_a_domain_that_came_to_work_while_nobody_looked_is_told_once(names: NameServer) -> None:
    agency = await make_reseller()
    owner, viewer = await make_user(agency), a_viewer(agency)
    watched = await working(names, viewer)
    left = await a_domain(viewer, Purpose.MAIL)
    writes(names, left)

    for _twice in range(2):
        await recheck_domain(left.id)
        await recheck_domain(watched.id)
        await tell_of_domains()

    assert [(mail.kind, mail.host) for mail in await mails_to(owner.email)] == [
        ("domain_verified", left.host)
    ]


async def test_a_missing_certificate_has_a_mail_of_its_own(names: NameServer) -> None:
    agency = await make_reseller()
    owner = await make_user(agency)
    domain = await working(names, a_viewer(agency))
    refused = Finding(Item.CERTIFICATE, State.FORBIDDEN, ("sectigo.com",), ("letsencrypt.org",))
    for _number in range(LOOKS_BEFORE_NOTICE):
        async with system_session(reason="test") as db:
            row = (await db.scalars(select(models.Domain).where(models.Domain.id == domain.id))).one()
            await keep_findings(db, row, {**domain.findings, Item.CERTIFICATE: refused}, counts=True)

    await tell_of_domains()

    [mail] = await mails_to(owner.email)
    assert (mail.kind, mail.host) == ("certificate_trouble", domain.host)
    assert "sectigo.com" in mail.reason and "letsencrypt.org" in mail.reason


@pytest.mark.parametrize("has_another_host", [True, False])
async def test_who_lost_a_domain_to_another_account_hears_of_it(
    names: NameServer, has_another_host: bool
) -> None:
    agency, buyer = await make_reseller(), a_viewer(await make_reseller())
    owner, viewer, operator = await make_user(agency), a_viewer(agency), await make_operator()
    sold = await a_domain(viewer)
    bought = await a_domain(buyer, host=sold.host)
    writes(names, sold)
    assert (await looks(viewer, sold)).works
    if not has_another_host:
        async with session(viewer) as db:
            [given] = await db.scalars(
                select(models.Domain.id).where(models.Domain.host == agency.host, models.Domain.vouched)
            )
            await remove_domain(db, viewer, str(given), signed_in_on=sold.host)
    # It was told of already that it broke, and then somebody else proved it.
    await breaks(names, sold)
    await tell_of_domains()
    before = len(await mails_to(owner.email))
    writes(names, bought)
    assert (await looks(buyer, bought)).works

    await tell_of_domains()

    # Without any host of its own, no link would lead its people anywhere: the one above can help.
    told = (await mails_to(owner.email))[before:] if has_another_host else await mails_to(operator.email)
    [mail] = [one for one in told if one.host == sold.host]
    assert mail.kind == "domain_failing"
    assert mail.reason.startswith("Another account has verified this domain")
    assert len(await mails_to(owner.email)) == before + has_another_host
