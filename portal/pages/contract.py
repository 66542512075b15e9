"""/clients/{organization}/contract: what is agreed with a client, what is noted, and whether it is open."""

from functools import partial
from typing import Annotated

from fastapi import Depends
from nicegui import ui

from analytics.client_exports import export_of
from portal.elements import box, button, drawn
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import CurrentOrganization, current_viewer
from portal.pages.client_area import client_frame
from portal.pages.client_export import ExportPart
from portal.pages.client_state import action_words, ask_for_state
from portal.pages.guard import told
from portal.views.clients import removal_words, state_badge
from portal.views.markup import filled
from tenancy.contracts import (
    ClientState,
    Contract,
    Standing,
    change_contract,
    contract_of,
    limit_of_text,
    require_above,
    standing_of,
)
from tenancy.db import session
from tenancy.errors import Invalid
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


async def _above(owner: CurrentOrganization, viewer: CurrentViewer) -> Viewer:
    require_above(viewer, owner.id)
    return viewer


@ui.page("/clients/{organization}/contract")
async def contract_page(
    owner: CurrentOrganization, here: CurrentHere, viewer: Annotated[Viewer, Depends(_above)]
) -> None:
    """A form that is saved as a whole, and below it the buttons that close and open the client."""
    async with session(viewer) as db:
        contract, standing = await contract_of(db, owner.id), await standing_of(db, owner.id)
        known = await export_of(db, owner.id)
    with client_frame(here, viewer, owner, "contract"):
        with box("section", "card form-page"):
            _form(here, owner, contract)
        with box("section", "card form-page"):
            _states(here, viewer, owner, standing)
        with box("section", "card form-page"):
            ui.label(_("Export")).props("role=heading aria-level=2")
            ExportPart(here, owner, known)


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


def _states(here: Here, viewer: Viewer, owner: OrganizationInfo, standing: Standing) -> None:
    was = standing.state
    with box("div", "form-buttons"):
        ui.label(_("Status")).props("role=heading aria-level=2")
        drawn(state_badge(was) or filled('<span class="badge">{}</span>', _("Active")))
    words = removal_words(standing, owner.timezone, viewer.locale)
    ui.label(words or _("Visits are counted whatever the status.")).classes("muted")

    with box("div", "form-buttons"):
        for wanted in ClientState:
            if wanted is not was:
                danger = "danger" if wanted is ClientState.DELETED else ""
                face = button(action_words(wanted, was=was), classes=danger)
                face.on_click(told(partial(ask_for_state, here, owner, was, wanted)))
