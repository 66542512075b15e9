"""A page for what went wrong, in the look of the host on which it did."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from portal.here import here
from portal.signing import login_url
from portal.views.documents import closed_page, error_page
from portal.views.viewing import viewing_banner
from tenancy.contracts import OrganizationClosed
from tenancy.csrf import token_for
from tenancy.errors import InsightHubError, NotSignedIn
from tenancy.second_factor import SecondFactorNeeded
from tenancy.text import gettext as _


def answer_to(request: Request, error: InsightHubError) -> Response:
    """What a browser gets for an error before a page was built: the way on, or the page that says what is."""
    if isinstance(error, NotSignedIn):
        return RedirectResponse(login_url(request), 303)
    if isinstance(error, OrganizationClosed):
        return _closed_page(request, error)
    if isinstance(error, SecondFactorNeeded):
        return RedirectResponse("/settings/security", 303)
    return trouble_page(request, error.status, error.message)


def trouble_page(request: Request, status: int, message: str) -> HTMLResponse:
    """The page of a status, with the sentence that explains it."""
    now = here(request)
    above = Markup("")
    if now.viewer is not None and now.viewer.viewing is not None:
        above = viewing_banner(now.viewer.viewing, token_for(now.token or ""), now.locale)
    return HTMLResponse(error_page(now.theme, status, _title(status), message, above=above), status)


def _closed_page(request: Request, error: OrganizationClosed) -> HTMLResponse:
    """Whom to ask stands in the footer; from here one can sign out, or go to another organisation."""
    now = here(request)
    viewer, token = now.known(), token_for(now.token or "")
    places = [(one.public_id, one.name) for one in viewer.belongs_to if one.name != viewer.organization_name]
    return HTMLResponse(
        closed_page(now.theme, viewer.organization_name, error.message, places=places, form_token=token),
        error.status,
    )


def _title(status: int) -> str:
    titles = {
        403: _("Not allowed"),
        404: _("Page not found"),
        429: _("Too many attempts"),
        503: _("Back in a moment"),
    }
    return titles.get(status, _("Something went wrong"))
