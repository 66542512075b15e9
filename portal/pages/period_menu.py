"""The button that shows the period, and the menu in which to choose it, its comparison and its steps."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from nicegui import ui

from analytics.reports.period import Interval, Period, Preset
from portal.elements import box, button, drawn
from portal.pages.guard import told
from portal.pages.page_events import Handler
from portal.pages.state import Comparison, DashboardState
from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled
from portal.views.periods import period_choices, preset_name
from portal.views.shell import button_face
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
        self._button = button("").on_click(self._open)
        with self._button:
            self._face = drawn("")
        self._picker: _Picker | None = None
        self.show(state)

    def show(self, state: DashboardState) -> None:
        """Says and marks what is chosen."""
        self._state = state
        period = state.period(self._site, datetime.now(UTC))
        custom = state.preset is Preset.CUSTOM
        name = numbers.days(period.start, period.end, self._locale) if custom else preset_name(state.preset)
        what = filled('<span class="sr">{}: </span>', _("Period"))
        self._face.set_content(what + button_face(name, icon("calendar")))
        if self._picker is not None:
            self._picker.mark(state, period)

    def handlers(self) -> Mapping[str, Handler]:
        """What its buttons and the keyboard's shortcuts do."""
        return {"period": self._on_preset, "compare": self._on_comparison, "interval": self._on_interval}

    def _open(self) -> None:
        """Makes what opens, once somebody asks for it; from then on the browser opens it by itself."""
        if self._picker is None:
            with self._button:
                self._picker = _Picker(self._on_days)
            self.show(self._state)

    def _close(self) -> None:
        # The keyboard's shortcuts need no menu.
        if self._picker is not None:
            self._picker.menu.close()

    async def _on_preset(self, name: str) -> None:
        preset = Preset(name)
        self._close()
        if preset is not Preset.CUSTOM:
            await self._go(replace(self._state, preset=preset, start=None, end=None, interval=None))

    async def _on_comparison(self, name: str) -> None:
        self._close()
        await self._go(replace(self._state, comparison=Comparison(name)))

    async def _on_interval(self, name: str) -> None:
        self._close()
        await self._go(replace(self._state, interval=Interval(name)))

    async def _on_days(self, chosen: Any) -> None:
        """Two days were chosen in the calendar; one alone is a day."""
        days = (chosen["from"], chosen["to"]) if isinstance(chosen, dict) else (chosen, chosen)
        if not all(isinstance(day, str) for day in days):
            return
        start, end = (date.fromisoformat(day) for day in days)
        self._close()
        await self._go(replace(self._state, preset=Preset.CUSTOM, start=start, end=end, interval=None))


class _Picker:
    """The menu, open: what there is to choose, and a calendar."""

    def __init__(self, on_days: Callable[[Any], Awaitable[None]]) -> None:
        with ui.menu(value=True) as self.menu, box("div", "picker"):
            self._choices = drawn("")
            self._days = ui.date().props("range minimal")
        self.menu.props('anchor="bottom end" self="top end" :offset="[0,6]"')
        self._days.on_value_change(told(lambda: on_days(self._days.value)))

    def mark(self, state: DashboardState, period: Period) -> None:
        """Shows what is chosen."""
        # Empty, so that two presses are a new range; open at the month that is shown.
        self._days.value = None
        self._days.props["default-year-month"] = f"{period.end:%Y/%m}"
        self._choices.set_content(
            period_choices(state.preset, state.comparison, period.intervals, state.interval_in(period))
        )
