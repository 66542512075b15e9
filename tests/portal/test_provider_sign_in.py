"""Signing in through a real OpenID Connect provider: the ways that lead in, and all that do not."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import pytest_asyncio
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy import text

from tenancy.audit import Action
from tenancy.client_states import put_state
from tenancy.contracts import ClientState
from tenancy.csrf import token_for
from tenancy.db import session, system_session
from tenancy.identities import identities_of, unlink_identity
from tests.factories import (
    MadeOrganization,
    MadeUser,
    a_viewer,
    info_of,
    make_client,
    make_reseller,
    make_user,
    session_of,
    the_platform,
    unique,
    viewer_of,
)
from tests.oidc_provider import OidcProvider
from tests.portal.test_accounts import mails_to, rule, with_second_factor
from tests.portal.vouched import OVER, Browser, connects, known, own_provider, says

pytestmark = pytest.mark.usefixtures("stack", "offered")
NOT_VOUCHED = "The provider did not confirm who you are. Please try again."


@pytest_asyncio.fixture(loop_scope="session")
async def agency() -> MadeOrganization:
    """One on whose host people may sign up."""
    made = await make_reseller()
    await rule(made, allows_sign_up=True)
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def browser(
    whole_app: FastAPI, provider: OidcProvider, agency: MadeOrganization
) -> AsyncIterator[Browser]:
    made = Browser(whole_app, provider, agency.host)
    yield made
    await made.close()


async def test_the_way_leads_over_the_platforms_domain_back_to_the_agencys(
    browser: Browser, provider: OidcProvider, agency: MadeOrganization
) -> None:
    platform = await the_platform()
    assert "Continue with Acme ID" in (await browser.opens("/login")).text

    page = await browser.signs_in(known(provider, name="Lee Roe"))

    assert page.status_code == 200
    assert "Lee Roe" in page.text
    assert page.request.url.path == "/sites"
    assert browser.hosts == [platform.host, agency.host, agency.host]
    assert provider.redirect_uris[-1] == f"http://{platform.host}/auth/callback"
    assert browser.is_signed_in_on() == {agency.host}


async def test_who_was_there_before_comes_into_the_same_account(
    browser: Browser, whole_app: FastAPI, provider: OidcProvider, agency: MadeOrganization
) -> None:
    subject = known(provider)
    await browser.signs_in(subject)
    # Whom a provider has vouched for once is known by the subject: the address may change.
    provider.knows(subject, email=f"{unique('new')}@example.com")
    again = Browser(whole_app, provider, agency.host)
    assert (await again.signs_in(subject)).status_code == 200

    async with system_session(reason="test") as db:
        found = await db.execute(
            text("SELECT user_id FROM user_identities WHERE subject = :subject"), {"subject": subject}
        )
        [user_id] = list(found.scalars())
        signed_in = await db.execute(
            text("SELECT details FROM audit_entries WHERE action = :action AND actor_id = :user"),
            {"action": Action.PERSON_SIGNED_IN, "user": str(user_id)},
        )
        assert list(signed_in.scalars()) == [{"through": "Acme ID"}] * 2


async def test_an_agencys_own_provider_replaces_the_platforms_and_stays_on_its_host(
    browser: Browser, whole_app: FastAPI, provider: OidcProvider, agency: MadeOrganization
) -> None:
    key = await own_provider(agency, provider)
    page = await browser.opens("/login")
    assert "Continue with Northwind" in page.text
    assert "Acme ID" not in page.text

    assert (await browser.signs_in(known(provider), key)).status_code == 200
    assert set(browser.hosts) == {agency.host}
    assert provider.redirect_uris[-1] == f"http://{agency.host}/auth/callback"

    elsewhere = Browser(whole_app, provider, (await make_reseller()).host)
    assert "Northwind" not in (await elsewhere.opens("/login")).text
    assert (await elsewhere.opens(f"/auth/start?provider={key}")).status_code == 404


async def test_a_provider_that_is_for_some_domains_lets_nobody_else_in(
    browser: Browser, provider: OidcProvider, agency: MadeOrganization
) -> None:
    key = await own_provider(agency, provider, email_domains="northwind.example")
    page = await browser.signs_in(known(provider), key)
    assert (page.status_code, "an email address of the organisation" in page.text) == (403, True)
    ours = known(provider, email=f"{unique('ann')}@northwind.example")
    assert (await browser.signs_in(ours, key)).status_code == 200


async def test_what_was_changed_or_used_on_the_way_leads_nowhere(
    browser: Browser, provider: OidcProvider
) -> None:
    subject = known(provider)

    came = provider.lets_in(await browser.leaves(), subject)
    state = parse_qs(urlsplit(came).query)["state"][0]
    await says(browser, came.replace(state[:40], "A" * 40), OVER)
    assert (await browser.comes_back(came)).status_code == 200
    browser.drops_its_session()
    await says(browser, came, OVER)

    left = await browser.leaves()
    nonce = parse_qs(urlsplit(left).query)["nonce"][0]
    await says(browser, provider.lets_in(left.replace(nonce, "another"), subject), NOT_VOUCHED)

    # A code that was meant for another way: its verifier is another.
    mine = provider.lets_in(await browser.leaves(), subject)
    theirs = provider.lets_in(await browser.leaves(), known(provider))
    my_code, their_code = (parse_qs(urlsplit(one).query)["code"][0] for one in (mine, theirs))
    await says(browser, mine.replace(my_code, their_code), NOT_VOUCHED)


async def test_a_one_time_code_is_good_once_for_one_browser_on_one_host(
    browser: Browser, whole_app: FastAPI, provider: OidcProvider, agency: MadeOrganization, redis: Redis
) -> None:
    subject = known(provider)
    thief = Browser(whole_app, provider, agency.host)
    await thief.leaves()
    await says(thief, await browser.is_handed_over(subject), OVER)

    other = await make_reseller()
    handed = await browser.is_handed_over(subject)
    await says(browser, handed.replace(agency.host, other.host), OVER)

    handed = await browser.is_handed_over(subject)
    [kept] = [key async for key in redis.scan_iter("sign-in-arrival:*")]
    assert 0 < await redis.ttl(kept) <= 60
    await redis.delete(kept)  # as if a minute had passed
    await says(browser, handed, OVER)

    handed = await browser.is_handed_over(subject)
    assert (await browser.comes_back(handed)).status_code == 200
    browser.drops_its_session()
    await browser.leaves()
    await says(browser, handed, OVER)


async def test_who_is_not_vouched_for_or_not_known_is_told_so(
    browser: Browser, whole_app: FastAPI, provider: OidcProvider
) -> None:
    unproven = await browser.signs_in(known(provider, email_verified=False))
    assert "does not confirm your email address" in unproven.text
    state = parse_qs(urlsplit(await browser.leaves()).query)["state"][0]
    way = urlencode({"error": "access_denied", "state": state})
    platform = await the_platform()
    denied = await browser.comes_back(f"http://{platform.host}/auth/callback?{way}")
    assert "You did not sign in at Acme ID." in denied.text

    closed = Browser(whole_app, provider, (await make_reseller()).host)
    stranger = await closed.signs_in(known(provider))
    assert (stranger.status_code, "There is no account for you here." in stranger.text) == (403, True)
    assert closed.is_signed_in_on() == set()


async def test_an_address_alone_opens_no_account_until_its_owner_has_connected_the_two(
    browser: Browser, whole_app: FastAPI, provider: OidcProvider, agency: MadeOrganization
) -> None:
    client = await make_client(agency, "Harbour Hotels")
    kim = await make_user(client)
    subject = known(provider, email=kim.email)

    refused = await browser.signs_in(subject)
    assert (refused.status_code, "address. Sign in as before" in refused.text) == (409, True)
    assert 'name="next" value="/settings/security"' in refused.text
    assert browser.is_signed_in_on() == set()

    token = await session_of(kim)
    browser.holds(token)
    page = await connects(browser, provider, token, subject)
    assert page.request.url.path == "/settings/security"
    assert [one.email for one in await identities_of(viewer_of(kim))] == [kim.email]
    fresh = Browser(whole_app, provider, agency.host)
    assert "Harbour Hotels" in (await fresh.signs_in(subject)).text


async def test_connecting_takes_a_form_of_ones_own_and_an_account_that_is_nobody_elses(
    browser: Browser, provider: OidcProvider, agency: MadeOrganization
) -> None:
    kim, eve = await make_user(agency), await make_user(agency)
    kims, eves = await session_of(kim), await session_of(eve)
    subject = known(provider)
    browser.holds(kims)
    assert (await browser.opens(f"/auth/link?provider=oidc&form={token_for(eves)}")).status_code == 403
    await connects(browser, provider, kims, subject)

    browser.holds(eves)
    page = await connects(browser, provider, eves, subject)
    assert "already connected to someone else" in page.text
    assert await identities_of(viewer_of(eve)) == []

    # Begun by one person, and ended in the session of another.
    left = await browser.opens(f"/auth/link?provider=oidc&form={token_for(eves)}")
    browser.holds(kims)
    page = await browser.comes_back(provider.lets_in(left.headers["location"], known(provider)))
    assert OVER in page.text
    assert len(await identities_of(viewer_of(kim))) == 1


async def test_the_person_hears_of_each_way_in_that_comes_and_goes(
    browser: Browser, provider: OidcProvider, agency: MadeOrganization
) -> None:
    kim = await make_user(agency)
    await connects(
        browser, provider, await held(browser, kim), known(provider, email="kim@elsewhere.example")
    )
    [identity] = await identities_of(viewer_of(kim))
    await unlink_identity(viewer_of(kim), str(identity.id))

    came, went = await mails_to(kim.email)
    assert (came.kind, went.kind) == ("identity_connected", "identity_disconnected")
    for mail in (came, went):
        assert (mail.provider, mail.identity) == ("Acme ID", "kim@elsewhere.example")


async def held(browser: Browser, user: MadeUser) -> str:
    """The browser has a session of theirs from now on."""
    token = await session_of(user)
    browser.holds(token)
    return token


async def test_the_second_factor_is_asked_for_all_the_same(
    browser: Browser, provider: OidcProvider, agency: MadeOrganization
) -> None:
    kim = await make_user(agency)
    token = await session_of(kim)
    subject = known(provider)
    browser.holds(token)
    await connects(browser, provider, token, subject)
    browser.drops_its_session()
    await with_second_factor(kim)

    page = await browser.signs_in(subject)

    assert 'action="/login/code"' in page.text
    assert browser.is_signed_in_on() == set()


async def test_an_agency_that_wants_two_factors_gets_them_from_these_people_too(
    browser: Browser, provider: OidcProvider, agency: MadeOrganization
) -> None:
    await rule(agency, requires_second_factor=True)
    kim = await make_user(agency)
    token = await session_of(kim)
    subject = known(provider)
    browser.holds(token)
    await connects(browser, provider, token, subject)
    browser.drops_its_session()
    assert (await browser.signs_in(subject)).request.url.path == "/settings/security"


async def test_people_of_a_suspended_client_find_it_closed_this_way_too(
    browser: Browser, provider: OidcProvider, agency: MadeOrganization
) -> None:
    client = await make_client(agency)
    kim = await make_user(client)
    token = await session_of(kim)
    subject = known(provider)
    browser.holds(token)
    await connects(browser, provider, token, subject)
    browser.drops_its_session()
    boss = a_viewer(agency)
    async with session(boss) as db:
        await put_state(db, boss, info_of(client), ClientState.SUSPENDED)

    page = await browser.signs_in(subject)

    assert (page.status_code, f"{client.name} is suspended" in page.text) == (403, True)
