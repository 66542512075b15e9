"""Signing in and out, each on the hosts of one realm."""

import asyncio
import sys
from itertools import count

import pytest
from sqlalchemy import text

from tenancy.accounts import EmailTaken, add_member, create_operator, create_user, set_password
from tenancy.db import session, system_session
from tenancy.errors import Invalid, NotFound, TooManyTries
from tenancy.login import WrongCredentials, sign_in, sign_out, sign_out_everywhere, viewer_for_token
from tenancy.passwords import DEMO_PASSWORD
from tenancy.rate_limits import PER_ACCOUNT, PER_ACCOUNT_AND_NETWORK
from tenancy.roles import OrganizationKind, Permission, Role
from tenancy.settings import settings
from tenancy.sites import list_sites
from tenancy.tasks import purge_expired_sessions
from tests.factories import (
    MadeUser,
    a_viewer,
    host_of,
    make_client,
    make_direct,
    make_operator,
    make_reseller,
    make_site,
    make_user,
    the_platform,
    unique,
)

_numbers = count(1)


async def test_a_clients_person_signs_in_on_the_resellers_host_and_sees_the_clients_sites() -> None:
    reseller = await make_reseller()
    client = await make_client(reseller)
    site = await make_site(client)
    await make_site(reseller)
    host = await host_of(reseller)
    kim = await make_user(client, Role.VIEWER)
    viewer, token = await sign_in(host, kim.email.upper(), kim.password, an_address())
    assert viewer == await viewer_for_token(token, host)
    assert (viewer.organization_id, viewer.role) == (client.id, Role.VIEWER)
    assert viewer.may(Permission.VIEW_REPORTS)
    assert not viewer.may(Permission.MANAGE_SITES)
    async with session(viewer) as db:
        assert [found.id for found in await list_sites(db)] == [site.id]


async def test_an_account_does_not_exist_on_the_host_of_another_realm() -> None:
    ours, theirs = await make_reseller(), await make_reseller()
    kim = await make_user(ours)
    _viewer, token = await sign_in(await host_of(ours), kim.email, kim.password, an_address())
    for elsewhere in (await host_of(theirs), await host_of(await the_platform())):
        with pytest.raises(WrongCredentials):
            await sign_in(elsewhere, kim.email, kim.password, an_address())
        assert await viewer_for_token(token, elsewhere) is None


async def test_one_address_can_have_an_account_in_each_realm() -> None:
    ours, theirs = await make_reseller(), await make_reseller()
    here = await make_user(ours, password="the first password")
    there = await make_user(theirs, email=here.email, password="the other password")
    viewer, _token = await sign_in(await host_of(theirs), here.email, there.password, an_address())
    assert viewer.user_id == there.id
    with pytest.raises(EmailTaken):
        await make_user(ours, email=here.email)


async def test_operators_and_direct_customers_sign_in_on_the_platforms_host() -> None:
    direct = await make_direct()
    host = await host_of(await the_platform())
    for person in (await make_operator(), await make_user(direct)):
        viewer, _token = await sign_in(host, person.email, person.password, an_address())
        assert viewer.organization_id == person.organization.id


async def test_the_command_creates_an_operator() -> None:
    email = f"{unique('operator')}@example.com"
    await create_operator(email, "a long password")
    viewer, _token = await sign_in(
        await host_of(await the_platform()), email, "a long password", an_address()
    )
    assert (viewer.role, viewer.organization_kind) == (Role.OPERATOR, OrganizationKind.PLATFORM)
    assert viewer.may(Permission.OPERATE_PLATFORM)


async def test_wrong_password_unknown_account_and_no_membership_answer_the_same() -> None:
    reseller = await make_reseller()
    host = await host_of(reseller)
    kim = await make_user(reseller)
    async with system_session(reason="test") as db:
        stray = f"{unique('stray')}@example.com"
        await create_user(db, reseller.id, email=stray, name="Stray", password=kim.password)
        invited = f"{unique('invited')}@example.com"
        await create_user(db, reseller.id, email=invited, name="Invited")
    for email, password in (
        (kim.email, "wrong"),
        ("nobody@example.com", kim.password),
        (stray, kim.password),
        (invited, ""),
    ):
        with pytest.raises(WrongCredentials):
            await sign_in(host, email, password, an_address())


async def test_nobody_is_a_member_outside_their_realm() -> None:
    kim = await make_user(await make_reseller())
    other = await make_reseller()
    with pytest.raises(NotFound):
        async with system_session(reason="test") as db:
            await add_member(db, other.id, kim.id, Role.OWNER)


async def test_operator_is_no_role_of_a_reseller() -> None:
    reseller = await make_reseller()
    kim = await make_user(reseller)
    with pytest.raises(Invalid):
        async with system_session(reason="test") as db:
            await add_member(db, reseller.id, kim.id, Role.OPERATOR)


async def test_signing_out_ends_one_session_and_everywhere_ends_all() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    tokens = [await a_token(kim) for _ in range(3)]
    await sign_out(tokens[0])
    found = [await viewer_for_token(token, host) for token in tokens]
    assert [viewer is None for viewer in found] == [True, False, False]
    await sign_out_everywhere(kim.id, a_viewer(reseller))
    assert [await viewer_for_token(token, host) for token in tokens] == [None] * 3


async def test_a_changed_role_counts_at_once() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    token = await a_token(kim)
    assert (await viewer_for_token(token, host)).role is Role.OWNER  # type: ignore[union-attr]
    async with system_session(reason="test") as db:
        await add_member(db, reseller.id, kim.id, Role.VIEWER)
    assert (await viewer_for_token(token, host)).role is Role.VIEWER  # type: ignore[union-attr]


async def test_an_expired_session_is_nobody_and_is_purged() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    token = await a_token(kim)
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE user_sessions SET expires_at = now() WHERE user_id = :id"), {"id": kim.id}
        )
    assert await viewer_for_token(token, host) is None
    assert await asyncio.to_thread(purge_expired_sessions) >= 1


async def test_a_session_that_is_used_lives_on() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    token = await a_token(kim)
    days = text("SELECT extract(day FROM expires_at - now()) FROM user_sessions WHERE user_id = :id")
    async with system_session(reason="test") as db:
        await db.execute(
            text(
                "UPDATE user_sessions SET expires_at = now() + interval '2 days',"
                " last_seen_at = now() - interval '28 days' WHERE user_id = :id"
            ),
            {"id": kim.id},
        )
    assert await viewer_for_token(token, host) is not None
    async with system_session(reason="test") as db:
        assert await db.scalar(days, {"id": kim.id}) >= 29


async def test_another_process_forgets_a_revoked_session_at_once() -> None:
    reseller = await make_reseller()
    kim = await make_user(reseller)
    token = await a_token(kim)
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ANOTHER_PROCESS, token, reseller.host,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert other.stdin is not None
    assert other.stdout is not None
    assert (await asyncio.wait_for(other.stdout.readline(), 20)).strip() == str(kim.id).encode()
    await sign_out_everywhere(kim.id, a_viewer(reseller))
    await asyncio.sleep(0.2)
    other.stdin.write(b"and now?\n")
    assert (await asyncio.wait_for(other.stdout.readline(), 5)).strip() == b"None"
    assert await asyncio.wait_for(other.wait(), 5) == 0


_ANOTHER_PROCESS = """
import asyncio, logging, sys
import structlog
from tenancy.db import dispose
from tenancy.domains import resolve_host
from tenancy.invalidation import lifespan
from tenancy.login import viewer_for_token

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))

async def main(token, host):
    async with lifespan():
        where = await resolve_host(host)
        viewer = await viewer_for_token(token, where)
        print(viewer.user_id, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(await viewer_for_token(token, where), flush=True)
    await dispose()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_guessing_at_one_account_from_one_network_is_stopped() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    for _ in range(PER_ACCOUNT_AND_NETWORK.amount):
        with pytest.raises(WrongCredentials):
            await sign_in(host, kim.email, "a guess", "203.0.113.9")
    with pytest.raises(TooManyTries) as stopped:
        await sign_in(host, kim.email, kim.password, "203.0.113.9")
    assert 0 < stopped.value.retry_after_s <= 300


async def test_guessing_from_many_networks_is_stopped_and_the_owner_still_gets_in() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    home = an_address()
    await sign_in(host, kim.email, kim.password, home)
    with pytest.raises(TooManyTries):
        for _ in range(PER_ACCOUNT.amount + 1):
            with pytest.raises(WrongCredentials):
                await sign_in(host, kim.email, "a guess", an_address())
    viewer, _token = await sign_in(host, kim.email, kim.password, home)
    assert viewer.user_id == kim.id


async def test_mistyping_now_and_then_locks_nobody_out() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    home = an_address()
    for _ in range(3):
        for _ in range(PER_ACCOUNT_AND_NETWORK.amount - 1):
            with pytest.raises(WrongCredentials):
                await sign_in(host, kim.email, "a slip", home)
        await sign_in(host, kim.email, kim.password, home)


async def test_the_demos_password_opens_nothing_outside_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller, password=DEMO_PASSWORD)
    await sign_in(host, kim.email, DEMO_PASSWORD, an_address())
    monkeypatch.setattr(settings(), "demo", False)
    with pytest.raises(WrongCredentials):
        await sign_in(host, kim.email, DEMO_PASSWORD, an_address())
    with pytest.raises(Invalid):
        await make_user(reseller, password=DEMO_PASSWORD)


async def test_a_new_password_replaces_the_old() -> None:
    reseller = await make_reseller()
    host, kim = await host_of(reseller), await make_user(reseller)
    async with system_session(reason="test") as db:
        await set_password(db, kim.id, "another password")
    with pytest.raises(WrongCredentials):
        await sign_in(host, kim.email, kim.password, an_address())
    await sign_in(host, kim.email, "another password", an_address())


async def a_token(user: MadeUser) -> str:
    host = await host_of(user.organization)
    _viewer, token = await sign_in(host, user.email, user.password, an_address())
    return token


def an_address() -> str:
    """Each time from elsewhere."""
    number = next(_numbers)
    return f"10.9.{number // 256}.{number % 256}"
