"""/api/openapi.json and /api/docs: what the API offers, under the brand of the host; the rest is an error."""

from typing import Any, NoReturn

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from portal.api.documentation_page import documentation_page
from portal.here import CurrentHere, Here
from tenancy.domains import base_url
from tenancy.login import session_cookie
from tenancy.text import gettext as _
from tenancy.text import speaking

router = APIRouter(include_in_schema=False)

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@router.get("/api/openapi.json")
async def openapi(request: Request, here: CurrentHere) -> JSONResponse:
    """For programs: OpenAPI."""
    with speaking("en"):
        return JSONResponse(api_document(request.app, here))


@router.get("/api/docs")
async def docs(request: Request, here: CurrentHere) -> HTMLResponse:
    """For people, in English: a page that needs neither scripts nor anybody else's server."""
    with speaking("en"):
        return HTMLResponse(documentation_page(here.theme, api_document(request.app, here), "en"))


# Anything else below these ends here, or the pages would answer a program with a page.
@router.api_route("/v1", methods=_METHODS, response_model=None)
@router.api_route("/v1/{path:path}", methods=_METHODS, response_model=None)
@router.api_route("/api/{path:path}", methods=_METHODS, response_model=None)
async def nothing_else(request: Request) -> NoReturn:
    """404, or 405 where the address exists."""
    allowed = _methods_at(request.app, request.url.path)
    if allowed:
        raise HTTPException(405, headers={"allow": ", ".join(sorted(allowed))})
    raise HTTPException(404)


def api_document(app: FastAPI, here: Here) -> dict[str, Any]:
    """The OpenAPI document of a host."""
    written = app.openapi()
    schemes = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": _("The access token of someone who has signed in."),
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": session_cookie(),
            "description": _("The session of a browser; pages of other sites cannot use it."),
        },
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": _("An API key, created in the settings. It works below /v1, and nowhere else."),
        },
    }
    return {
        "openapi": written["openapi"],
        "info": {
            "title": _("{brand} API").format(brand=here.theme.name),
            "version": "1",
            "description": _(
                "Sites and their metrics. Sign in to get a token, and send it with every request as "
                "“Authorization: Bearer …”. A request that fails is answered with a code, "
                "a sentence, and the field if there is one."
            ),
        },
        "servers": [{"url": base_url(here.host.host)}],
        "security": [{"token": []}, {"session": []}],
        "tags": [
            {"name": "auth", "description": _("Signing in")},
            {"name": "sites", "description": _("Sites")},
            {"name": "statistics", "description": _("Statistics")},
            {"name": "keys", "description": _("With an API key")},
        ],
        "paths": {
            path: {method: _counted(says) for method, says in methods.items()}
            for path, methods in written["paths"].items()
        },
        "components": {**written["components"], "headers": _limit_headers(), "securitySchemes": schemes},
    }


def _counted(operation: dict[str, Any]) -> dict[str, Any]:
    """The operation with the headers that the gate puts on every answer."""
    counts = {name: {"$ref": f"#/components/headers/{name}"} for name in _limit_headers()}
    responses = {
        status: {**says, "headers": {**says.get("headers", {}), **counts}}
        for status, says in operation["responses"].items()
    }
    return {**operation, "responses": responses}


def _limit_headers() -> dict[str, Any]:
    a_number = {"type": "string", "pattern": "^([0-9]+|unlimited)$"}
    return {
        "X-RateLimit-Limit": {
            "description": _("Requests that are allowed until the limit resets."),
            "schema": {**a_number, "examples": ["1000"]},
        },
        "X-RateLimit-Remaining": {
            "description": _("How many of them are left."),
            "schema": {**a_number, "examples": ["987"]},
        },
        "X-RateLimit-Reset": {
            "description": _("When it resets, in Unix seconds; 0 without a limit."),
            "schema": {"type": "string", "pattern": "^[0-9]+$", "examples": ["1769853600"]},
        },
    }


def _methods_at(app: FastAPI, path: str) -> set[str]:
    methods: set[str] = set()
    for route in iter_route_contexts(app.routes):
        if route.endpoint is not nothing_else and route.methods and route.path_regex.match(path):
            methods |= route.methods
    return methods
