"""View as client: the line that stands above every page meanwhile, and the button that begins it."""

from markupsafe import Markup, escape

from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.text import gettext as _
from tenancy.viewer import Viewing


def viewing_banner(viewing: Viewing, form_token: str, locale: str = "en") -> Markup:
    """Whose eyes one looks with, until when, and the way back."""
    at = viewing.ends_at
    until = filled('<time datetime="{}">{} {}</time>', at.isoformat(), numbers.clock(at, locale), at.tzname())
    sentence = escape(_("You are viewing this as {client} and cannot change anything. It ends at {time}."))
    words = sentence.format(client=filled("<b>{}</b>", viewing.client.name), time=until)
    return filled(
        '<div class="viewing" role="status">{}<p>{}</p><form method="post" action="/viewing/end">{}'
        '<button class="btn small">{}</button></form></div>',
        icon("eye", 17),
        words,
        _token(form_token),
        _("End"),
    )


def begin_button(client_public_id: str, form_token: str) -> Markup:
    """Begins a look; the answer to the form is the client's first page."""
    return filled(
        '<form method="post" action="/viewing">{}<button class="btn" name="organization" value="{}">'
        "{}{}</button></form>",
        _token(form_token),
        client_public_id,
        icon("eye", 15),
        _("View as client"),
    )


def _token(form_token: str) -> Markup:
    return filled('<input type="hidden" name="form" value="{}">', form_token)
