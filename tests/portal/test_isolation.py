"""Every route of the app, found by enumeration: a new one is tested the day it appears."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx import Response
from starlette.routing import Mount

from portal.api.schema_text import example_of
from tests.factories import (
    MadeOrganization,
    MadeUser,
    make_client,
    make_client_export,
    make_direct,
    make_domain,
    make_key,
    make_reseller,
    make_site,
    make_user,
    unique,
)
from tests.portal.program import Program

# What anybody may ask for without signing in. Think twice before adding to it.
OPEN = {
    "/api/auth/login",
    "/api/auth/refresh",
    "/api/auth/register",
    "/api/collect",
    "/api/collect/heatmap",
    "/api/docs",
    "/api/openapi.json",
    "/api/{path:path}",  # whatever does not exist
    "/apple-touch-icon.png",
    "/auth/callback",  # from a provider: looks at what it carries
    "/auth/finish",
    "/auth/invite",  # whoever holds the link of an invitation, as below
    "/auth/start",
    "/brand/{digest}",  # logos, on the page to sign in
    "/brand/{digest}.png",  # and in mails
    "/favicon.ico",
    "/healthz",
    "/ih.js",
    "/invite/{token}",  # whoever holds the link of an invitation may have no account
    "/confirm/{token}",
    "/email/{token}",
    "/forgot",
    "/internal/tls-allowed",  # for the proxy alone: knows its peers
    "/language/{code}",  # sets a cookie, on pages without anybody signed in
    "/login",
    "/login/code",
    "/reset/{token}",
    "/signup",
    "/logout",  # a form of pages: checks its own token
    "/preview/{token}",  # signed: whoever has the link may see the brand
    "/readyz",
    "/s.js",
    "/share/{token}",  # the token is the permission; tests/portal/test_share.py says for what
}
# Whatever does not exist behind a door.
NOTHING = {"/v1", "/v1/{path:path}"}
# The frame's own: files for everybody, and addresses that belong to one open page.
FRAME = "/_nicegui"


A_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


class Victim(NamedTuple):
    """Somebody with things that others must not see."""

    organization: MadeOrganization
    owner: MadeUser
    ids: dict[str, str]
    secrets: tuple[str, ...]


class Route(NamedTuple):
    method: str
    path: str

    @property
    def names(self) -> list[str]:
        """The parameters in the path."""
        return [part[1:].split("}")[0].split(":")[0] for part in self.path.split("/") if part[:1] == "{"]

    def address(self, ids: dict[str, str]) -> str:
        """The path for these ids."""
        parts = []
        for part in self.path.split("/"):
            name = part[1:].split("}")[0].split(":")[0] if part[:1] == "{" else ""
            assert not name or name in ids, f"{self.path}: say in a_victim() what {name} is"
            parts.append(ids[name] if name else part)
        return "/".join(parts)


def routes_of(app: Any) -> Iterator[Route]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            inner = getattr(route.original_route.app, "routes", None)
            if inner is not None and not route.original_route.path.startswith(FRAME):
                yield from routes_of(route.original_route.app)
        elif route.path and not route.path.startswith(FRAME) and hasattr(route, "methods"):
            for method in route.methods or {"GET", "POST"}:
                if method not in {"HEAD", "OPTIONS"}:
                    yield Route(method, route.path)


def closed_routes(app: FastAPI) -> list[Route]:
    """In the order of the app, which decides."""
    return list(dict.fromkeys(route for route in routes_of(app) if route.path not in OPEN))


async def a_victim(reseller: MadeOrganization) -> Victim:
    client = await make_client(reseller)
    site = await make_site(client, name=unique("Secret"))
    domain = await make_domain(client, f"{unique('secret')}.example.com")
    await make_client_export(client)
    return Victim(
        client,
        await make_user(client),
        {
            "site_id": site.public_id,
            "organization": client.public_id,
            "_rest": "realtime",
            "path": f"sites/{site.public_id}",
            "domain": str(domain.id),
            "view": "dashboard",
            "form": "png",
            "kind": "favicon",
        },
        (site.name, site.domain, site.tracking_id, client.name, domain.host, domain.claim.challenge),
    )


class Bodies:
    """A body that each operation of the API would take, from its own documentation."""

    def __init__(self, app: FastAPI) -> None:
        self._api = app.openapi()

    def of(self, route: Route) -> Any:
        operation = self._api["paths"].get(route.path, {}).get(route.method.lower(), {})
        if "requestBody" not in operation:
            return None
        return example_of(operation["requestBody"]["content"]["application/json"]["schema"], self._api)


async def ask(program: "Program | Everything", route: Route, ids: dict[str, str], bodies: Bodies) -> Response:
    body = bodies.of(route)
    details = {} if body is None else {"json": body}
    if route.path == "/brands/{organization}/assets/{kind}":
        details = {"content": A_PICTURE}
    return await program.request(route.method, route.address(ids), **details)


def is_turned_away(route: Route, answer: Response) -> bool:
    """Whether a program was told to sign in, or a person was sent to."""
    if route.path.startswith("/v1"):
        return answer.status_code == 401 and answer.json()["error"]["code"] == "invalid_key"
    if route.path.startswith("/api/"):
        return answer.status_code == 401 and answer.json()["error"]["code"] == "not_signed_in"
    return answer.status_code == 303 and answer.headers["location"].startswith("/login")


def test_the_list_of_open_routes_holds_no_route_that_is_gone(whole_app: FastAPI) -> None:
    assert {route.path for route in routes_of(whole_app)} >= OPEN


def test_routes_are_found(whole_app: FastAPI) -> None:
    found = closed_routes(whole_app)

    assert Route("GET", "/api/sites/{site_id}/stats") in found
    assert Route("GET", "/sites/{site_id}") in found
    assert len(found) >= 14


async def test_without_signing_in_no_route_says_anything(whole_app: FastAPI) -> None:
    victim = await a_victim(await make_reseller())
    bodies = Bodies(whole_app)
    nobody = Program(whole_app, victim.organization.host)
    liar = Program(whole_app, victim.organization.host)
    liar.bears("not-a-token")

    for route in closed_routes(whole_app):
        for program in (nobody, liar):
            answer = await ask(program, route, victim.ids, bodies)
            assert is_turned_away(route, answer), f"{route}: {answer.status_code}"
            assert_hidden(route, answer, victim)


@pytest.mark.parametrize("stranger", ["another agency", "a client of the same agency", "a direct customer"])
async def test_for_a_stranger_nothing_of_it_exists(whole_app: FastAPI, stranger: str) -> None:
    agency = await make_reseller()
    victim = await a_victim(agency)
    bodies = Bodies(whole_app)
    if stranger == "another agency":
        user = await make_user(await make_reseller())
    elif stranger == "a client of the same agency":
        user = await make_user(await make_client(agency))
    else:
        user = await make_user(await make_direct())
    program = await signed_in(whole_app, user)

    for route in closed_routes(whole_app):
        answer = await ask(program, route, victim.ids, bodies)
        if route.names or route.path == "/v1":
            assert answer.status_code == 404, f"{route}: {answer.status_code}"
        assert_hidden(route, answer, victim)
        if route.path == "/api/auth/logout":
            await program.signs_in_again()


async def test_for_its_owner_everything_does(whole_app: FastAPI) -> None:
    """Without this, a test that asks for the wrong ids would pass above."""
    bodies = Bodies(whole_app)
    agency = await make_reseller()
    owner = await signed_in(whole_app, await make_user(agency))

    for route in closed_routes(whole_app):
        victim = await a_victim(agency)
        if route.names and route.path not in NOTHING:
            answer = await ask(owner, route, victim.ids, bodies)
            assert answer.status_code < 300, f"{route}: {answer.status_code}"


async def test_an_address_without_route_is_an_error_for_programs_and_a_page_for_people(
    whole_app: FastAPI,
) -> None:
    program = Program(whole_app, (await make_reseller()).host)

    for method, path, status in (
        ("GET", "/api/nothing", 404),
        ("POST", "/api/auth/me", 405),
        ("PUT", "/api/sites", 405),
    ):
        answer = await program.request(method, path)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])
    page = await program.get("/nothing")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")


class Everything:
    """Somebody with all that opens doors: a program's token, a browser's cookie, and a key."""

    def __init__(self, app: FastAPI, user: MadeUser) -> None:
        self._user = user
        self._browser, self._program, self._with_key = (
            Program(app, user.organization.host) for _ in range(3)
        )

    async def signs_in_again(self) -> None:
        await self._program.sign_in(self._user)

    async def start(self) -> "Everything":
        await self.signs_in_again()
        await self._browser.open_browser(self._user)
        self._with_key.bears(await make_key(self._user.organization))
        return self

    async def request(self, method: str, path: str, **details: Any) -> Response:
        if path.startswith("/v1"):
            return await self._with_key.request(method, path, **details)
        asker = self._program if path.startswith("/api/") else self._browser
        return await asker.request(method, path, **details)


async def signed_in(app: FastAPI, user: MadeUser) -> Everything:
    return await Everything(app, user).start()


def assert_hidden(route: Route, answer: Response, victim: Victim) -> None:
    found = [secret for secret in victim.secrets if secret in answer.text]
    assert not found, f"{route} names {found}"
