"""Which cells a value was made of: of the layer before, and through any number of layers of what the network read.

All that a layer reads for one cell is rows times columns times maps: sets that need not be intervals (a dilated kernel
skips pixels). So the receptive field is found by formula, side by side, without looking at a single value.
Compare A. Araujo, W. Norris, J. Sim: Computing Receptive Fields of Convolutional Neural Networks (Distill, 2019).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.layers import Layer, Shape, windows
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.networks.network import Network

Indices = tuple[int, ...]


@dataclass(frozen=True)
class Reads:
    """Cells of an output: every one of `rows` with every one of `columns` and `maps`.

    In order; rows and columns may lie outside, where padding is. Without rows and columns they are (0,).
    """

    rows: Indices
    columns: Indices
    maps: Indices

    def inside(self, shape: Shape) -> Reads:
        """Those that an output of `shape` has."""
        height, width = shape[:2] if len(shape) == 3 else (1, 1)
        rows = tuple(row for row in self.rows if 0 <= row < height)
        return Reads(rows, tuple(column for column in self.columns if 0 <= column < width), self.maps)


def of_cell(layer: Layer, shape: Shape, cell: Cell) -> Reads:
    """What `layer` reads of its input of `shape` for the sum, the largest or the copy that `cell` begins with."""
    return FOOTPRINTS[layer.kind](layer, shape, cell)


def receptive_field(network: Network, cell: Cell) -> Reads:
    """The pixels that can change `cell`, all of them within the picture; none for a cell of padding."""
    names = [layer.name for layer in network.variant.layers]
    place = names.index(cell.layer) if cell.layer != INPUT else -1
    reads = Reads((cell.row,), (cell.column,), (cell.map,))
    for layer, shape in reversed(network.variant.layers_and_inputs()[: place + 1]):
        reads = _through(layer, shape, reads)
    return reads


def _through(layer: Layer, shape: Shape, made: Reads) -> Reads:
    """What `layer` reads for all cells of `made` together."""
    if layer.kind == "Flatten":
        return _unravelled(shape, made.maps)
    if not (made.rows and made.columns):
        return Reads((), (), ())
    if FOOTPRINTS[layer.kind] is _same:
        return made
    # Rows, columns and maps do not depend on one another, so walking along them side by side meets everything.
    maps = made.maps[:1] if _reads_all_maps(layer) else made.maps
    steps = max(len(made.rows), len(made.columns), len(maps))
    found = [
        of_cell(layer, shape, Cell(layer.name, _nth(maps, i), _nth(made.rows, i), _nth(made.columns, i)))
        for i in range(steps)
    ]
    return Reads(
        _union(each.rows for each in found),
        _union(each.columns for each in found),
        _union((*each.maps, *_mixed(layer, shape)) for each in found),
    ).inside(shape)


def _reads_all_maps(layer: Layer) -> bool:
    """Whether the maps that are read are the same for all cells."""
    if FOOTPRINTS[layer.kind] in (_all_maps, _separable) or getattr(layer, "activation", "") == "softmax":
        return True
    return layer.kind == "Conv2D" and getattr(layer, "groups", 1) == 1


def _mixed(layer: Layer, shape: Shape) -> Indices:
    """A softmax that is fused into a layer depends on all maps."""
    return tuple(range(shape[-1])) if getattr(layer, "activation", "") == "softmax" else ()


def _nth(numbers: Indices, place: int) -> int:
    return numbers[min(place, len(numbers) - 1)]


def _union(several: Iterable[Indices]) -> Indices:
    return tuple(sorted(set().union(*several)))


def _unravelled(shape: Shape, units: Indices) -> Reads:
    """Where the values of a flattened output of `shape` come from."""
    if len(shape) != 3:
        return Reads((0,), (0,), units)
    rows, columns, maps = (set(side.tolist()) for side in np.unravel_index(units, shape))
    return Reads(tuple(sorted(rows)), tuple(sorted(columns)), tuple(sorted(maps)))


def _windowed(layer: Any, shape: Shape, cell: Cell) -> tuple[Indices, Indices]:
    size = getattr(layer, "kernel_size", None) or layer.pool_size
    dilation = getattr(layer, "dilation_rate", (1, 1))
    rows, columns = (
        _along(place, shape[side], size[side], layer.strides[side], dilation[side], layer.padding)
        for side, place in enumerate((cell.row, cell.column))
    )
    return rows, columns


def _along(place: int, side: int, window: int, stride: int, dilation: int, padding: str) -> Indices:
    before, _ = windows.margins(side, windows.spanned(window, dilation), stride, padding)
    first = place * stride - before
    return tuple(range(first, first + window * dilation, dilation))


def _convolution(layer: Any, shape: Shape, cell: Cell) -> Reads:
    depth = shape[2] // layer.groups
    group = cell.map // (layer.filters // layer.groups)
    return Reads(*_windowed(layer, shape, cell), tuple(range(group * depth, (group + 1) * depth)))


def _depthwise(layer: Any, shape: Shape, cell: Cell) -> Reads:
    return Reads(*_windowed(layer, shape, cell), (cell.map // layer.depth_multiplier,))


def _separable(layer: Any, shape: Shape, cell: Cell) -> Reads:
    return Reads(*_windowed(layer, shape, cell), tuple(range(shape[2])))


def _pooling(layer: Any, shape: Shape, cell: Cell) -> Reads:
    return Reads(*_windowed(layer, shape, cell), (cell.map,))


def _whole_map(layer: Layer, shape: Shape, cell: Cell) -> Reads:  # noqa: ARG001 (all footprints are called alike)
    return Reads(tuple(range(shape[0])), tuple(range(shape[1])), (cell.map,))


def _same(layer: Layer, shape: Shape, cell: Cell) -> Reads:  # noqa: ARG001
    return Reads((cell.row,), (cell.column,), (cell.map,))


def _all_maps(layer: Layer, shape: Shape, cell: Cell) -> Reads:  # noqa: ARG001
    return Reads((cell.row,), (cell.column,), tuple(range(shape[-1])))


def _activation(layer: Any, shape: Shape, cell: Cell) -> Reads:
    return (_all_maps if layer.activation == "softmax" else _same)(layer, shape, cell)


def _framed(layer: Any, shape: Shape, cell: Cell) -> Reads:  # noqa: ARG001
    (top, _), (left, _) = layer.padding
    return Reads((cell.row - top,), (cell.column - left,), (cell.map,))


def _flattened(layer: Layer, shape: Shape, cell: Cell) -> Reads:  # noqa: ARG001
    return _unravelled(shape, (cell.map,))


#: Keras's class name -> what is read of an input of a shape for a cell.
FOOTPRINTS: Mapping[str, Callable[[Any, Shape, Cell], Reads]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv2D": _separable,
    "MaxPooling2D": _pooling,
    "AveragePooling2D": _pooling,
    "GlobalMaxPooling2D": _whole_map,
    "GlobalAveragePooling2D": _whole_map,
    "ZeroPadding2D": _framed,
    "BatchNormalization": _same,
    "Dense": _all_maps,
    "Flatten": _flattened,
    "Dropout": _same,
    "Rescaling": _same,
    "Activation": _activation,
    "ReLU": _same,
    "LeakyReLU": _same,
    "ELU": _same,
    "Softmax": _all_maps,
}


def size(reads: Reads) -> int:
    """How many cells those are."""
    return math.prod(map(len, (reads.rows, reads.columns, reads.maps)))
