"""A page for what went wrong, in the look of the host on which it did."""

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from portal.here import here
from portal.views.documents import error_page
from portal.views.viewing import viewing_banner
from tenancy.csrf import token_for
from tenancy.text import gettext as _


def trouble_page(request: Request, status: int, message: str) -> HTMLResponse:
    """The page of a status, with the sentence that explains it."""
    now = here(request)
    above = Markup("")
    if now.viewer is not None and now.viewer.viewing is not None:
        above = viewing_banner(now.viewer.viewing, token_for(now.token or ""), now.locale)
    return HTMLResponse(error_page(now.theme, status, _title(status), message, above=above), status)


def _title(status: int) -> str:
    titles = {
        403: _("Not allowed"),
        404: _("Nothing here"),
        429: _("Too many tries"),
        503: _("Back in a moment"),
    }
    return titles.get(status, _("Something went wrong"))
