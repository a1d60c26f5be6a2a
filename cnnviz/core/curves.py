"""Paths of straight lines and Bézier curves, turned into points that are joined by straight lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

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
            found += [_on_cubic(control, t) for t in _turns(control)]
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
    if degree == 1:
        return control[1:]
    table = np.array(control)
    # A chord over 1/n of the curve is off by at most the second derivative / (8 n²), and that derivative is at most
    # degree (degree - 1) times the largest second difference of the control points.
    bend = degree * (degree - 1) * float(np.hypot(*np.diff(table, n=2, axis=0).T).max())
    count = min(max(1, math.ceil(math.sqrt(bend / (8 * tolerance)))), most + 1)
    t = np.arange(1, count + 1)[:, None] / count
    powers = [math.comb(degree, k) * (1 - t) ** (degree - k) * t**k for k in range(degree + 1)]
    curve = sum(power * point for power, point in zip(powers, table, strict=True))
    return [(float(x), float(y)) for x, y in np.asarray(curve)]


def _turns(control: Line) -> list[float]:
    """Where, between 0 and 1, a cubic turns back in x or in y: the roots of its derivative."""
    turns: list[float] = []
    for first, second, third, fourth in zip(*control, strict=True):
        a, b, c = first - 2 * second + third, second - first, fourth - 3 * third + 3 * second - first
        # c t² + 2 a t + b = 0, the derivative divided by three
        root = math.sqrt(max(a * a - b * c, 0.0))
        away = -a - math.copysign(root, a)
        turns += [away / c] if c else []
        turns += [b / away] if away else []
    return [t for t in turns if 0 < t < 1]


def _on_cubic(control: Line, t: float) -> Point:
    shares = [math.comb(3, k) * (1 - t) ** (3 - k) * t**k for k in range(4)]
    x, y = (
        sum(share * part for share, part in zip(shares, axis, strict=True))
        for axis in zip(*control, strict=True)
    )
    return x, y
