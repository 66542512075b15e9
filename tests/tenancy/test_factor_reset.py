"""Who lost phone and recovery codes is let in again by those who may change them, everywhere they belong."""

import pyotp
import pytest

from tenancy import second_factor
from tenancy.accounts import add_member
from tenancy.audit import Action, Search, entries
from tenancy.db import session, system_session
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.factor_reset import NoSecondFactor, reset_second_factor, uses_second_factor
from tenancy.login import viewer_for_token
from tenancy.roles import Role
from tests.factories import (
    MadeOrganization,
    MadeUser,
    host_of,
    info_of,
    make_client,
    make_operator,
    make_reseller,
    make_user,
    session_of,
    viewer_of,
)


async def test_a_member_loses_the_factor_and_every_session_and_the_log_has_it() -> None:
    agency = await make_reseller()
    kim, boss = await make_user(agency, Role.MEMBER), await make_user(agency, Role.ADMIN)
    token = await session_of(kim)
    await turn_on(kim)

    await reset(boss, agency, kim)

    assert not await uses_second_factor(kim.id)
    assert await viewer_for_token(token, await host_of(agency)) is None
    assert await session_of(kim)
    async with session(viewer_of(boss)) as db:
        search = Search(actions=frozenset({str(Action.PERSON_SECOND_FACTOR_RESET)}))
        [entry] = await entries(db, viewer_of(boss), search)
    assert (entry.actor.id, entry.target.id) == (str(boss.id), kim.email)
    with pytest.raises(NoSecondFactor):
        await reset(boss, agency, kim)


@pytest.mark.parametrize(
    ("who", "whom", "error"),
    [
        (Role.ADMIN, Role.OWNER, Forbidden),
        (Role.MEMBER, Role.VIEWER, Forbidden),
        (Role.VIEWER, Role.MEMBER, Forbidden),
        (Role.OWNER, Role.OWNER, None),
    ],
)
async def test_no_admin_resets_an_owner_and_nobody_else_anybody(
    who: Role, whom: Role, error: type[Exception] | None
) -> None:
    agency = await make_reseller()
    by, kim = await make_user(agency, who), await make_user(agency, whom)
    await turn_on(kim)
    if error is None:
        await reset(by, agency, kim)
    else:
        with pytest.raises(error):
            await reset(by, agency, kim)
    assert await uses_second_factor(kim.id) == (error is not None)


async def test_whoever_guards_one_door_does_not_open_the_others() -> None:
    """An account is one in all organisations of an agency: a client's admin must not weaken the agency's."""
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    owner = await make_user(client)
    of_agency, of_sibling = await make_user(agency, Role.MEMBER), await make_user(sibling, Role.MEMBER)
    for guest in (of_agency, of_sibling):
        async with system_session(reason="test") as db:
            await add_member(db, client.id, guest.id, Role.MEMBER)
        await turn_on(guest)
        with pytest.raises(Forbidden, match="another organisation"):
            await reset(owner, client, guest)

    # The agency's own people may, unless a role is above theirs: it is all theirs.
    boss, admin = await make_user(agency), await make_user(agency, Role.ADMIN)
    await reset(admin, client, of_sibling)
    await reset(boss, client, of_agency)
    head = await make_user(agency)
    async with system_session(reason="test") as db:
        await add_member(db, client.id, head.id, Role.MEMBER)
    await turn_on(head)
    with pytest.raises(Forbidden, match="another organisation"):
        await reset(admin, client, head)


async def test_an_operator_resets_anybody_and_nobody_themselves() -> None:
    operator, agency = await make_operator(), await make_reseller()
    kim = await make_user(agency)
    await turn_on(kim)
    await reset(operator, agency, kim)
    assert not await uses_second_factor(kim.id)

    with pytest.raises(Invalid):
        await reset(kim, agency, kim)
    with pytest.raises(NotFound):
        await reset(kim, agency, await make_user(await make_reseller()))


async def turn_on(user: MadeUser) -> None:
    fresh = await second_factor.enrol(user.id, user.email, "Agency")
    async with system_session(reason="test") as db:
        await second_factor.confirm_enrolment(db, user.id, pyotp.TOTP(fresh.secret).now())


async def reset(by: MadeUser, organization: MadeOrganization, user: MadeUser) -> None:
    async with system_session(reason="test") as db:
        await reset_second_factor(db, viewer_of(by), info_of(organization), user.id)
