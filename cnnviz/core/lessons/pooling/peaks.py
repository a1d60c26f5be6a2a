"""Find the peaks of a map.

A *peak* is a group of equal cells, joined by their edges, that has no higher cell among its eight neighbours and at
least one lower; so a constant map has none, and each bright cell of a checkerboard is one. Values are compared in steps
of 1/65,536 of the map's largest absolute value, so that rounding in a mean makes no peak.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Cells = frozenset[tuple[int, int]]
STEPS = 65_536
"""Steps from 0 to the largest absolute value of a map."""


def find_peaks(values: np.ndarray) -> tuple[Cells, ...]:
    """Find the peaks of a map (rows, columns), as defined above; the highest first."""
    values = _quantize(values)
    higher, lower = _compare_neighbours(values)
    # A cell without a higher neighbour may belong to a plateau that has one elsewhere.
    found = (group for group in _find_groups(values, ~higher) if any(lower[cell] for cell in group))
    whole = (group for group in found if not any(higher[cell] for cell in group))
    return tuple(sorted(whole, key=lambda group: (-values[min(group)], min(group))))


def measure_height(values: np.ndarray, group: Cells) -> float:
    """Return the value of a peak; its cells are equal but for rounding."""
    return float(max(values[cell] for cell in group))


def _quantize(values: np.ndarray) -> np.ndarray:
    """Round `values` to whole steps, (rows, columns) float64."""
    largest = float(np.abs(values).max(initial=0))
    return np.rint(values.astype(np.float64) * (STEPS / largest)) if largest else np.zeros(values.shape)


def _compare_neighbours(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, (rows, columns) bool each, where one of the eight neighbours is higher, and where one is lower."""
    rows, columns = values.shape
    wide = np.pad(values, 1, constant_values=np.nan)
    higher, lower = np.zeros(values.shape, bool), np.zeros(values.shape, bool)
    for down in range(3):
        for across in range(3):
            other = wide[down : down + rows, across : across + columns]
            higher |= other > values
            lower |= other < values
    return higher, lower


def _find_groups(values: np.ndarray, candidates: np.ndarray) -> Iterator[Cells]:
    """Yield the groups of equal cells, joined by edges, that hold a candidate and exceed the smallest value."""
    seen = np.zeros(values.shape, bool)
    for start in zip(*np.nonzero(candidates & (values > values.min())), strict=True):
        if not seen[start]:
            yield _flood_fill(values, (int(start[0]), int(start[1])), seen)


def _flood_fill(values: np.ndarray, start: tuple[int, int], seen: np.ndarray) -> Cells:
    """Return the cells equal to `start` and joined to it by edges, and mark them in `seen`."""
    group, waiting = {start}, [start]
    while waiting:
        row, column = waiting.pop()
        for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            inside = 0 <= r < values.shape[0] and 0 <= c < values.shape[1]
            if inside and (r, c) not in group and values[r, c] == values[start]:
                group.add((r, c))
                waiting.append((r, c))
    for cell in group:
        seen[cell] = True
    return frozenset(group)
