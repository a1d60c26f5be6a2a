"""All cells of a layer, for tests that look at each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnviz.core.layers import Shape
from cnnviz.core.ledger.cells import Cell


def iterate_cells(layer: str, shape: Shape) -> Iterator[Cell]:
    """Yield all cells of an output of `shape`."""
    for place in np.ndindex(shape):
        row, column, of = place if len(place) == 3 else (0, 0, *place)
        yield Cell(layer, of, row, column)
