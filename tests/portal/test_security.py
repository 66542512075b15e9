"""What each kind of answer lets a browser do, to the letter, and what its cookies say."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from httpx import Response

from portal.security import PREVIEW_POLICY
from tenancy.csrf import token_for
from tenancy.roles import Role
from tenancy.settings import settings
from tests.factories import make_client, make_reseller, make_user
from tests.leaks.worlds import TwoAgencies
from tests.portal.program import Program
from tests.portal.test_isolation import signed_in

PLAIN = (
    "default-src 'none'; script-src 'self' 'nonce-N'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# NiceGUI's pages; portal/security.py says why.
ALIVE = (
    "default-src 'none'; script-src 'self' 'nonce-N' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FILE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# Nothing with "domain=": no other host gets them.
ON_THIS_HOST = {"path=/", "httponly", "secure", "samesite=lax", "max-age"}
PAGE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
DOCUMENTS = ("/login", "/forgot", "/nothing-here", "/api/docs", "/reset/nothing")
REFUSALS = ("/clients/nothing", "/settings/nothing")
LIVE_PAGES = ("/clients", "/sites", "/settings/profile", "/settings/people", "/settings/brand")


def policy(answer: Response) -> str:
    """Without what is drawn anew for each answer."""
    return re.sub(r"'nonce-[\w-]{20,}'", "'nonce-N'", answer.headers["content-security-policy"])


@pytest.fixture
def over_tls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings(), "public_scheme", "https")
    yield


async def test_plain_documents_run_our_scripts_and_nothing_else(
    whole_app: FastAPI, world: TwoAgencies
) -> None:
    agency = world.one
    nobody = Program(whole_app, agency.organization.host)
    owner = await signed_in(whole_app, agency.people["agency", Role.OWNER])
    opened = [await nobody.get(path) for path in DOCUMENTS]
    opened += [await owner.request("GET", path) for path in REFUSALS]
    for path, tokens in agency.tokens.items():
        opened += [await nobody.get(path.replace("{token}", token)) for token in tokens]
    for page in opened:
        where = str(page.url)
        assert page.headers["content-type"].startswith("text/html"), where
        assert policy(page) == PLAIN, where
        assert PAGE_HEADERS.items() <= page.headers.items(), where
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page.text), where
        assert not re.search(r"\son\w+=", page.text.partition("<pre")[0]), where


async def test_pages_over_a_socket_have_what_they_need_and_no_more(
    whole_app: FastAPI, world: TwoAgencies
) -> None:
    agency = world.one
    owner = await signed_in(whole_app, agency.people["agency", Role.OWNER])
    site = f"/sites/{agency.sites[0].public_id}"
    for path in (*LIVE_PAGES, site, f"{site}/install"):
        page = await owner.request("GET", path)
        assert page.status_code == 200, path
        assert policy(page) == ALIVE, path
        assert PAGE_HEADERS.items() <= page.headers.items(), path
        nonce = re.search(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
        assert nonce is not None
        tags = re.findall(r"<script\b[^>]*>", page.text)
        assert tags and all(f'nonce="{nonce[1]}"' in tag for tag in tags), path


async def test_each_answer_has_a_nonce_of_its_own(whole_app: FastAPI) -> None:
    program = Program(whole_app, (await make_reseller()).host)
    policies = {(await program.get("/login")).headers["content-security-policy"] for _ in range(5)}
    assert len(policies) == 5


async def test_what_only_shows_can_do_nothing(whole_app: FastAPI, world: TwoAgencies) -> None:
    agency = world.one
    owner = await signed_in(whole_app, agency.people["agency", Role.OWNER])
    for view in agency.ids["view"]:
        page = await owner.request("GET", f"/brands/{agency.organization.public_id}/preview/{view}")
        assert page.headers["content-security-policy"] == PREVIEW_POLICY, view
        assert "script-src" not in PREVIEW_POLICY and "allow-scripts" not in PREVIEW_POLICY
    logo = await owner.request("GET", f"/brand/{agency.ids['digest'][0]}")
    assert logo.headers["content-security-policy"] == FILE
    assert logo.headers["x-content-type-options"] == "nosniff"


async def test_what_is_no_page_is_not_taken_for_one(whole_app: FastAPI) -> None:
    program = Program(whole_app, (await make_reseller()).host)
    for path in ("/api/nothing", "/v1/nothing", "/favicon.ico", "/s.js", "/healthz", "/api/openapi.json"):
        answer = await program.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "text/html" not in answer.headers["content-type"], path


async def test_over_tls_cookies_are_this_hosts_alone_and_browsers_come_back_over_tls(
    whole_app: FastAPI, over_tls: None
) -> None:
    client = await make_client(await make_reseller())
    user = await make_user(client)
    browser = Program(whole_app, user.organization.host)
    page = await browser.get("/login")
    assert page.headers["strict-transport-security"] == "max-age=15552000"
    [form] = page.headers.get_list("set-cookie")
    assert attributes(form) == {"__Host-form", *ON_THIS_HOST}
    nonce = form.partition("=")[2].partition(";")[0]
    sent = {"email": user.email, "password": user.password, "form": token_for(nonce)}
    answer = await browser.request("POST", "/login", data=sent, headers={"cookie": f"__Host-form={nonce}"})
    assert answer.status_code == 303
    [session] = [one for one in answer.headers.get_list("set-cookie") if "session" in one]
    assert attributes(session) == {
        "__Host-session",
        "path=/",
        "httponly",
        "secure",
        "samesite=lax",
        "max-age",
    }
    language = await browser.get("/language/de")
    [chosen] = language.headers.get_list("set-cookie")
    assert attributes(chosen) > ON_THIS_HOST
    # Without the prefix a sibling domain could have set it: it opens nothing.
    token = session.partition("=")[2].partition(";")[0]
    tossed = await browser.request("GET", "/sites", headers={"cookie": f"session={token}"})
    assert tossed.headers["location"].startswith("/login")
    own = await browser.request("GET", "/sites", headers={"cookie": f"__Host-session={token}"})
    assert own.status_code == 200


def attributes(cookie: str) -> set[str]:
    """The name and what stands behind the value, without numbers."""
    first, *rest = (part.strip() for part in cookie.split(";"))
    return {
        first.partition("=")[0],
        *(part.lower() if "max-age" not in part.lower() else "max-age" for part in rest),
    }
