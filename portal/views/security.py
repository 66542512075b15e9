"""What the security page says."""

from markupsafe import Markup

from portal.views.documents import notice
from portal.views.icons import icon
from tenancy.second_factor import FEW_CODES, SecondFactorState
from tenancy.text import gettext as _
from tenancy.text import ngettext


def factor_state(state: SecondFactorState, *, asked_for: bool) -> Markup:
    """On or off in words, and how many recovery codes are left. asked_for: nothing else works before."""
    if not state.is_on:
        words = _("Off. With it, somebody who has your password still cannot sign in.")
        asked = notice(_("Your organisation asks for it. Turn it on to go on.")) if asked_for else ""
        return Markup('{}<p class="muted">{}</p>').format(asked, words)
    left = ngettext("{count} recovery code left", "{count} recovery codes left", state.codes_left)
    return Markup('<p class="state-line">{}{}</p><p class="{}">{}</p>').format(
        icon("circle-check", 18),
        _("On. Signing in takes a code of your authenticator app."),
        "bad" if state.codes_left <= FEW_CODES else "muted",
        left.format(count=state.codes_left),
    )
