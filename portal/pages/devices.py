"""The devices of a person on the page about security: which are signed in, and how to end that."""

from uuid import UUID

from nicegui import ui

from portal.elements import box, button, drawn
from portal.here import Here
from portal.pages.access import current_person
from portal.pages.forms import Values, form_dialog
from portal.pages.guard import told
from portal.pages.page_events import PageEvents
from portal.views.devices import devices_table
from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.db import session
from tenancy.login import sign_out_everywhere
from tenancy.organizations import own_organization
from tenancy.own_sessions import end_own_other_sessions, end_own_session, own_sessions
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


class Devices:
    """The part of the page that draws itself again after each change."""

    def __init__(self, here: Here) -> None:
        self._here = here

    async def draw(self, viewer: Viewer) -> None:
        """Reads the list, and shows it."""
        async with session(viewer) as db:
            self._timezone = (await own_organization(db, viewer)).timezone
        with box("section", "devices"):
            ui.label(_("Devices")).props("role=heading aria-level=2")
            self._table = drawn("", "wide")
            with box("div", "line-form"):
                self._others = button(_("Sign out other devices"), icon=icon("log-out"))
                self._others.on_click(told(self._end_others))
                button(_("Sign out everywhere"), icon=icon("log-out"), classes="danger").on_click(
                    self._ask_sign_out
                )
        PageEvents().listen({"end-session": self._end})
        await self._show(viewer)

    async def _show(self, viewer: Viewer) -> None:
        sessions = await own_sessions(viewer)
        self._table.set_content(devices_table(sessions, timezone=self._timezone, locale=viewer.locale))
        self._others.visible = len(sessions) > 1

    async def _end(self, session_id: str) -> None:
        viewer = await current_person(self._here)
        await end_own_session(viewer, UUID(session_id))
        await self._show(viewer)

    async def _end_others(self) -> None:
        viewer = await current_person(self._here)
        await end_own_other_sessions(viewer)
        ui.notify(_("All other devices are signed out."), type="positive", position="top")
        await self._show(viewer)

    def _ask_sign_out(self) -> None:
        async def sign_out(_values: Values) -> None:
            await sign_out_everywhere((await current_person(self._here)).user_id)

        about = filled("<p>{}</p>", _("You will have to sign in again on each device."))
        form_dialog(_("Sign out everywhere?"), [], submit=_("Sign out"), on_submit=sign_out, about=about)
