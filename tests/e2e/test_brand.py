"""Whose pages these are: no agency's page names the platform, and an unknown host names nobody."""

import re

import pytest
from httpx import AsyncClient

from tenancy.roles import Role
from tests.e2e.people import Product
from tests.factories import make_client, make_direct, make_reseller, make_site, make_user, session_of

OURS = re.compile(r"insighthub", re.I)
LINK = re.compile(r"""(?:href|src)=["']([^"']+)["']""")


async def test_no_page_or_file_of_an_agency_names_the_platform(product: Product) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site = await make_site(client)
    for organization, role in ((agency, Role.OWNER), (client, Role.VIEWER)):
        user = await make_user(organization, role)
        async with AsyncClient(
            base_url=product.url("127.0.0.1"),
            headers={"host": agency.host},
            follow_redirects=True,
            timeout=60,
        ) as http:
            seen: set[str] = set()
            waiting = ["/login", "/nothing-here", "/api/docs", "/api/openapi.json", "/s.js", "/api/nothing"]
            http.cookies.set("session", await session_of(user))
            paths = ("", "/realtime", "/install")
            waiting += ["/", "/sites", "/clients", *(f"/sites/{site.public_id}{path}" for path in paths)]
            while waiting:
                path = waiting.pop()
                seen.add(path)
                answer = await http.get(path)
                assert not OURS.search(answer.text), path
                assert not OURS.search(str(answer.headers)), path
                if "text/html" in answer.headers["content-type"]:
                    waiting += [link for link in LINK.findall(answer.text) if link.startswith("/")]
                waiting = [path for path in waiting if path not in seen]
            assert len(seen) > 12


async def test_an_unknown_host_gets_a_page_that_names_nobody(product: Product) -> None:
    async with product.program() as http:
        for host in ("nobody.example", "127.0.0.1", "x" * 300):
            answer = await http.get("/", headers={"host": host})
            assert answer.status_code == 404
            assert not OURS.search(answer.text + str(answer.headers))
            assert "There is nothing at this address" in answer.text
            [style] = re.findall(r'rel="stylesheet" href="([^"]+)"', answer.text)
            assert (await http.get(style, headers={"host": host})).status_code == 200


async def test_the_platforms_own_host_may_say_who_it_is(product: Product) -> None:
    organization = await make_direct()
    async with product.program(organization.host) as http:
        assert OURS.search((await http.get("/login")).text)


@pytest.mark.parametrize("path", ["/login", "/sites", "/nothing-here"])
async def test_first_paint_carries_the_brands_colours(product: Product, path: str) -> None:
    agency = await make_reseller(theme={"primary_color": "#aa3311", "radius": 3})
    user = await make_user(agency)
    async with product.program(agency.host) as http:
        if path == "/sites":
            http.cookies.set("session", await session_of(user))
        page = (await http.get(path)).text
    head = page.partition("<body")[0]
    assert "--brand:#aa3311" in head
    assert "--r:3px" in head
