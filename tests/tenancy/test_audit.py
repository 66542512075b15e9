"""The audit log: who did what, seen by those whose organisation it was done in."""

from datetime import UTC, datetime, timedelta

import pytest

from tenancy.audit import Action, Search, Target, actors, came_from, entries, record
from tenancy.db import session
from tenancy.errors import Forbidden
from tenancy.roles import Role
from tests.factories import a_viewer, make_client, make_operator, make_reseller, viewer_of


async def test_a_client_sees_what_its_reseller_did_to_it_and_a_sibling_does_not() -> None:
    reseller = await make_reseller()
    client, sibling = await make_client(reseller), await make_client(reseller)
    agency = a_viewer(reseller)
    came_from("192.0.2.7")
    async with session(agency) as db:
        site = Target("site_1", "Shop")
        await record(
            db, agency, Action.SITE_CHANGED, site, organization_id=client.id, details={"name": ["Old", "New"]}
        )

    async with session(a_viewer(client)) as db:
        [entry] = await entries(db, a_viewer(client), Search())
    assert (entry.action, entry.actor.name, entry.actor.organization) == (
        Action.SITE_CHANGED,
        agency.name,
        reseller.name,
    )
    assert (entry.target, entry.address, entry.details) == (site, "192.0.2.7", {"name": ["Old", "New"]})
    async with session(a_viewer(sibling)) as db:
        assert await entries(db, a_viewer(sibling), Search()) == []


async def test_what_an_operator_did_is_shown_to_agencies_and_clients_without_the_platforms_name() -> None:
    operator = viewer_of(await make_operator())
    reseller = await make_reseller()
    client = await make_client(reseller)
    since = datetime.now(UTC) - timedelta(minutes=1)
    came_from("192.0.2.7")
    async with session(operator) as db:
        site = Target("site_1", "Shop")
        await record(db, operator, Action.SITE_CHANGED, site, organization_id=client.id)

    for viewer in (a_viewer(reseller), a_viewer(client)):
        async with session(viewer) as db:
            [entry] = await entries(db, viewer, Search())
            assert (entry.actor.name, entry.actor.organization, entry.address) == ("Support", "", "")
            assert str(operator.user_id) not in str(entry)
            [listed] = await actors(db, viewer, since)
            assert listed == entry.actor
            assert await entries(db, viewer, Search(actor_id=listed.id)) == [entry]
            for guess in (Search(words=operator.name), Search(actor_id=str(operator.user_id))):
                assert await entries(db, viewer, guess) == []
    async with session(operator) as db:
        [entry] = await entries(db, operator, Search(organization_id=client.id))
        assert (entry.actor.name, entry.actor.organization) == (operator.name, operator.organization_name)
        assert entry.address == "192.0.2.7"


async def test_entries_are_found_by_action_and_by_words_newest_first() -> None:
    reseller = await make_reseller()
    viewer = a_viewer(reseller)
    for number, action in enumerate((Action.SITE_CREATED, Action.SITE_CHANGED, Action.SITE_DELETED)):
        async with session(viewer) as db:
            await record(db, viewer, action, Target(f"site_{number}", f"100% Shop {number}"))

    async with session(viewer) as db:
        everything = await entries(db, viewer, Search())
        deleted = await entries(db, viewer, Search(actions=frozenset({Action.SITE_DELETED})))
        named = await entries(db, viewer, Search(words="0% shop 1"))
        wild = await entries(db, viewer, Search(words="0%1"))
        second = await entries(db, viewer, Search(), limit=1, offset=1)
    assert [entry.target.id for entry in everything] == ["site_2", "site_1", "site_0"]
    assert [entry.target.id for entry in deleted] == ["site_2"]
    assert [entry.target.id for entry in named + second] == ["site_1", "site_1"]
    assert wild == []


async def test_a_member_may_not_read_it() -> None:
    member = a_viewer(await make_reseller(), Role.MEMBER)
    async with session(member) as db:
        with pytest.raises(Forbidden):
            await entries(db, member, Search())
