"""View as client in a browser: the line above every page, and no request that changes anything."""

import re

import pytest
from fastapi import FastAPI
from httpx import Response

from portal.consent_mail import mail_consent_asked, mail_consent_given
from tenancy.db import session
from tenancy.members import change_role
from tenancy.roles import Role
from tenancy.viewings import allow_viewing, ask_for_consent
from tests.factories import (
    MadeOrganization,
    MadeUser,
    a_viewer,
    info_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    viewer_of,
)
from tests.portal.program import Program
from tests.portal.test_accounts import mails_to

pytestmark = pytest.mark.usefixtures("stack")


async def test_an_agency_looks_at_a_client_and_comes_back(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client = await agreeing(agency)
    site, hidden = await make_site(client), await make_site(await make_client(agency))
    boss = await browser_of(whole_app, await make_user(agency))
    page = f"/clients/{client.public_id}"

    assert 'action=\\"/viewing\\"' in (await boss.get(page)).text
    began = await send(boss, page, "/viewing", organization=client.public_id)
    assert (began.status_code, began.headers["location"]) == (303, "/")

    for path in ("/sites", f"/sites/{site.public_id}", "/settings/audit", "/settings/people"):
        seen = await boss.get(path)
        assert seen.status_code == 200, path
        assert says_whose_eyes(seen, client), path
        assert hidden.domain not in seen.text
    for path in ("/clients", page, "/nothing", f"/sites/{hidden.public_id}", "/settings/api-keys"):
        seen = await boss.get(path)
        assert says_whose_eyes(seen, client), path
        assert hidden.domain not in seen.text

    for path in ("/settings/profile", "/settings/security"):
        assert (await boss.get(path)).status_code == 403

    ended = await send(boss, "/sites", "/viewing/end")
    assert (ended.status_code, ended.headers["location"]) == (303, page)
    assert not says_whose_eyes(await boss.get(page), client)


async def test_whoever_looks_changes_nothing_by_any_request(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client = await agreeing(agency)
    site = await make_site(client)
    person = await make_user(agency)
    boss = await browser_of(whole_app, person)
    await send(boss, f"/clients/{client.public_id}", "/viewing", organization=client.public_id)

    for method, path, body in (
        ("POST", "/api/sites", {"name": "New", "domain": "new.example"}),
        ("PATCH", f"/api/sites/{site.public_id}", {"name": "New"}),
        ("DELETE", f"/api/sites/{site.public_id}", None),
        ("POST", "/api/auth/login", {"email": person.email, "password": person.password}),
    ):
        answer = await boss.request(method, path, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "only_reading"), path
    # Neither as somebody else, nor another client on top of it.
    other = await agreeing(agency)
    for path in ("/organization", "/viewing"):
        answer = await send(boss, "/sites", path, organization=other.public_id)
        assert answer.status_code == 403
    assert says_whose_eyes(await boss.get("/sites"), client)
    assert (await boss.get(f"/api/sites/{site.public_id}")).json()["name"] == site.name


async def test_without_consent_there_is_no_button_and_nothing_begins(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    boss = await browser_of(whole_app, await make_user(agency))
    page = f"/clients/{client.public_id}"

    assert 'action=\\"/viewing\\"' not in (await boss.get(page)).text
    assert (await send(boss, page, "/viewing", organization=client.public_id)).status_code == 403
    assert not says_whose_eyes(await boss.get("/clients"), client)


async def test_a_form_of_another_site_begins_nothing(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client = await agreeing(agency)
    boss = await browser_of(whole_app, await make_user(agency))

    await boss.request("POST", "/viewing", data={"organization": client.public_id, "form": "guessed"})
    assert not says_whose_eyes(await boss.get("/clients"), client)


@pytest.mark.parametrize("may_still_look", [True, False])
async def test_who_asked_hears_that_the_client_agreed(may_still_look: bool) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    owner, bea = await make_user(client), await make_user(agency, Role.ADMIN)
    async with session(viewer_of(bea)) as db:
        deciders = await ask_for_consent(db, viewer_of(bea), info_of(client))
        await mail_consent_asked(db, viewer_of(bea), info_of(client), deciders, "The chart looks odd")
    [asked] = await mails_to(owner.email)
    assert (asked.kind, asked.path, asked.reason) == (
        "consent_asked",
        "/settings/organization",
        "The chart looks odd",
    )
    if not may_still_look:
        async with session(a_viewer(agency)) as db:
            await change_role(db, a_viewer(agency), info_of(agency), bea.id, Role.VIEWER)

    await mail_consent_given(viewer_of(owner), info_of(client))

    given = [("consent_given", f"/clients/{client.public_id}")] if may_still_look else []
    assert [(mail.kind, mail.path) for mail in await mails_to(bea.email)] == given


async def agreeing(agency: MadeOrganization) -> MadeOrganization:
    client = await make_client(agency)
    async with session(a_viewer(client)) as db:
        await allow_viewing(db, a_viewer(client), True)
    return client


async def browser_of(app: FastAPI, user: MadeUser) -> Program:
    browser = Program(app, user.organization.host)
    await browser.open_browser(user)
    return browser


async def send(browser: Program, page: str, path: str, **fields: str) -> Response:
    """Sends a form with the token that stands on a page."""
    found = re.search(r'name=\\*"form\\*" value=\\*"([^"\\]+)', (await browser.get(page)).text)
    assert found is not None
    return await browser.request("POST", path, data={"form": found[1], **fields})


def says_whose_eyes(page: Response, client: MadeOrganization) -> bool:
    return f"You are viewing this as <b>{client.name}</b> and cannot" in page.text.replace(
        "&lt;", "<"
    ).replace("&gt;", ">")
