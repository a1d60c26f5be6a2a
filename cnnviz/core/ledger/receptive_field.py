"""Receptive fields, per layer and down to the input.

What a layer reads for one cell is a product of rows, columns and maps: sets that need not be intervals (a dilated
kernel skips pixels). So the receptive field is computed axis by axis, without looking at a single value.
Compare A. Araujo, W. Norris, J. Sim: Computing Receptive Fields of Convolutional Neural Networks (Distill, 2019).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.layers import Layer, Shape
from cnnviz.core.layers.layer import Indices
from cnnviz.core.layers.shaping import Rearrangement
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network


@dataclass(frozen=True)
class Reads:
    """Cells of an output: every combination of `rows`, `columns` and `maps`, each in ascending order.

    Attributes:
        rows, columns: padding lies outside of the output; (0,) for an output without rows and columns.
        maps: channels or units.
    """

    rows: Indices
    columns: Indices
    maps: Indices

    def clip(self, shape: Shape) -> Reads:
        """Leave out the cells outside of an output of `shape`."""
        height, width = shape[:2] if len(shape) == 3 else (1, 1)
        rows = tuple(row for row in self.rows if 0 <= row < height)
        return Reads(rows, tuple(column for column in self.columns if 0 <= column < width), self.maps)


def find_reads(layer: Layer, shape: Shape, cell: Cell) -> Reads:
    """Return the cells of an input of `shape` that `layer` computes `cell` from, before the activation."""
    return Reads(*layer.reads(shape, cell.row, cell.column, cell.map))


def find_receptive_field(network: Network, cell: Cell) -> Reads:
    """Return the pixels that can change `cell`, all within the picture; none for a zero of padding.

    Behind a Reshape or Permute they need not be every combination of rows and columns; then some others are among them.
    """
    return _find_field(network.architecture, cell)


def _find_field(architecture: Architecture, cell: Cell) -> Reads:
    names = [layer.name for layer in architecture.layers]
    place = names.index(cell.layer) if cell.layer != INPUT else -1
    reads = Reads((cell.row,), (cell.column,), (cell.map,))
    for layer, shape in reversed(architecture.layers_and_inputs()[: place + 1]):
        reads = _find_reads_of_all(layer, shape, reads)
    return reads


def list_windows(layer: Layer, shape: Shape, out: Shape) -> tuple[tuple[Indices, ...], tuple[Indices, ...]]:
    """Return what each row and each column of an output of shape `out` reads of an input of `shape`, padding included.

    The window of a cell is every combination of its row's rows and its column's columns.
    """
    rows, columns, _ = out
    reads = [
        find_reads(layer, shape, Cell(layer.name, 0, min(i, rows - 1), min(i, columns - 1)))
        for i in range(max(rows, columns))
    ]
    return tuple(each.rows for each in reads[:rows]), tuple(each.columns for each in reads[:columns])


def list_receptive_fields(architecture: Architecture, layer: str) -> tuple[tuple[Indices, ...], tuple[Indices, ...]]:
    """Return the rows and the columns of the picture that can change each row and each column of a layer's maps."""
    rows, columns, _ = architecture.output_shape(layer)
    fields = [
        _find_field(architecture, Cell(layer, 0, min(i, rows - 1), min(i, columns - 1)))
        for i in range(max(rows, columns))
    ]
    return tuple(each.rows for each in fields[:rows]), tuple(each.columns for each in fields[:columns])


def _find_reads_of_all(layer: Layer, shape: Shape, made: Reads) -> Reads:
    """Return the cells of an input of `shape` that `layer` reads for all cells of `made` together."""
    if not (made.rows and made.columns):
        return Reads((), (), ())
    if isinstance(layer, Rearrangement):
        return _find_origins(layer, shape, made)
    # Rows, columns and maps do not depend on one another, so stepping through them in parallel covers all.
    maps = made.maps[:1] if layer.reads_same_maps else made.maps
    steps = max(len(made.rows), len(made.columns), len(maps))
    found = [
        find_reads(layer, shape, Cell(layer.name, _nth(maps, i), _nth(made.rows, i), _nth(made.columns, i)))
        for i in range(steps)
    ]
    return Reads(
        _union(each.rows for each in found),
        _union(each.columns for each in found),
        _union((*each.maps, *_list_softmax_maps(layer, shape)) for each in found),
    ).clip(shape)


def _list_softmax_maps(layer: Layer, shape: Shape) -> Indices:
    """Return all maps for a layer with a fused softmax, whose outputs depend on all of them."""
    return tuple(range(shape[-1])) if layer.activation_name == "softmax" else ()


def _nth(numbers: Indices, place: int) -> int:
    return numbers[min(place, len(numbers) - 1)]


def _union(several: Iterable[Indices]) -> Indices:
    return tuple(sorted(set().union(*several)))


def _find_origins(layer: Rearrangement, shape: Shape, made: Reads) -> Reads:
    """Return the cells of an input of `shape` that `layer` moved to the cells of `made`."""
    origins = layer.find_origins(shape)
    whole = origins if origins.ndim == 3 else origins[None, None, :]
    chosen = whole[np.ix_(made.rows, made.columns, made.maps)].reshape(-1)
    if len(shape) != 3:
        return Reads((0,), (0,), tuple(np.unique(chosen).tolist()))
    rows, columns, maps = (tuple(np.unique(side).tolist()) for side in np.unravel_index(chosen, shape))
    return Reads(rows, columns, maps)
