"""How a host will look: its sign-in page as a picture of itself, and a browser's frame around it."""

from markupsafe import Markup

from portal.assets import asset_url
from portal.views.documents import sign_in_page
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.text import gettext as _
from themes.theme import Mode, Theme


def still_sign_in_page(theme: Theme, *, locale: str | None = None, mode: Mode | None = None) -> Markup:
    """The sign-in page without its script, in which nothing can be pressed or filled in."""
    page = str(sign_in_page(theme, form_token="", locale=locale, mode=mode))
    script = filled('<script src="{}" defer></script>', asset_url("app.js"))
    page = page.replace(str(script), "").replace(" autofocus", "").replace("<body>", "<body inert>")
    return Markup(page)  # noqa: S704  the view that made it escaped everything


def browser_frame(address: str, page: str) -> Markup:
    """A browser's window with this address, and the page in it. The page runs no scripts."""
    return filled(
        '<figure class="browser" role="img" aria-label="{label}">'
        '<div class="browser-bar" aria-hidden="true"><i></i><i></i><i></i>'
        "<span>{lock}<bdi>{address}</bdi></span></div>"
        '<div class="browser-page"><iframe srcdoc="{page}" sandbox="allow-same-origin" tabindex="-1" '
        'aria-hidden="true" title="{label}"></iframe></div></figure>',
        label=_("The sign-in page at {address}").format(address=address),
        lock=icon("lock", 13),
        address=address,
        page=str(page),
    )


def preview_link(href: str) -> Markup:
    """Opens the page itself, which needs no sign-in."""
    return filled(
        '<a class="btn domain-preview" href="{}" target="_blank" rel="noopener">{}<span>{}</span></a>',
        href,
        icon("external-link", 15),
        _("Open the preview"),
    )
