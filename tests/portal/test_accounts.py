"""Accounts from the first visit to the second factor, as people meet them in a browser without JavaScript."""

import re
import time
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text

from tenancy import second_factor
from tenancy.db import session, system_session
from tenancy.organizations import change_organization
from tenancy.sealing import unseal
from tests.factories import (
    PASSWORD,
    MadeOrganization,
    MadeUser,
    a_viewer,
    info_of,
    make_direct,
    make_reseller,
    make_user,
    the_platform,
    unique,
)
from tests.portal.program import Program
from themes.mail.kinds import unpacked

pytestmark = pytest.mark.usefixtures("stack")


class Visitor:
    """A browser without JavaScript on one host."""

    def __init__(self, app: FastAPI, host: str) -> None:
        self._program = Program(app, host)
        self.page: Response

    async def opens(self, path: str) -> Response:
        self.page = await self._program.get(path)
        return self.page

    async def sends(self, **fields: str) -> Response:
        """Fills in the form of the page and sends it."""
        action = re.search(r'<form[^>]* action="([^"]+)"', self.page.text)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', self.page.text)
        assert action is not None, self.page.text
        self.page = await self._program.request("POST", action[1], data={**dict(hidden), **fields})
        return self.page

    async def signs_in(self, user: MadeUser, password: str = PASSWORD) -> Response:
        await self.opens("/login")
        return await self.sends(email=user.email, password=password)


async def mails_to(email: str) -> list[Any]:
    """The mails on their way to an address, oldest first."""
    async with system_session(reason="test") as db:
        rows = await db.execute(
            text(
                "SELECT id, kind, contents FROM outgoing_mail WHERE recipient = :to ORDER BY created_at, id"
            ),
            {"to": email},
        )
        return [unpacked(row.kind, unseal(row.contents, "outgoing mail", str(row.id))) for row in rows]


async def test_who_signs_up_proves_the_address_and_owns_an_organisation(whole_app: FastAPI) -> None:
    email = f"{unique('kim')}@example.com"
    visitor = Visitor(whole_app, (await the_platform()).host)
    await visitor.opens("/signup")
    said = await visitor.sends(name="Kim", organization="Kim Ltd", email=email, password=PASSWORD)
    assert "Check your inbox" in said.text

    early = await visitor.opens("/login")
    early = await visitor.sends(email=email, password=PASSWORD)
    assert early.status_code == 401
    assert "confirm your email address first" in early.text
    [first, second] = await mails_to(email)
    # The second mail's link overtakes the first one's.
    assert (await visitor.opens(first.path)).status_code == 410
    await visitor.opens(second.path)
    assert "Your account is ready" in (await visitor.sends()).text
    assert (await visitor.opens(second.path)).status_code == 410

    await visitor.opens("/login")
    assert (await visitor.sends(email=email, password=PASSWORD)).status_code == 303
    assert "Kim Ltd" in (await visitor.opens("/sites")).text


async def test_an_address_that_is_taken_is_told_by_mail_alone(whole_app: FastAPI) -> None:
    platform = await the_platform()
    known = await make_user(await make_direct())
    texts = []
    for email in (known.email, f"{unique('new')}@example.com"):
        visitor = Visitor(whole_app, platform.host)
        await visitor.opens("/signup")
        said = await visitor.sends(name="Eve", organization="Eve", email=email, password=PASSWORD)
        texts.append(without(email, said))
    assert texts[0] == texts[1]
    assert [type(mail).__name__ for mail in await mails_to(known.email)] == ["ResetPassword"]


async def test_on_an_agencys_host_one_signs_up_where_it_wants_that(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    visitor = Visitor(whole_app, agency.host)
    assert (await visitor.opens("/signup")).status_code == 403
    assert "/signup" not in (await visitor.opens("/login")).text

    await rule(agency, allows_sign_up=True)

    assert "/signup" in (await visitor.opens("/login")).text
    email = f"{unique('lee')}@example.com"
    await visitor.opens("/signup")
    await visitor.sends(name="Lee", organization="Lee and Co", email=email, password=PASSWORD)
    [mail] = await mails_to(email)
    await visitor.opens(mail.path)
    await visitor.sends()
    await visitor.opens("/login")
    await visitor.sends(email=email, password=PASSWORD)
    assert "Lee and Co" in (await visitor.opens("/sites")).text


async def test_a_forgotten_password_is_replaced_once_and_ends_every_session(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    elsewhere, visitor = Visitor(whole_app, agency.host), Visitor(whole_app, agency.host)
    await elsewhere.signs_in(kim)
    await visitor.opens("/forgot")
    assert "If there is an account" in (await visitor.sends(email=kim.email)).text
    [mail] = await mails_to(kim.email)

    await visitor.opens(mail.path)
    assert "at least 10 characters" in (await visitor.sends(password="short")).text
    await visitor.opens(mail.path)
    assert "Your password is saved" in (await visitor.sends(password="a new long password")).text

    assert (await visitor.opens(mail.path)).status_code == 410
    assert (await elsewhere.opens("/sites")).status_code == 303
    assert (await visitor.signs_in(kim)).status_code == 401
    assert (await visitor.signs_in(kim, "a new long password")).status_code == 303
    assert type((await mails_to(kim.email))[-1]).__name__ == "PasswordChanged"


async def test_nobody_learns_from_a_forgotten_password_who_has_an_account(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    texts = []
    for email in (kim.email, f"{unique('nobody')}@example.com"):
        visitor = Visitor(whole_app, agency.host)
        await visitor.opens("/forgot")
        texts.append(without(email, await visitor.sends(email=email)))
    assert texts[0] == texts[1]


async def test_a_link_is_good_on_the_hosts_of_its_realm_alone_and_not_for_long(whole_app: FastAPI) -> None:
    agency, other = await make_reseller(), await make_reseller()
    kim = await make_user(agency)
    visitor = Visitor(whole_app, agency.host)
    await visitor.opens("/forgot")
    await visitor.sends(email=kim.email)
    [mail] = await mails_to(kim.email)

    assert (await Visitor(whole_app, other.host).opens(mail.path)).status_code == 410
    assert (await visitor.opens(mail.path.replace("/reset/", "/confirm/"))).status_code == 410
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE account_links SET expires_at = now() - interval '1 second' WHERE user_id = :user"),
            {"user": kim.id},
        )
    assert (await visitor.opens(mail.path)).status_code == 410


async def test_a_password_alone_does_not_sign_in_who_has_a_second_factor(
    whole_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    secret, codes = await with_second_factor(kim)
    clock = Clock(monkeypatch)
    visitor = Visitor(whole_app, agency.host)

    asked = await visitor.signs_in(kim)
    assert "Two-factor authentication" in asked.text
    assert (await visitor.opens("/sites")).status_code == 303
    await visitor.signs_in(kim)
    assert "not correct" in (await visitor.sends(code="000000")).text
    clock.turn(timedelta(minutes=1))
    code = pyotp.TOTP(secret).at(int(clock.now))
    assert (await visitor.sends(code=code)).status_code == 303
    assert (await visitor.opens("/clients")).status_code == 200

    again = Visitor(whole_app, agency.host)
    await again.signs_in(kim)
    assert "already been used" in (await again.sends(code=code)).text
    assert (await again.sends(code=codes[0].upper())).status_code == 303
    third = Visitor(whole_app, agency.host)
    await third.signs_in(kim)
    assert "not correct" in (await third.sends(code=codes[0])).text


async def test_a_ticket_of_the_first_step_is_worth_nothing_in_another_browser(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    _secret, codes = await with_second_factor(kim)
    visitor, thief = Visitor(whole_app, agency.host), Visitor(whole_app, agency.host)
    await visitor.signs_in(kim)
    found = re.search(r'name="ticket" value="([^"]+)"', visitor.page.text)
    assert found is not None
    await thief.opens("/login")
    await thief.signs_in(await make_user(agency), "wrong password")
    form = re.search(r'name="form" value="([^"]+)"', thief.page.text)
    assert form is not None
    answer = await thief._program.request(
        "POST", "/login/code", data={"ticket": found[1], "form": form[1], "code": codes[0]}
    )
    assert "Please sign in." in answer.text


async def test_programs_send_the_code_with_the_password(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    _secret, codes = await with_second_factor(kim)
    program = Program(whole_app, agency.host)
    without = await program.post("/api/auth/login", {"email": kim.email, "password": kim.password})
    assert (without.status_code, without.json()["error"]["code"]) == (401, "code_needed")
    credentials = {"email": kim.email, "password": kim.password, "code": codes[0]}
    assert (await program.post("/api/auth/login", credentials)).status_code == 200


async def test_who_lacks_the_second_factor_that_is_asked_for_comes_to_one_page_alone(
    whole_app: FastAPI,
) -> None:
    agency = await make_reseller()
    kim = await make_user(agency)
    visitor = Visitor(whole_app, agency.host)
    await visitor.signs_in(kim)
    program = Program(whole_app, agency.host)
    await program.sign_in(kim)
    assert (await visitor.opens("/clients")).status_code == 200

    await rule(agency, requires_second_factor=True)

    for path in ("/clients", "/sites", "/settings/profile"):
        answer = await visitor.opens(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings/security")
    assert (await visitor.opens("/settings/security")).status_code == 200
    refused = await program.get("/api/sites")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "second_factor_needed")
    await with_second_factor(kim)
    assert (await visitor.opens("/clients")).status_code == 200


def without(email: str, answer: Response) -> str:
    """A page as it would be for any address."""
    return re.sub(r' nonce="[^"]+"', "", answer.text.replace(email, "…"))


class Clock:
    """The clock that codes are checked by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.time()
        monkeypatch.setattr(time, "time", lambda: self.now)

    def turn(self, by: timedelta) -> None:
        self.now += by.total_seconds()


async def with_second_factor(user: MadeUser) -> tuple[str, list[str]]:
    """Turns it on; the secret and the recovery codes."""
    fresh = await second_factor.enrol(user.id, user.email, "Agency")
    async with system_session(reason="test") as db:
        codes = await second_factor.confirm_enrolment(db, user.id, pyotp.TOTP(fresh.secret).now())
    return fresh.secret, codes


async def rule(
    organization: MadeOrganization,
    *,
    allows_sign_up: bool | None = None,
    requires_second_factor: bool | None = None,
) -> None:
    viewer = a_viewer(organization)
    async with session(viewer) as db:
        await change_organization(
            db,
            viewer,
            info_of(organization),
            allows_sign_up=allows_sign_up,
            requires_second_factor=requires_second_factor,
        )
