"""/settings/organization: the name and the rules of the viewer's own organisation."""

from zoneinfo import available_timezones

from nicegui import ui

from portal.elements import box, button
from portal.here import CurrentHere
from portal.pages.access import current_viewer
from portal.pages.guard import told
from portal.pages.language import organization_language_select
from portal.pages.settings_area import SettingsViewer, settings_frame
from portal.pages.viewing import consent_switch
from tenancy.db import session
from tenancy.organizations import change_organization, own_organization
from tenancy.roles import OrganizationKind
from tenancy.text import gettext as _
from tenancy.viewings import has_consent


@ui.page("/settings/organization")
async def organization_page(here: CurrentHere, viewer: SettingsViewer) -> None:
    """A form that is saved as a whole."""
    with settings_frame(here, viewer, "/settings/organization"), box("section", "card form-page"):
        async with session(viewer) as db:
            own = await own_organization(db, viewer)
        zones = {zone: zone.replace("_", " ") for zone in sorted(available_timezones()) if "/" in zone}
        name = ui.input(_("Name"), value=own.name).props("outlined dense maxlength=120").classes("wide")
        timezone = ui.select(
            {own.timezone: own.timezone, **zones}, label=_("Time zone"), value=own.timezone, with_input=True
        )
        timezone.props("outlined dense").classes("wide")
        if own.id != own.realm_id:
            organization_language_select(here, own)
        factor = ui.switch(
            _("Require two-factor authentication for everyone"), value=own.requires_second_factor
        )
        sign_up = ui.switch(_("Anyone may sign up on our domain"), value=own.allows_sign_up)
        if own.kind is OrganizationKind.CLIENT:
            async with session(viewer) as db:
                consent_switch(here, await has_consent(db, own.id))
        sign_up.visible = own.kind in {OrganizationKind.RESELLER, OrganizationKind.PLATFORM}

        async def save() -> None:
            now = await current_viewer(here)
            async with session(now) as db:
                await change_organization(
                    db,
                    now,
                    await own_organization(db, now),
                    name=name.value or "",
                    timezone=str(timezone.value),
                    requires_second_factor=bool(factor.value),
                    allows_sign_up=bool(sign_up.value),
                )
            ui.notify(_("Saved"), type="positive", position="top")

        with box("div", "dialog-buttons"):
            button(_("Save"), classes="primary").on_click(told(save))
