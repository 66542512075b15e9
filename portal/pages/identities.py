"""Further ways to sign in, on the page about security: connecting and disconnecting them."""

from urllib.parse import urlencode

from nicegui import ui

from portal.elements import box, drawn
from portal.here import Here
from portal.pages.access import current_person, outside
from portal.pages.forms import Values, form_dialog
from portal.pages.page_events import PageEvents
from portal.views.documents import notice
from portal.views.identities import connect_links, identities_table
from portal.views.markup import filled
from tenancy.csrf import token_for
from tenancy.db import session
from tenancy.errors import InsightHubError, NotFound
from tenancy.identities import (
    EmailNotVouched,
    IdentityTaken,
    WrongEmailDomain,
    identities_of,
    unlink_identity,
)
from tenancy.identity_providers import providers_on
from tenancy.openid import NotVouched
from tenancy.organizations import own_organization
from tenancy.outbound import Unreachable
from tenancy.provider_journeys import JourneyOver
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

# What can go wrong on the way to a provider and back; the address of the page carries the code alone.
_TROUBLE: dict[str, type[InsightHubError]] = {
    one.code: one
    for one in (
        EmailNotVouched,
        IdentityTaken,
        JourneyOver,
        NotFound,
        NotVouched,
        Unreachable,
        WrongEmailDomain,
    )
}


class Identities:
    """The part of the page that draws itself again after each change."""

    def __init__(self, here: Here) -> None:
        self._here = here

    async def draw(self, viewer: Viewer, trouble: str = "") -> None:
        """Reads what is connected, and shows it; nothing where there is nobody to connect."""
        self._providers = await providers_on(self._here.host)
        if not self._providers and not await identities_of(viewer):
            return
        async with session(viewer) as db:
            self._timezone = (await own_organization(db, viewer)).timezone
        with box("section", "card form-page"):
            ui.label(_("Other sign-in methods")).props("role=heading aria-level=2")
            if trouble:
                drawn(notice(_words(trouble)))
            ui.label(
                _(
                    "Anyone signed in to that account can sign in here. Two-factor authentication "
                    "still applies where it is on."
                )
            )
            self._table = drawn("", "wide")
            self._links = drawn("", "line-form")
        PageEvents().listen({"unlink-identity": self._ask})
        await self._show(viewer)

    async def _show(self, viewer: Viewer) -> None:
        identities = await identities_of(viewer)
        self._table.set_content(
            identities_table(identities, self._providers, timezone=self._timezone, locale=viewer.locale)
        )
        connected = {one.issuer.rstrip("/") for one in identities}
        form = token_for(self._here.token or "")
        links = [
            (outside(self._here, _way(one.key, form)), one.name)
            for one in self._providers
            if one.issuer.rstrip("/") not in connected
        ]
        self._links.set_content(connect_links(links))
        self._links.visible = bool(links)

    async def _ask(self, identity_id: str) -> None:
        async def unlink(_values: Values) -> None:
            viewer = await current_person(self._here)
            await unlink_identity(viewer, identity_id)
            await self._show(viewer)

        about = filled("<p>{}</p>", _("You can then no longer sign in this way."))
        with self._table.client.content:
            form_dialog(_("Disconnect it?"), [], submit=_("Disconnect"), on_submit=unlink, about=about)


def _way(key: str, form: str) -> str:
    return f"/auth/link?{urlencode({'provider': key, 'form': form})}"


def _words(trouble: str) -> str:
    if trouble in _TROUBLE:
        return _TROUBLE[trouble]().message
    return _("The provider could not be connected. Please try again.")
