"""The button that shows the period, and the menu in which to choose it, its comparison and its steps."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from nicegui import ui

from analytics.reports.period import Interval, Preset
from portal.pages.guard import told
from portal.pages.page_events import Handler
from portal.pages.state import Comparison, DashboardState
from portal.shell import box, button, drawn
from portal.views import numbers
from portal.views.icons import icon
from portal.views.periods import period_choices, preset_name
from tenancy.sites import Site
from tenancy.text import gettext as _

Go = Callable[[DashboardState], Awaitable[None]]


class PeriodMenu:
    """The period of one dashboard."""

    def __init__(self, site: Site, state: DashboardState, locale: str, go: Go) -> None:
        self._site = site
        self._state = state
        self._locale = locale
        self._go = go
        with button("", icon=icon("calendar"), describe=_("Period")):
            self._label = ui.label()
            with (
                ui.menu().props('anchor="bottom end" self="top end" :offset="[0,6]"') as self._menu,
                box("div", "picker"),
            ):
                self._choices = drawn("")
                self._days = ui.date().props("range minimal")
        self._days.on_value_change(told(self._on_days))
        self.show(state)

    def show(self, state: DashboardState) -> None:
        """Marks what is chosen."""
        self._state = state
        period = state.period(self._site, datetime.now(UTC))
        custom = state.preset is Preset.CUSTOM
        self._label.text = (
            numbers.days(period.start, period.end, self._locale) if custom else preset_name(state.preset)
        )
        # Empty, so that two presses are a new range; open at the month that is shown.
        self._days.value = None
        self._days.props["default-year-month"] = f"{period.end:%Y/%m}"
        self._choices.set_content(
            period_choices(state.preset, state.comparison, period.intervals, state.interval_in(period))
        )

    def handlers(self) -> Mapping[str, Handler]:
        """What its buttons and the keyboard's shortcuts do."""
        return {"period": self._on_preset, "compare": self._on_comparison, "interval": self._on_interval}

    async def _on_preset(self, name: str) -> None:
        preset = Preset(name)
        self._menu.close()
        if preset is not Preset.CUSTOM:
            await self._go(replace(self._state, preset=preset, start=None, end=None, interval=None))

    async def _on_comparison(self, name: str) -> None:
        self._menu.close()
        await self._go(replace(self._state, comparison=Comparison(name)))

    async def _on_interval(self, name: str) -> None:
        self._menu.close()
        await self._go(replace(self._state, interval=Interval(name)))

    async def _on_days(self) -> None:
        """Two days were chosen in the calendar; one alone is a day."""
        chosen = self._days.value
        days = (chosen["from"], chosen["to"]) if isinstance(chosen, dict) else (chosen, chosen)
        if not all(isinstance(day, str) for day in days):
            return
        start, end = (date.fromisoformat(day) for day in days)
        self._menu.close()
        await self._go(replace(self._state, preset=Preset.CUSTOM, start=start, end=end, interval=None))
