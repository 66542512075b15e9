"""An organisation sets up its own domains: from a name to green lights, and away again."""

import asyncio
from dataclasses import replace
from uuid import UUID

import dkim
import pytest

from tenancy import audit
from tenancy.db import session, system_session
from tenancy.domain_checks import Finding, State
from tenancy.domain_mail import dkim_sign, mail_domain
from tenancy.domain_ownership import LOOKS_BEFORE_NOTICE
from tenancy.domain_preview import preview_token, previewed_host
from tenancy.domain_rechecks import domains_with_news, recheck_domain, recheck_domains, take_news
from tenancy.domain_records import Item
from tenancy.domain_setup import (
    Domain,
    LastDomain,
    claim_domain,
    get_domain,
    list_domains,
    make_primary,
    remove_domain,
)
from tenancy.domain_words import _ANY_ITEM, _WORDS, sentence, trouble
from tenancy.domains import Purpose, host_for, primary_host, resolve_host
from tenancy.errors import Conflict, Forbidden, Invalid, NotFound
from tenancy.roles import Role
from tests.factories import (
    a_viewer,
    make_client,
    make_direct,
    make_domain,
    make_reseller,
    the_platform,
    unique,
)
from tests.name_server import NameServer
from tests.tenancy.conftest import Owner
from tests.tenancy.domains import a_domain, looks, working, writes


async def test_a_domain_serves_once_it_is_proven_and_links_carry_it_once_it_works(names: NameServer) -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    domain = await a_domain(viewer)
    assert (await looks(viewer, domain)).findings[Item.OWNERSHIP].state is State.MISSING
    assert await resolve_host(domain.host) is None

    writes(names, domain, without=Item.POINTING)
    proven = await looks(viewer, domain)
    assert (proven.verified, proven.ready, proven.works) == (True, False, False)
    found = await resolve_host(domain.host)
    assert found is not None and found.organization_id == reseller.id
    async with session(viewer) as db:
        with pytest.raises(Conflict):
            await make_primary(db, viewer, str(domain.id))
        assert await primary_host(db, reseller.id) == reseller.host

    writes(names, domain)
    assert (await looks(viewer, domain)).works
    async with session(viewer) as db:
        await make_primary(db, viewer, str(domain.id))
        assert await primary_host(db, reseller.id) == domain.host
        primaries = [one.host for one in await list_domains(db, reseller.id) if one.is_primary]
        done = [entry.action for entry in await audit.entries(db, viewer, audit.Search())]
    assert primaries == [domain.host]
    assert done == ["domain.made_primary", "domain.verified", "domain.added"]


async def test_the_first_of_its_kind_becomes_the_primary_one_by_itself(names: NameServer) -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    first = await working(names, viewer, Purpose.TRACKING)
    second = await working(names, viewer, Purpose.TRACKING)
    client = await make_client(reseller)
    async with session(a_viewer(client)) as db:
        assert await host_for(db, client.id, Purpose.TRACKING) == first.host
    assert (first.is_primary, second.is_primary) == (True, False)
    async with session(viewer) as db:
        await remove_domain(db, viewer, str(first.id), signed_in_on=reseller.host)
        assert (await get_domain(db, viewer, str(second.id))).is_primary
    assert await resolve_host(first.host) is None


async def test_nobody_saws_off_the_branch_they_sit_on(names: NameServer) -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    async with session(viewer) as db:
        [only] = await list_domains(db, reseller.id)
        with pytest.raises(LastDomain):
            await remove_domain(db, viewer, str(only.id), signed_in_on=only.host)
    other = await working(names, viewer)
    async with session(viewer) as db:
        await remove_domain(db, viewer, str(only.id), signed_in_on=only.host)
        assert await primary_host(db, reseller.id) == other.host
    platform = a_viewer(await the_platform())
    async with session(platform) as db:
        own = next(one for one in await list_domains(db, platform.organization_id) if one.claim.vouched)
        with pytest.raises(Conflict, match="PLATFORM_HOST"):
            await remove_domain(db, platform, str(own.id), signed_in_on="elsewhere.example.com")


async def test_who_may_set_up_domains() -> None:
    reseller = await make_reseller()
    client = await make_client(reseller)
    theirs = await make_domain(reseller)
    for viewer in (a_viewer(reseller, Role.MEMBER), a_viewer(client), a_viewer(await make_direct())):
        with pytest.raises(Forbidden):
            await a_domain(viewer)
    async with session(a_viewer(reseller, Role.BILLING)) as db:
        with pytest.raises(Forbidden):
            await get_domain(db, a_viewer(reseller, Role.BILLING), str(theirs.id))
    for stranger in (a_viewer(client), a_viewer(await make_reseller())):
        async with session(stranger) as db:
            with pytest.raises(NotFound):
                await get_domain(db, stranger, str(theirs.id))
    agency = a_viewer(reseller)
    async with session(agency) as db:
        of_client = await claim_domain(db, agency, f"{unique('c')}.example.com", Purpose.APP, client.id)
        with pytest.raises(NotFound):
            await get_domain(db, agency, "not-an-id")
    assert of_client.organization_id == client.id
    direct = await make_direct()
    platform = a_viewer(await the_platform())
    async with session(platform) as db:
        with pytest.raises(Conflict):
            await claim_domain(db, platform, f"{unique('d')}.example.com", Purpose.APP, direct.id)


@pytest.mark.parametrize(
    ("host", "purpose"),
    [("nonsense", Purpose.APP), ("192.0.2.1", Purpose.APP), ("intranet.lan", Purpose.APP),
     ("example.com", Purpose.TRACKING), ("with space.example.com", Purpose.MAIL)],
)  # fmt: skip
async def test_names_that_cannot_be(host: str, purpose: Purpose) -> None:
    with pytest.raises(Invalid):
        await a_domain(a_viewer(await make_reseller()), purpose, host)


async def test_what_breaks_is_told_once_after_some_looks(names: NameServer) -> None:
    reseller = await make_reseller(host=f"{unique('r')}.localhost")
    viewer = a_viewer(reseller)
    domain = await working(names, viewer)
    names.says(domain.host, "CNAME", "elsewhere.example.")
    for number in range(LOOKS_BEFORE_NOTICE):
        assert domain.id not in await domains_with_news(), number
        await recheck_domain(domain.id)
    assert domain.id in await domains_with_news()

    async def take() -> Domain | None:
        async with system_session(reason="test") as db:
            return await take_news(db, domain.id)

    # Two workers at once, and one that comes later.
    first, second = await asyncio.gather(take(), take())
    taken = first or second
    assert taken is not None and None in (first, second) and await take() is None
    assert "elsewhere.example" in trouble(taken)
    async with session(viewer) as db:
        failing = await get_domain(db, viewer, str(domain.id))
    assert failing.failing_since is not None and failing.ready and failing.verified

    await recheck_domain(domain.id)
    assert domain.id not in await domains_with_news()
    names.says(domain.host, "CNAME", "edge.hosting.example.")
    await recheck_domain(domain.id)
    async with session(viewer) as db:
        assert (await get_domain(db, viewer, str(domain.id))).failing_since is None
    names.says(domain.host, "CNAME", "elsewhere.example.")
    for _number in range(LOOKS_BEFORE_NOTICE):
        await recheck_domain(domain.id)
    assert await take() is not None


async def test_links_lead_to_a_host_that_works_while_the_primary_one_fails(names: NameServer) -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    broken = await working(names, viewer)
    client = await make_client(reseller)

    async def hosts() -> set[str]:
        async with session(viewer) as db:
            return {await primary_host(db, one.id) for one in (reseller, client)}

    async with session(viewer) as db:
        await make_primary(db, viewer, str(broken.id))
    assert await hosts() == {broken.host}
    names.says(broken.host, "CNAME", "elsewhere.example.")
    await looks(viewer, broken)
    assert await hosts() == {reseller.host}
    async with session(viewer) as db:
        given = next(one for one in await list_domains(db, reseller.id) if one.host == reseller.host)
        await remove_domain(db, viewer, str(given.id), signed_in_on=broken.host)
    assert await hosts() == {broken.host}


async def test_the_clock_looks_at_each_once_a_day_and_at_new_ones_more_often(
    names: NameServer, owner: Owner
) -> None:
    viewer = a_viewer(await make_reseller())
    settled = await working(names, viewer)
    unfinished, forgotten = await a_domain(viewer), await a_domain(viewer)
    writes(names, unfinished)

    def last_looked(domain: Domain, ago: str) -> None:
        owner.execute(f"UPDATE domains SET checked_at = now() - interval '{ago}' WHERE id = %s", [domain.id])

    def waits(domain: Domain) -> bool:
        query = "SELECT checked_at < now() - interval '10 min' FROM domains WHERE id = %s"
        return owner.execute(query, [domain.id]).fetchone() == (True,)

    last_looked(settled, "20 hours")
    last_looked(unfinished, "1 hour")
    last_looked(forgotten, "1 hour")
    owner.execute("UPDATE domains SET created_at = now() - interval '1 month' WHERE id = %s", [forgotten.id])
    await recheck_domains()
    assert (waits(settled), waits(unfinished), waits(forgotten)) == (True, False, True)
    async with session(viewer) as db:
        assert (await get_domain(db, viewer, str(unfinished.id))).works
    last_looked(settled, "1 day")
    await recheck_domains()
    assert not waits(settled)


async def test_mail_of_a_domain_is_signed_with_a_key_that_only_we_can_read(
    names: NameServer, owner: Owner
) -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    domain = await a_domain(viewer, Purpose.MAIL)
    sender = b"From: Mara <hello@%s>\r\n" % domain.host.encode()
    message = sender + b"To: kim@example.org\r\nSubject: Hi\r\n\r\nAll well.\r\n"
    assert await dkim_sign(message, domain.host) == message
    async with session(viewer) as db:
        assert await mail_domain(db, reseller.id) is None

    writes(names, domain)
    assert (await looks(viewer, domain)).works
    client = await make_client(reseller)
    async with session(a_viewer(client)) as db:
        assert await mail_domain(db, client.id) == domain.host
    signed = await dkim_sign(message, domain.host)
    assert signed.endswith(message)

    def published(name: bytes, timeout: int = 5) -> bytes:
        [record] = [one for one in domain.records() if f"{one.name}." == name.decode()]
        return record.value.encode()

    assert dkim.verify(signed, dnsfunc=published)
    assert not dkim.verify(signed.replace(b"All well", b"All bad!"), dnsfunc=published)
    kept = owner.execute("SELECT private_key FROM domain_keys WHERE domain_id = %s", [domain.id]).fetchone()
    assert kept is not None and b"PRIVATE KEY" not in kept[0]
    assert await resolve_host(domain.host) is None


async def test_a_name_may_serve_pages_for_one_and_send_mail_as_well(names: NameServer) -> None:
    viewer = a_viewer(await make_reseller())
    host = f"{unique('both')}.example.com"
    for purpose in (Purpose.APP, Purpose.MAIL):
        domain = await a_domain(viewer, purpose, host)
        names.says(host, "A", "192.0.2.10")
        for record in domain.records():
            if record.kind == "TXT":
                names.says(record.name, "TXT", record.value)
        assert (await looks(viewer, domain)).works


async def test_every_state_has_a_sentence(names: NameServer) -> None:
    viewer = a_viewer(await make_reseller())
    domain = await a_domain(viewer, Purpose.MAIL)
    finding = Finding(Item.SPF, State.OTHER, ("a", "b"), ("c",))
    said = [
        *(sentence(domain, replace(finding, item=item, state=state)) for item, state in _WORDS),
        *(sentence(domain, replace(finding, item=Item.DKIM, state=state)) for state in _ANY_ITEM),
    ]
    assert all(words.endswith(".") and "{" not in words for words in said)
    assert {state for _item, state in _WORDS} | set(_ANY_ITEM) == set(State)


async def test_a_preview_link_shows_a_claimed_host_until_it_expires() -> None:
    reseller = await make_reseller(theme={"name": "Northwind"})
    domain = await make_domain(reseller)
    host = await previewed_host(preview_token(domain.id))
    assert (host.host, host.organization_id, host.theme) == (domain.host, reseller.id, {"name": "Northwind"})
    token = preview_token(domain.id)
    for bad in (preview_token(domain.id, now=0), token[:-1] + "g", "", "x-y", preview_token(UUID(int=7))):
        with pytest.raises(NotFound):
            await previewed_host(bad)
