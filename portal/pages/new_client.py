"""One short way to a new client: its name, its first site, what is agreed, and whom to invite."""

from nicegui import ui

from portal.elements import button
from portal.here import Here
from portal.pages.access import current_viewer
from portal.pages.forms import Field, Values, form_dialog
from portal.people_mail import mail_invite
from portal.views.icons import icon
from tenancy.contracts import Contract, change_contract, limit_of_text
from tenancy.db import session
from tenancy.invites import invite
from tenancy.languages import OFFERED
from tenancy.organizations import create_client
from tenancy.roles import Role
from tenancy.sites import create_site
from tenancy.text import gettext as _


def new_client_button(here: Here) -> None:
    """Opens the form; everything in it is made together, or nothing."""

    async def create(values: Values) -> None:
        viewer = await current_viewer(here)
        domain, email = values["domain"].strip(), values["email"].strip()
        site = None
        async with session(viewer) as db:
            client = await create_client(db, viewer, name=values["name"], locale=values["language"] or None)
            contract = Contract(
                max_sites=limit_of_text(values["sites"], "sites"),
                max_events_monthly=limit_of_text(values["events"], "events"),
            )
            if contract != Contract():
                await change_contract(db, viewer, client.id, contract)
            if domain:
                site = await create_site(db, viewer, name=domain, domain=domain, organization_id=client.id)
            if email:
                sent = await invite(db, viewer, client, email=email, role=Role.OWNER)
                await mail_invite(db, viewer, client, sent)
        # Where there is a site, the next step is its code.
        ui.navigate.to(f"/sites/{site.public_id}/install" if site else f"/clients/{client.public_id}")

    def ask() -> None:
        languages = {"": _("Same as the agency's pages"), **{one.code: one.name for one in OFFERED}}
        fields = [
            Field("name", _("Name"), hint=_("The company name, as shown on its pages.")),
            Field("language", _("Language"), "", options=languages),
            Field(
                "domain",
                _("First site"),
                hint=_("Its domain, such as shop.example.com. You can add it later."),
            ),
            Field("email", _("Owner's email"), hint=_("Gets an invitation. You can send it later.")),
            Field("sites", _("Maximum sites"), hint=_("Leave empty for no limit.")),
            Field("events", _("Maximum events per month"), hint=_("Leave empty for no limit.")),
        ]
        form_dialog(_("Add a client"), fields, submit=_("Add the client"), on_submit=create)

    button(_("Add a client"), icon=icon("plus"), classes="primary").on_click(ask)
