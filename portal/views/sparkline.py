"""A line the size of a word."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.views.curves import Point, runs, straight
from portal.views.markup import filled, joined

_WIDTH, _HEIGHT, _EDGE = 100, 28, 2
# More would be noise in so little room.
_MOST_POINTS = 24


def sparkline(values: Sequence[float | None], *, strong: bool = False) -> Markup:
    """The values' course; nothing drawn for fewer than two. `strong`: from nought, in the brand's colour."""
    values = _thinned(values)
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup('<svg class="spark" aria-hidden="true"></svg>')
    low, high = (0.0 if strong else min(known)), max(known)
    scale = (_HEIGHT - 2 * _EDGE) / (high - low) if high > low else 0.0
    step = _WIDTH / (len(values) - 1)
    lines = []
    for run in runs(values):
        points = [Point(i * step, _HEIGHT - _EDGE - ((values[i] or 0.0) - low) * scale) for i in run]
        if strong:
            down = f"L{points[-1].x:.1f} {_HEIGHT}L{points[0].x:.1f} {_HEIGHT}Z"
            lines.append(filled('<path class="under" d="{}"/>', straight(points) + down))
        lines.append(filled('<path d="{}"/>', straight(points)))
    return filled(
        '<svg class="spark{}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        " strong" if strong else "",
        _WIDTH,
        _HEIGHT,
        joined(lines),
    )


def _thinned(values: Sequence[float | None]) -> Sequence[float | None]:
    """The means of equally many neighbours each."""
    size = -(-len(values) // _MOST_POINTS)
    if size <= 1:
        return values
    groups = (values[i : i + size] for i in range(0, len(values), size))
    known = ([value for value in group if value is not None] for group in groups)
    return [sum(group) / len(group) if group else None for group in known]
