"""The choice of a language, for a profile and for an organisation's settings."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from portal.here import Here
from portal.pages.access import current_viewer
from portal.pages.guard import told
from tenancy.db import session
from tenancy.ids import OrganizationId
from tenancy.language_choice import choose_organization_language, choose_own_language, own_language
from tenancy.languages import OFFERED
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

Save = Callable[[str | None], Awaitable[None]]


async def language_select(here: Here, viewer: Viewer) -> ui.select:
    """The person's own language. It is saved at once, and their open pages load anew."""
    async with session(viewer) as db:
        chosen = await own_language(db, viewer)

    async def save(code: str | None) -> None:
        now = await current_viewer(here)
        async with session(now) as db:
            await choose_own_language(db, now, code)

    return _select(chosen, _("Same as my organisation"), save)


def organization_language_select(here: Here, organization: OrganizationInfo) -> ui.select:
    """What an organisation's people are spoken to in who have not chosen for themselves. Saved at once.

    An agency's language is part of its brand, and is chosen there.
    """

    async def save(code: str | None) -> None:
        now = await current_viewer(here)
        async with session(now) as db:
            await choose_organization_language(db, now, OrganizationId(organization.id), code)
        ui.notify(_("Saved."), position="top")

    is_client = organization.kind is OrganizationKind.CLIENT
    unset = _("Same as the agency's pages") if is_client else _("Language of the browser")
    return _select(organization.locale, unset, save)


def _select(chosen: str | None, unset: str, save: Save) -> ui.select:
    options = {"": unset, **{language.code: language.name for language in OFFERED}}
    select = ui.select(options, label=_("Language"), value=chosen if chosen in options else "")
    select.props("outlined dense").classes("wide")

    async def on_change() -> None:
        await save(str(select.value or "") or None)

    select.on_value_change(told(on_change))
    return select
