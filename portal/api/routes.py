"""How every part of the API is opened: errors of one shape, small bodies, answers that nobody keeps."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from portal.api.errors import ErrorAnswer

MOST_BODY_BYTES = 64 * 1024
"""Plenty for a site and its hosts; who is not signed in can make us read no more."""

OPEN: dict[str, Any] = {"security": []}
"""`openapi_extra` of an operation that asks for no sign-in."""


BY_KEY: dict[str, Any] = {"security": [{"key": []}]}
"""`openapi_extra` of an operation that takes a key alone."""


def api_router(prefix: str, tag: str, *refusals: int) -> APIRouter:
    """A router whose operations may all refuse with these statuses, or as any of ours may."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        responses=refused(*refusals, 429, 503),
        dependencies=[Depends(_not_to_be_kept)],
        generate_unique_id_function=_operation_id,
        route_class=_Limited,
    )


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that may refuse with these statuses."""
    return {
        status: {"model": ErrorAnswer, **({"headers": _HEADERS[status]} if status in _HEADERS else {})}
        for status in statuses
    }


_HEADERS = {
    401: {
        "WWW-Authenticate": {
            "description": "How to sign in.",
            "schema": {"type": "string", "const": "Bearer"},
        }
    },
    429: {
        "Retry-After": {
            "description": "Seconds to wait.",
            "schema": {"type": "string", "pattern": "^[0-9]+$", "examples": ["60"]},
        }
    },
}
WRITES = refused(400, 403, 413, 422)
"""`responses` of an operation with a body."""


def _plain(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("plain_text", "It has a character that is none")
    return text


Text = Annotated[str, AfterValidator(_plain)]
"""Text of a body. JSON can carry NUL and halves of characters, which no store takes."""


class _Limited(APIRoute):
    """The framework's own limit answers in plain text; this one with an error like the others."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            return await handle(Request(request.scope, _at_most(MOST_BODY_BYTES, request.receive)))

        return limited


def _at_most(size: int, receive: Receive) -> Receive:
    left = size

    async def receive_some() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return receive_some


def _operation_id(route: APIRoute) -> str:
    return route.name


async def _not_to_be_kept(response: Response) -> None:
    response.headers["cache-control"] = "no-store"
