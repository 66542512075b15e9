"""Accepting an invitation through a provider: for the very address that was invited, and no other."""

import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text

from tenancy.audit import Action
from tenancy.db import session, system_session
from tenancy.identities import identities_of
from tenancy.invite_links import Account, open_invite
from tenancy.invites import InviteState, SentInvite, invite, revoke
from tenancy.members import list_members, remove_member
from tenancy.roles import Role
from tests.factories import (
    MadeOrganization,
    MadeUser,
    host_of,
    info_of,
    make_client,
    make_reseller,
    make_user,
    session_of,
    unique,
    viewer_of,
)
from tests.oidc_provider import OidcProvider
from tests.portal.test_accounts import mails_to, with_second_factor
from tests.portal.vouched import OVER, Browser, connects, known, own_provider, says

pytestmark = pytest.mark.usefixtures("stack", "offered")


class Story:
    """An agency where nobody may sign up, and a client whose owner invites."""

    def __init__(self, agency: MadeOrganization, client: MadeOrganization, owner: MadeUser) -> None:
        self.agency, self.client, self.owner = agency, client, owner

    async def invites(self, email: str) -> SentInvite:
        async with session(viewer_of(self.owner)) as db:
            return await invite(
                db, viewer_of(self.owner), info_of(self.client), email=email, role=Role.MEMBER
            )

    async def members(self) -> set[str]:
        async with session(viewer_of(self.owner)) as db:
            return {one.email for one in await list_members(db, viewer_of(self.owner), info_of(self.client))}

    async def finds(self, sent: SentInvite) -> tuple[InviteState, Account]:
        """What the link is good for by now, and what the realm knows of the address."""
        opened = await open_invite(await host_of(self.agency), sent.path.removeprefix("/invite/"))
        return opened.invite.state, opened.account


@pytest_asyncio.fixture(loop_scope="session")
async def story() -> Story:
    agency = await make_reseller()
    client = await make_client(agency)
    return Story(agency, client, await make_user(client))


@pytest_asyncio.fixture(loop_scope="session")
async def browser(whole_app: FastAPI, provider: OidcProvider, story: Story) -> AsyncIterator[Browser]:
    made = Browser(whole_app, provider, story.agency.host)
    yield made
    await made.close()


async def leaves(browser: Browser, sent: SentInvite) -> str:
    """Presses the button on the page of the invitation; the address of the provider."""
    page = await browser.opens(sent.path)
    link = re.search(r'href="(/auth/invite[^"]+)"[^>]*>Continue with Acme ID<', page.text)
    assert link is not None, page.text
    answer = await browser.opens(unescape(link[1]))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def accepts(browser: Browser, provider: OidcProvider, sent: SentInvite, subject: str) -> Response:
    """All the way."""
    return await browser.comes_back(provider.lets_in(await leaves(browser, sent), subject))


async def test_somebody_new_needs_no_password(
    browser: Browser, provider: OidcProvider, story: Story, whole_app: FastAPI
) -> None:
    email = f"{unique('robin')}@example.com"
    subject = known(provider, email=email, name="Robin Ash")
    sent = await story.invites(email)
    left = await leaves(browser, sent)
    came = provider.lets_in(left, subject)
    handed = str((await browser.opens(came)).headers["location"])
    token = sent.path.removeprefix("/invite/")
    assert not [address for address in (left, came, handed) if token in address]

    page = await browser.comes_back(handed)

    assert (page.status_code, "Robin Ash" in page.text, story.client.name in page.text) == (200, True, True)
    assert email in await story.members()
    assert (await story.finds(sent))[0] is InviteState.USED
    async with system_session(reason="test") as db:
        asked = {"realm": story.agency.id, "email": email}
        hashed = await db.scalar(text("SELECT password_hash FROM app.credentials(:realm, :email)"), asked)
        noted = await db.scalar(
            text("SELECT details FROM audit_entries WHERE action = :action AND organization_id = :client"),
            {"action": Action.PERSON_JOINED, "client": story.client.id},
        )
    assert hashed is None
    assert noted["through"] == "Acme ID"
    # The account was made with it: there is nothing to warn of.
    assert await mails_to(email) == []
    again = Browser(whole_app, provider, story.agency.host)
    assert "Robin Ash" in (await again.signs_in(subject)).text
    await again.close()


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        (
            {"email": "somebody.else@example.com"},
            "knows you as somebody.else@example.com. Nothing was changed.",
        ),
        ({"email_verified": False}, "Acme ID does not confirm your email address."),
    ],
)
async def test_whoever_has_another_address_is_told_and_nothing_changes(
    browser: Browser, provider: OidcProvider, story: Story, claims: dict[str, object], sentence: str
) -> None:
    email = f"{unique('new')}@example.com"
    sent = await story.invites(email)

    page = await accepts(browser, provider, sent, known(provider, **{"email": email} | claims))

    assert (page.status_code, sentence in unescape(page.text)) == (403, True)
    assert f'action="{sent.path}"' in page.text
    assert browser.is_signed_in_on() == set()
    assert await story.finds(sent) == (InviteState.OPEN, Account.NEW)
    assert email not in await story.members()


async def test_the_way_is_bound_to_the_browser_and_the_host_and_ends_with_the_invitation(
    browser: Browser, provider: OidcProvider, story: Story, whole_app: FastAPI
) -> None:
    email = f"{unique('new')}@example.com"
    subject = known(provider, email=email)
    sent = await story.invites(email)

    async def is_handed_over() -> str:
        answer = await browser.opens(provider.lets_in(await leaves(browser, sent), subject))
        return str(answer.headers["location"])

    thief = Browser(whole_app, provider, story.agency.host)
    await leaves(thief, sent)
    await says(thief, await is_handed_over(), OVER)
    await thief.close()
    rival = await make_reseller()
    await says(browser, (await is_handed_over()).replace(story.agency.host, rival.host), OVER)
    way = f"/auth/invite?{urlencode({'provider': 'oidc', 'invite': sent.path.removeprefix('/invite/')})}"
    assert (await browser.opens(f"http://{rival.host}{way}")).status_code == 404
    assert (await story.finds(sent))[0] is InviteState.OPEN

    handed = await is_handed_over()
    async with session(viewer_of(story.owner)) as db:
        await revoke(db, viewer_of(story.owner), info_of(story.client), sent.invite.id)
    page = await browser.comes_back(handed)
    assert (page.status_code, "This invitation was revoked" in page.text) == (410, True)
    assert (await browser.opens(way)).status_code == 410
    assert email not in await story.members()


async def test_an_account_that_is_somebodys_is_opened_by_its_owner_alone(
    browser: Browser, provider: OidcProvider, story: Story
) -> None:
    kim = await make_user(await make_client(story.agency))
    subject = known(provider, email=kim.email)
    sent = await story.invites(kim.email)
    page = await accepts(browser, provider, sent, subject)
    assert (page.status_code, "There is already an account with this address." in page.text) == (409, True)
    assert await identities_of(viewer_of(kim)) == []
    assert kim.email not in await story.members()

    token = await session_of(kim)
    browser.holds(token)
    await connects(browser, provider, token, subject)
    browser.drops_its_session()
    await with_second_factor(kim)
    page = await accepts(browser, provider, sent, subject)
    assert 'action="/login/code"' in page.text
    assert browser.is_signed_in_on() == set()
    assert kim.email in await story.members()


async def test_an_identity_of_another_account_accepts_nothing(
    browser: Browser, provider: OidcProvider, story: Story
) -> None:
    kim = await make_user(story.agency)
    token, subject = await session_of(kim), known(provider)
    browser.holds(token)
    await connects(browser, provider, token, subject)
    browser.drops_its_session()
    # Their address at the provider is another by now, and that one was invited.
    email = f"{unique('moved')}@example.com"
    provider.knows(subject, email=email)
    sent = await story.invites(email)
    page = await accepts(browser, provider, sent, subject)
    assert (page.status_code, "already connected to someone else" in page.text) == (409, True)
    assert await story.finds(sent) == (InviteState.OPEN, Account.NEW)


async def test_who_signed_up_with_the_invited_address_of_another_has_nothing_of_it(
    browser: Browser, provider: OidcProvider, story: Story
) -> None:
    squatter = await make_user(await make_client(story.agency))
    async with system_session(reason="test") as db:
        unconfirmed = text("UPDATE users SET email_verified_at = NULL WHERE id = :id")
        await db.execute(unconfirmed, {"id": squatter.id})
    sent = await story.invites(squatter.email)

    page = await accepts(browser, provider, sent, known(provider, email=squatter.email))

    assert (page.status_code, story.client.name in page.text) == (200, True)
    assert squatter.email in await story.members()
    async with system_session(reason="test") as db:
        asked = {"realm": story.agency.id, "email": squatter.email}
        hashed = await db.scalar(text("SELECT password_hash FROM app.credentials(:realm, :email)"), asked)
    assert hashed is None


async def test_a_provider_for_some_domains_is_offered_to_their_addresses_alone(
    browser: Browser, provider: OidcProvider, story: Story
) -> None:
    key = await own_provider(story.agency, provider, email_domains="northwind.example")
    sent = await story.invites(f"{unique('new')}@example.com")
    assert "Continue with" not in (await browser.opens(sent.path)).text
    way = f"/auth/invite?{urlencode({'provider': key, 'invite': sent.path.removeprefix('/invite/')})}"
    left = (await browser.opens(way)).headers["location"]
    page = await browser.comes_back(provider.lets_in(left, known(provider, email=sent.invite.email)))
    assert (page.status_code, "an email address of the organisation" in page.text) == (403, True)

    ours = await story.invites(f"{unique('ann')}@northwind.example")
    assert "Continue with Northwind" in (await browser.opens(ours.path)).text


async def test_a_second_factor_is_asked_for_by_the_link_in_the_mail_too(
    browser: Browser, provider: OidcProvider, story: Story
) -> None:
    """Somebody without a password, who belonged here before and is invited again."""
    email = f"{unique('back')}@example.com"
    subject = known(provider, email=email)
    await accepts(browser, provider, await story.invites(email), subject)
    async with session(viewer_of(story.owner)) as db:
        [back] = [
            one
            for one in await list_members(db, viewer_of(story.owner), info_of(story.client))
            if one.email == email
        ]
        await remove_member(db, viewer_of(story.owner), info_of(story.client), back.user_id)
    await with_second_factor(MadeUser(back.user_id, email, "", "", Role.MEMBER, story.client))
    browser.drops_its_session()
    sent = await story.invites(email)
    assert (await story.finds(sent))[1] is Account.NEW

    page = await browser.opens(sent.path)
    token = re.search(r'name="form" value="([^"]+)"', page.text)
    assert token is not None
    answer = await browser.sends(sent.path, form=token[1], name="Robin", password="a password of mine")

    assert 'action="/login/code"' in answer.text
    assert browser.is_signed_in_on() == set()
