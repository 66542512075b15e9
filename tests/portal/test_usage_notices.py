"""People are told by mail that a site fell silent, and how many of a month's events are used: each once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from portal.usage_notices import tell_of_usage
from tenancy.client_states import put_state
from tenancy.contracts import ClientState, Contract, change_contract
from tenancy.db import session
from tenancy.roles import Role
from tenancy.sites import Site
from tests.analytics.worlds import ARRIVAL, Step, Visit, store_events
from tests.factories import (
    MadeOrganization,
    MadeUser,
    a_viewer,
    info_of,
    make_client,
    make_operator,
    make_reseller,
    make_site,
    make_user,
)
from tests.portal.test_accounts import mails_to

pytestmark = pytest.mark.usefixtures("stack")


def has_events(site: Site, *moments: datetime) -> None:
    store_events([Visit(site, "Kim", moment, (Step(0, "/"),), ARRIVAL) for moment in moments])


async def kinds(person: MadeUser) -> list[str]:
    return [mail.kind for mail in await mails_to(person.email)]


async def test_a_silent_site_is_told_once_per_silence_to_its_own_people() -> None:
    agency = await make_reseller()
    client, empty, closed = await make_client(agency), await make_client(agency), await make_client(agency)
    boss, kim, ann = await make_user(agency), await make_user(client), await make_user(client, Role.ADMIN)
    reader, locked = await make_user(client, Role.VIEWER), await make_user(closed)
    now = datetime.now(UTC)
    days = [now - timedelta(days=day, hours=2) for day in range(8)]
    silent, orphan = await make_site(client), await make_site(empty)
    for site in (silent, orphan, await make_site(closed)):
        has_events(site, *days[1:8])
    has_events(await make_site(client), *days)
    # That one rests at weekends.
    has_events(await make_site(client), *days[1:6])
    async with session(a_viewer(agency)) as db:
        await put_state(db, a_viewer(agency), info_of(closed), ClientState.SUSPENDED)

    await asyncio.gather(tell_of_usage(now), tell_of_usage(now))
    # What was on its way meanwhile ends no silence.
    has_events(silent, days[1] + timedelta(minutes=5))
    await tell_of_usage(now + timedelta(hours=1))

    for person, site in ((kim, silent), (ann, silent), (boss, orphan)):
        [mail] = await mails_to(person.email)
        assert (mail.kind, mail.site, mail.path) == (
            "site_silent",
            site.name,
            f"/sites/{site.public_id}/install",
        )
        assert abs(mail.last_event_at - days[1]) < timedelta(seconds=2)
    assert [await kinds(one) for one in (reader, locked)] == [[], []]

    has_events(silent, datetime.now(UTC) + timedelta(minutes=1))
    await tell_of_usage(now + timedelta(hours=20))
    assert len(await kinds(kim)) == 1
    await tell_of_usage(now + timedelta(hours=26))
    assert [mail.site for mail in await mails_to(kim.email)].count(silent.name) == 2
    await tell_of_usage(now + timedelta(days=9))
    assert await kinds(boss) == ["site_silent"]


async def test_each_step_of_a_limit_is_told_once_a_month_to_the_client_and_its_agency() -> None:
    agency = await make_reseller()
    client, closed = await make_client(agency), await make_client(agency)
    kim, boss, locked = await make_user(client), await make_user(agency), await make_user(closed)
    others = [
        await make_user(client, Role.MEMBER),
        await make_user(agency, Role.BILLING),
        await make_operator(),
    ]
    now = datetime.now(UTC).replace(day=15, hour=12)
    site, theirs = await make_site(client), await make_site(closed)
    await agree(agency, client, Contract(max_events_monthly=10))
    await agree(agency, closed, Contract(max_events_monthly=1))
    async with session(a_viewer(agency)) as db:
        await put_state(db, a_viewer(agency), info_of(closed), ClientState.ARCHIVED)

    def events(count: int, at: datetime = now) -> None:
        has_events(site, *(at - timedelta(minutes=minute) for minute in range(count)))

    async def steps(person: MadeUser) -> list[tuple[int, int, str]]:
        mails = [mail for mail in await mails_to(person.email) if mail.kind == "usage_warning"]
        return [(mail.step, mail.used, mail.path) for mail in mails]

    has_events(theirs, now)
    events(7)
    await tell_of_usage(now)
    assert await steps(kim) == []
    events(1, now - timedelta(hours=1))
    await asyncio.gather(tell_of_usage(now), tell_of_usage(now))
    assert await steps(kim) == [(80, 8, "/sites")]
    assert await steps(boss) == [(80, 8, f"/clients/{client.public_id}")]
    events(2, now - timedelta(hours=2))
    await tell_of_usage(now)
    await tell_of_usage(now)
    assert [step for step, _used, _path in await steps(kim)] == [80, 100]

    # A larger limit is a new one, and a new month begins anew.
    await agree(agency, client, Contract(max_events_monthly=12))
    await tell_of_usage(now)
    assert [step for step, _used, _path in await steps(kim)] == [80, 100, 80]
    later = (now + timedelta(days=31)).replace(day=2)
    events(9, later)
    await tell_of_usage(later)
    assert (await steps(boss))[3:] == []
    events(4, later - timedelta(hours=1))
    await tell_of_usage(later)
    assert [step for step, _used, _path in await steps(boss)] == [80, 100, 80, 100]
    assert [await steps(one) for one in (*others, locked)] == [[], [], [], []]


async def test_an_agencys_own_limit_counts_its_clients_and_is_told_to_itself() -> None:
    agency = await make_reseller()
    boss, kim = await make_user(agency), await make_user(client := await make_client(agency))
    operator = await make_operator()
    now = datetime.now(UTC)
    async with session(a_viewer(operator.organization)) as db:
        agreed = Contract(max_events_monthly=2)
        await change_contract(db, a_viewer(operator.organization), agency.id, agreed)
    has_events(await make_site(agency), now)
    has_events(await make_site(client), now)

    await tell_of_usage(now)

    [mail] = await mails_to(boss.email)
    assert (mail.step, mail.used, mail.organization, mail.path) == (100, 2, agency.name, "/clients")
    assert await kinds(kim) == [] and "usage_warning" not in await kinds(operator)


async def agree(above: MadeOrganization, below: MadeOrganization, contract: Contract) -> None:
    async with session(a_viewer(above)) as db:
        await change_contract(db, a_viewer(above), below.id, contract)
