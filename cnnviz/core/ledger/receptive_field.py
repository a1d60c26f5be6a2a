"""Receptive fields, per layer and down to the input.

What a layer reads for one cell is a product of rows, columns and maps: sets that need not be intervals (a dilated
kernel skips pixels). So the receptive field is computed axis by axis, without looking at a single value.
Compare A. Araujo, W. Norris, J. Sim: Computing Receptive Fields of Convolutional Neural Networks (Distill, 2019).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.layers import Layer, Merge, Shape
from cnnviz.core.layers.layer import Indices
from cnnviz.core.layers.shaping import Rearrangement
from cnnviz.core.ledger.cells import INPUT, Cell, name_source
from cnnviz.core.networks.architecture import PICTURE, Architecture
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


def list_reads(architecture: Architecture, cell: Cell) -> tuple[tuple[str, Reads], ...]:
    """Return what a cell of a layer is computed from, before the activation: each source with its cells.

    A layer that reads several others has one entry for each input that has a part in the cell, in order.
    """
    layer = next(each for each in architecture.layers if each.name == cell.layer)
    sources, shapes = architecture.sources(cell.layer), architecture.input_shapes(cell.layer)
    if not isinstance(layer, Merge):
        return ((name_source(sources[0]), find_reads(layer, shapes[0], cell)),)
    found = (
        (name_source(source), Reads(*layer.merged_reads(shapes, place, (cell.row,), (cell.column,), (cell.map,))))
        for place, source in enumerate(sources)
    )
    return tuple((source, reads) for source, reads in found if reads.maps)


def find_receptive_field(network: Network, cell: Cell) -> Reads:
    """Return the pixels that can change `cell`, all within the picture; none for a zero of padding.

    Behind a Reshape or Permute they need not be every combination of rows and columns; then some others are among them.
    Where several layers are read whose fields are no rectangle together, it is the smallest that holds them.
    """
    return _find_field(network.architecture, cell)


def _find_field(architecture: Architecture, cell: Cell) -> Reads:
    own = Reads((cell.row,), (cell.column,), (cell.map,))
    if cell.layer == INPUT:
        return own
    wanted = {cell.layer: own}
    for layer in reversed(architecture.layers):
        made = wanted.pop(layer.name, None)
        if made is None:
            continue
        shapes = architecture.input_shapes(layer.name)
        for place, source in enumerate(architecture.sources(layer.name)):
            if isinstance(layer, Merge):
                reads = Reads(*layer.merged_reads(shapes, place, made.rows, made.columns, made.maps))
            else:
                reads = _find_reads_of_all(layer, shapes[0], made)
            wanted[source] = _unite(wanted[source], reads) if source in wanted else reads
    return wanted.get(PICTURE, Reads((), (), ()))


def _unite(one: Reads, other: Reads) -> Reads:
    """Return the smallest product of rows, columns and maps that holds both."""
    if not (one.rows and one.columns and one.maps):
        return other
    if not (other.rows and other.columns and other.maps):
        return one
    return Reads(_union((one.rows, other.rows)), _union((one.columns, other.columns)), _union((one.maps, other.maps)))


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
