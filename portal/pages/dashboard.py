"""/sites/{site}: the dashboard. Its state is its address; whatever is pressed changes both."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from markupsafe import Markup
from nicegui import PageArguments, ui

from analytics.reports.breakdown import breakdown_report, breakdowns_report
from analytics.reports.filters import Dimension, Filter, parse_filters
from analytics.reports.metrics import Metric
from analytics.reports.overview import Overview, overview_report
from analytics.reports.realtime import active_visitors
from portal.elements import box, drawn
from portal.pages.access import SiteVisit, outside
from portal.pages.details import open_details
from portal.pages.filter_form import open_filter_form
from portal.pages.guard import told
from portal.pages.page_events import Handler, PageEvents
from portal.pages.panels import MAP_ROWS, PANELS, ROWS, draw_panel, draw_rows, panel_named
from portal.pages.period_menu import PeriodMenu
from portal.pages.state import Comparison, DashboardState, read_state
from portal.views.chart import line_chart
from portal.views.filters import filter_button, filter_chips
from portal.views.periods import period_shortcuts
from portal.views.realtime import live_badge
from portal.views.shell import heading, mode_switch
from portal.views.states import error_state, overview_skeleton, panel_skeleton
from portal.views.tiles import metric_tiles
from tenancy.errors import InsightHubError
from tenancy.text import gettext as _


async def dashboard(visit: SiteVisit, events: PageEvents, address: PageArguments) -> None:
    """Draws the frame at once and the numbers as soon as they are counted."""
    # Whoever goes back and presses something at once means the page to come, not the one that is gone.
    events.listen({})
    visit = await visit.again()
    page = Dashboard(visit, read_state(address.query_parameters))
    page.draw()
    events.listen(page.handlers())
    await asyncio.gather(page.load(), page.show_live())


class Dashboard:
    """One open dashboard."""

    def __init__(self, visit: SiteVisit, state: DashboardState) -> None:
        self._visit = visit
        self._state = state
        self._overview: Overview | None = None
        self._turn = 0

    def draw(self) -> None:
        """Everything but the numbers."""
        with box("div", "top"):
            self._heading()
            drawn(filter_button(), "contents")
            self._menu = PeriodMenu(self._visit.site, self._state, self._locale, self._go)
            drawn(mode_switch() + period_shortcuts())
        self._chips = drawn(filter_chips(self._state.filters, locale=self._locale))
        self._chart = drawn(overview_skeleton(), "card")
        with box("div", "panels"):
            self._panels = {
                kind.key: drawn(draw_panel(kind, self._state, panel_skeleton()), kind.classes)
                for kind in PANELS
            }
        ui.timer(LIVE_EVERY_S, self.show_live, immediate=False)

    async def load(self) -> None:
        """Counts and shows everything; an answer that a later question has overtaken is thrown away."""
        self._turn += 1
        turn = self._turn
        self._visit = await self._visit.again()
        await asyncio.gather(self._load_overview(turn), self._load_panels(turn))

    @told
    async def show_live(self) -> None:
        """Says how many are there at the moment."""
        active = await active_visitors(self._visit.site, datetime.now(UTC))
        self._live.set_content(
            live_badge(active, href=f"{self._visit.path}/realtime", locale=self._locale) + SPACE
        )

    def handlers(self) -> Mapping[str, Handler]:
        """What the buttons of its views do."""
        return {
            "metric": self._on_metric,
            "tab": self._on_tab,
            "ask_filter": self._on_ask_filter,
            "filter": self._on_filter,
            "remove_filter": self._on_remove_filter,
            "edit_filter": self._on_edit_filter,
            "clear_filters": self._on_clear_filters,
            "details": self._on_details,
            "retry": self._on_retry,
            **self._menu.handlers(),
        }

    @property
    def _locale(self) -> str:
        return self._visit.viewer.locale

    def _heading(self) -> None:
        site = self._visit.site
        crumbs = [(_("Sites"), outside(self._visit.here, "/sites"))]
        drawn(heading(site.name, crumbs=crumbs, mark=True), "contents")
        self._live = drawn(SPACE, "contents")

    async def _go(self, state: DashboardState) -> None:
        """To another state: its address, then its numbers."""
        self._state = state
        query = state.query()
        ui.navigate.history.push(self._visit.path + (f"?{query}" if query else ""))
        self._chips.set_content(filter_chips(state.filters, locale=self._locale))
        self._menu.show(state)
        await self.load()

    async def _load_overview(self, turn: int) -> None:
        state = self._state
        try:
            period = state.period(self._visit.site, datetime.now(UTC))
            overview = await overview_report(
                self._visit.site,
                period,
                state.filters,
                interval=state.interval_in(period),
                comparison=COMPARED_WITH[state.comparison],
            )
        except InsightHubError as error:
            self._chart.set_content(error_state(error.message, arg="overview"))
            return
        if turn == self._turn:
            self._overview = overview
            self._show_overview()

    def _show_overview(self) -> None:
        if self._overview is not None:
            tiles = metric_tiles(self._overview, self._state.metric, locale=self._locale)
            chart = line_chart(self._overview, self._state.metric, locale=self._locale)
            self._chart.set_content(tiles + chart)

    async def _load_panels(self, turn: int) -> None:
        state = self._state
        period = state.period(self._visit.site, datetime.now(UTC))
        shown = {kind.key: kind.shown(state) for kind in PANELS}
        try:
            found = await breakdowns_report(
                self._visit.site, period, state.filters, tuple(shown.values()), limit=MAP_ROWS
            )
        except InsightHubError as error:
            for kind in PANELS:
                self._show_panel(kind.key, error_state(error.message, arg=kind.key))
            return
        if turn == self._turn:
            for key, dimension in shown.items():
                self._show_panel(key, draw_rows(found[dimension], self._locale))

    def _show_panel(self, key: str, body: Markup) -> None:
        self._panels[key].set_content(draw_panel(panel_named(key), self._state, body))

    async def _on_metric(self, name: str) -> None:
        self._state = replace(self._state, metric=Metric(name))
        query = self._state.query()
        ui.navigate.history.replace(self._visit.path + (f"?{query}" if query else ""))
        self._show_overview()

    async def _on_tab(self, argument: str) -> None:
        key, _colon, name = argument.partition(":")
        self._state = self._state.with_tab(key, Dimension(name))
        ui.navigate.history.replace(f"{self._visit.path}?{self._state.query()}")
        kind = panel_named(key)
        self._visit = await self._visit.again()
        breakdown = await breakdown_report(
            self._visit.site,
            self._state.period(self._visit.site, datetime.now(UTC)),
            self._state.filters,
            kind.shown(self._state),
            limit=MAP_ROWS if kind.shown(self._state) is Dimension.COUNTRY else ROWS,
        )
        self._show_panel(key, draw_rows(breakdown, self._locale))

    async def _on_filter(self, argument: str) -> None:
        state = self._state
        for added in parse_filters(argument):
            state = state.with_filter(added)
        await self._go(state)

    async def _on_remove_filter(self, number: str) -> None:
        await self._go(self._state.without_filter(int(number)))

    async def _on_clear_filters(self, _argument: str) -> None:
        await self._go(replace(self._state, filters=()))

    async def _on_edit_filter(self, number: str) -> None:
        chosen = self._state.filters[int(number)]
        without = self._state.without_filter(int(number))

        async def put(changed: Filter) -> None:
            await self._go(without.with_filter(changed))

        await open_filter_form(self._visit, self._state, put, chosen)

    async def _on_ask_filter(self, _argument: str) -> None:
        async def put(added: Filter) -> None:
            await self._go(self._state.with_filter(added))

        await open_filter_form(self._visit, self._state, put, None)

    async def _on_details(self, name: str) -> None:
        await open_details(self._visit, self._state, Dimension(name))

    async def _on_retry(self, _argument: str) -> None:
        await self.load()


LIVE_EVERY_S = 30.0
SPACE = Markup('<div class="space"></div>')
COMPARED_WITH: dict[Comparison, Literal["previous", "year"] | None] = {
    Comparison.PREVIOUS: "previous",
    Comparison.YEAR: "year",
    Comparison.NONE: None,
}
