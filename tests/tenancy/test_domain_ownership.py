"""Whose a name is: who may claim it, and who has it where several do."""

import pytest

from tenancy import models
from tenancy.db import session, system_session
from tenancy.domain_checks import State
from tenancy.domain_rechecks import domains_with_news
from tenancy.domain_records import Item
from tenancy.domain_setup import get_domain, list_domains
from tenancy.domains import DomainTaken, add_domain, resolve_host
from tenancy.errors import Conflict
from tenancy.settings import settings
from tests.factories import MadeOrganization, a_viewer, make_reseller, the_platform, unique
from tests.name_server import NameServer
from tests.tenancy.conftest import Owner
from tests.tenancy.domains import a_domain, looks, working, writes


async def test_names_that_are_ours_or_somebody_elses(names: NameServer) -> None:
    viewer = a_viewer(await make_reseller())
    taken = (await working(names, a_viewer(await make_reseller()))).host
    given = (await make_reseller(host=f"{unique('given')}.example.com")).host
    platforms = (settings().platform_host, f"x.{settings().platform_host}", "edge.hosting.example")
    for host in (*platforms, taken, given):
        with pytest.raises(DomainTaken):
            await a_domain(viewer, host=host)
    mine = await a_domain(viewer)
    with pytest.raises(Conflict):
        await a_domain(viewer, host=f"https://{mine.host.upper()}/login")


async def test_two_claim_a_name_and_the_dns_says_whose_it_is(names: NameServer) -> None:
    first, second = a_viewer(await make_reseller()), a_viewer(await make_reseller())
    host = f"{unique('sold')}.example.com"
    theirs, ours = await a_domain(first, host=host), await a_domain(second, host=host)
    name = f"_portal-verify.{host}"
    names.says(host, "CNAME", "edge.hosting.example.")
    names.says(name, "TXT", f"verify={theirs.claim.challenge}")
    assert (await looks(first, theirs)).works

    # Both proofs at once: who has it keeps it.
    names.says(name, "TXT", f"verify={theirs.claim.challenge}", f"verify={ours.claim.challenge}")
    refused = await looks(second, ours)
    assert (refused.findings[Item.OWNERSHIP].state, refused.verified) == (State.TAKEN, False)

    # The name was sold: the old proof is gone, the new owner's is there.
    names.says(name, "TXT", f"verify={ours.claim.challenge}")
    assert (await looks(second, ours)).works
    found = await resolve_host(host)
    assert found is not None and found.organization_id == second.organization_id
    lost = await looks(first, theirs)
    assert not lost.verified and lost.failing_since is not None
    assert theirs.id in await domains_with_news()


async def test_a_name_can_be_added_once_its_old_owner_no_longer_proves_it(names: NameServer) -> None:
    old, new = a_viewer(await make_reseller()), a_viewer(await make_reseller())
    host, kept = (await working(names, old)).host, (await working(names, old)).host
    record = f"_portal-verify.{host}"
    names.is_silent_about(kept)
    with pytest.raises(DomainTaken):
        await a_domain(new, host=kept)
    names.says(record, "TXT")
    ours = await a_domain(new, host=host)
    assert not (await looks(new, ours)).verified

    names.says(record, "TXT", f"verify={ours.claim.challenge}")
    assert (await looks(new, ours)).works
    found = await resolve_host(host)
    assert found is not None and found.organization_id == new.organization_id


async def test_a_host_that_the_platform_gave_is_not_lost_to_a_claim(names: NameServer) -> None:
    holder = await make_reseller(host=f"{unique('given')}.example.com")
    async with system_session(reason="test") as db:
        row = models.Domain(organization_id=(await make_reseller()).id, host=holder.host, purpose="app")
        db.add(row)
        await db.flush()
        claimed = row.id
    viewer = a_viewer(await the_platform())
    async with session(viewer) as db:
        domain = await get_domain(db, viewer, str(claimed))
    writes(names, domain)
    assert (await looks(viewer, domain)).findings[Item.OWNERSHIP].state is State.TAKEN


async def test_a_vouched_domain_needs_no_proof_and_an_agency_cannot_vouch_for_itself(owner: Owner) -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    async with session(viewer) as db:
        [given] = await list_domains(db, reseller.id)
    assert not [record for record in given.records() if record.item is Item.OWNERSHIP]
    for column in ("vouched", "challenge", "host", "purpose"):
        allowed = owner.execute(f"SELECT has_column_privilege('ih_app', 'domains', '{column}', 'UPDATE')")
        assert allowed.fetchone() == (False,)


async def test_there_is_an_end_to_claims() -> None:
    reseller: MadeOrganization = await make_reseller()
    viewer = a_viewer(reseller)
    async with system_session(reason="test") as db:
        for _number in range(24):
            await add_domain(db, reseller.id, f"{unique('many')}.example.com")
        assert len(await list_domains(db, reseller.id)) == 25
    with pytest.raises(Conflict, match="25"):
        await a_domain(viewer)
