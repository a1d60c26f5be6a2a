"""Simple and complex cells: a filter's answer moves with the digit, the pooled answer changes less.

D. H. Hubel and T. N. Wiesel (1962) found both kinds in the visual cortex: simple cells answer to a pattern at one
place, complex cells wherever it lies within a small area. A convolution and a pooling do the same, K. Fukushima (1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import Layer, MaxPooling2D
from cnnviz.core.ledger.receptive_field import list_windows
from cnnviz.core.messages import Message, gettext_noop

OWN_POOLING = MaxPooling2D(name="max_pooling", pool_size=(2, 2))
"""What pools the map where the network itself does not do so behind the convolution."""

MEASURED = gettext_noop(
    "Moved by one pixel to the right, the [[feature map|map]] of this filter changes by {simple:.0f} % of its length, "
    "the pooled map by {complex:.0f} %. The strongest cell, row {row} and column {column}, goes from {before:.2f} to "
    "{after:.2f}: a simple cell. The pooled cell that covers it goes from {pooled_before:.2f} to {pooled_after:.2f}: a "
    "complex cell."
)
SILENT = gettext_noop("This filter does not answer to the digit at all, so there is nothing that could move.")


@dataclass(frozen=True, eq=False)
class Cells:
    """One filter's answers to a digit and to the same digit, moved.

    Attributes:
        map: (rows, columns) float32, after the activation.
        moved: The same for the moved digit.
        pooled: The map, pooled.
        pooled_moved: The map of the moved digit, pooled.
        pooling: The layer that pools.
        cell: Row and column of the map's largest value.
        pooled_cell: The cell of the pooled map whose window covers it; the last one where none does.
    """

    map: np.ndarray
    moved: np.ndarray
    pooled: np.ndarray
    pooled_moved: np.ndarray
    pooling: Layer
    cell: tuple[int, int]
    pooled_cell: tuple[int, int]


def compare(before: Trace, after: Trace, layer: str, number: int) -> Cells:
    """Compare a filter's answers in the traces of a digit and of the moved one."""
    place = [each.name for each in before.layers].index(layer)
    behind = [each for each in before.layers if layer in each.sources]
    own = (each.layer for each in behind if each.layer.role == "pooling" and len(each.output_shape) == 3)
    pooling = next(own, OWN_POOLING)
    still, moved = (each.layers[place].after[..., number] for each in (before, after))
    pooled, pooled_moved = (
        pooling.forward(each[np.newaxis, ..., np.newaxis], {}).after[0, ..., 0] for each in (still, moved)
    )
    row, column = divmod(int(still.argmax()), still.shape[1])
    covering = _find_covering(pooling, still.shape, pooled.shape, row, column)
    return Cells(still, moved, pooled, pooled_moved, pooling, (row, column), covering)


def measure_change(before: np.ndarray, after: np.ndarray) -> float:
    """Return by how much a map changed, as a share of its length (the root of the sum of squares)."""
    length = float(np.linalg.norm(before))
    return float(np.linalg.norm(after - before)) / length if length else 0.0


def describe(found: Cells) -> Message:
    """Return in a sentence how much the map and the pooled map changed, with the numbers of one cell of each."""
    if not found.map.any():
        return Message(SILENT, {})
    values = {
        "simple": 100 * measure_change(found.map, found.moved),
        "complex": 100 * measure_change(found.pooled, found.pooled_moved),
        "row": found.cell[0],
        "column": found.cell[1],
        "before": float(found.map[found.cell]),
        "after": float(found.moved[found.cell]),
        "pooled_before": float(found.pooled[found.pooled_cell]),
        "pooled_after": float(found.pooled_moved[found.pooled_cell]),
    }
    return Message(MEASURED, values)


def _find_covering(
    pooling: Layer, shape: tuple[int, ...], out: tuple[int, ...], row: int, column: int
) -> tuple[int, int]:
    """Return the cell of the pooled map whose window holds a cell of the map."""
    rows, columns = (
        max(place for place, window in enumerate(windows) if window[0] <= wanted)
        for windows, wanted in zip(list_windows(pooling, (*shape, 1), (*out, 1)), (row, column), strict=True)
    )
    return rows, columns
