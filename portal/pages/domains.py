"""/settings/domains: what an organisation has of its own for its portal, its script and its mail."""

from typing import Annotated

from nicegui import ui

from portal.elements import box, button, drawn
from portal.here import CurrentHere, Here, who_may
from portal.pages.access import CurrentOrganization, current_viewer
from portal.pages.client_area import client_frame
from portal.pages.forms import Field, Values, form_dialog
from portal.pages.settings_area import settings_frame
from portal.views.domains import domain_list
from portal.views.icons import icon
from tenancy.db import session
from tenancy.domain_setup import Domain, claim_domain, list_domains
from tenancy.domain_words import purpose_text, purpose_title
from tenancy.domains import Purpose
from tenancy.errors import Invalid
from tenancy.ids import OrganizationId
from tenancy.roles import Permission
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

PATH = "/settings/domains"


DomainsViewer = Annotated[Viewer, who_may(Permission.MANAGE_DOMAINS)]


@ui.page(PATH)
async def domains_page(here: CurrentHere, viewer: DomainsViewer) -> None:
    """The domains of the viewer's organisation."""
    async with session(viewer) as db:
        domains = await list_domains(db, viewer.organization_id)
    with settings_frame(here, viewer, PATH):
        _draw(here, viewer, domains, viewer.organization_id)


@ui.page("/clients/{organization}/domains")
async def client_domains_page(owner: CurrentOrganization, here: CurrentHere, viewer: DomainsViewer) -> None:
    """The domains of an organisation below the viewer's: an agency's first one, a client's own one."""
    async with session(viewer) as db:
        domains = await list_domains(db, owner.id)
    with client_frame(here, viewer, owner, "domains"):
        _draw(here, viewer, domains, owner.id)


def _draw(here: Here, viewer: Viewer, domains: list[Domain], owner: OrganizationId) -> None:
    with box("div", "domain-page"):
        for purpose in Purpose:
            mine = [domain for domain in domains if domain.purpose is purpose]
            with box("section", "card domain-kind"):
                with box("header"):
                    drawn(icon(_ICONS[purpose], 20), "domain-icon")
                    with box("div"):
                        ui.label(purpose_title(purpose)).props("role=heading aria-level=2")
                        ui.label(purpose_text(purpose)).classes("muted")
                    box("div", "space")
                    _add_button(here, purpose, owner)
                if mine:
                    drawn(domain_list(mine, PATH, locale=viewer.locale))


_ICONS = {Purpose.APP: "layout-dashboard", Purpose.TRACKING: "code", Purpose.MAIL: "mail"}


def _add_button(here: Here, purpose: Purpose, owner: OrganizationId) -> None:
    async def add(values: Values) -> None:
        if not values["host"].strip():
            raise Invalid(_("Which domain do you want to use?"), field="host")
        now = await current_viewer(here)
        async with session(now) as db:
            domain = await claim_domain(db, now, values["host"], purpose, owner)
        ui.navigate.to(f"{PATH}/{domain.id}")

    def ask() -> None:
        titles = {
            Purpose.APP: _("Add a portal domain"),
            Purpose.TRACKING: _("Add a tracking domain"),
            Purpose.MAIL: _("Add an email domain"),
        }
        hints = {
            Purpose.APP: _("A subdomain of your own domain, such as analytics.example.com."),
            Purpose.TRACKING: _("A subdomain of your own domain, such as t.example.com."),
            Purpose.MAIL: _("The part after the @, such as example.com."),
        }
        field = Field("host", _("Name"), hint=hints[purpose])
        form_dialog(titles[purpose], [field], submit=_("Show the records"), on_submit=add)

    describe = _("Add: {kind}").format(kind=purpose_title(purpose))
    button(_("Add"), icon=icon("plus"), describe=describe).on_click(ask)
