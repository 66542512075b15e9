"""TLS as in production: who gets a certificate, what each name serves, and what nobody is believed."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from playwright.async_api import Browser, expect

from portal.stack.child import Child
from portal.stack.ports import free_port
from tenancy.db import system_session
from tenancy.domain_checks import State, check
from tenancy.domain_records import Claim, Item
from tenancy.domains import Purpose, add_domain
from tenancy.settings import settings
from tests.e2e.caddy import Caddy
from tests.factories import (
    MadeOrganization,
    make_client,
    make_domain,
    make_reseller,
    make_site,
    make_user,
    session_of,
    unique,
)
from tests.name_server import NameServer, running

TARGET = "edge.hosting.example"
OURS = re.compile("insighthub", re.I)


class Server(NamedTuple):
    caddy: Caddy
    names: NameServer
    web_port: int


@pytest.fixture(scope="module")
def server(stack: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A web process behind Caddy, both as docker-compose.yml runs them."""
    folder: Path = tmp_path_factory.mktemp("tls")
    port = free_port()
    caddy = Caddy(folder, port)
    with running() as names:
        names.says(TARGET, "A", "127.0.0.1")
        environment = {
            **os.environ,
            **stack,
            "PORT": str(port),
            "PUBLIC_SCHEME": "https",
            "PUBLIC_PORT": str(caddy.port),
            "DOMAIN_TARGET": TARGET,
            "DNS_SERVERS": names.setting,
            "TRUSTED_PROXIES": "127.0.0.1",
            "DATA_DIR": str(folder),
        }
        command = [sys.executable, "-m", "portal.cli", "web"]
        web = Child("web", command, log=folder / "web.log", env=environment)
        try:
            web.wait_until(lambda: answers(port), seconds=90)
            with caddy.running():
                yield Server(caddy, names, port)
        finally:
            web.stop()


async def an_agency(**theme: object) -> MadeOrganization:
    return await make_reseller(host=f"{unique('portal')}.example.com", theme=theme or None)


async def test_a_verified_domain_serves_the_brands_sign_in_page(server: Server) -> None:
    agency = await an_agency(primary_color="#aa3311")
    answer = await server.caddy.get(agency.host, "/login")
    assert answer.status_code == 200
    assert "--brand:#aa3311" in answer.text
    assert not OURS.search(answer.text + str(answer.headers))
    assert not {"server", "via"} & set(answer.headers)

    user = await make_user(agency)
    form = re.search(r'name="form" value="([^"]+)"', answer.text)
    assert form is not None
    sent = {"email": user.email, "password": user.password, "form": form[1], "next": "/clients"}
    kept = {"cookie": f"__Host-form={answer.cookies['__Host-form']}"}
    answer = await server.caddy.request("POST", agency.host, "/login", data=sent, headers=kept)
    assert (answer.status_code, answer.headers["location"]) == (303, "/clients")
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if "session" in one]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "domain=" not in cookie.lower()


async def test_a_page_over_tls_is_alive_and_plain_http_leads_to_it(server: Server, browser: Browser) -> None:
    agency = await make_reseller()
    user = await make_user(agency)
    plain = await server.caddy.get_plain(agency.host, "/login")
    assert (plain.status_code, plain.headers["location"]) == (308, f"https://{agency.host}/login")
    context = await browser.new_context(ignore_https_errors=True)
    page = await context.new_page()
    await page.goto(f"https://{agency.host}:{server.caddy.port}/login")
    await page.get_by_label("Email").fill(user.email)
    await page.get_by_label("Password").fill(user.password)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Add a client").click()
    await expect(page.get_by_label("Name", exact=True)).to_be_visible(timeout=20_000)
    kept = {cookie["name"]: cookie for cookie in await context.cookies()}
    assert kept["__Host-session"].get("secure") and kept["__Host-session"].get("httpOnly")
    await context.close()


async def test_the_platforms_own_host_gets_a_certificate(server: Server) -> None:
    assert (await server.caddy.get(settings().platform_host, "/login")).status_code == 200


async def test_what_is_not_verified_gets_no_certificate(server: Server) -> None:
    claimed = await make_domain(await an_agency())
    for host in (claimed.host, f"{unique('unknown')}.example.com", TARGET):
        with pytest.raises(httpx.ConnectError, match=r"SSL|TLS"):
            await server.caddy.get(host, "/login")
        assert host not in server.caddy.certificates


async def test_a_name_in_the_handshake_is_the_name_of_the_request(server: Server) -> None:
    one, other = await an_agency(), await an_agency()
    assert (await server.caddy.get(other.host, "/login")).status_code == 200
    for path in ("/login", "/api/sites", "/s.js"):
        answer = await server.caddy.get(other.host, path, sni=one.host)
        assert (answer.status_code, answer.text) == (421, "")


async def test_forged_forwarding_headers_change_nothing(server: Server) -> None:
    agency, other = await an_agency(), await an_agency(primary_color="#aa3311")
    forged = {
        "x-forwarded-host": other.host,
        "x-forwarded-proto": "http",
        "x-forwarded-prefix": "/elsewhere",
        "x-forwarded-port": "1",
        "x-original-url": "/clients",
        "forwarded": f"for=192.0.2.1;host={other.host};proto=http",
    }
    for path in ("/login", "/nothing-here"):
        plain = await server.caddy.get(agency.host, path)
        lied = await server.caddy.get(agency.host, path, headers=forged)
        assert without_chance(lied.text) == without_chance(plain.text)
        assert lied.status_code == plain.status_code
    user = await make_user(agency)
    token = await session_of(user)
    page = await server.caddy.get(
        agency.host, "/clients", headers={**forged, "cookie": f"__Host-session={token}"}
    )
    assert page.status_code == 200
    assert "elsewhere" not in page.text and other.host not in page.text


async def test_who_tries_passwords_cannot_pretend_to_be_many(server: Server) -> None:
    agency = await an_agency()
    user = await make_user(agency)
    statuses = [
        (
            await server.caddy.request(
                "POST",
                agency.host,
                "/api/auth/login",
                json={"email": user.email, "password": "wrong"},
                headers={"x-forwarded-for": f"198.51.100.{number}"},
            )
        ).status_code
        for number in range(7)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429


async def test_the_proxys_question_is_answered_to_the_proxy_alone(server: Server) -> None:
    agency = await an_agency()
    path = f"/internal/tls-allowed?domain={agency.host}"
    for headers in ({}, {"x-forwarded-for": "127.0.0.1"}):
        answer = await server.caddy.get(agency.host, path, headers=headers)
        assert answer.status_code == 404
        assert "There is nothing at this address" in answer.text
    base_url = f"http://127.0.0.1:{server.web_port}"
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as beside:
        assert (await beside.get(path)).status_code == 200
        assert (await beside.get("/internal/tls-allowed")).status_code == 403
        for domain in ("unknown.example.com", "127.0.0.1", "a\0b", "x" * 300):
            answer = await beside.get("/internal/tls-allowed", params={"domain": domain})
            assert answer.status_code == 403
        assert (await beside.get(path, headers={"x-forwarded-for": "127.0.0.1"})).status_code == 404


async def test_a_tracking_domain_serves_the_script_and_takes_events_and_nothing_else(server: Server) -> None:
    agency = await an_agency()
    site = await make_site(await make_client(agency))
    async with system_session(reason="test") as db:
        host = await add_domain(
            db, agency.id, f"{unique('t')}.example.com", purpose=Purpose.TRACKING, verified=True
        )
    assert (await server.caddy.get(host, "/s.js")).status_code == 200
    event = {"name": "page_view", "properties": {"url": f"https://{site.domain}/"}}
    body = {"site_id": site.tracking_id, "events": [event]}
    answer = await server.caddy.request("POST", host, "/api/collect", json=body)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    closed = ("/", "/login", "/sites", "/ih.js", "/api/sites", "/api/docs", "/api/auth/me", "/favicon.ico")
    for path in closed:
        answer = await server.caddy.get(host, path)
        assert answer.status_code == 404, path
        assert not OURS.search(answer.text + str(answer.headers)), path


async def test_the_light_of_the_certificate_is_what_a_browser_would_see(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "public_scheme", "https")
    monkeypatch.setattr(settings(), "public_port", server.caddy.port)
    monkeypatch.setattr(settings(), "domain_target", TARGET)
    monkeypatch.setattr(settings(), "dns_servers", server.names.setting)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.caddy.authority))
    monkeypatch.setattr("tenancy.domain_checks._HANDSHAKE_S", 60.0)
    agency = await an_agency()
    server.names.says(agency.host, "CNAME", f"{TARGET}.")
    vouched = Claim(agency.host, Purpose.APP, "challenge", vouched=True)
    assert (await check(vouched))[Item.CERTIFICATE].state is State.OK
    unknown = Claim(f"{unique('new')}.example.com", Purpose.APP, "challenge", vouched=True)
    server.names.says(unknown.host, "CNAME", f"{TARGET}.")
    assert (await check(unknown))[Item.CERTIFICATE].state is State.ISSUING


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def without_chance(page: str) -> str:
    """A page without what is drawn anew each time."""
    return re.sub(r'nonce="[^"]+"|name="form" value="[^"]+"', "", page)
