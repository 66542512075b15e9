"""The dialog behind a panel's "Details": every value with all of its numbers, searched and paged."""

from datetime import UTC, datetime

from nicegui import ui

from analytics.reports.breakdown import breakdown_report
from analytics.reports.filters import Dimension
from portal.elements import box, button, drawn
from portal.pages.access import SiteVisit
from portal.pages.guard import told
from portal.pages.state import DashboardState
from portal.views import numbers
from portal.views.breakdown import breakdown_table
from portal.views.icons import icon
from portal.views.labels import dimension_name
from portal.views.states import panel_skeleton
from tenancy.text import gettext as _
from tenancy.text import ngettext

PAGE = 50


async def open_details(visit: SiteVisit, state: DashboardState, dimension: Dimension) -> ui.dialog:
    """Opens the dialog; pressing a row filters the dashboard by it."""
    offset = 0
    with ui.dialog(value=True) as dialog, ui.card().classes("details-card"):
        with box("div", "top"):
            ui.label(dimension_name(dimension)).classes("dialog-title").props("role=heading aria-level=2")
            box("div", "space")
            search = ui.input(placeholder=_("Search")).props("outlined dense clearable debounce=250")
            search.props["aria-label"] = _("Search")
            button("", icon=icon("x"), classes="quiet square", describe=_("Close")).on_click(dialog.close)
        table = drawn(panel_skeleton(), "details-table")
        with box("div", "details-foot"):
            position = ui.label().classes("muted num")
            box("div", "space")
            back = button("", icon=icon("chevron-left"), classes="square", describe=_("Previous page"))
            on = button("", icon=icon("chevron-right"), classes="square", describe=_("Next page"))
    dialog.on("hide", dialog.delete)

    @told
    async def show(to: int) -> None:
        nonlocal offset
        offset = max(0, to)
        now = await visit.again()
        found = await breakdown_report(
            now.site,
            state.period(now.site, datetime.now(UTC)),
            state.filters,
            dimension,
            limit=PAGE,
            offset=offset,
            search=search.value or "",
        )
        locale = now.viewer.locale
        table.set_content(breakdown_table(found, locale=locale))
        last = min(offset + PAGE, found.total_rows)
        position.text = (
            ngettext("{first}–{last} of {total}", "{first}–{last} of {total}", found.total_rows).format(
                first=numbers.integer(offset + 1, locale),
                last=numbers.integer(last, locale),
                total=numbers.integer(found.total_rows, locale),
            )
            if found.total_rows
            else ""
        )
        back.set_enabled(offset > 0)
        on.set_enabled(last < found.total_rows)

    back.on_click(lambda: show(offset - PAGE))
    on.on_click(lambda: show(offset + PAGE))
    search.on_value_change(lambda: show(0))
    await show(0)
    return dialog
