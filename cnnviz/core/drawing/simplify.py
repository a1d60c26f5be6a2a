"""Leave out the points of a line that one cannot see are missing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

Point = tuple[float, float]

LONG = 150
"""From so many points on arrays are quicker than a loop."""


def simplify(points: Sequence[Point], tolerance: float, most: int) -> list[Point]:
    """Keep so many points that no other is farther than `tolerance` from the line through those that are kept.

    Ramer, Douglas and Peucker: keep both ends; between them keep the farthest point if it is too far away, and go on
    on both sides of it. Doing it again, with the same or a smaller tolerance, changes nothing.

    Args:
        points: `(x, y)` in any unit, finite.
        tolerance: Distance in the same unit.
        most: How many points are worth keeping; a hostile line would take seconds otherwise.

    Returns:
        Some of the points in their order, without any that repeats the one before.

    Raises:
        ValueError: If more than `most` points have to be kept.
    """
    if not points:
        return []
    table = np.array(points, np.float64)
    kept = {0, len(points) - 1}
    open_ends = [(0, len(points) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        search = _farthest_of_many if last - first > LONG else _farthest
        distance, farthest = search(points, table, first, last)
        if distance > tolerance * tolerance:
            kept.add(farthest)
            open_ends += [(first, farthest), (farthest, last)]
        if len(kept) > most:
            raise ValueError(f"`points` must be simple enough to keep at most {most}. Received: {len(points)} points.")
    return _without_repeats([points[index] for index in sorted(kept)])


def _farthest(points: Sequence[Point], _: np.ndarray, first: int, last: int) -> tuple[float, int]:
    """Squared distance and index of the point between two others that is farthest from the line joining them."""
    (x0, y0), (x1, y1) = points[first], points[last]
    along_x, along_y = x1 - x0, y1 - y0
    length = along_x * along_x + along_y * along_y or 1.0
    most, farthest = 0.0, first
    for index in range(first + 1, last):
        x, y = points[index]
        across_x, across_y = x - x0, y - y0
        # the nearest point of the line lies between its ends: a pen that turns back must not be cut short
        part = min(max((across_x * along_x + across_y * along_y) / length, 0.0), 1.0)
        across_x -= part * along_x
        across_y -= part * along_y
        distance = across_x * across_x + across_y * across_y
        if distance > most:
            most, farthest = distance, index
    return most, farthest


def _farthest_of_many(_: Sequence[Point], table: np.ndarray, first: int, last: int) -> tuple[float, int]:
    """The same on columns of x and y, in the same order of arithmetic and so with the same result."""
    across = table[first + 1 : last] - table[first]
    along_x, along_y = (float(part) for part in table[last] - table[first])
    length = along_x * along_x + along_y * along_y or 1.0
    part = ((across[:, 0] * along_x + across[:, 1] * along_y) / length).clip(0.0, 1.0)
    across_x = across[:, 0] - part * along_x
    across_y = across[:, 1] - part * along_y
    distance = across_x * across_x + across_y * across_y
    index = int(distance.argmax())
    return float(distance[index]), first + 1 + index


def _without_repeats(points: list[Point]) -> list[Point]:
    return points[:1] + [point for before, point in itertools.pairwise(points) if point != before]
