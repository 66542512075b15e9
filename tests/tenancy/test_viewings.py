"""People of an agency see a client's pages as it does: where it agrees, for a while, changing nothing."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tenancy import viewings
from tenancy.audit import Action, Entry, Search, entries
from tenancy.db import only_read, session, system_session
from tenancy.errors import Forbidden, NotFound, OnlyReading
from tenancy.invalidation import Channel, publish
from tenancy.login import sign_out, viewer_for_token
from tenancy.members import Member, change_role
from tenancy.roles import READING, Permission, Role
from tenancy.sites import list_sites
from tenancy.viewer import Viewer
from tenancy.viewings import AskedAlready, NobodyToAsk, NoConsent, allow_viewing, begin_viewing, end_viewing
from tests.factories import (
    MadeOrganization,
    MadeUser,
    a_viewer,
    host_of,
    info_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    session_of,
    viewer_of,
)
from tests.tenancy.conftest import Owner


async def test_a_look_shows_what_the_client_sees_and_both_names_stand_in_its_log() -> None:
    agency = await make_reseller()
    client, other = await agreeing(agency), await make_client(agency)
    site = await make_site(client)
    await make_site(other)
    boss = await Browser.of(await make_user(agency, name="Bea Boss"))

    await begin_viewing(await boss.viewer(), client.public_id)
    looking = await boss.viewer()
    assert looking.viewing is not None
    assert (looking.organization_id, looking.viewing.agency) == (client.id, agency.name)
    async with session(looking) as db:
        assert [one.public_id for one in await list_sites(db)] == [site.public_id]

    await end_viewing(looking)
    after = await boss.viewer()
    assert (after.organization_id, after.viewing) == (agency.id, None)
    assert await log_of(client) == [Action.VIEWING_BEGAN, Action.VIEWING_ENDED]
    for entry in await looks_in_log(client):
        assert (entry.actor.name, entry.actor.organization) == ("Bea Boss", agency.name)
        assert (entry.acting_as, entry.target.name) == (client.name, client.name)


async def test_who_looks_may_only_read_and_the_database_itself_refuses_the_rest() -> None:
    agency = await make_reseller()
    client = await agreeing(agency)
    boss = await Browser.of(await make_user(agency))
    await begin_viewing(await boss.viewer(), client.public_id)
    looking = await boss.viewer()

    assert {one for one in Permission if looking.may(one)} == READING
    # Somebody forgot to ask for a permission: the transaction is not theirs to write in either way.
    with pytest.raises(OnlyReading):
        async with session(looking) as db:
            await db.execute(text("UPDATE sites SET name = 'mine'"))
    with pytest.raises(DBAPIError, match="must be set before any query"):
        async with session(looking) as db:
            await db.execute(text("SET TRANSACTION READ WRITE"))
    with pytest.raises(Forbidden):
        await begin_viewing(looking, client.public_id)


async def test_what_a_look_starts_writes_nothing_past_the_walls_either() -> None:
    only_read()

    with pytest.raises(OnlyReading):
        async with system_session(reason="test") as db:
            await db.execute(text("UPDATE users SET name = 'mine'"))
    async with system_session(reason="test", keeps_books=True) as db:
        await db.execute(text("DELETE FROM viewings WHERE ends_at < now() - interval '1 year'"))


@pytest.mark.parametrize("by", ["the client", "signing out", "losing the role"])
async def test_a_look_ends_at_once(by: str) -> None:
    agency = await make_reseller()
    client = await agreeing(agency)
    owner = await make_user(agency)
    admin = await make_user(agency, Role.ADMIN)
    boss = await Browser.of(admin)
    await begin_viewing(await boss.viewer(), client.public_id)
    assert (await boss.viewer()).viewing is not None

    if by == "the client":
        await agree(client, False)
    elif by == "signing out":
        await sign_out(boss.token)
    else:
        async with session(viewer_of(owner)) as db:
            await change_role(db, viewer_of(owner), info_of(agency), admin.id, Role.MEMBER)

    viewer = await boss.viewer_or_none()
    assert viewer is None if by == "signing out" else viewer is not None and viewer.viewing is None
    if by != "losing the role":
        assert (await log_of(client))[-1] == Action.VIEWING_ENDED


async def test_time_ends_a_look_and_the_log_says_when(owner: Owner) -> None:
    agency = await make_reseller()
    client = await agreeing(agency)
    noticing, away = [await Browser.of(await make_user(agency)) for _ in range(2)]
    for browser in (noticing, away):
        await begin_viewing(await browser.viewer(), client.public_id)
    owner.execute(
        "UPDATE viewings SET began_at = now() - interval '31 minutes', ends_at = now() - interval '1 minute'"
        " WHERE organization_id = %s",
        [client.id],
    )

    await publish(Channel.SESSION, "")
    assert (await noticing.viewer()).viewing is None
    assert (await log_of(client)).count(Action.VIEWING_ENDED) == 1
    assert await viewings.end_overdue_viewings() >= 1
    assert (await log_of(client)).count(Action.VIEWING_ENDED) == 2
    # When it was over, not when somebody noticed.
    (moment,) = owner.execute("SELECT now() - interval '30 seconds'").fetchone() or ()
    ended = [entry for entry in await looks_in_log(client) if entry.action == Action.VIEWING_ENDED]
    assert all(entry.at < moment for entry in ended)


async def test_only_the_client_can_agree(owner: Owner) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    boss = await Browser.of(await make_user(agency))
    with pytest.raises(NoConsent):
        await begin_viewing(await boss.viewer(), client.public_id)

    for viewer in (a_viewer(agency), a_viewer(client, Role.MEMBER)):
        with pytest.raises(Forbidden):
            async with session(viewer) as db:
                await allow_viewing(db, viewer, True)
    # Not even by a mistake in our code.
    with pytest.raises(ProgrammingError, match="consents for itself"):
        async with session(a_viewer(agency)) as db:
            await db.execute(
                text("UPDATE organizations SET allows_viewing = true WHERE id = :id"), {"id": client.id}
            )
    await agree(client, True)
    await begin_viewing(await boss.viewer(), client.public_id)


async def test_who_is_no_owner_or_admin_of_its_agency_cannot_look() -> None:
    agency = await make_reseller()
    client = await agreeing(agency)
    for role in (Role.MEMBER, Role.BILLING, Role.VIEWER):
        browser = await Browser.of(await make_user(agency, role))
        with pytest.raises(Forbidden):
            await begin_viewing(await browser.viewer(), client.public_id)
    stranger = await Browser.of(await make_user(await make_reseller()))
    with pytest.raises(NotFound):
        await begin_viewing(await stranger.viewer(), client.public_id)
    sibling = await make_client(agency)
    elsewhere = replace(
        await (await Browser.of(await make_user(agency))).viewer(), host_organization_id=sibling.id
    )
    with pytest.raises(NotFound):
        await begin_viewing(elsewhere, client.public_id)


async def test_consent_is_asked_for_once_a_day_and_of_those_who_can_give_it() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    boss = viewer_of(await make_user(agency))
    with pytest.raises(NobodyToAsk):
        await ask(boss, client)
    owner, admin = await make_user(client), await make_user(client, Role.ADMIN)
    await make_user(client, Role.MEMBER)

    assert {one.email for one in await ask(boss, client)} == {owner.email, admin.email}
    with pytest.raises(AskedAlready):
        await ask(boss, client)


class Browser:
    """Somebody's browser, in which they are signed in."""

    def __init__(self, user: MadeUser, token: str) -> None:
        self._user = user
        self.token = token

    @classmethod
    async def of(cls, user: MadeUser) -> "Browser":
        return cls(user, await session_of(user))

    async def viewer_or_none(self) -> Viewer | None:
        return await viewer_for_token(self.token, await host_of(self._user.organization))

    async def viewer(self) -> Viewer:
        viewer = await self.viewer_or_none()
        assert viewer is not None
        return viewer


async def agreeing(agency: MadeOrganization) -> MadeOrganization:
    client = await make_client(agency)
    await agree(client, True)
    return client


async def agree(client: MadeOrganization, allowed: bool) -> None:
    async with session(a_viewer(client)) as db:
        await allow_viewing(db, a_viewer(client), allowed)


async def ask(viewer: Viewer, client: MadeOrganization) -> list[Member]:
    async with session(viewer) as db:
        return await viewings.ask_for_consent(db, viewer, info_of(client))


async def log_of(client: MadeOrganization) -> list[str]:
    return [entry.action for entry in await looks_in_log(client)]


async def looks_in_log(client: MadeOrganization) -> list[Entry]:
    """What its own people find in their log, by action."""
    viewer = a_viewer(client)
    looks = frozenset({str(Action.VIEWING_BEGAN), str(Action.VIEWING_ENDED)})
    async with session(viewer) as db:
        found = await entries(db, viewer, Search(actions=looks))
    return sorted(found, key=lambda entry: entry.action)
