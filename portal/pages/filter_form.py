"""The dialog for a filter: what, how, and which values, with those of the period to choose from."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from nicegui import ui

from analytics.reports.breakdown import breakdown_report
from analytics.reports.filters import (
    Dimension,
    Filter,
    Operator,
    filters_json,
    parse_filters,
    refuse_bad_patterns,
)
from portal.elements import box, button
from portal.pages.access import SiteVisit
from portal.pages.guard import told
from portal.pages.state import DashboardState
from portal.views.filters import operator_name
from portal.views.labels import dimension_name, value_label
from tenancy.errors import InsightHubError
from tenancy.text import gettext as _
from tenancy.text import pgettext

Put = Callable[[Filter], Awaitable[None]]

OFFERED = 100


async def open_filter_form(visit: SiteVisit, state: DashboardState, put: Put, chosen: Filter | None) -> None:
    """Opens the dialog, filled in with a filter that is to be changed."""
    start = chosen or Filter(Dimension.SOURCE, Operator.IS, ())
    dimensions = {one.value: dimension_name(one) for one in NAMED}
    operators = {one.value: operator_name(one) for one in Operator}
    with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
        ui.label(_("Filter")).classes("dialog-title").props("role=heading aria-level=2")
        what = ui.select(
            dimensions,
            label=pgettext("of a filter", "Dimension"),
            value=start.dimension.value,
            with_input=True,
        )
        how = ui.select(operators, label=_("Condition"), value=start.operator.value)
        values = ui.select(
            list(start.values), label=_("Values"), value=list(start.values), multiple=True, with_input=True,
            new_value_mode="add-unique",
        ).props("use-chips hide-dropdown-icon")  # fmt: skip
        values.props["hint"] = _("Several values mean any of them. Press Enter after each one.")
        for one in (what, how, values):
            one.props("outlined dense").classes("wide")
        with box("div", "dialog-buttons"):
            button(_("Cancel"), classes="quiet").on_click(dialog.close)
            save = button(_("Apply"), classes="primary")
    dialog.on("hide", dialog.delete)

    @told
    async def offer() -> None:
        """The values that occur in the period, most frequent first."""
        dimension = Dimension(str(what.value))
        now = await visit.again()
        period = state.period(now.site, datetime.now(UTC))
        found = await breakdown_report(now.site, period, (), dimension, limit=OFFERED)
        locale = now.viewer.locale
        options = {row.value: value_label(dimension, row.value, locale) for row in found.rows}
        values.set_options({**{value: value for value in values.value or []}, **options}, value=values.value)

    async def change_dimension() -> None:
        values.set_options({}, value=[])
        await offer()

    async def apply() -> None:
        given = Filter(
            Dimension(str(what.value)),
            Operator(str(how.value)),
            tuple(str(one) for one in values.value or []),
        )
        try:
            [checked] = parse_filters(filters_json((given,)))
            await refuse_bad_patterns(visit.site, (checked,))
        except InsightHubError as error:
            values.error = error.message
            return
        dialog.close()
        await put(checked)

    what.on_value_change(change_dimension)
    # The list would stay open over the button below.
    values.on_value_change(lambda: values.run_method("hidePopup"))
    save.on_click(told(apply))
    await offer()


NAMED = tuple(one for one in Dimension if one not in {Dimension.VIEWPORT_SIZE, Dimension.REFERRER_DOMAIN})
