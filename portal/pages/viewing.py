"""View as client: where it begins, on a client's page, and where a client agrees to it, in its settings."""

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from portal.consent_mail import mail_consent_asked, mail_consent_given
from portal.elements import button, drawn
from portal.here import Here
from portal.pages.access import current_viewer
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.guard import told
from portal.views.icons import icon
from portal.views.markup import filled
from portal.views.viewing import begin_button
from tenancy.csrf import token_for
from tenancy.db import session
from tenancy.organizations import OrganizationInfo, own_organization
from tenancy.text import gettext as _
from tenancy.viewer import Viewer
from tenancy.viewings import allow_viewing, ask_for_consent, has_consent, may_look


async def view_as_button(db: AsyncSession, here: Here, viewer: Viewer, client: OrganizationInfo) -> None:
    """Begins a look; or says why it cannot, and offers to ask the client."""
    if not may_look(viewer, client):
        return
    if await has_consent(db, client.id):
        drawn(begin_button(client.public_id, token_for(here.token or "")), "contents")
    else:
        button(_("View as client"), icon=icon("eye", 15)).on_click(lambda: _ask(here, client))


def consent_switch(here: Here, given: bool) -> None:
    """Whether the agency may look. It is saved at once: who takes it back wants it to end now."""
    switch = ui.switch(_("The agency may view our pages as we see them"), value=given)

    async def save() -> None:
        now = await current_viewer(here)
        async with session(now) as db:
            await allow_viewing(db, now, bool(switch.value))
            own = await own_organization(db, now)
        if switch.value:
            await mail_consent_given(now, own)
        ui.notify(_("Saved"), type="positive", position="top")

    switch.on_value_change(told(save))
    about = _(
        "Owners and admins of the agency can then view your pages for 30 minutes at a time, and "
        "change nothing. Your audit log records each time. Without your consent, they cannot."
    )
    ui.label(about).classes("muted")


def _ask(here: Here, client: OrganizationInfo) -> None:
    async def ask(values: Values) -> None:
        now = await current_viewer(here)
        async with session(now) as db:
            deciders = await ask_for_consent(db, now, client)
            await mail_consent_asked(db, now, client, deciders, values["reason"].strip()[:300])
        ui.notify(_("We have sent them an email."), type="positive", position="top")

    sentence = _(
        "{client} has not yet allowed you to view its pages as client. Its owners and admins can do "
        "so under Settings, Organisation."
    ).format(client=client.name)
    form_dialog(
        _("View as client"),
        [Field("reason", _("Reason"), hint=_("What you would like to see. It is included in the email."))],
        submit=_("Ask by email"),
        on_submit=ask,
        about=filled("<p>{}</p>", sentence),
    )
