"""What strangers try: uploads, ways out, hosts, forms of other sites, and cookies that are not theirs."""

import re
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from PIL import Image

from portal.security import safe_path
from tenancy.csrf import token_for
from tenancy.domains import resolve_host
from tenancy.login import session_cookie
from tenancy.roles import Role
from tests.factories import MadeOrganization, make_client, make_reseller, make_user, session_of
from tests.leaks.worlds import TwoAgencies, owner_connection
from tests.portal.program import Program
from tests.portal.test_isolation import Bodies, routes_of
from tests.tenancy.test_subtrees import Watch

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
XXE = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
DRAWING = '<path d="M0 0h9v9z"/>'
ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "evil.example",
    "@evil.example",
    "",
)


# Uploads


def a_png(width: int = 16, height: int = 16) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "PNG")
    return file.getvalue()


def a_bomb() -> bytes:
    """A few hundred bytes that say they are 60,000 by 60,000 points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


ACTIVE = re.compile(
    rb"<script|onload|javascript:|<\?php|<html|foreignObject|<!ENTITY|%PDF|(?:href|src)=.?http|url\(|@import",
    re.I,
)


@pytest.mark.parametrize(
    "body",
    [
        SVG.format(DRAWING + "<script>alert(1)</script>").encode(),
        SVG.format(f'<g onload="alert(1)">{DRAWING}</g>').encode(),
        SVG.format(f'{DRAWING}<image href="https://evil.example/x.png"/>').encode(),
        SVG.format(f"{DRAWING}<style>@import url(https://evil.example/x.css)</style>").encode(),
        SVG.format(f'<a href="javascript:alert(1)">{DRAWING}</a>').encode(),
        SVG.format(f"{DRAWING}<foreignObject><html/></foreignObject>").encode(),
        (XXE + SVG.format(f"{DRAWING}<text>&x;</text>")).encode(),
        a_png() + b"<html><script>alert(1)</script>",
        a_png() + b"<?php system($_GET[0]);",
        a_png() + b"%PDF-1.4 /JavaScript",
        a_png().replace(b"IEND", b"IEND", 1),
        b"GIF89a" + a_png(),
        b"GIF89a=1;alert(1)//",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"\x00" * 64,
        a_bomb(),
        b"x" * (5 * 1024 * 1024 + 1),
    ],
)  # fmt: skip
async def test_what_is_uploaded_comes_back_as_a_picture_or_not_at_all(
    whole_app: FastAPI, body: bytes
) -> None:
    agency = await make_reseller()
    owner = await browser(whole_app, await make_user(agency))
    address = f"/brands/{agency.public_id}/assets/logo_light"
    # What it says that it is counts for nothing.
    answer = await owner.request("POST", address, content=body, headers={"content-type": "text/html"})
    if answer.status_code != 200:
        assert answer.status_code == 422, answer.text
        return
    kept = await owner.get(answer.json()["url"])
    assert kept.headers["content-type"] in {"image/png", "image/svg+xml"}
    assert kept.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert not ACTIVE.search(kept.content)


@pytest.mark.parametrize(
    "kind", ["../logo_light", "logo_light/../../x", "LOGO_LIGHT", "logo_light%00.html", "x"]
)
async def test_an_upload_goes_to_a_known_place_alone(whole_app: FastAPI, kind: str) -> None:
    agency = await make_reseller()
    owner = await browser(whole_app, await make_user(agency))
    answer = await owner.request("POST", f"/brands/{agency.public_id}/assets/{kind}", content=a_png())
    assert answer.status_code in {404, 405, 422}
    for path in (
        "/brand/../../etc/passwd",
        "/brand/%2e%2e%2fapp.py",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ):
        assert (await owner.get(path)).status_code == 404


# Ways out


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_no_parameter_leads_to_another_site(whole_app: FastAPI, address: str) -> None:
    assert safe_path(address) == "/"
    agency = await make_reseller()
    user = await make_user(agency)
    inside, outside = await browser(whole_app, user), Program(whole_app, agency.host)
    answers = [await inside.get("/login", **dict.fromkeys(("next", "then", "return", "to", "url"), address))]
    answers.append(await signs_in(outside, user.email, user.password, next=address))
    answers.append(
        await inside.request(
            "POST", "/logout", data={"form": token_for(inside.cookie(session_cookie())), "next": address}
        )
    )
    plain = address.isascii() and address.isprintable()
    referer = {"referer": f"http://{agency.host}{address}"} if plain else {}
    answers.append(await outside.request("GET", "/language/de", headers=referer))
    answers.append(
        await outside.request(
            "GET", "/language/de", headers={"referer": f"http://evil.example/{agency.host}"}
        )
    )
    for answer in answers:
        assert answer.status_code == 303, answer.text
        assert re.fullmatch(r"/(?![/\\]).*", answer.headers["location"]), answer.headers["location"]


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "//evil.example/..", "/%2F%2Fevil.example", "/%5Cevil.example", "/login/", "/sites/"],
)
async def test_no_path_leads_to_another_site(whole_app: FastAPI, path: str) -> None:
    agency = await make_reseller()
    answer = await Program(whole_app, agency.host).request("GET", f"http://{agency.host}{path}")
    where = answer.headers.get("location", "/")
    assert re.fullmatch(rf"(http://{re.escape(agency.host)})?/(?![/\\]).*", where), where


# Hosts


async def test_a_host_is_looked_up_as_a_whole(whole_app: FastAPI) -> None:
    agency = await make_reseller(theme={"name": "Northwind Data"})
    nobodys = [
        f"{agency.host}.evil.example",
        f"evil.example/{agency.host}",
        f"evil.example#{agency.host}",
        f"{agency.host}@evil.example",
        f"user@{agency.host}",
        agency.host.replace("a", "а", 1).encode("idna").decode(),  # a Cyrillic а
        agency.host.replace("a", "%61", 1),
        f"{agency.host}%00.evil.example",
        f"{agency.host} evil.example",
        f"{agency.host},evil.example",
        f"[{agency.host}]",
    ]
    program = Program(whole_app, agency.host)
    for host in nobodys:
        answer = await program.request("GET", "/login", headers={"host": host})
        assert answer.status_code == 404, host
        assert "Northwind" not in answer.text and "evil.example" not in answer.text, host
    for host in (agency.host.upper(), f"{agency.host}:8443", f"{agency.host}.", f"{agency.host}.:80"):
        answer = await program.request("GET", "/login", headers={"host": host})
        assert answer.status_code == 200, host
    homograph = agency.host.replace("a", "а", 1)
    assert await resolve_host(homograph) is None


async def test_what_a_request_says_of_other_hosts_is_not_believed(whole_app: FastAPI) -> None:
    agency, other = await make_reseller(theme={"name": "Northwind Data"}), await make_reseller()
    program = Program(whole_app, agency.host)
    forged = dict.fromkeys(
        ("x-forwarded-host", "x-host", "x-original-host", "x-forwarded-server", "x-http-host-override"),
        other.host,
    )
    forged |= {
        "forwarded": f"host={other.host}",
        "x-original-url": f"http://{other.host}/x",
        "x-rewrite-url": "/x",
    }
    for path in ("/login", "/api/openapi.json", "/nothing-here", "/api/docs"):
        answer = await program.request("GET", path, headers=forged)
        assert other.host not in answer.text + str(answer.headers), path
        assert "Northwind Data" in answer.text, path


async def test_two_hosts_are_none(whole_app: FastAPI) -> None:
    """Which of the two counts is something that a proxy, the frame and we could see differently."""
    agency, other = await make_reseller(), await make_reseller()
    program = Program(whole_app, agency.host)
    for hosts in ((agency.host, other.host), (agency.host, agency.host)):
        answer = await program.request("GET", "/login", headers=[("host", host) for host in hosts])
        assert answer.status_code == 404


# Forms of other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://sibling.localhost"},
        {"origin": "http://{host}.evil.example"},
        {"origin": "https://{host}"},
        {"origin": "http://{host}:8081"},
        None,
    ],
)
async def test_no_form_of_another_site_changes_anything(
    whole_app: FastAPI, world: TwoAgencies, headers: dict[str, str] | None
) -> None:
    """Every route that changes something, with the cookie of an owner: from elsewhere, or without a token."""
    agency = world.one
    owner = await browser(whole_app, agency.people["agency", Role.OWNER])
    host = agency.organization.host
    sent = {name: value.format(host=host) for name, value in (headers or {}).items()}
    bodies = Bodies(whole_app)
    routes = dict.fromkeys(route for route in routes_of(whole_app) if route.method != "GET")
    with owner_connection() as connection:
        watch = Watch(connection)
        everything = {one.id for one in (agency.organization, *agency.clients)}
        before = watch.contents(everything)
        for route in routes:
            if route.path.startswith(("/api/collect", "/v1")):
                continue  # open to all pages by intent; for keys, which no browser sends by itself
            if headers is None and (route.path.startswith("/api/") or "/assets/" in route.path):
                continue  # no form can send such bodies, and scripts of other sites say where they are from
            for address in agency.addresses(route, 1):
                body = bodies.of(route)
                details: dict[str, Any] = {"data": {"organization": agency.clients[0].public_id, "next": "/"}}
                if body is not None:
                    details = {"json": body}
                answer = await owner.request(route.method, address, headers=sent, **details)
                assert is_refused(answer, from_elsewhere=headers is not None), (
                    f"{route}: {answer.status_code}"
                )
        assert watch.contents(everything) == before
    assert (await owner.get("/sites")).status_code == 200


def is_refused(answer: Response, *, from_elsewhere: bool) -> bool:
    if from_elsewhere:
        return answer.status_code == 403 and answer.json()["error"]["code"] == "other_origin"
    sent_on = answer.headers.get("location", "")
    return answer.status_code >= 400 or 'role="alert"' in answer.text or sent_on.startswith("/login")


async def test_a_token_is_good_for_its_own_session_alone(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    mara, spy = await make_user(agency), await make_user(agency, Role.VIEWER)
    hers, his = await browser(whole_app, mara), await browser(whole_app, spy)
    answer = await hers.request("POST", "/logout", data={"form": token_for(his.cookie(session_cookie()))})
    assert answer.status_code == 403
    assert (await hers.get("/sites")).status_code == 200


# Cookies


async def test_a_session_that_was_there_before_signing_in_is_not_the_one_after(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    mara, spy = await make_user(agency), await make_user(agency, Role.VIEWER)
    planted = await session_of(spy)
    victim = Program(whole_app, agency.host)
    victim.keeps(session_cookie(), "chosen-by-somebody-else")
    answer = await signs_in(victim, mara.email, mara.password)
    assert answer.cookies[session_cookie()] not in {"chosen-by-somebody-else", planted}
    stranger = Program(whole_app, agency.host)
    stranger.keeps(session_cookie(), "chosen-by-somebody-else")
    assert (await stranger.get("/sites")).headers["location"].startswith("/login")

    again = Program(whole_app, agency.host)
    again.keeps(session_cookie(), planted)
    page = await again.get("/api/auth/me")
    assert page.json()["email"] == spy.email


async def test_cookies_of_other_names_and_broken_ones_do_not_hide_ours(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    user = await make_user(agency)
    token = await session_of(user)
    program = Program(whole_app, agency.host)
    for tossed in (
        f'a="; {session_cookie()}={token}; b=x',
        f"Session=evil; {session_cookie()}={token}",
        f"{session_cookie()}x=evil; {session_cookie()}={token}",
        f"=; ;; \x7f=1; {session_cookie()}={token}",
    ):
        assert (await program.request("GET", "/sites", headers={"cookie": tossed})).status_code == 200, tossed


async def test_a_session_opens_nothing_on_another_agencys_host(whole_app: FastAPI) -> None:
    agency, other = await make_reseller(), await make_reseller()
    token = await session_of(await make_user(agency))
    for host in (other.host, (await make_reseller()).host):
        program = Program(whole_app, host)
        program.keeps(session_cookie(), token)
        assert (await program.get("/sites")).headers["location"].startswith("/login")
    client = await make_client(agency)
    assert client.host == agency.host


async def browser(app: FastAPI, user: Any) -> Program:
    """A browser in which they are signed in."""
    organization: MadeOrganization = user.organization
    program = Program(app, organization.host)
    await program.open_browser(user)
    return program


async def signs_in(program: Program, email: str, password: str, **fields: str) -> Response:
    page = await program.get("/login")
    token = re.search(r'name="form" value="([^"]+)"', page.text)
    assert token is not None
    return await program.request(
        "POST", "/login", data={"email": email, "password": password, "form": token[1], **fields}
    )
