"""A client is suspended, archived or deleted, and opened again: what its people, links and programs find."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from analytics.shared_links import LinkTerms, create_link
from portal.client_states import change_state
from tenancy.api_keys import Scope
from tenancy.client_states import put_state
from tenancy.contracts import ClientState
from tenancy.db import session
from tenancy.errors import Forbidden
from tenancy.roles import Role
from tests.factories import (
    MadeOrganization,
    a_viewer,
    info_of,
    make_client,
    make_key,
    make_operator,
    make_reseller,
    make_site,
    make_user,
    the_platform,
    viewer_of,
)
from tests.portal.program import Program
from tests.portal.test_accounts import mails_to

pytestmark = pytest.mark.usefixtures("stack")


async def put(above: MadeOrganization, below: MadeOrganization, state: ClientState) -> None:
    viewer = a_viewer(above)
    async with session(viewer) as db:
        await put_state(db, viewer, info_of(below), state)


@pytest.mark.parametrize("state", [ClientState.SUSPENDED, ClientState.ARCHIVED, ClientState.DELETED])
async def test_a_closed_client_is_locked_loses_nothing_and_opens_again(
    whole_app: FastAPI, state: ClientState
) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site, owner = await make_site(client), await make_user(client)
    async with session(a_viewer(client)) as db:
        link = await create_link(db, a_viewer(client), LinkTerms(), organization_id=client.id, site=site)
    browser, program, holder, boss = (Program(whole_app, agency.host) for _ in range(4))
    await browser.open_browser(owner)
    await program.sign_in(owner)
    await boss.open_browser(await make_user(agency))
    holder.bears(await make_key(client, Scope.READ, Scope.WRITE))
    dashboard, events = f"/sites/{site.public_id}", f"/v1/sites/{site.public_id}/events"
    event = {"name": "sale", "visitor_id": "a", "timestamp": datetime.now(UTC).isoformat()}
    assert (await browser.get(dashboard)).status_code == 200

    await put(agency, client, state)

    locked = await browser.get(dashboard)
    assert locked.status_code == 403
    assert f"{client.name} is suspended" in locked.text and "Sign out" in locked.text
    assert f"Contact {agency.name} to have it reactivated." in locked.text
    refused = await program.get("/api/sites")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "organization_closed")
    assert (await holder.get(events)).status_code == 403
    assert (await holder.post(events, event)).json() == {"events_received": 1, "events_dropped": 0}
    assert (await Program(whole_app, agency.host).get(link.path)).status_code == 404
    assert (await boss.get(dashboard)).status_code == 200

    await put(agency, client, ClientState.ACTIVE)

    assert (await browser.get(dashboard)).status_code == 200
    assert (await program.get("/api/sites")).status_code == 200
    assert (await holder.get(events)).status_code == 200
    assert (await Program(whole_app, agency.host).get(link.path)).status_code == 200


async def test_lists_of_sites_leave_out_clients_that_are_put_away(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    shown, away = await make_client(agency), await make_client(agency)
    kept, hidden = await make_site(shown), await make_site(away)
    program, holder = Program(whole_app, agency.host), Program(whole_app, agency.host)
    await program.sign_in(await make_user(agency))
    holder.bears(await make_key(agency))

    async def listed() -> list[set[str]]:
        answers = [await program.get("/api/sites"), await holder.get("/v1/sites")]
        return [{site["id"] for site in answer.json()["sites"]} for answer in answers]

    assert await listed() == [{kept.public_id, hidden.public_id}] * 2
    for state in (ClientState.ARCHIVED, ClientState.DELETED):
        await put(agency, away, state)
        assert await listed() == [{kept.public_id}] * 2
        # What knows its address still finds it, as whoever opens the client's page does.
        assert (await program.get(f"/api/sites/{hidden.public_id}")).status_code == 200


async def test_a_suspended_agency_closes_its_clients_too(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    browser = Program(whole_app, agency.host)
    await browser.open_browser(await make_user(client))
    await put(await the_platform(), agency, ClientState.SUSPENDED)
    assert (await browser.get("/sites")).status_code == 403


async def test_nobody_closes_their_own_or_a_strangers_organisation() -> None:
    agency, stranger = await make_reseller(), await make_reseller()
    client = await make_client(agency)
    for viewer, target in (
        (a_viewer(client), client),
        (a_viewer(agency), agency),
        (a_viewer(agency, Role.MEMBER), client),
    ):
        async with session(viewer) as db:
            with pytest.raises(Forbidden):
                await put_state(db, viewer, info_of(target), ClientState.SUSPENDED)
    with pytest.raises(Exception, match="row-level security"):
        await put(stranger, client, ClientState.SUSPENDED)


async def test_the_owners_of_an_agency_hear_who_deleted_a_client_and_until_when_it_can_come_back() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    boss, other, kim = await make_user(agency), await make_user(agency), await make_user(client)
    ada, oli = await make_user(agency, Role.ADMIN, name="Ada Moss"), await make_operator()

    async def change(state: ClientState) -> None:
        async with session(viewer_of(ada)) as db:
            await change_state(db, viewer_of(ada), info_of(client), state)

    await change(ClientState.SUSPENDED)
    await change(ClientState.DELETED)
    # Two who press the button, one after the other.
    await change(ClientState.DELETED)

    for owner in (boss, other):
        [mail] = await mails_to(owner.email)
        assert (mail.kind, mail.by, mail.client) == ("client_deleted", "Ada Moss", client.name)
        assert mail.path == f"/clients/{client.public_id}"
        assert mail.removed_at - mail.at == timedelta(days=30)
    assert [await mails_to(one.email) for one in (ada, kim, oli)] == [[], [], []]
    await change(ClientState.ACTIVE)
    await change(ClientState.DELETED)
    assert len(await mails_to(boss.email)) == 2


async def test_of_an_agency_that_is_deleted_nobody_gets_a_mail() -> None:
    agency = await make_reseller()
    boss, oli = await make_user(agency), await make_operator()
    async with session(viewer_of(oli)) as db:
        await change_state(db, viewer_of(oli), info_of(agency), ClientState.DELETED)
    assert [await mails_to(one.email) for one in (boss, oli)] == [[], []]
