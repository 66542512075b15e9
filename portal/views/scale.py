"""Where a chart's horizontal lines go: few, round, and the highest above every value."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from analytics.reports.metrics import Metric

_LINES = 5
_FRACTIONS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


class Scale(NamedTuple):
    """Lines at 0, step, 2 × step ... top."""

    step: float
    top: float

    def lines(self) -> list[float]:
        return [self.step * i for i in range(round(self.top / self.step) + 1)]


def scale_for(metric: Metric, values: Sequence[float | None]) -> Scale:
    """The scale that holds every value; from nought to something even where all are nought."""
    highest = max((value for value in values if value is not None), default=0.0)
    if metric is Metric.SESSION_DURATION:
        step = next((float(s) for s in _SECONDS if highest / s <= _LINES), highest / _LINES)
    elif metric is Metric.BOUNCE_RATE:
        step = next((s for s in _SHARES if highest / s <= _LINES), highest / _LINES)
    else:
        step = _round_step(highest, whole=metric is not Metric.PAGES_PER_SESSION)
    return Scale(step, step * max(1, math.ceil(highest / step - 1e-9)))


def _round_step(highest: float, *, whole: bool) -> float:
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest / _LINES))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if highest / (power * factor) <= _LINES)
    if not whole:
        return step
    # Nobody is half a visitor.
    return 5.0 if step == 2.5 else max(step, 1.0)
