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
    make_direct,
    make_reseller,
    make_site,
    make_user,
    unique,
)
from tests.portal.program import Program

# What anybody may ask for without signing in. Think twice before adding to it.
OPEN = {
    "/api/auth/login",
    "/api/collect",
    "/api/collect/heatmap",
    "/api/docs",
    "/api/openapi.json",
    "/api/{path:path}",  # whatever does not exist
    "/apple-touch-icon.png",
    "/brand/{digest}",  # logos, on the page to sign in
    "/brand/{digest}.png",  # and in mails
    "/favicon.ico",
    "/healthz",
    "/ih.js",
    "/login",
    "/logout",  # a form of pages: checks its own token
    "/readyz",
    "/s.js",
    "/share/{token}",  # the token is the permission; tests/portal/test_share.py says for what
}
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
    return Victim(
        client,
        await make_user(client),
        {
            "site_id": site.public_id,
            "organization": client.public_id,
            "_rest": "realtime",
            "view": "dashboard",
            "form": "png",
            "kind": "favicon",
        },
        (site.name, site.domain, site.tracking_id, client.name),
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


async def ask(program: Program, route: Route, ids: dict[str, str], bodies: Bodies) -> Response:
    body = bodies.of(route)
    details = {} if body is None else {"json": body}
    if route.path == "/brands/{organization}/assets/{kind}":
        details = {"content": A_PICTURE}
    return await program.request(route.method, route.address(ids), **details)


def is_turned_away(route: Route, answer: Response) -> bool:
    """Whether a program was told to sign in, or a person was sent to."""
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
        if route.names:
            assert answer.status_code == 404, f"{route}: {answer.status_code}"
        assert_hidden(route, answer, victim)
        if route.path == "/api/auth/logout":
            await program.sign_in(user)


async def test_for_its_owner_everything_does(whole_app: FastAPI) -> None:
    """Without this, a test that asks for the wrong ids would pass above."""
    bodies = Bodies(whole_app)
    agency = await make_reseller()
    owner = await signed_in(whole_app, await make_user(agency))

    for route in closed_routes(whole_app):
        victim = await a_victim(agency)
        if route.names:
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


async def signed_in(app: FastAPI, user: MadeUser) -> Program:
    program = Program(app, user.organization.host)
    await program.sign_in(user)
    return program


def assert_hidden(route: Route, answer: Response, victim: Victim) -> None:
    found = [secret for secret in victim.secrets if secret in answer.text]
    assert not found, f"{route} names {found}"
