"""Host names: whose they are, and which one a link carries."""

import pytest

from tenancy.db import session, system_session
from tenancy.domains import (
    DomainTaken,
    Purpose,
    add_domain,
    bare_host,
    base_url,
    hosts_changed,
    primary_host,
    resolve_host,
)
from tenancy.errors import Invalid
from tenancy.invalidation import Channel, publish
from tenancy.roles import OrganizationKind
from tenancy.settings import settings
from tests.factories import a_viewer, make_client, make_direct, make_reseller, the_platform, unique
from tests.tenancy.conftest import Owner, WithDatabase
from tests.tenancy.test_database import NOBODY


async def test_a_verified_host_is_its_resellers_with_the_resellers_theme() -> None:
    reseller = await make_reseller(theme={"name": "Northwind"})
    found = await resolve_host(f"{reseller.host.upper()}.:8000")
    assert found is not None
    assert (found.organization_id, found.realm_id) == (reseller.id, reseller.id)
    assert (found.kind, found.purpose) == (OrganizationKind.RESELLER, Purpose.APP)
    assert found.theme == {"name": "Northwind"}


async def test_a_clients_own_host_looks_like_its_reseller_and_shares_its_accounts() -> None:
    reseller = await make_reseller(theme={"name": "Northwind"})
    client = await make_client(reseller)
    async with system_session(reason="test") as db:
        host = await add_domain(db, client.id, f"{unique('stats')}.example", verified=True)
    found = await resolve_host(host)
    assert found is not None
    assert (found.organization_id, found.realm_id) == (client.id, reseller.id)
    assert found.theme == {"name": "Northwind"}


async def test_an_unknown_or_unverified_host_is_nobodys() -> None:
    reseller = await make_reseller()
    async with system_session(reason="test") as db:
        claimed = await add_domain(db, reseller.id, f"{unique('claimed')}.example")
    assert await resolve_host(claimed) is None
    assert await resolve_host("unknown.example") is None
    assert await resolve_host("") is None


async def test_a_host_that_was_unknown_is_known_once_added() -> None:
    reseller = await make_reseller()
    host = f"{unique('soon')}.example"
    assert await resolve_host(host) is None
    async with system_session(reason="test") as db:
        await add_domain(db, reseller.id, host, purpose=Purpose.TRACKING, verified=True)
    found = await resolve_host(host)
    assert found is not None
    assert found.purpose is Purpose.TRACKING


async def test_many_may_claim_a_host_and_one_alone_has_it() -> None:
    ours, theirs = await make_reseller(), await make_reseller()
    host = f"{unique('wanted')}.example"
    async with system_session(reason="test") as db:
        await add_domain(db, ours.id, host)
        await add_domain(db, theirs.id, host, verified=True)
    late = await make_reseller()
    with pytest.raises(DomainTaken):
        async with session(a_viewer(late)) as db:
            await add_domain(db, late.id, host, verified=True)


async def test_links_carry_the_primary_host_of_the_organization_or_of_its_reseller() -> None:
    reseller = await make_reseller()
    client, own = await make_client(reseller), await make_client(reseller)
    async with system_session(reason="test") as db:
        host = await add_domain(db, own.id, f"{unique('own')}.example", verified=True)
        later = await add_domain(db, reseller.id, f"{unique('later')}.example", verified=True, primary=True)
    async with session(a_viewer(client)) as db:
        assert await primary_host(db, client.id) == later
    async with session(a_viewer(own)) as db:
        assert await primary_host(db, own.id) == host
    direct = await make_direct()
    async with session(a_viewer(direct)) as db:
        assert await primary_host(db, direct.id) == (await the_platform()).host


async def test_a_changed_theme_shows_at_once(owner: Owner) -> None:
    reseller = await make_reseller(theme={"name": "Before"})
    await resolve_host(reseller.host)
    async with system_session(reason="test") as db:
        owner.execute(
            'UPDATE themes SET document = \'{"name": "After"}\' WHERE organization_id = %s', [reseller.id]
        )
        await hosts_changed(db, reseller.id)
    found = await resolve_host(reseller.host)
    assert found is not None
    assert found.theme == {"name": "After"}


async def test_a_known_host_is_known_while_postgresql_is_down(with_database: WithDatabase) -> None:
    reseller = await make_reseller()
    known = await resolve_host(reseller.host)
    async with with_database(NOBODY):
        await publish(Channel.HOST, "")
        assert await resolve_host(reseller.host) == known


@pytest.mark.parametrize("host", ["", "no spaces.example", "-.example", "a" * 64 + ".example", "exa_mple"])
async def test_what_is_no_host_name_is_refused(host: str) -> None:
    reseller = await make_reseller()
    with pytest.raises(Invalid):
        async with system_session(reason="test") as db:
            await add_domain(db, reseller.id, host)


def test_addresses_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [bare_host(host) for host in ("A.example.:80", "a.example", "[::1]:80", "[::1]")] == [
        "a.example", "a.example", "[::1]", "[::1]",
    ]  # fmt: skip
    for scheme, port, url in (
        ("http", 8000, "http://a.example:8000"),
        ("http", 80, "http://a.example"),
        ("https", 443, "https://a.example"),
    ):
        monkeypatch.setattr(settings(), "public_scheme", scheme)
        monkeypatch.setattr(settings(), "public_port", port)
        assert base_url("a.example") == url
