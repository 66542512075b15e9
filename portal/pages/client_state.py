"""What puts a client into another state: the words, the question before it, and what a deleted one says."""

from functools import partial

from nicegui import ui

from analytics.client_exports import export_of
from portal.client_states import change_state
from portal.elements import box, button, drawn
from portal.here import Here
from portal.pages.access import current_viewer
from portal.pages.client_export import ExportPart
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.guard import told
from portal.views.clients import removal_words
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.contracts import KEPT_AFTER_DELETION, ClientState, Standing
from tenancy.db import session
from tenancy.errors import Invalid
from tenancy.organizations import OrganizationInfo
from tenancy.text import gettext as _
from tenancy.text import ngettext
from tenancy.viewer import Viewer


async def ask_for_state(here: Here, owner: OrganizationInfo, was: ClientState, wanted: ClientState) -> None:
    """Opens the dialog that says what it means; to delete takes the client's name, and offers its export."""
    deletes = wanted is ClientState.DELETED

    async def put(values: Values) -> None:
        if deletes and values["typed_name"].strip() != owner.name:
            raise Invalid(_("The name does not match."), field="typed_name")
        viewer = await current_viewer(here)
        async with session(viewer) as db:
            await change_state(db, viewer, owner, wanted)
        ui.navigate.reload()

    about = filled("<p>{}</p>", consequence(wanted))
    fields: list[Field] = []
    draw_export = None
    if deletes:
        viewer = await current_viewer(here)
        async with session(viewer) as db:
            known = await export_of(db, owner.id)
        draw_export = partial(ExportPart, here, owner, known)
        hint = _("To confirm, type: {name}").format(name=owner.name)
        fields = [Field("typed_name", _("Name of the organisation"), hint=hint)]
    words = action_words(wanted, was=was)
    form_dialog(f"{words}: {owner.name}", fields, submit=words, on_submit=put, about=about, more=draw_export)


def deleted_notice(here: Here, viewer: Viewer, owner: OrganizationInfo, standing: Standing) -> None:
    """Above the page of a deleted client: until when it can be brought back, and the button that does it."""
    words = removal_words(standing, owner.timezone, viewer.locale)
    if not words:
        return
    with box("div", "notice wide deleted").props("role=status"):
        drawn(filled("{}<span>{}</span>", icon("triangle-alert", 16), words), "contents")
        face = button(action_words(ClientState.ACTIVE, was=standing.state), classes="small")
        face.on_click(told(partial(ask_for_state, here, owner, standing.state, ClientState.ACTIVE)))


def consequence(state: ClientState) -> str:
    """What a change of state means, in a sentence or two."""
    match state:
        case ClientState.ACTIVE:
            return _("Their people can sign in again, and everything is as before.")
        case ClientState.SUSPENDED:
            return _(
                "Dashboards, public links and API keys stop working at once. Visits are still "
                "counted. You can undo this."
            )
        case ClientState.ARCHIVED:
            return _("Suspended, and hidden from this list unless you show archived clients.")
        case ClientState.DELETED:
            days = KEPT_AFTER_DELETION.days
            return ngettext(
                "Suspended at once. You can restore it for {number} day; after that, all its data "
                "is permanently deleted. Export it first if you need its data.",
                "Suspended at once. You can restore it for {number} days; after that, all its "
                "data is permanently deleted. Export it first if you need its data.",
                days,
            ).format(number=days)


def action_words(state: ClientState, *, was: ClientState | None = None) -> str:
    """What is done to bring a client from one state into another, as a button says it."""
    match state:
        case ClientState.ACTIVE if was is ClientState.DELETED:
            return _("Restore")
        case ClientState.ACTIVE:
            return _("Reactivate")
        case ClientState.SUSPENDED:
            return _("Suspend")
        case ClientState.ARCHIVED:
            return _("Archive")
        case ClientState.DELETED:
            return _("Delete")
