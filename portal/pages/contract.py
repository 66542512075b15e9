"""/clients/{organization}/contract: what is agreed with a client, what is noted, and whether it is open."""

from typing import Annotated

from fastapi import Depends
from markupsafe import Markup
from nicegui import ui

from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import CurrentOrganization, current_viewer
from portal.pages.clients import action_words, consequence
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.guard import told
from portal.pages.navigation import clients_title, workspace
from portal.shell import box, button, drawn, frame
from portal.views.clients import state_badge
from portal.views.shell import heading, link_button, mode_switch
from tenancy.client_states import put_state
from tenancy.contracts import (
    ClientState,
    Contract,
    change_contract,
    contract_of,
    limit_of_text,
    require_above,
    state_of,
)
from tenancy.db import session
from tenancy.errors import Invalid
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


def _above(owner: CurrentOrganization, viewer: CurrentViewer) -> Viewer:
    require_above(viewer, owner.id)
    return viewer


@ui.page("/clients/{organization}/contract")
async def contract_page(
    owner: CurrentOrganization, here: CurrentHere, viewer: Annotated[Viewer, Depends(_above)]
) -> None:
    """A form that is saved as a whole, and below it the buttons that close and open the client."""
    async with session(viewer) as db:
        contract, state = await contract_of(db, owner.id), await state_of(db, owner.id)
    title = _("Limits and notes")
    with frame(here, viewer, title=owner.name, groups=[workspace(viewer)], current="/clients"):
        with box("div", "top"):
            crumbs = [(clients_title(viewer), "/clients"), (owner.name, f"/clients/{owner.public_id}")]
            drawn(heading(title, crumbs=crumbs), "contents")
            box("div", "space")
            drawn(mode_switch())
        with box("section", "card form-page"):
            _form(here, owner, contract)
        with box("section", "card form-page"):
            _states(here, owner, state)


def _form(here: Here, owner: OrganizationInfo, contract: Contract) -> None:
    labels = {
        "max_sites": _("Maximum sites"),
        "max_events_monthly": _("Maximum events per month"),
        "max_people": _("Maximum people"),
    }
    if owner.kind is OrganizationKind.RESELLER:
        labels |= {
            "max_sub_organizations": _("Maximum clients"),
            "max_sites_per_sub_org": _("Maximum sites per client"),
        }
    inputs = {}
    for name, label in labels.items():
        value = getattr(contract, name)
        inputs[name] = ui.input(label, value="" if value is None else str(value), placeholder=_("No limit"))
        inputs[name].props("outlined dense inputmode=numeric maxlength=15").classes("wide")
    notes = ui.textarea(_("Notes"), value=contract.notes).props("outlined dense maxlength=5000 autogrow")
    notes.classes("wide").props["hint"] = _("Only people in your organisation can see them.")

    async def save() -> None:
        for one in inputs.values():
            one.error = None
        viewer = await current_viewer(here)
        try:
            limits = {name: limit_of_text(one.value or "", name) for name, one in inputs.items()}
        except Invalid as error:
            inputs[error.field or "max_sites"].error = error.message
            return
        async with session(viewer) as db:
            await change_contract(db, viewer, owner.id, Contract(**limits, notes=notes.value or ""))
        ui.notify(_("Saved"), type="positive", position="top")

    with box("div", "dialog-buttons"):
        button(_("Save"), classes="primary").on_click(told(save))


def _states(here: Here, owner: OrganizationInfo, state: ClientState) -> None:
    with ui.row().classes("items-center"):
        ui.label(_("Status")).props("role=heading aria-level=2")
        drawn(state_badge(state) or Markup('<span class="badge">{}</span>').format(_("Active")))
    ui.label(_("Visits are counted whatever the status.")).classes("muted")

    address = f"/clients/{owner.public_id}/export.zip"
    exporting = link_button("file-text", _("Export everything"), address, download=True)

    def ask(wanted: ClientState) -> None:
        async def put(values: Values) -> None:
            if wanted is ClientState.DELETED and values["typed_name"].strip() != owner.name:
                raise Invalid(_("The name does not match."), field="typed_name")
            viewer = await current_viewer(here)
            async with session(viewer) as db:
                await put_state(db, viewer, owner, wanted)
            ui.navigate.reload()

        about = Markup("<p>{}</p>").format(consequence(wanted))
        if wanted is ClientState.DELETED:
            about += exporting
        hint = _("To confirm, type: {name}").format(name=owner.name)
        fields = [Field("typed_name", _("Name of the organisation"), hint=hint)]
        form_dialog(
            f"{action_words(wanted)}: {owner.name}",
            fields if wanted is ClientState.DELETED else [],
            submit=action_words(wanted),
            on_submit=put,
            about=about,
        )

    with box("div", "form-buttons"):
        for wanted in ClientState:
            if wanted is not state:
                danger = "danger" if wanted is ClientState.DELETED else ""
                button(action_words(wanted), classes=danger).on_click(lambda wanted=wanted: ask(wanted))
        drawn(exporting, "contents")
