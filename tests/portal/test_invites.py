"""The link of an invitation in a browser without a session, with one, and with somebody else's."""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tenancy.accounts import add_member
from tenancy.csrf import token_for
from tenancy.db import session, system_session
from tenancy.invites import SentInvite, invite, revoke
from tenancy.roles import Role
from tests.factories import (
    PASSWORD,
    MadeOrganization,
    MadeUser,
    info_of,
    make_client,
    make_reseller,
    make_user,
    unique,
    viewer_of,
)


class Browser:
    """Plain pages need no more: it keeps cookies and fills in forms."""

    def __init__(self, app: FastAPI, host: str) -> None:
        transport = ASGITransport(app, client=("198.19.0.1", 40_000))
        self.http = AsyncClient(transport=transport, base_url=f"http://{host}")

    async def opens(self, path: str) -> Response:
        return await self.http.get(path)

    async def sends(self, page: Response, path: str, **fields: str) -> Response:
        """Sends the form of a page, its token with it."""
        token = re.search(r'name="form" value="([^"]+)"', page.text)
        assert token is not None, page.text
        return await self.http.post(path, data={"form": token[1], **fields})

    async def is_in(self) -> str:
        """The organisation where the session is."""
        me = await self.http.get("/api/auth/me")
        return str(me.json()["organization"]["name"])

    async def signs_in(self, user: MadeUser) -> None:
        page = await self.opens("/login")
        answer = await self.sends(page, "/login", email=user.email, password=user.password)
        assert answer.status_code == 303, answer.text


class Story:
    """An agency with a client whose owner invites."""

    def __init__(
        self, app: FastAPI, agency: MadeOrganization, client: MadeOrganization, owner: MadeUser
    ) -> None:
        self.agency, self.client, self.owner = agency, client, owner
        self._app = app
        self._browsers: list[Browser] = []

    def browser(self, host: str | None = None) -> Browser:
        self._browsers.append(Browser(self._app, host or self.agency.host))
        return self._browsers[-1]

    async def invites(self, email: str, role: Role = Role.VIEWER) -> SentInvite:
        async with session(viewer_of(self.owner)) as db:
            return await invite(db, viewer_of(self.owner), info_of(self.client), email=email, role=role)

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.http.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def story(whole_app: FastAPI) -> AsyncIterator[Story]:
    agency = await make_reseller()
    client = await make_client(agency)
    told = Story(whole_app, agency, client, await make_user(client))
    yield told
    await told.close()


async def test_somebody_new_gives_a_name_and_a_password_and_is_signed_in(story: Story) -> None:
    email = f"{unique('new')}@example.com"
    sent, browser = await story.invites(email), story.browser()

    page = await browser.opens(sent.path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert all(words in page.text for words in (story.client.name, story.owner.name, email, "Viewer"))
    assert "_nicegui" not in page.text
    short = await browser.sends(page, sent.path, name="Robin", password="short")
    assert short.status_code == 422
    assert "at least 10 characters" in short.text
    joined = await browser.sends(short, sent.path, name="Robin", password=PASSWORD)
    assert (joined.status_code, joined.headers["location"]) == (303, "/")
    people = await browser.opens("/settings/people")
    assert people.status_code == 200
    assert "Robin" in people.text

    again = await story.browser().opens(sent.path)
    assert again.status_code == 410
    assert "already been accepted" in again.text


async def test_the_form_must_come_from_our_own_page(story: Story) -> None:
    sent, browser = await story.invites(f"{unique('new')}@example.com"), story.browser()
    await browser.opens(sent.path)
    answer = await browser.http.post(
        sent.path, data={"name": "Robin", "password": PASSWORD, "form": "made up"}
    )
    assert "This form has expired" in answer.text
    assert "session" not in browser.http.cookies


async def test_who_has_an_account_signs_in_first_and_comes_back(story: Story) -> None:
    kim = await make_user(await make_client(story.agency))
    sent, browser = await story.invites(kim.email), story.browser()

    page = await browser.opens(sent.path)
    assert 'name="password"' not in page.text
    link = re.search(r'href="(/login[^"]+)"', page.text)
    assert link is not None
    login = await browser.opens(link[1].replace("&amp;", "&"))
    assert f'value="{kim.email}"' in login.text
    back = await browser.sends(login, "/login", email=kim.email, password=kim.password, next=sent.path)
    assert back.headers["location"] == sent.path
    page = await browser.opens(sent.path)
    joined = await browser.sends(page, sent.path)
    assert joined.headers["location"] == "/"
    assert await browser.is_in() == story.client.name


async def test_somebody_else_who_is_signed_in_is_told_and_can_sign_out(story: Story) -> None:
    spy = await make_user(await make_client(story.agency))
    email = f"{unique('new')}@example.com"
    sent, browser = await story.invites(email), story.browser()
    await browser.signs_in(spy)

    page = await browser.opens(sent.path)
    assert f"You are signed in as {spy.email}, but this invitation is for {email}." in page.text
    forced = await browser.sends(page, sent.path, name="Spy", password=PASSWORD)
    assert forced.status_code == 403
    out = await browser.sends(page, "/logout", next=sent.path)
    assert out.headers["location"] == sent.path
    assert "Choose a password" in (await browser.opens(sent.path)).text


async def test_what_is_over_says_why_and_what_never_was_says_nothing(story: Story) -> None:
    email = f"{unique('new')}@example.com"
    sent = await story.invites(email)
    async with session(viewer_of(story.owner)) as db:
        await revoke(db, viewer_of(story.owner), info_of(story.client), sent.invite.id)
    withdrawn = await story.browser().opens(sent.path)
    assert withdrawn.status_code == 410
    assert f"Ask {story.owner.name} of {story.client.name}" in withdrawn.text

    rival = await make_reseller()
    open_one = await story.invites(email)
    for path, host in (("/invite/nothing", None), (open_one.path, rival.host), ("/invite/%00", None)):
        answer = await story.browser(host).opens(path)
        assert answer.status_code == 404, path
        assert email not in answer.text
        assert story.client.name not in answer.text


async def test_another_organisation_is_one_press_away_and_a_foreign_one_is_not(story: Story) -> None:
    other = await make_client(story.agency)
    kim = await make_user(story.client)
    async with system_session(reason="test") as db:
        await add_member(db, other.id, kim.id, Role.VIEWER)
    browser = story.browser()
    await browser.signs_in(kim)
    people = await browser.opens("/settings/people")
    assert all(one.public_id in people.text for one in (story.client, other))

    async def goes(to: MadeOrganization, form: str) -> int:
        fields = {"organization": to.public_id, "form": form}
        return (await browser.http.post("/organization", data=fields)).status_code

    form = token_for(browser.http.cookies["session"])
    assert await goes(other, form) == 303
    assert await browser.is_in() == other.name
    assert await goes(story.agency, form) == 404
    assert await goes(story.client, "forged") == 403
    assert await browser.is_in() == other.name
