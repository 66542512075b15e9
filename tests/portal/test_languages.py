"""The language of an answer: pages, plain documents and errors, before and after signing in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic_core._pydantic_core import list_all_errors

from portal.api.validation_text import validation_sentence
from tenancy.db import session
from tenancy.language_choice import choose_organization_language
from tenancy.languages import COOKIE
from tenancy.text import speaking
from tests.factories import MadeOrganization, MadeUser, a_viewer, make_reseller, make_user
from tests.portal.program import Program

GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}


@pytest_asyncio.fixture(loop_scope="session")
async def agency() -> MadeOrganization:
    return await make_reseller()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(whole_app: FastAPI, agency: MadeOrganization) -> AsyncIterator[Program]:
    """Somebody on the agency's host."""
    program = Program(whole_app, agency.host)
    yield program
    await program.close()


async def test_who_is_not_signed_in_reads_what_the_browser_wants(browser: Program) -> None:
    page = await browser.request("GET", "/login", headers=GERMAN)
    assert '<html lang="de" dir="ltr">' in page.text
    assert "<title>Anmelden" in page.text
    assert 'hreflang="de" lang="de" aria-current="true">Deutsch</a>' in page.text
    assert "<title>Sign in" in (await browser.get("/login")).text


async def test_a_brand_that_chose_a_language_speaks_it_to_strangers(
    browser: Program, agency: MadeOrganization
) -> None:
    viewer = a_viewer(agency)
    async with session(viewer) as db:
        await choose_organization_language(db, viewer, agency.id, "de")
    english = {"accept-language": "en"}
    assert "<title>Anmelden" in (await browser.request("GET", "/login", headers=english)).text
    chosen = {**english, "cookie": f"{COOKIE}=en"}
    assert "<title>Sign in" in (await browser.request("GET", "/login", headers=chosen)).text


async def test_a_link_changes_the_language_and_leads_back(browser: Program, agency: MadeOrganization) -> None:
    origin = f"http://{agency.host}"
    answer = await browser.request(
        "GET", "/language/de", headers={"referer": f"{origin}/login?next=%2Fsites"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fsites")
    assert answer.cookies[COOKIE] == "de"
    for elsewhere in (
        "https://evil.example/login",
        f"{origin}.evil.example/",
        f"{origin}//evil.example/",
        "",
    ):
        answer = await browser.request("GET", "/language/de", headers={"referer": elsewhere})
        assert answer.headers["location"] == "/"
    for unknown in ("xx", "ar", "de-AT"):
        assert (await browser.get(f"/language/{unknown}")).status_code == 404


async def test_the_language_of_the_sign_in_page_stays_after_it(
    browser: Program, agency: MadeOrganization
) -> None:
    person = await make_user(agency)
    await browser.request("GET", "/language/de")
    form = (await browser.get("/login")).text
    token = form.partition('name="form" value="')[2].partition('"')[0]
    wrong = await browser.request(
        "POST", "/login", data={"email": person.email, "password": "no", "form": token}
    )
    assert "E-Mail-Adresse oder Passwort stimmen nicht." in wrong.text
    right = await browser.request(
        "POST", "/login", data={"email": person.email, "password": person.password, "form": token}
    )
    assert right.status_code == 303
    assert "Kunden" in (await browser.get("/clients")).text
    # It is the account's now, on every browser.
    assert "Kunden" in (await on_another_browser(browser, agency, person))


async def on_another_browser(browser: Program, agency: MadeOrganization, person: MadeUser) -> str:
    await browser.request("GET", "/language/en")
    await browser.sign_in(person)
    return (await browser.get("/clients")).text


async def test_the_api_tells_errors_in_the_language_of_who_asks(browser: Program) -> None:
    async def message(method: str, path: str, **details: object) -> str:
        answer = await browser.request(method, path, headers=GERMAN, **details)
        said: str = answer.json()["error"]["message"]
        return said

    wrong = {"email": "nobody@example.com", "password": "no"}
    assert (
        await message("POST", "/api/auth/login", json=wrong) == "E-Mail-Adresse oder Passwort stimmen nicht."
    )
    assert await message("GET", "/api/sites") == "Bitte melden Sie sich an."
    assert await message("PUT", "/api/sites") == "Diese Adresse unterstützt diese Methode nicht."
    nothing = "Senden Sie ein JSON-Objekt mit dem Content-Type application/json."
    assert await message("POST", "/api/auth/login", content="{") == nothing
    assert await message("POST", "/api/auth/login", json={"email": "a@b.c"}) == "Dieses Feld fehlt."
    long = {"email": "a@b.c", "password": "x" * 2000}
    assert await message("POST", "/api/auth/login", json=long) == "Höchstens 1024 Zeichen sind erlaubt."


async def test_errors_without_a_page_are_pages_in_the_readers_language(
    browser: Program, whole_app: FastAPI
) -> None:
    missing = await browser.request("GET", "/nothing", headers=GERMAN)
    assert "Seite nicht gefunden" in missing.text
    nowhere = Program(whole_app, "nobody-has-this.localhost")
    assert "Seite nicht gefunden" in (await nowhere.request("GET", "/", headers=GERMAN)).text
    await nowhere.close()


async def test_the_documentation_of_the_api_is_english_for_everybody(browser: Program) -> None:
    page = await browser.request("GET", "/api/docs", headers=GERMAN)
    assert '<html lang="en" dir="ltr">' in page.text
    assert "Signing in" in page.text
    document = await browser.request("GET", "/api/openapi.json", headers=GERMAN)
    assert document.json() == (await browser.get("/api/openapi.json")).json()


@pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: error["type"])
def test_every_error_of_a_field_is_a_sentence(error: dict[str, Any]) -> None:
    with speaking("de"):
        sentence = validation_sentence({"type": error["type"], "ctx": error["example_context"] or {}})
    assert sentence.endswith(".") and "{" not in sentence
    assert sentence != validation_sentence({"type": error["type"], "ctx": error["example_context"] or {}})
