"""A crawl by everybody on two agencies' hosts: no page, file, error or header tells of the platform, nor of
anybody who is not theirs. Routes, roles, tables and mails are found by enumeration."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from structlog.testing import capture_logs

import portal.hosts
import portal.settings
from portal.assets import static_files
from tenancy.errors import Unavailable
from tenancy.roles import OrganizationKind, Role, roles_of
from tenancy.settings import settings
from tests.leaks.crawler import Crawler
from tests.leaks.traces import Traces
from tests.leaks.worlds import Agency, TwoAgencies
from tests.portal.program import Program
from tests.portal.test_isolation import Route, routes_of, signed_in

ROLES = sorted(roles_of(OrganizationKind.RESELLER))
# What browsers, search engines and curious people ask for by themselves.
WELL_KNOWN = (
    "/robots.txt", "/sitemap.xml", "/manifest.json", "/site.webmanifest", "/favicon.ico", "/favicon.svg",
    "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png", "/browserconfig.xml", "/humans.txt",
    "/.well-known/security.txt", "/.well-known/change-password", "/sw.js", "/docs", "/redoc",
    "/openapi.json", "/_nicegui", "/_nicegui/", "/static/", "/static/app.css", "/ih.js", "/s.js", "/metrics",
    "/nothing-here", "/sites/nothing-here", "/api/nothing", "/v1/nothing", "/a%00b", "/%2e%2e/etc/passwd",
)  # fmt: skip
# Not asked for by its route, as its answer is none of a tenant's.
# What breaks, so that each of the pages below does.
BREAKABLE = (
    "portal.account_pages.forgotten_page",
    "portal.signing.sign_in_page",
    "portal.signing.safe_path",
    "portal.pages.overview.list_open_sites",
    "portal.pages.people.list_members",
    "portal.api.sites.list_open_sites",
    "portal.brand.as_icon",
)
NONSENSE: tuple[dict[str, Any], ...] = ({}, {"json": {"nonsense": 1}}, {"content": b"{\xff"})
# Open to nobody by GET, or closed by this brand.
NEVER_OPEN = {"/v1", "/v1/{path:path}", "/signup", "/readyz", "/api/collect", "/api/collect/heatmap"}
# Steps of a way through a provider, which nobody is on.
NEVER_OPEN |= {"/auth/start", "/auth/link", "/auth/invite", "/auth/callback"}
NOT_OPENED = {"/internal/tls-allowed", "/ih.js"}


def pages_of(app: FastAPI) -> list[Route]:
    """Every route that is only looked at."""
    routes = dict.fromkeys(route for route in routes_of(app) if route.method == "GET")
    return [route for route in routes if route.path not in NOT_OPENED]


def addresses(app: FastAPI, agency: Agency, most: int = 99) -> list[str]:
    return [address for route in pages_of(app) for address in agency.addresses(route, most)]


@pytest.mark.parametrize("level", ["agency", "client"])
@pytest.mark.parametrize("role", ROLES)
async def test_who_signs_in_finds_nothing_that_is_not_theirs(
    whole_app: FastAPI, world: TwoAgencies, level: str, role: Role
) -> None:
    agency = world.one
    crawler = await crawler_of(whole_app, world, agency, level, role)
    # Owners see the most, viewers the least: they try everything. The others differ in what they may do.
    most = 99 if role in {Role.OWNER, Role.VIEWER} else 1

    asked = addresses(whole_app, agency, most)
    if level == "client" and role is Role.VIEWER:
        # What others gave away does not depend on who looks: public links and keys show all sites.
        asked = [address for address in asked if not address.startswith(("/share/", "/v1"))]
    await crawler.visits(asked)

    assert not crawler.found, "\n".join(crawler.found)
    assert not {address for address, status in crawler.statuses.items() if status >= 500} - {"/readyz"}
    assert crawler.statuses["/sites"] == 200


async def test_an_owner_can_open_every_page(whole_app: FastAPI, world: TwoAgencies) -> None:
    """Without this, a crawl that is turned away everywhere would find nothing either."""
    crawler = await crawler_of(whole_app, world, world.one, "agency", Role.OWNER)
    routes = pages_of(whole_app)
    for route in routes:
        for address in world.one.addresses(route, 1):
            await crawler.asks("GET", address)

    closed = {
        route.path
        for route in routes
        if all(crawler.statuses[one] >= 400 for one in world.one.addresses(route, 1))
    }
    assert closed == NEVER_OPEN


@pytest.mark.parametrize("level", ["agency", "client"])
async def test_neither_does_who_signs_in_on_the_other_agencys_host(
    whole_app: FastAPI, world: TwoAgencies, level: str
) -> None:
    crawler = await crawler_of(whole_app, world, world.other, level, Role.OWNER)

    await crawler.visits([*addresses(whole_app, world.other, 1), *WELL_KNOWN])
    # What is the first one's is asked for as well: the refusals may say nothing of it either.
    for address in addresses(whole_app, world.one, 1):
        await crawler.asks("GET", address)

    assert not crawler.found, "\n".join(crawler.found)


@pytest.mark.parametrize("which", ["one", "other"])
async def test_who_has_not_signed_in_finds_nothing_either(
    whole_app: FastAPI, world: TwoAgencies, which: str
) -> None:
    agency: Agency = getattr(world, which)
    nobody = Program(whole_app, agency.organization.host)
    crawler = Crawler(nobody, agency.organization.host, world.traces(agency))

    await crawler.visits([*addresses(whole_app, agency), *WELL_KNOWN])
    for link in agency.tokens["/share/{token}"]:
        for password in ("wrong", "open-sesame"):
            await crawler.asks("POST", f"/share/{link}", data={"password": password})
        await crawler.visits([f"/share/{link}?embed=1"])

    assert not crawler.found, "\n".join(crawler.found)
    assert crawler.statuses["/login"] == crawler.statuses["/api/openapi.json"] == 200
    assert crawler.statuses["/nothing-here"] == 404


async def test_what_is_sent_the_wrong_way_is_refused_without_a_trace(
    whole_app: FastAPI, world: TwoAgencies
) -> None:
    """Every route that changes something, with nothing, nonsense, and what belongs to the other agency."""
    agency, host = world.other, world.other.organization.host
    viewer = await signed_in(whole_app, agency.people["agency", Role.VIEWER])
    crawlers = [Crawler(who, host, world.traces(agency)) for who in (viewer, Program(whole_app, host))]
    changing = [route for route in dict.fromkeys(routes_of(whole_app)) if route.method != "GET"]
    assert len(changing) > 20

    for crawler in crawlers:
        for route in changing:
            for whose in (agency, world.one):
                address = whose.addresses(route, 1)[0]
                for details in NONSENSE:
                    answer = await crawler.asks(route.method, address, **details)
                    assert answer.status_code < 500, f"{route}: {answer.status_code}"
        assert not crawler.found, "\n".join(crawler.found)


@pytest.mark.parametrize(
    "path", ["/login", "/forgot", "/sites", "/settings/people", "/api/sites", "/favicon.ico"]
)
@pytest.mark.parametrize("trouble", [Unavailable(), RuntimeError("InsightHub on app.localhost is broken")])
async def test_a_page_that_breaks_says_nothing_of_why(
    whole_app: FastAPI, world: TwoAgencies, path: str, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = world.one
    user = agency.people["agency", Role.OWNER]
    asker = Patient(whole_app, agency.organization.host)
    await asker.open_browser(user)

    def broken(*_: object, **__: object) -> None:
        raise trouble

    for name in BREAKABLE:
        monkeypatch.setattr(name, broken)
    crawler = Crawler(asker, agency.organization.host, world.traces(agency))
    with capture_logs() as logged:
        answer = await crawler.asks("GET", path)

    assert answer.status_code in {500, 503}, path
    assert logged or isinstance(trouble, Unavailable)
    assert not crawler.found, "\n".join(crawler.found)


async def test_a_page_that_takes_too_long_is_the_agencys_as_well(
    whole_app: FastAPI, world: TwoAgencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleeps(*_: object) -> None:
        await asyncio.sleep(30)

    monkeypatch.setattr(portal.settings.settings(), "page_patience_s", 0.5)
    monkeypatch.setattr("portal.pages.people.list_members", sleeps)
    crawler = await crawler_of(whole_app, world, world.one, "agency", Role.OWNER)
    answer = await crawler.asks("GET", "/settings/people")

    assert answer.status_code == 500
    assert "Zephyrine Data" in answer.text and "response_timeout" not in answer.text
    assert not crawler.found, "\n".join(crawler.found)


async def test_while_no_host_is_known_the_page_is_nobodys(
    whole_app: FastAPI, world: TwoAgencies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is down: not even whose page it should be can be said."""

    async def down(_: str) -> None:
        raise Unavailable()

    monkeypatch.setattr(portal.hosts, "resolve_host", down)
    for agency in (world.one, world.other):
        crawler = Crawler(
            Program(whole_app, agency.organization.host), agency.organization.host, world.traces(agency)
        )
        for path in ("/login", "/sites", "/api/sites", "/v1/sites", "/s.js", "/nothing-here"):
            answer = await crawler.asks("GET", path)
            assert answer.status_code in {200, 503}, path
        assert not crawler.found, "\n".join(crawler.found)


@pytest.mark.parametrize(
    "host", ["unknown.example.com", "127.0.0.1", "localhost", "", "app.localhost.evil.example"]
)
async def test_a_host_that_nobody_claimed_has_neither_name_nor_brand(
    whole_app: FastAPI, world: TwoAgencies, host: str
) -> None:
    both = world.traces(world.one).needles | world.traces(world.other).needles
    crawler = Crawler(
        Program(whole_app, host or "x"), host, Traces(frozenset({settings().platform_host}), both)
    )
    for path in (*WELL_KNOWN, "/login", "/api/sites", "/api/openapi.json", "/v1/sites", "/api/docs"):
        await crawler.asks("GET", path, headers={"host": host})
    assert not crawler.found, "\n".join(crawler.found)


async def test_files_that_every_host_serves_name_nobody(whole_app: FastAPI, world: TwoAgencies) -> None:
    host = world.one.organization.host
    crawler = Crawler(Program(whole_app, host), host, world.traces(world.one))
    for path in ("/s.js", *(file.path for file in static_files().values())):
        answer = await crawler.asks("GET", path)
        assert answer.status_code == 200, path
    assert not crawler.found, "\n".join(crawler.found)


class Patient(Program):
    """A program that gets the answer to a mistake, as over a socket, instead of the mistake itself."""

    def __init__(self, app: FastAPI, host: str) -> None:
        super().__init__(app, host)
        self._client = AsyncClient(
            transport=ASGITransport(app, raise_app_exceptions=False), base_url=f"http://{host}"
        )


async def crawler_of(app: FastAPI, world: TwoAgencies, agency: Agency, level: str, role: Role) -> Crawler:
    person = await signed_in(app, agency.people[level, role])
    return Crawler(person, agency.organization.host, world.traces(agency, level, role))
