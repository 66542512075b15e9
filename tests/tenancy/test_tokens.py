"""Tokens of programs: bound to a host, ended at once, and a stolen refresh token shows itself."""

import asyncio
import time
from itertools import count

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import text

from tenancy.accounts import add_member
from tenancy.audit import Action, Search, entries
from tenancy.db import session, system_session
from tenancy.domains import HostOrganization
from tenancy.login import end_session, sign_in, sign_out_everywhere, viewer_for_token
from tenancy.roles import Role
from tenancy.tokens import (
    ACCESS_S,
    GRACE_S,
    RefreshTokenReused,
    TokenPair,
    WrongRefreshToken,
    refresh_tokens,
    sign_in_program,
    viewer_for_access_token,
)
from tenancy.viewer import Viewer
from tests.factories import MadeUser, a_viewer, host_of, make_client, make_reseller, make_user

_numbers = count(1)


def an_address() -> str:
    number = next(_numbers)
    return f"198.51.{number // 250}.{number % 250 + 1}"


async def a_program(user: MadeUser) -> tuple[HostOrganization, Viewer, TokenPair]:
    host = await host_of(user.organization)
    viewer, pair = await sign_in_program(host, user.email, user.password, an_address())
    return host, viewer, pair


async def let_pass(user: MadeUser, seconds: float) -> None:
    """What a person's programs did is so much longer ago."""
    async with system_session(reason="test") as db:
        await db.execute(
            text(
                "UPDATE refresh_tokens SET rotated_at = rotated_at - make_interval(secs => :seconds)"
                " WHERE session_id IN (SELECT id FROM user_sessions WHERE user_id = :user)"
            ),
            {"seconds": seconds, "user": user.id},
        )


async def test_an_access_token_is_good_on_the_hosts_of_its_organisation_alone() -> None:
    agency = await make_reseller()
    kim = await make_user(await make_client(agency), Role.ADMIN)
    host, viewer, pair = await a_program(kim)

    assert await viewer_for_access_token(pair.access_token, host) == viewer
    assert (viewer.role, viewer.host_organization_id) == (Role.ADMIN, agency.id)
    assert await viewer_for_access_token(pair.access_token, await host_of(await make_reseller())) is None


async def test_what_is_no_access_token_of_ours_opens_nothing() -> None:
    kim = await make_user(await make_reseller())
    host, viewer, pair = await a_program(kim)
    _browser, cookie = await sign_in(host, kim.email, kim.password, an_address())
    head, _body, signature = pair.access_token.split(".")
    claims = {"aud": str(host.organization_id), "sid": str(viewer.session_id), "exp": int(time.time()) + 60}
    forged = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, OctKey.import_key("s" * 32))
    unsigned = ".".join((head.replace("HS256", "none"), _body, ""))

    for token in (
        "",
        "a",
        "a.b.c",
        "ä.b.c",
        cookie,
        pair.refresh_token,
        forged,
        unsigned,
        f"{head}.e30.{signature}",
    ):
        assert await viewer_for_access_token(token, host) is None
    # And the other way round: a program's token is no cookie.
    for token in (pair.access_token, pair.refresh_token):
        assert await viewer_for_token(token, host) is None


async def test_an_access_token_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    kim = await make_user(await make_reseller())
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - ACCESS_S - 1)
    host, _viewer, old = await a_program(kim)
    monkeypatch.setattr(time, "time", lambda: now - ACCESS_S + 5)
    _host, viewer, younger = await a_program(kim)
    monkeypatch.undo()

    assert await viewer_for_access_token(old.access_token, host) is None
    assert await viewer_for_access_token(younger.access_token, host) == viewer


async def test_a_refresh_token_gives_the_next_pair_again_and_again() -> None:
    kim = await make_user(await make_reseller())
    host, viewer, pair = await a_program(kim)
    seen = {pair.refresh_token}

    for _ in range(3):
        again, pair = await refresh_tokens(host, pair.refresh_token)
        assert again == viewer
        assert await viewer_for_access_token(pair.access_token, host) == viewer
        seen.add(pair.refresh_token)
    assert len(seen) == 4


async def test_a_refresh_token_is_worth_nothing_on_another_host_and_is_not_used_up_there() -> None:
    kim = await make_user(await make_reseller())
    host, _viewer, pair = await a_program(kim)

    for wrong in (pair.refresh_token, pair.access_token, "", "never given"):
        with pytest.raises(WrongRefreshToken):
            await refresh_tokens(await host_of(await make_reseller()), wrong)
    assert await refresh_tokens(host, pair.refresh_token)


async def test_threads_that_ask_at_once_get_the_same_next_token() -> None:
    kim = await make_user(await make_reseller())
    host, _viewer, pair = await a_program(kim)

    found = await asyncio.gather(*(refresh_tokens(host, pair.refresh_token) for _ in range(8)))

    following = {next_pair.refresh_token for _viewer, next_pair in found}
    assert len(following) == 1
    assert pair.refresh_token not in following
    await refresh_tokens(host, following.pop())


async def test_a_lost_answer_may_be_asked_for_again_for_a_moment() -> None:
    kim = await make_user(await make_reseller())
    host, _viewer, pair = await a_program(kim)
    _v, first = await refresh_tokens(host, pair.refresh_token)
    await let_pass(kim, GRACE_S - 5)

    _v, second = await refresh_tokens(host, pair.refresh_token)

    assert second.refresh_token == first.refresh_token


async def test_a_refresh_token_used_again_later_ends_its_session_and_no_other() -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    host, viewer, stolen = await a_program(kim)
    _h, _v, other = await a_program(kim)
    _v, current = await refresh_tokens(host, stolen.refresh_token)
    await let_pass(kim, GRACE_S + 1)

    with pytest.raises(RefreshTokenReused):
        await refresh_tokens(host, stolen.refresh_token)

    with pytest.raises(WrongRefreshToken):
        await refresh_tokens(host, current.refresh_token)
    assert await viewer_for_access_token(current.access_token, host) is None
    assert await viewer_for_access_token(other.access_token, host) is not None
    async with session(a_viewer(agency)) as db:
        [entry] = await entries(db, a_viewer(agency), Search(actions=frozenset({Action.PERSON_TOKEN_REUSED})))
    assert (entry.actor.name, entry.target.id) == (viewer.name, str(kim.id))


async def test_a_thief_who_is_quick_gets_no_branch_of_their_own() -> None:
    kim = await make_user(await make_reseller())
    host, _viewer, pair = await a_program(kim)
    _v, mine = await refresh_tokens(host, pair.refresh_token)
    _v, theirs = await refresh_tokens(host, pair.refresh_token)
    await refresh_tokens(host, mine.refresh_token)
    await let_pass(kim, GRACE_S + 1)

    with pytest.raises(RefreshTokenReused):
        await refresh_tokens(host, theirs.refresh_token)


async def test_the_end_of_a_session_ends_its_tokens_at_once() -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    host, viewer, pair = await a_program(kim)
    _h, _v, other = await a_program(kim)
    _browser, cookie = await sign_in(host, kim.email, kim.password, an_address())

    await end_session(viewer.session_id)

    assert await viewer_for_access_token(pair.access_token, host) is None
    assert await viewer_for_access_token(other.access_token, host) is not None
    await sign_out_everywhere(kim.id)
    assert await viewer_for_access_token(other.access_token, host) is None
    assert await viewer_for_token(cookie, host) is None
    for token in (pair.refresh_token, other.refresh_token):
        with pytest.raises(WrongRefreshToken):
            await refresh_tokens(host, token)
    async with session(a_viewer(agency)) as db:
        latest, *_before = await entries(db, a_viewer(agency), Search())
    assert (latest.action, latest.target.name) == (Action.PERSON_SIGNED_OUT_EVERYWHERE, kim.name)


async def test_a_changed_role_counts_at_once_and_a_person_without_one_gets_no_more_tokens() -> None:
    agency = await make_reseller()
    await make_user(agency)
    kim = await make_user(agency, Role.ADMIN)
    host, _viewer, pair = await a_program(kim)
    async with system_session(reason="test") as db:
        await add_member(db, agency.id, kim.id, Role.VIEWER)

    viewer, pair = await refresh_tokens(host, pair.refresh_token)

    assert viewer.role is Role.VIEWER
    async with system_session(reason="test") as db:
        await db.execute(text("DELETE FROM memberships WHERE user_id = :user"), {"user": kim.id})
        await add_member(db, (await make_client(agency)).id, kim.id, Role.VIEWER)
        await db.execute(text("DELETE FROM memberships WHERE user_id = :user"), {"user": kim.id})
    with pytest.raises(WrongRefreshToken):
        await refresh_tokens(host, pair.refresh_token)


async def test_refresh_tokens_are_kept_as_hashes_alone() -> None:
    kim = await make_user(await make_reseller())
    host, _viewer, pair = await a_program(kim)
    _v, following = await refresh_tokens(host, pair.refresh_token)

    async with system_session(reason="test") as db:
        rows = await db.execute(
            text(
                "SELECT r::text FROM refresh_tokens r JOIN user_sessions s ON s.id = r.session_id"
                " WHERE s.user_id = :user"
            ),
            {"user": kim.id},
        )
        written = [row for (row,) in rows]
    assert len(written) == 2
    for token in (pair.refresh_token, following.refresh_token):
        assert not [row for row in written if token in row]
