"""Paths of straight lines and Bézier curves, turned into points that are joined by straight lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
Line = list[Point]

ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
"""The commands of a path and how many numbers follow them (SVG 1.1, section 8.3; absolute ones only)."""

FARTHEST = 1e6


class LengthError(ValueError):
    """A path that needs more points than it may have."""


def flatten(path: Sequence[object], tolerance: float, most: int) -> list[Line]:
    """Follow a path and note points, so many that the straight lines between them are nowhere farther than
    `tolerance` from the curve.

    Args:
        path: Commands as Fabric.js writes them, `["M", x, y]`, `["L", x, y]`, `["Q", x1, y1, x, y]`,
            `["C", x1, y1, x2, y2, x, y]` and `["Z"]`.
        tolerance: Distance in the path's unit, above 0.
        most: How many points the path may get.

    Returns:
        A list of points for every "M".

    Raises:
        ValueError: If there is another command, a wrong number of numbers, or one that is not finite or beyond
            `FARTHEST`, or if the path does not begin with "M".
        LengthError: If more than `most` points are needed.
    """
    lines: list[Line] = []
    left = most
    for command in path:
        letter, points = _parsed(command)
        if letter == "M":
            lines.append([])
        elif not lines:
            raise ValueError('`path` must begin with "M".')
        elif letter == "Z":
            points = [lines[-1][0]]
        else:
            points = _curve([lines[-1][-1], *points], tolerance, left)
        left -= len(points)
        if left < 0:
            raise LengthError(f"`path` must need at most {most} points.")
        lines[-1] += points
    return lines


def extremes(path: Sequence[object]) -> Line:
    """The points that the box around a path touches, and the ends of its curves, as Fabric.js sees them.

    Fabric takes each parabola for the cubic that has its control point twice, so the box is somewhat larger than the
    curve, and what Fabric calls the middle of a path lies somewhat off.

    Raises:
        ValueError: As `flatten` does.
    """
    found: Line = []
    for command in path:
        letter, points = _parsed(command)
        if letter in "QC":
            control = [found[-1], points[0], points[-2], points[-1]]
            found += [_on_curve(control, t) for axis in zip(*control, strict=True) for t in _turns(*axis)]
        found += points[-1:]
    return found


def number(value: object) -> float:
    """`value` as a float. Raises `ValueError` unless it is a finite number within `FARTHEST`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= FARTHEST:
        raise ValueError(f"A number within {FARTHEST:g} of 0 is needed. Received: {str(value)[:40]}")
    return float(value)


def _parsed(command: object) -> tuple[str, Line]:
    if not isinstance(command, (list, tuple)) or not command or not isinstance(command[0], str):
        raise ValueError("A command must be a list that begins with a letter.")
    letter, numbers = command[0], [number(value) for value in command[1:8]]
    if ARGUMENTS.get(letter) != len(command) - 1:
        raise ValueError(f"`path` may hold M, L, Q, C and Z with their numbers. Received: {letter[:10]}")
    return letter, list(zip(numbers[::2], numbers[1::2], strict=True))


def _curve(control: Line, tolerance: float, most: int) -> Line:
    """Points of a Bézier curve without its first: two control points are a line, three a parabola, four a cubic."""
    degree = len(control) - 1
    # A chord over 1/n of the curve is off by at most the second derivative / (8 n²), and that derivative is at most
    # degree (degree - 1) times the largest second difference of the control points.
    threes = zip(control, control[1:], control[2:], strict=False)
    bend = degree * (degree - 1) * max((_bend(*three) for three in threes), default=0.0)
    count = min(max(1, math.ceil(math.sqrt(bend / (8 * tolerance)))), most + 1)
    return [_on_curve(control, step / count) for step in range(1, count)] + control[-1:]


def _bend(first: Point, second: Point, third: Point) -> float:
    return math.hypot(first[0] - 2 * second[0] + third[0], first[1] - 2 * second[1] + third[1])


def _on_curve(control: Line, t: float) -> Point:
    """The point of a Bézier curve of any degree at `t` from 0 to 1 (Bernstein's form)."""
    degree = len(control) - 1
    x = y = 0.0
    for k, point in enumerate(control):
        share = math.comb(degree, k) * (1 - t) ** (degree - k) * t**k
        x += share * point[0]
        y += share * point[1]
    return x, y


def _turns(first: float, second: float, third: float, fourth: float) -> list[float]:
    """Where, between 0 and 1, a cubic turns back on one axis: the roots of its derivative."""
    if first <= second <= third <= fourth or first >= second >= third >= fourth:
        return []
    # a third of the derivative is c t² + 2 a t + b
    a, b, c = first - 2 * second + third, second - first, fourth - 3 * third + 3 * second - first
    root = math.sqrt(max(a * a - b * c, 0.0))
    away = -a - math.copysign(root, a)
    turns = ([away / c] if c else []) + ([b / away] if away else [])
    return [t for t in turns if 0 < t < 1]
