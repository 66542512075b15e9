"""The dialog in which a public link is made or changed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nicegui import ui

from analytics.reports.period import Preset
from analytics.shared_links import LinkTerms, Panel, SharedLink
from portal.elements import box, button
from portal.pages.panels import PANELS
from portal.views.periods import preset_name
from tenancy.errors import InsightHubError
from tenancy.text import gettext as _

Save = Callable[[LinkTerms, str | None], Awaitable[None]]


@dataclass(frozen=True)
class _Inputs:
    title: ui.input
    panels: ui.select
    preset: ui.select
    free_period: ui.switch
    password: ui.input
    has_password: ui.switch
    expires: ui.input
    origins: ui.textarea

    def terms(self, zone: ZoneInfo) -> LinkTerms:
        """What was chosen. A link is good to the end of its last day in the zone."""
        last = date.fromisoformat(self.expires.value) if self.expires.value else None
        ends = datetime.combine(last + timedelta(days=1), time(), zone) if last else None
        return LinkTerms(
            title=self.title.value or "",
            panels=frozenset(Panel(one) for one in self.panels.value or []),
            preset=Preset(str(self.preset.value)),
            free_period=bool(self.free_period.value),
            expires_at=ends,
            allowed_origins=tuple((self.origins.value or "").split()),
        )

    def new_password(self) -> str | None:
        """None where it stays as it is."""
        if not self.has_password.value:
            return ""
        return self.password.value or None


def open_link_form(link: SharedLink | None, *, zone: ZoneInfo, portfolio: bool, save: Save) -> ui.dialog:
    """An open dialog; `save` may raise InsightHubError, which is shown beside its field."""
    with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
        heading = _("Change the link") if link else _("Share a portfolio") if portfolio else _("Share")
        ui.label(heading).classes("dialog-title").props("role=heading aria-level=2")
        inputs = _draw(link, zone)
        trouble = ui.label().classes("notice").props("role=alert")
        trouble.visible = False

        async def send() -> None:
            trouble.visible = False
            password = inputs.new_password()
            if inputs.has_password.value and not password and not (link and link.has_password):
                inputs.password.error = _("Enter the password that visitors need.")
                return
            made.props("loading")
            try:
                await save(inputs.terms(zone), password)
            except InsightHubError as error:
                trouble.text, trouble.visible = error.message, True
            else:
                dialog.close()
            finally:
                made.props(remove="loading")

        with box("div", "dialog-buttons"):
            button(_("Cancel"), classes="quiet").on_click(dialog.close)
            made = button(_("Save") if link else _("Create the link"), classes="primary").on_click(send)
    dialog.on("hide", dialog.delete)
    return dialog


def panel_names() -> dict[str, str]:
    """What the parts of a dashboard are called."""
    titles = {kind.key: _(kind.title) for kind in PANELS}
    return {panel: titles.get(panel, _("Numbers and chart")) for panel in Panel}


def _draw(link: SharedLink | None, zone: ZoneInfo) -> _Inputs:
    terms = link.terms if link else LinkTerms()
    presets = {one.value: preset_name(one) for one in Preset if one is not Preset.CUSTOM}
    last = (terms.expires_at - timedelta(seconds=1)).astimezone(zone).date() if terms.expires_at else None
    title = ui.input(_("Title"), value=terms.title).props("outlined dense maxlength=120").classes("wide")
    title.props["hint"] = _("Shown to visitors. Leave empty to use the site's name.")
    panels = ui.select(
        panel_names(), label=_("Sections"), value=[one.value for one in Panel if one in terms.panels],
        multiple=True,
    ).props("outlined dense use-chips").classes("wide")  # fmt: skip
    preset = ui.select(presets, label=_("Period"), value=terms.preset.value)
    preset.props("outlined dense").classes("wide")
    free_period = ui.switch(_("Visitors may choose another period"), value=terms.free_period)
    locked = ui.switch(_("Protect with a password"), value=bool(link and link.has_password))
    password = ui.input(_("Password")).props("outlined dense autocomplete=new-password").classes("wide")
    if link and link.has_password:
        password.props["hint"] = _("Leave empty to keep the password.")
    password.bind_visibility_from(locked, "value")
    expires = ui.input(_("Last day"), value=last.isoformat() if last else "")
    expires.props("outlined dense type=date stack-label clearable").classes("wide")
    origins = ui.textarea(_("Sites that may embed it"), value="\n".join(terms.allowed_origins))
    origins.props("outlined dense autogrow").classes("wide")
    origins.props["hint"] = _("Such as https://www.example.com, one per line. Leave empty for none.")
    return _Inputs(title, panels, preset, free_period, password, locked, expires, origins)
