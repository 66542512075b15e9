"""Points to SVG paths: smooth where people look, straight where it is small."""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple


class Point(NamedTuple):
    x: float
    y: float


def runs(values: Sequence[float | None]) -> list[list[int]]:
    """The indices of each unbroken stretch of values: a line must not bridge what was not measured."""
    found: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if value is not None:
            found[-1].append(index)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def straight(points: Sequence[Point]) -> str:
    return "M" + "L".join(["%.1f %.1f"] * len(points)) % tuple(chain.from_iterable(points))


def smooth(points: Sequence[Point]) -> list[str]:
    """One cubic per step, to be joined after 'M x y'. Monotone: a curve never dips below what was counted."""
    if len(points) < 2:
        return []
    slopes = [(b.y - a.y) / (b.x - a.x) for a, b in pairwise(points)]
    tangents = [slopes[0], *(_tangent(a, b) for a, b in pairwise(slopes)), slopes[-1]]
    steps = []
    for (a, b), (before, after) in zip(pairwise(points), pairwise(tangents), strict=True):
        third = (b.x - a.x) / 3
        steps.append(
            f"C{a.x + third:.1f} {a.y + before * third:.1f}"
            f" {b.x - third:.1f} {b.y - after * third:.1f} {b.x:.1f} {b.y:.1f}"
        )
    return steps


def start(point: Point) -> str:
    return f"M{point.x:.1f} {point.y:.1f}"


def _tangent(before: float, after: float) -> float:
    # The harmonic mean keeps the curve between its points (Fritsch and Carlson).
    return 2 * before * after / (before + after) if before * after > 0 else 0.0
