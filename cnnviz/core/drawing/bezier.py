"""Flatten paths of straight lines and Bézier curves into polylines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cnnviz.core.drawing.svg_path import Point, normalize

Line = list[Point]


class LengthError(ValueError):
    """Raised for a path that needs more points than it may have."""


def flatten(path: Sequence[object], tolerance: float, most: int) -> list[Line]:
    """Flatten a path into polylines that are nowhere farther than `tolerance` from its curves.

    Args:
        path: Commands as Fabric.js writes them, a list of a letter and its numbers each; any that SVG knows.
        tolerance: Distance in the path's unit, above 0.
        most: Largest number of points, all polylines together.

    Returns:
        One polyline for every move.

    Raises:
        ValueError: As `svg_path.normalize` does.
        LengthError: If more than `most` points are needed.
    """
    lines: list[Line] = []
    left = most
    for letter, points in normalize(path):
        if letter == "M":
            lines.append([])
        elif letter != "Z":
            points = _sample_curve([lines[-1][-1], *points], tolerance, left)
        left -= len(points)
        if left < 0:
            raise LengthError(f"`path` must need at most {most} points.")
        lines[-1] += points
    return lines


def find_extremes(path: Sequence[object]) -> Line:
    """Return the points that span the bounding box of a path as Fabric.js computes it, and the ends of its curves.

    Fabric treats each quadratic curve as the cubic that has its control point twice, so its box is slightly larger than
    the curve, and the centre that it derives from the box is slightly off.

    Raises:
        ValueError: As `flatten` does.
    """
    found: Line = []
    for letter, points in normalize(path):
        if letter in "QC":
            control = [found[-1], points[0], points[-2], points[-1]]
            found += [_evaluate(control, t) for axis in zip(*control, strict=True) for t in _find_turning_points(*axis)]
        found += points[-1:]
    return found


def _sample_curve(control: Line, tolerance: float, most: int) -> Line:
    """Sample a Bézier curve of two to four control points; its first point is left out."""
    degree = len(control) - 1
    # A chord over 1/n of the curve deviates by at most (second derivative) / (8 n²), and that derivative is at most
    # degree (degree - 1) times the largest second difference of the control points.
    threes = zip(control, control[1:], control[2:], strict=False)
    bend = degree * (degree - 1) * max((_second_difference(*three) for three in threes), default=0.0)
    count = min(max(1, math.ceil(math.sqrt(bend / (8 * tolerance)))), most + 1)
    return [_evaluate(control, step / count) for step in range(1, count)] + control[-1:]


def _second_difference(first: Point, second: Point, third: Point) -> float:
    """Return the length of the second difference of three control points."""
    return math.hypot(first[0] - 2 * second[0] + third[0], first[1] - 2 * second[1] + third[1])


def _evaluate(control: Line, t: float) -> Point:
    """Evaluate a Bézier curve of any degree at `t` in [0, 1] (Bernstein form)."""
    degree = len(control) - 1
    x = y = 0.0
    for k, point in enumerate(control):
        share = math.comb(degree, k) * (1 - t) ** (degree - k) * t**k
        x += share * point[0]
        y += share * point[1]
    return x, y


def _find_turning_points(first: float, second: float, third: float, fourth: float) -> list[float]:
    """Return the parameters in (0, 1) at which a cubic turns back on one axis: the roots of its derivative."""
    if first <= second <= third <= fourth or first >= second >= third >= fourth:
        return []
    # A third of the derivative is c t² + 2 a t + b.
    a, b, c = first - 2 * second + third, second - first, fourth - 3 * third + 3 * second - first
    root = math.sqrt(max(a * a - b * c, 0.0))
    # Adding numbers of one sign avoids cancellation; the other root follows from their product, b / c.
    away = -a - math.copysign(root, a)
    turns = ([away / c] if c else []) + ([b / away] if away else [])
    return [t for t in turns if 0 < t < 1]
