"""What the security page says."""

from markupsafe import Markup

from portal.views.documents import notice
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.second_factor import FEW_CODES, SecondFactorState
from tenancy.text import gettext as _
from tenancy.text import ngettext


def factor_state(state: SecondFactorState, *, asked_for: bool) -> Markup:
    """On or off in words, and how many recovery codes are left. asked_for: nothing else works before."""
    if not state.is_on:
        words = _("Off. Turn it on, and nobody can sign in with your password alone.")
        asked = notice(_("Your organisation requires it. Turn it on to continue.")) if asked_for else ""
        return filled('{}<p class="muted">{}</p>', asked, words)
    left = ngettext("{count} recovery code left", "{count} recovery codes left", state.codes_left)
    return filled(
        '<p class="state-line">{}{}</p><p class="{}">{}</p>',
        icon("circle-check", 18),
        _("On. Signing in requires a code from your authenticator app."),
        "bad" if state.codes_left <= FEW_CODES else "muted",
        left.format(count=state.codes_left),
    )
