"""Invitations: one address, one organisation, one host, once, for seven days."""

import asyncio

import pytest
from sqlalchemy import text

from tenancy.accounts import add_member, create_user
from tenancy.audit import Action, Search, entries
from tenancy.db import session, system_session
from tenancy.domains import add_domain
from tenancy.errors import Conflict, Forbidden, Invalid, NotFound, TooManyTries
from tenancy.invite_links import (
    Account,
    InviteOver,
    OpenedInvite,
    accept_as,
    accept_as_new,
    accept_by_password,
    open_invite,
)
from tenancy.invites import (
    AlreadyInvited,
    AlreadyMember,
    Invite,
    InviteState,
    SentInvite,
    invite,
    list_invites,
    resend,
    revoke,
)
from tenancy.login import WrongCredentials, sign_in, viewer_for_token
from tenancy.rate_limits import INVITATIONS
from tenancy.roles import Role
from tenancy.sites import Site, delete_site, list_sites
from tests.factories import (
    PASSWORD,
    MadeOrganization,
    MadeUser,
    a_viewer,
    host_of,
    info_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    unique,
    viewer_of,
)


async def invites(
    by: MadeUser,
    email: str,
    role: Role = Role.MEMBER,
    *,
    to: MadeOrganization | None = None,
    sites: list[Site] | None = None,
) -> SentInvite:
    organization = to or by.organization
    async with session(viewer_of(by)) as db:
        return await invite(db, viewer_of(by), info_of(organization), email=email, role=role, sites=sites)


def token_of(sent: SentInvite) -> str:
    return sent.path.removeprefix("/invite/")


def an_email() -> str:
    return f"{unique('invited')}@example.com"


async def opens(sent: SentInvite, at: MadeOrganization) -> OpenedInvite:
    return await open_invite(await host_of(at), token_of(sent))


async def test_somebody_new_sets_a_name_and_a_password_and_is_in() -> None:
    agency = await make_reseller()
    client, email = await make_client(agency), an_email()
    host, owner = await host_of(agency), await make_user(client)

    sent = await invites(owner, f" {email.upper()} ", Role.ADMIN)
    opened = await opens(sent, agency)
    assert (opened.account, opened.invite.email, opened.invite.role) == (Account.NEW, email, Role.ADMIN)
    assert (opened.invite.organization_name, opened.invite.invited_by) == (client.name, owner.name)
    viewer, token = await accept_as_new(host, token_of(sent), "Robin Vale", PASSWORD)

    assert (viewer.organization_id, viewer.role, viewer.name) == (client.id, Role.ADMIN, "Robin Vale")
    assert await viewer_for_token(token, host) == viewer
    again, _token = await sign_in(host, email, PASSWORD, "192.0.2.20")
    assert again.user_id == viewer.user_id
    async with session(viewer_of(owner)) as db:
        joined, invited = (await entries(db, viewer_of(owner), Search(words=email)))[-2:]
    assert (joined.action, joined.actor.name) == (Action.PERSON_JOINED, "Robin Vale")
    assert (invited.action, invited.actor.name) == (Action.PERSON_INVITED, owner.name)


async def test_who_is_invited_takes_the_account_that_somebody_else_made_of_their_address() -> None:
    """It asks for no password that only the other one knows."""
    agency = await make_reseller()
    squatter = await make_user(await make_client(agency))
    async with system_session(reason="test") as db:
        unconfirmed = text("UPDATE users SET email_verified_at = NULL WHERE id = :id")
        await db.execute(unconfirmed, {"id": squatter.id})
    host, owner = await host_of(agency), await make_user(agency)
    sent = await invites(owner, squatter.email)

    opened = await opens(sent, agency)
    assert (opened.account, opened.name) == (Account.NEW, "")
    viewer, _token = await accept_as_new(host, token_of(sent), "Robin Vale", "my very own password")

    assert (viewer.user_id, viewer.name, viewer.organization_id) == (squatter.id, "Robin Vale", agency.id)
    with pytest.raises(WrongCredentials):
        await sign_in(host, squatter.email, squatter.password, "192.0.2.26")
    await sign_in(host, squatter.email, "my very own password", "192.0.2.26")


async def test_a_bad_name_or_password_leaves_the_invitation_open() -> None:
    agency = await make_reseller()
    sent = await invites(await make_user(agency), an_email())
    host = await host_of(agency)
    for name, password in (("", PASSWORD), ("Robin", "short")):
        with pytest.raises(Invalid):
            await accept_as_new(host, token_of(sent), name, password)
    assert (await opens(sent, agency)).invite.state is InviteState.OPEN


async def test_an_invitation_works_once_also_for_two_at_the_same_moment() -> None:
    agency = await make_reseller()
    sent = await invites(await make_user(agency), an_email())
    host = await host_of(agency)

    async def accepts() -> bool:
        try:
            await accept_as_new(host, token_of(sent), "Robin", PASSWORD)
        except InviteOver:
            return False
        return True

    assert sorted(await asyncio.gather(accepts(), accepts())) == [False, True]
    assert (await opens(sent, agency)).invite.state is InviteState.USED


async def test_a_member_elsewhere_signs_in_and_accepts_for_themselves_alone() -> None:
    agency = await make_reseller()
    client, other = await make_client(agency), await make_client(agency)
    host, owner = await host_of(agency), await make_user(client)
    kim, spy = await make_user(other), await make_user(other)
    sent = await invites(owner, kim.email, Role.VIEWER)

    assert (await opens(sent, agency)).account is Account.MEMBER
    with pytest.raises(Conflict):
        await accept_as_new(host, token_of(sent), "Kim", "a password of a thief")
    with pytest.raises(Forbidden, match=kim.email):
        await accept_as(viewer_of(spy), host, token_of(sent))
    viewer, token = await sign_in(host, kim.email, kim.password, "192.0.2.21")
    assert viewer.organization_id == other.id
    await accept_as(viewer, host, token_of(sent))

    now = await viewer_for_token(token, host)
    assert now is not None
    assert (now.organization_id, now.role) == (client.id, Role.VIEWER)
    assert [one.name for one in now.belongs_to] == sorted([client.name, other.name], key=str.casefold)


async def test_an_account_without_any_membership_gives_its_password_and_then_signs_in() -> None:
    agency = await make_reseller()
    host, owner, email = await host_of(agency), await make_user(agency), an_email()
    async with system_session(reason="test") as db:
        await create_user(db, agency.id, email=email, name="Robin", password=PASSWORD)
    sent = await invites(owner, email)

    assert (await opens(sent, agency)).account is Account.KNOWN
    with pytest.raises(Conflict):
        await accept_as_new(host, token_of(sent), "Robin", "another password")
    with pytest.raises(WrongCredentials):
        await accept_by_password(host, token_of(sent), "a guess at it", "192.0.2.22")
    await accept_by_password(host, token_of(sent), PASSWORD, "192.0.2.22")
    viewer, _token = await sign_in(host, email, PASSWORD, "192.0.2.22")
    assert (viewer.organization_id, viewer.role) == (agency.id, Role.MEMBER)


async def test_whoever_became_a_member_meanwhile_keeps_their_role() -> None:
    agency = await make_reseller()
    client, other = await make_client(agency), await make_client(agency)
    owner, kim = await make_user(client), await make_user(other)
    sent = await invites(owner, kim.email, Role.VIEWER)
    async with system_session(reason="test") as db:
        await add_member(db, client.id, kim.id, Role.ADMIN)
    await accept_as(viewer_of(kim), await host_of(agency), token_of(sent))
    async with session(a_viewer(client)) as db:
        role = text("SELECT role FROM memberships WHERE user_id = :id")
        assert await db.scalar(role, {"id": kim.id}) == Role.ADMIN


async def test_after_seven_days_it_is_over_and_can_be_sent_again() -> None:
    agency = await make_reseller()
    owner, email = await make_user(agency), an_email()
    old = await invites(owner, email)
    async with system_session(reason="test") as db:
        week = text("SELECT expires_at - sent_at BETWEEN '6 days 23 hours' AND '7 days 1 hour'"
                    " FROM invitations WHERE id = :id")  # fmt: skip
        assert await db.scalar(week, {"id": old.invite.id})
        await db.execute(
            text("UPDATE invitations SET expires_at = now() WHERE id = :id"), {"id": old.invite.id}
        )
    assert (await opens(old, agency)).invite.state is InviteState.EXPIRED
    with pytest.raises(InviteOver):
        await accept_as_new(await host_of(agency), token_of(old), "Robin", PASSWORD)

    async with session(viewer_of(owner)) as db:
        new = await resend(db, viewer_of(owner), info_of(agency), old.invite.id)
    with pytest.raises(NotFound):
        await opens(old, agency)
    assert (await opens(new, agency)).invite.state is InviteState.OPEN
    await accept_as_new(await host_of(agency), token_of(new), "Robin", PASSWORD)


async def test_a_revoked_one_is_dead_and_another_can_follow() -> None:
    agency = await make_reseller()
    owner, email = await make_user(agency), an_email()
    sent = await invites(owner, email)
    with pytest.raises(AlreadyInvited):
        await invites(owner, email)
    async with session(viewer_of(owner)) as db:
        await revoke(db, viewer_of(owner), info_of(agency), sent.invite.id)
        assert await list_invites(db, viewer_of(owner), info_of(agency)) == []
    assert (await opens(sent, agency)).invite.state is InviteState.REVOKED
    with pytest.raises(InviteOver):
        await accept_as_new(await host_of(agency), token_of(sent), "Robin", PASSWORD)
    async with session(viewer_of(owner)) as db:
        with pytest.raises(NotFound):
            await resend(db, viewer_of(owner), info_of(agency), sent.invite.id)
    await invites(owner, email)


async def test_the_link_opens_nothing_on_another_host() -> None:
    agency, rival = await make_reseller(), await make_reseller()
    client = await make_client(agency)
    sent = await invites(await make_user(client), an_email())
    async with system_session(reason="test") as db:
        other_host = await add_domain(db, client.id, f"{unique('own')}.localhost", verified=True)
    for elsewhere in (rival.host, other_host):
        place = MadeOrganization(
            agency.id, agency.public_id, agency.kind, agency.realm_id, agency.name, agency.slug, elsewhere
        )
        with pytest.raises(NotFound):
            await opens(sent, place)
    assert (await opens(sent, agency)).invite.host == agency.host


async def test_an_address_of_another_realm_is_a_stranger_here() -> None:
    agency, rival = await make_reseller(), await make_reseller()
    kim = await make_user(rival)
    sent = await invites(await make_user(agency), kim.email)
    assert (await opens(sent, agency)).account is Account.NEW
    viewer, _token = await accept_as_new(await host_of(agency), token_of(sent), "Kim", "a second password")
    assert viewer.user_id != kim.id
    theirs, _token = await sign_in(await host_of(rival), kim.email, kim.password, "192.0.2.23")
    assert theirs.user_id == kim.id


async def test_members_are_told_and_nobody_learns_who_has_an_account_elsewhere() -> None:
    agency = await make_reseller()
    client, other = await make_client(agency), await make_client(agency)
    owner, colleague, neighbour = await make_user(client), await make_user(client), await make_user(other)
    with pytest.raises(AlreadyMember):
        await invites(owner, colleague.email)

    def shown(one: Invite) -> tuple[object, ...]:
        return one.role, one.state, one.sites, one.host

    for stranger in (neighbour.email, an_email()):
        assert shown((await invites(owner, stranger)).invite) == (
            Role.MEMBER, InviteState.OPEN, None, agency.host,
        )  # fmt: skip


async def test_an_admin_invites_no_owner_and_others_nobody() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    admin = await make_user(client, Role.ADMIN)
    with pytest.raises(Forbidden, match="owner"):
        await invites(admin, an_email(), Role.OWNER)
    for role in (Role.BILLING, Role.MEMBER, Role.VIEWER):
        with pytest.raises(Forbidden):
            await invites(await make_user(client, role), an_email(), Role.VIEWER)
    with pytest.raises(Forbidden):
        await invites(admin, an_email(), Role.OPERATOR)

    sent = await invites(await make_user(agency, Role.ADMIN), an_email(), Role.OWNER, to=client)
    async with session(viewer_of(admin)) as db:
        with pytest.raises(Forbidden):
            await revoke(db, viewer_of(admin), info_of(client), sent.invite.id)


async def test_a_viewer_is_invited_to_some_sites_and_to_none_of_the_others_when_they_are_gone() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    owner, host = await make_user(client), await host_of(agency)
    shown, _hidden = await make_site(client), await make_site(client)
    sent = [await invites(owner, an_email(), Role.VIEWER, sites=[shown]) for _number in range(2)]

    seen = []
    for one in sent:
        viewer, _token = await accept_as_new(host, token_of(one), "Robin", PASSWORD)
        async with session(viewer) as db:
            seen.append([site.public_id for site in await list_sites(db)])
        async with session(viewer_of(owner)) as db:
            if one is sent[0]:
                await delete_site(db, viewer_of(owner), shown)
    assert seen == [[shown.public_id], []]
    with pytest.raises(Invalid):
        await invites(owner, an_email(), Role.MEMBER, sites=[shown])


async def test_links_are_kept_as_hashes() -> None:
    agency = await make_reseller()
    sent = await invites(await make_user(agency), an_email())
    async with session(a_viewer(agency)) as db:
        rows = (await db.execute(text("SELECT invitations::text FROM invitations"))).scalars().all()
    assert rows
    assert not any(token_of(sent) in row for row in rows)


async def test_an_organisation_cannot_mail_the_whole_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(INVITATIONS, "amount", 2)
    owner = await make_user(await make_reseller())
    for _number in range(2):
        await invites(owner, an_email())
    with pytest.raises(TooManyTries):
        await invites(owner, an_email())
