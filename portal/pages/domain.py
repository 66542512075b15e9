"""/settings/domains/{domain}: the records of one domain, a light for each, and how it will look."""

from typing import Annotated

from fastapi import Depends
from nicegui import ui

from portal.elements import box, button, drawn
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import current_viewer
from portal.pages.domains import PATH
from portal.pages.guard import told
from portal.pages.settings_area import SettingsViewer, settings_frame
from portal.previews import preview_page
from portal.views.domain_preview import browser_frame, preview_link
from portal.views.domains import domain_lights, domain_status, domain_summary
from portal.views.icons import icon
from tenancy.db import session
from tenancy.domain_preview import DAYS, preview_token, previewed_host
from tenancy.domain_setup import Domain, check_domain, get_domain, make_primary, remove_domain
from tenancy.domain_words import purpose_text, purpose_title
from tenancy.domains import Purpose, base_url, primary_host
from tenancy.errors import InsightHubError
from tenancy.text import gettext as _


async def _domain(domain: str, viewer: CurrentViewer) -> Domain:
    async with session(viewer) as db:
        return await get_domain(db, viewer, domain)


@ui.page(PATH + "/{domain}")
async def domain_page(
    shown: Annotated[Domain, Depends(_domain)], here: CurrentHere, viewer: SettingsViewer
) -> None:
    """The way from a name to green lights; it looks by itself while it is open."""
    with settings_frame(here, viewer, PATH, inside=shown.host), box("div", "domain-page"):
        await _draw(here, shown, viewer.locale)


class _Lights:
    """What was last seen, what one can do about it, and the clock that looks again."""

    def __init__(self, here: Here, domain: Domain, locale: str) -> None:
        self._here = here
        self._locale = locale
        self.domain = domain
        self._looks = 0
        with box("section", "card domain-kind"):
            with box("header"):
                with box("div"):
                    ui.label(purpose_title(domain.purpose)).props("role=heading aria-level=2")
                    ui.label(purpose_text(domain.purpose)).classes("muted")
                box("div", "space")
                self._status = drawn("", "contents")
            self._list = drawn("", "contents")
            self._summary = drawn("", "contents")
        with box("div", "card domain-buttons"):
            button(_("Check now"), icon=icon("refresh-cw")).on_click(told(self.look))
            self._primary = button(_("Make it the primary domain"))
            self._primary.on_click(told(lambda: _make_primary(here, domain)))
            box("div", "space")
            remove = button(_("Remove"), icon=icon("trash-2"), classes="danger")
            remove.on_click(lambda: _ask_to_remove(here, self.domain))
        self._show(domain)
        self._timer = ui.timer(_EVERY_S, self.look)

    async def look(self) -> None:
        """Asks the DNS; what is on the page changes only where something has."""
        self._looks += 1
        try:
            viewer = await current_viewer(self._here)
            domain = await check_domain(viewer, str(self.domain.id))
        except InsightHubError:
            # Signed out, removed elsewhere, or the database is away: whatever is pressed next will say so.
            self._timer.deactivate()
            return
        self._show(domain)
        if domain.works:
            self._timer.deactivate()
        elif self._looks > _EAGER_LOOKS:
            self._timer.interval = _LATER_S

    def _show(self, domain: Domain) -> None:
        self.domain = domain
        watching = not domain.works
        for place, markup in (
            (self._status, domain_status(domain, locale=self._locale)),
            (self._list, domain_lights(domain)),
            (self._summary, domain_summary(domain, watching=watching)),
        ):
            if place.content != markup:
                place.set_content(markup)
        self._primary.visible = domain.ready and not domain.is_primary


# Eagerly while somebody writes records next to this page, then at ease.
_EVERY_S, _LATER_S = 4.0, 30.0
_EAGER_LOOKS = 150


async def _draw(here: Here, domain: Domain, locale: str) -> None:
    _Lights(here, domain, locale)
    if domain.purpose is Purpose.APP:
        await _draw_preview(domain)


async def _draw_preview(domain: Domain) -> None:
    token = preview_token(domain.id)
    host = await previewed_host(token)
    with box("section", "card domain-kind"):
        with box("header"), box("div"):
            ui.label(_("How it will look")).props("role=heading aria-level=2")
            words = _(
                "See it before the domain points to us. With the link, others can see it too, for "
                "{days} days."
            )
            ui.label(words.format(days=DAYS)).classes("muted")
        drawn(browser_frame(f"https://{domain.host}", await preview_page(host)), "contents")
        drawn(preview_link(f"/preview/{token}"), "contents")


async def _make_primary(here: Here, domain: Domain) -> None:
    viewer = await current_viewer(here)
    async with session(viewer) as db:
        await make_primary(db, viewer, str(domain.id))
    ui.navigate.to(PATH)


def _ask_to_remove(here: Here, domain: Domain) -> None:
    with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
        title = _("Remove {host}?").format(host=domain.host)
        ui.label(title).classes("dialog-title").props("role=heading aria-level=2")
        ui.label(_consequence(domain)).classes("muted")

        @told
        async def remove() -> None:
            viewer = await current_viewer(here)
            async with session(viewer) as db:
                await remove_domain(db, viewer, str(domain.id), signed_in_on=here.host.host)
                elsewhere = await primary_host(db, here.host.organization_id)
            dialog.close()
            # On the host that has just gone, there is no page any more.
            ui.navigate.to(base_url(elsewhere) + PATH if domain.host == here.host.host else PATH)

        with box("div", "dialog-buttons"):
            button(_("Keep it"), classes="quiet").on_click(dialog.close)
            button(_("Remove it"), classes="danger").on_click(remove)
    dialog.on("hide", dialog.delete)


def _consequence(domain: Domain) -> str:
    if not domain.verified:
        return _("It is not in use. You can also delete its DNS records.")
    consequences = {
        Purpose.APP: _("Nobody can sign in there any more, and links in emails already sent stop working."),
        Purpose.TRACKING: _(
            "Websites that load the script from it are not counted until their code is replaced."
        ),
        Purpose.MAIL: _("Emails come from the platform's neutral address again."),
    }
    return consequences[domain.purpose]
