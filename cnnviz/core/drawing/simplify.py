"""Simplify a polyline (Ramer–Douglas–Peucker)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

Point = tuple[float, float]

MIN_ARRAY_POINTS = 150
"""Number of points from which array arithmetic is faster than a loop."""


def simplify(points: Sequence[Point], tolerance: float, most: int) -> list[Point]:
    """Drop points such that no dropped point is farther than `tolerance` from the polyline through the others.

    Keep both ends; between them keep the farthest point if it is farther than `tolerance`, and repeat on both sides of
    it. Simplifying the result again, with the same or a smaller tolerance, changes nothing.

    Args:
        points: `(x, y)` in any unit, finite.
        tolerance: Distance in the same unit.
        most: Largest number of points to keep; without it a hostile polyline would take seconds.

    Returns:
        The points kept, in order, without consecutive repeats.

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
        search = _find_farthest_in_array if last - first > MIN_ARRAY_POINTS else _find_farthest
        distance, farthest = search(points, table, first, last)
        if distance > tolerance * tolerance:
            kept.add(farthest)
            open_ends += [(first, farthest), (farthest, last)]
        if len(kept) > most:
            raise ValueError(f"`points` must be simple enough to keep at most {most}. Received: {len(points)} points.")
    return _remove_repeats([points[index] for index in sorted(kept)])


def _find_farthest(points: Sequence[Point], _: np.ndarray, first: int, last: int) -> tuple[float, int]:
    """Find the point between two others that is farthest from the segment joining them: squared distance and index."""
    (x0, y0), (x1, y1) = points[first], points[last]
    along_x, along_y = x1 - x0, y1 - y0
    length = along_x * along_x + along_y * along_y or 1.0
    most, farthest = 0.0, first
    for index in range(first + 1, last):
        x, y = points[index]
        across_x, across_y = x - x0, y - y0
        # Clamp to the segment: where the pen turns back, the farthest point may lie beyond an end.
        part = min(max((across_x * along_x + across_y * along_y) / length, 0.0), 1.0)
        across_x -= part * along_x
        across_y -= part * along_y
        distance = across_x * across_x + across_y * across_y
        if distance > most:
            most, farthest = distance, index
    return most, farthest


def _find_farthest_in_array(_: Sequence[Point], table: np.ndarray, first: int, last: int) -> tuple[float, int]:
    """Do the same on columns of x and y, in the same order of arithmetic and so with the same result."""
    across = table[first + 1 : last] - table[first]
    along_x, along_y = (float(part) for part in table[last] - table[first])
    length = along_x * along_x + along_y * along_y or 1.0
    part = ((across[:, 0] * along_x + across[:, 1] * along_y) / length).clip(0.0, 1.0)
    across_x = across[:, 0] - part * along_x
    across_y = across[:, 1] - part * along_y
    distance = across_x * across_x + across_y * across_y
    index = int(distance.argmax())
    return float(distance[index]), first + 1 + index


def _remove_repeats(points: list[Point]) -> list[Point]:
    return points[:1] + [point for before, point in itertools.pairwise(points) if point != before]
