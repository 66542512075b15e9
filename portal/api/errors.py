"""Errors of the API, all of one shape: {"error": {"code", "message", "field"}}."""

from contextvars import ContextVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from portal.api.validation_text import validation_sentence
from tenancy.errors import InsightHubError, TooManyTries
from tenancy.text import gettext as _
from themes.api_messages import api_message
from themes.theme import Theme


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="For programs: it stays when the sentence changes.", examples=["invalid"])
    message: str = Field(description="For people.", examples=["Choose a time zone from the list."])
    field: str | None = Field(description="The field or parameter to change.", examples=["timezone"])


class ErrorAnswer(BaseModel):
    """The body of every answer that is not a success."""

    error: ErrorBody


def speaks_for(theme: Theme | None) -> None:
    """From now on the errors of this request are said as the brand says them."""
    _theme.set(theme)


def answer(status: int, code: str, message: str, field: str | None = None) -> JSONResponse:
    """An error as JSON."""
    theme = _theme.get()
    if theme is not None:
        message = api_message(theme, code, message)
    body = ErrorAnswer(error=ErrorBody(code=code, message=message, field=field))
    return JSONResponse(body.model_dump(), status, headers={"cache-control": "no-store"})


def of_error(error: InsightHubError) -> JSONResponse:
    """One of ours."""
    response = answer(error.status, error.code, error.message, error.field)
    if isinstance(error, TooManyTries):
        response.headers["retry-after"] = str(error.retry_after_s)
    if error.status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response


def of_validation(error: RequestValidationError) -> JSONResponse:
    """A body or parameter of the wrong shape; names the first."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return answer(400, "malformed", _("The request body is not valid JSON."))
    # The place begins with where the field was: in the path, the query or the body.
    field = ".".join(str(part) for part in first["loc"][1:])
    if not field:
        return answer(422, "invalid", _("Send a JSON object with the content type application/json."))
    return answer(422, "invalid", validation_sentence(first), field)


def of_http(error: HTTPException) -> JSONResponse:
    """One of the framework's: no such route, no such method, a body that cannot be read."""
    sentences = {
        400: ("malformed", _("The request body cannot be read.")),
        404: ("not_found", _("There is nothing at this address.")),
        405: ("method_not_allowed", _("This address does not support that method.")),
        413: ("too_large", _("The request body is too large.")),
    }
    code, message = sentences.get(error.status_code, ("error", str(error.detail)))
    response = answer(error.status_code, code, message)
    response.headers.update(error.headers or {})
    return response


def wants_json(request: Request) -> bool:
    """Whether a program asks, rather than a person."""
    path = request.url.path
    return path.startswith(("/api/", "/v1/")) or path == "/v1"


_theme: ContextVar[Theme | None] = ContextVar("theme", default=None)
