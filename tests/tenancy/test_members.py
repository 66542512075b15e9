"""The people of an organisation: who may change whom, and that somebody always owns it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.accounts import add_member
from tenancy.audit import Action, Search, entries
from tenancy.db import session, system_session
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.login import choose_organization, sign_in, viewer_for_token
from tenancy.members import (
    LastOwner,
    change_role,
    change_sites,
    leave,
    list_members,
    remove_member,
    roles_to_give,
    transfer_ownership,
)
from tenancy.roles import OrganizationKind, Permission, Role, allows, may_give, roles_of
from tests.factories import (
    MadeUser,
    a_viewer,
    host_of,
    info_of,
    make_client,
    make_operator,
    make_reseller,
    make_site,
    make_user,
    unique,
    viewer_of,
)

Does = Callable[[AsyncSession], Coroutine[Any, Any, Any]]


async def roles_in(user: MadeUser) -> dict[str, Role]:
    owner = a_viewer(user.organization)
    async with session(owner) as db:
        return {one.email: one.role for one in await list_members(db, owner, info_of(user.organization))}


async def changes_role(by: MadeUser, whose: MadeUser, role: Role) -> None:
    async with session(viewer_of(by)) as db:
        await change_role(db, viewer_of(by), info_of(whose.organization), whose.id, role)


async def test_an_owner_gives_any_role_and_an_admin_neither_makes_nor_touches_owners() -> None:
    agency = await make_reseller()
    owner, second = await make_user(agency), await make_user(agency)
    admin, member = await make_user(agency, Role.ADMIN), await make_user(agency, Role.MEMBER)

    await changes_role(admin, member, Role.BILLING)
    assert (await roles_in(member))[member.email] is Role.BILLING
    for victim, role in ((member, Role.OWNER), (owner, Role.VIEWER), (owner, Role.ADMIN)):
        with pytest.raises(Forbidden, match="owner"):
            await changes_role(admin, victim, role)
    async with session(viewer_of(admin)) as db:
        with pytest.raises(Forbidden):
            await remove_member(db, viewer_of(admin), info_of(agency), owner.id)
    await changes_role(owner, member, Role.OWNER)
    await changes_role(owner, second, Role.MEMBER)
    assert await roles_in(member) == {
        owner.email: Role.OWNER,
        second.email: Role.MEMBER,
        admin.email: Role.ADMIN,
        member.email: Role.OWNER,
    }


@pytest.mark.parametrize("role", [Role.BILLING, Role.MEMBER, Role.VIEWER])
async def test_others_change_nobody_and_see_no_addresses(role: Role) -> None:
    agency = await make_reseller()
    somebody, victim = await make_user(agency, role), await make_user(agency, Role.VIEWER)
    viewer = viewer_of(somebody)

    with pytest.raises(Forbidden):
        await changes_role(somebody, victim, Role.MEMBER)
    async with session(viewer) as db:
        assert roles_to_give(viewer, info_of(agency)) == frozenset()
        addresses = {one.user_id: one.email for one in await list_members(db, viewer, info_of(agency))}
    assert addresses == {somebody.id: somebody.email, victim.id: ""}


async def test_nobody_raises_their_own_role_and_anybody_lowers_it() -> None:
    agency = await make_reseller()
    await make_user(agency)
    admin = await make_user(agency, Role.ADMIN)

    for role in (Role.OWNER, Role.BILLING):
        with pytest.raises(Forbidden):
            await changes_role(admin, admin, role)
    await changes_role(admin, admin, Role.VIEWER)
    assert (await roles_in(admin))[admin.email] is Role.VIEWER


async def test_an_agency_sets_up_its_clients_people_and_its_clients_never_those_of_the_agency() -> None:
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    boss, helper = await make_user(agency, Role.ADMIN), await make_user(agency, Role.MEMBER)
    owner, other = await make_user(client), await make_user(sibling)

    await make_user(client)
    await changes_role(boss, owner, Role.MEMBER)
    await changes_role(boss, owner, Role.OWNER)
    with pytest.raises(Forbidden):
        await changes_role(helper, owner, Role.MEMBER)
    for victim in (boss, other):
        with pytest.raises(NotFound):
            await changes_role(owner, victim, Role.VIEWER)


async def test_an_operator_helps_everywhere() -> None:
    client = await make_client(await make_reseller())
    await make_user(client)
    second = await make_user(client)
    await changes_role(await make_operator(), second, Role.ADMIN)
    assert (await roles_in(second))[second.email] is Role.ADMIN


async def test_the_last_owner_neither_leaves_nor_is_removed_nor_gets_a_lesser_role() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    owner, boss = await make_user(client), await make_user(agency)

    async def steps_down(db: AsyncSession) -> None:
        await change_role(db, viewer_of(owner), info_of(client), owner.id, Role.ADMIN)

    async def leaves(db: AsyncSession) -> None:
        await leave(db, viewer_of(owner), info_of(client))

    async def is_removed(db: AsyncSession) -> None:
        await remove_member(db, viewer_of(boss), info_of(client), owner.id)

    for viewer, does in ((owner, steps_down), (owner, leaves), (boss, is_removed)):
        with pytest.raises(LastOwner):
            async with session(viewer_of(viewer)) as db:
                await does(db)
    assert await roles_in(owner) == {owner.email: Role.OWNER}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memberships SET role = 'viewer' WHERE user_id = :user",
        "DELETE FROM memberships WHERE user_id = :user",
        "DELETE FROM memberships WHERE organization_id = :organization",
    ],
)
async def test_the_database_itself_keeps_the_last_owner(statement: str) -> None:
    agency = await make_reseller()
    owner = await make_user(agency)
    await make_user(agency, Role.ADMIN)
    with pytest.raises(IntegrityError, match="the last owner"):
        async with session(a_viewer(agency)) as db:
            await db.execute(text(statement), {"user": owner.id, "organization": agency.id})


async def test_an_organisation_goes_with_its_owners() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    await make_user(client)
    async with session(a_viewer(agency)) as db:
        await db.execute(text("DELETE FROM organizations WHERE id = :id"), {"id": client.id})


async def test_of_two_owners_who_go_at_the_same_moment_one_stays() -> None:
    for _try in range(5):
        agency = await make_reseller()
        one, two = await make_user(agency), await make_user(agency)

        async def goes(user: MadeUser) -> bool:
            try:
                async with session(viewer_of(user)) as db:
                    await leave(db, viewer_of(user), info_of(user.organization))
            except LastOwner:
                return False
            return True

        assert sorted(await asyncio.gather(goes(one), goes(two))) == [False, True]


async def test_of_two_owners_who_lower_each_other_past_the_code_one_stays() -> None:
    """Straight to the tables, so that the trigger alone has to order them."""
    agency = await make_reseller()
    one, two = await make_user(agency), await make_user(agency)

    async def lowers(user: MadeUser) -> bool:
        try:
            async with session(a_viewer(agency)) as db:
                statement = text("UPDATE memberships SET role = 'admin' WHERE user_id = :user")
                await db.execute(statement, {"user": user.id})
                await asyncio.sleep(0.05)
        except IntegrityError:
            return False
        return True

    assert sorted(await asyncio.gather(lowers(one), lowers(two))) == [False, True]


async def test_who_is_removed_is_out_at_once_and_stays_in_their_other_organisation() -> None:
    agency = await make_reseller()
    client, other = await make_client(agency), await make_client(agency)
    host, boss = await host_of(agency), await make_user(agency)
    kim = await make_user(client, Role.VIEWER)
    async with system_session(reason="test") as db:
        await add_member(db, other.id, kim.id, Role.VIEWER)
    here, token_here = await sign_in(host, kim.email, kim.password, "192.0.2.1")
    there, token_there = await sign_in(host, kim.email, kim.password, "192.0.2.2")
    assert {one.public_id for one in here.belongs_to} == {client.public_id, other.public_id}
    await choose_organization(there, other.public_id)
    assert (await viewer_for_token(token_there, host)).organization_id == other.id  # type: ignore[union-attr]

    async with session(viewer_of(boss)) as db:
        await remove_member(db, viewer_of(boss), info_of(client), kim.id)

    assert await viewer_for_token(token_here, host) is None
    stays = await viewer_for_token(token_there, host)
    assert stays is not None
    assert (stays.organization_id, len(stays.belongs_to)) == (other.id, 1)


async def test_a_person_goes_only_to_organisations_of_theirs() -> None:
    agency = await make_reseller()
    client, foreign = await make_client(agency), await make_client(agency)
    kim = await make_user(client)
    viewer, _token = await sign_in(await host_of(agency), kim.email, kim.password, "192.0.2.3")
    with pytest.raises(NotFound):
        await choose_organization(viewer, foreign.public_id)


async def test_a_viewer_with_a_list_sees_those_sites_alone_and_later_all_of_them_again() -> None:
    client = await make_client(await make_reseller())
    owner, kim = await make_user(client), await make_user(client, Role.VIEWER)
    shown, hidden = await make_site(client), await make_site(client)

    async def limits(sites: list[Any] | None) -> None:
        async with session(viewer_of(owner)) as db:
            await change_sites(db, viewer_of(owner), info_of(client), kim.id, sites)

    async def seen() -> set[str]:
        async with session(viewer_of(kim)) as db:
            return set(await db.scalars(text("SELECT public_id FROM sites")))

    await limits([shown])
    assert await seen() == {shown.public_id}
    await limits([])
    assert await seen() == set()
    await limits([hidden])
    await changes_role(owner, kim, Role.MEMBER)
    assert await seen() == {shown.public_id, hidden.public_id}
    with pytest.raises(Invalid):
        await limits([shown])


async def test_a_freelancer_of_the_agency_sees_the_listed_sites_and_only_the_clients_they_belong_to() -> None:
    agency, rival = await make_reseller(), await make_reseller()
    ours, others = await make_client(agency), await make_client(agency)
    shown, _hidden = await make_site(ours), await make_site(others)
    boss, kim = await make_user(agency), await make_user(agency, Role.VIEWER)
    foreign = await make_site(rival)

    async with session(viewer_of(boss)) as db:
        await change_sites(db, viewer_of(boss), info_of(agency), kim.id, [shown])
    async with session(viewer_of(kim)) as db:
        assert set(await db.scalars(text("SELECT id FROM sites"))) == {shown.id}
        assert set(await db.scalars(text("SELECT id FROM organizations"))) == {agency.id, ours.id}
    with pytest.raises(IntegrityError):
        async with system_session(reason="test") as db:
            await change_sites(db, viewer_of(boss), info_of(agency), kim.id, [foreign])


async def test_a_listed_site_that_is_gone_does_not_open_the_others() -> None:
    client = await make_client(await make_reseller())
    owner, kim = await make_user(client), await make_user(client, Role.VIEWER)
    shown, _other = await make_site(client), await make_site(client)
    async with session(viewer_of(owner)) as db:
        await change_sites(db, viewer_of(owner), info_of(client), kim.id, [shown])
        await db.execute(text("DELETE FROM sites WHERE id = :id"), {"id": shown.id})
    async with session(viewer_of(kim)) as db:
        assert list(await db.scalars(text("SELECT id FROM sites"))) == []


async def test_ownership_is_handed_over_by_typing_the_name() -> None:
    client = await make_client(await make_reseller())
    owner, admin = await make_user(client), await make_user(client, Role.ADMIN)

    async def hands_over(typed: str, by: MadeUser = owner) -> None:
        async with session(viewer_of(by)) as db:
            to = admin if by is owner else owner
            await transfer_ownership(db, viewer_of(by), info_of(client), to.id, typed)

    with pytest.raises(Invalid, match=client.name):
        await hands_over("something else")
    with pytest.raises(Forbidden):
        await hands_over(client.name, by=admin)
    await hands_over(f"  {client.name.upper()} ")
    assert await roles_in(owner) == {admin.email: Role.OWNER, owner.email: Role.ADMIN}
    with pytest.raises(Forbidden):
        await hands_over(client.name)


async def test_the_log_still_names_who_is_gone() -> None:
    client = await make_client(await make_reseller())
    owner, name = await make_user(client), unique("Robin Vale")
    robin = await make_user(client, Role.ADMIN, name=name)
    await changes_role(owner, robin, Role.OWNER)
    async with session(viewer_of(robin)) as db:
        await leave(db, viewer_of(robin), info_of(client))
    async with system_session(reason="test") as db:
        await db.execute(text("DELETE FROM users WHERE id = :id"), {"id": robin.id})

    async with session(viewer_of(owner)) as db:
        left, raised = await entries(db, viewer_of(owner), Search(words=name))
    assert (left.action, left.actor.name) == (Action.PERSON_LEFT, name)
    assert (raised.action, raised.target.name, raised.target.id, raised.details) == (
        Action.PERSON_ROLE_CHANGED,
        name,
        robin.email,
        {"role": ["admin", "owner"]},
    )


@pytest.mark.parametrize("kind", list(OrganizationKind))
def test_what_a_role_may_give_never_exceeds_it_inside_an_organisation(kind: OrganizationKind) -> None:
    for role in roles_of(kind):
        for given in may_give(role, kind):
            gained = {one for one in Permission if allows(given, kind, one)}
            had = {one for one in Permission if allows(role, kind, one)}
            # Bills are the one thing that an admin can put somebody in charge of without being it.
            assert gained - had <= {Permission.MANAGE_BILLING}
