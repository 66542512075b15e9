"""How every part of the API is opened: errors of one shape, small bodies, answers that nobody keeps."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from portal.api.errors import ErrorAnswer

MOST_BODY_BYTES = 64 * 1024
"""Plenty for a site and its hosts; who is not signed in can make us read no more."""

OPEN: dict[str, Any] = {"security": []}
"""`openapi_extra` of an operation that asks for no sign-in."""


def api_router(prefix: str, tag: str, *refusals: int) -> APIRouter:
    """A router whose operations may all refuse with these statuses."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        responses=refused(*refusals),
        dependencies=[Depends(_not_to_be_kept)],
        generate_unique_id_function=_operation_id,
        max_body_size=MOST_BODY_BYTES,
    )


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that may refuse with these statuses."""
    return {status: {"model": ErrorAnswer} for status in statuses}


def _plain(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("plain_text", "It has a character that is none")
    return text


Text = Annotated[str, AfterValidator(_plain)]
"""Text of a body. JSON can carry NUL and halves of characters, which no store takes."""


def _operation_id(route: APIRoute) -> str:
    return route.name


def _not_to_be_kept(response: Response) -> None:
    response.headers["cache-control"] = "no-store"
