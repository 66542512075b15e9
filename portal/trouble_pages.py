"""A page for what went wrong, in the look of the host on which it did."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from portal.here import here
from portal.views.documents import error_page
from tenancy.text import gettext as _


def trouble_page(request: Request, status: int, message: str) -> HTMLResponse:
    """The page of a status, with the sentence that explains it."""
    return HTMLResponse(error_page(here(request).theme, status, _title(status), message), status)


def _title(status: int) -> str:
    titles = {
        403: _("Not allowed"),
        404: _("Nothing here"),
        429: _("Too many tries"),
        503: _("Back in a moment"),
    }
    return titles.get(status, _("Something went wrong"))
