"""Errors of the API, all of one shape: {"error": {"code", "message", "field"}}."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from tenancy.errors import InsightHubError, TooManyTries
from tenancy.text import gettext as _


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str
    message: str
    field: str | None = None


class ErrorAnswer(BaseModel):
    """The body of every answer that is not a success."""

    error: ErrorBody


def answer(status: int, code: str, message: str, field: str | None = None) -> JSONResponse:
    """An error as JSON."""
    body = ErrorAnswer(error=ErrorBody(code=code, message=message, field=field))
    return JSONResponse(body.model_dump(), status)


def of_error(error: InsightHubError) -> JSONResponse:
    """One of ours."""
    response = answer(error.status, error.code, error.message, error.field)
    if isinstance(error, TooManyTries):
        response.headers["retry-after"] = str(error.retry_after_s)
    return response


def of_validation(error: RequestValidationError) -> JSONResponse:
    """A body or parameter of the wrong shape; names the first."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in {"body", "query", "path"}]
    return answer(422, "invalid", f"{first['msg']}.", ".".join(place) or None)


def of_http(error: HTTPException) -> JSONResponse:
    """One of the framework's: no such route, no such method."""
    if error.status_code == 404:
        return answer(404, "not_found", _("There is nothing at this address."))
    if error.status_code == 405:
        return answer(405, "method_not_allowed", _("This address does not take that method."))
    return answer(error.status_code, "error", str(error.detail))


def wants_json(request: Request) -> bool:
    """Whether a program asks, rather than a person."""
    return request.url.path.startswith("/api/")
