"""/settings/profile: who one is, and the address with which one signs in."""

from nicegui import ui

from portal.accounts import ask_for_own_new_email
from portal.elements import box, button
from portal.here import CurrentHere, CurrentMember
from portal.pages.access import current_viewer
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.guard import told
from portal.pages.language import language_select
from portal.pages.settings_area import settings_frame
from portal.views.icons import icon
from tenancy.db import session
from tenancy.own_account import rename
from tenancy.text import gettext as _


@ui.page("/settings/profile")
async def profile_page(here: CurrentHere, viewer: CurrentMember) -> None:
    """The viewer's own account."""

    async def save() -> None:
        now = await current_viewer(here)
        async with session(now) as db:
            await rename(db, now, name.value or "")
        ui.notify(_("Saved"), type="positive", position="top")

    async def ask_new_email(values: Values) -> None:
        await ask_for_own_new_email(await current_viewer(here), values["password"], values["email"])
        ui.notify(
            _("We have sent a link to {email}. Until you open it, the old address stays in use.").format(
                email=values["email"]
            ),
            type="positive",
            position="top",
        )

    def change_email() -> None:
        fields = [
            Field("email", _("New email address")),
            Field("password", _("Your password"), is_secret=True),
        ]
        form_dialog(_("Change the address"), fields, submit=_("Send the link"), on_submit=ask_new_email)

    with settings_frame(here, viewer, "/settings/profile"), box("section", "card form-page"):
        name = ui.input(_("Name"), value=viewer.name).props("outlined dense maxlength=120").classes("wide")
        with box("div", "line-form"):
            email = ui.input(_("Email"), value=viewer.email).props("outlined dense readonly").classes("wide")
            button(_("Change"), icon=icon("mail")).on_click(change_email)
        email.props["hint"] = _("You sign in with this address.")
        await language_select(here, viewer)
        with box("div", "dialog-buttons"):
            button(_("Save"), classes="primary").on_click(told(save))
