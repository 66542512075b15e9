"""Somebody signs up with the address of another, and then the other comes: nothing of the first is left."""

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from analytics.shared_links import LinkTerms, create_link
from tenancy.account_links import Purpose, issue_link
from tenancy.accounts import add_member
from tenancy.db import session, system_session
from tenancy.identities import identities_of
from tenancy.invites import invite
from tenancy.login import viewer_for_token
from tenancy.roles import Role
from tests.factories import (
    MadeUser,
    host_of,
    info_of,
    make_client,
    make_key,
    make_reseller,
    make_user,
    session_of,
    unique,
    viewer_of,
)
from tests.oidc_provider import OidcProvider
from tests.portal.conftest import Asks
from tests.portal.test_accounts import mails_to, with_second_factor
from tests.portal.vouched import Browser, connects, known

pytestmark = pytest.mark.usefixtures("stack", "offered")


async def test_whose_address_it_is_finds_no_way_in_of_the_one_before(
    whole_app: FastAPI, provider: OidcProvider, asks: Asks
) -> None:
    agency = await make_reseller()
    client, shared = await make_client(agency), await make_client(agency)
    squatter = await make_user(client)
    await make_user(shared)
    async with system_session(reason="test") as db:
        await add_member(db, shared.id, squatter.id, Role.VIEWER)
    # More than anybody has who never confirmed an address, and so cannot sign in.
    host = await host_of(agency)
    cookie = await session_of(squatter)
    program = asks(agency.host)
    refresh = (await program.post("/api/auth/login", credentials(squatter))).json()["refresh_token"]
    await program.sign_in(squatter)
    browser = Browser(whole_app, provider, agency.host)
    browser.holds(cookie)
    theirs = known(provider)
    await connects(browser, provider, cookie, theirs)
    browser.drops_its_session()
    keys = [asks(agency.host), asks(agency.host)]
    for key, organization in zip(keys, (client, shared), strict=True):
        key.bears(await make_key(organization))
        assert (await key.get("/v1/sites")).status_code == 200
    async with session(viewer_of(squatter)) as db:
        guest = f"{unique('guest')}@example.com"
        sent = await invite(db, viewer_of(squatter), info_of(client), email=guest, role=Role.ADMIN)
        shown = await create_link(db, viewer_of(squatter), LinkTerms(), organization_id=client.id)
    assert (await browser.opens(shown.path)).status_code == 200
    async with system_session(reason="test") as db:
        link = await issue_link(db, squatter.id, Purpose.RESET_PASSWORD, squatter.email)
    await with_second_factor(squatter)
    await unconfirm(squatter)

    page = await browser.signs_in(known(provider, email=squatter.email))

    # Straight in: nobody asks for a code of an app that somebody else has.
    assert (page.status_code, client.name in page.text) == (200, True)
    assert await viewer_for_token(cookie, host) is None
    assert (await program.get("/api/auth/me")).status_code == 401
    assert (await program.post("/api/auth/refresh", {"refresh_token": refresh})).status_code == 401
    assert (await program.post("/api/auth/login", credentials(squatter))).status_code == 401
    assert (await browser.opens(f"/reset/{link}")).status_code == 410
    assert (await browser.opens(sent.path)).status_code == 410
    assert (await browser.opens(shown.path)).status_code == 404
    assert [one.email for one in await identities_of(viewer_of(squatter))] == [squatter.email]
    stranger = Browser(whole_app, provider, agency.host)
    await stranger.signs_in(theirs)
    assert stranger.is_signed_in_on() == set()
    # The key of an organisation with other people is theirs, not the squatter's.
    assert [(await key.get("/v1/sites")).status_code for key in keys] == [401, 200]
    async with system_session(reason="test") as db:
        devices = text("SELECT count(*) FROM known_devices WHERE user_id = :id")
        assert await db.scalar(devices, {"id": squatter.id}) <= 1
    assert (await mails_to(squatter.email))[-1].kind == "identity_connected"
    for one in (browser, stranger):
        await one.close()


async def test_before_that_programs_do_not_get_in_either(asks: Asks) -> None:
    squatter = await make_user(await make_client(await make_reseller()))
    program = asks(squatter.organization.host)
    assert (await program.post("/api/auth/login", credentials(squatter))).status_code == 200
    await unconfirm(squatter)
    refused = await program.post("/api/auth/login", credentials(squatter))
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "email_not_confirmed")


def credentials(user: MadeUser) -> dict[str, str]:
    return {"email": user.email, "password": user.password}


async def unconfirm(user: MadeUser) -> None:
    """As if they had signed up, and nobody had followed the link in the mail."""
    async with system_session(reason="test") as db:
        await db.execute(text("UPDATE users SET email_verified_at = NULL WHERE id = :id"), {"id": user.id})
