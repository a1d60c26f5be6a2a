"""A cell: one number of one layer's output, or one pixel that the network read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import Shape
from cnnviz.core.networks.network import Network

INPUT = "input"
"""Stands for a layer's name where what the network read is meant."""


@dataclass(frozen=True)
class Cell:
    """One value. `map`: channel, or the unit of an output without rows and columns, which are then 0."""

    layer: str
    map: int
    row: int = 0
    column: int = 0


def shapes(network: Network) -> dict[str, Shape]:
    """The output shape of every layer by its name, in order, after the shape of what is read."""
    names = (layer.name for layer in network.variant.layers)
    read, *made = network.variant.shapes()
    return {INPUT: read, **dict(zip(names, made, strict=True))}


def index(cell: Cell, shape: Shape) -> tuple[int, ...]:
    """Where `cell` is in an array of its layer's `shape`."""
    return (cell.row, cell.column, cell.map) if len(shape) == 3 else (cell.map,)


def values(trace: Trace, layer: str, shape: Shape) -> np.ndarray:
    """The output of `layer`, or what was read, as a float32 array of `shape`."""
    for output in trace.layers:
        if output.name == layer:
            return output.after
    return trace.digit.reshape(shape)


def value_at(trace: Trace, cell: Cell, shape: Shape) -> np.float32:
    """The value of `cell`."""
    value: np.float32 = values(trace, cell.layer, shape)[index(cell, shape)]
    return value


def write(cell: Cell, shape: Shape) -> str:
    """`cell` as a link has it: "conv2d_1.5.3.7" (map, row, column), "dense.5" where there are only units."""
    numbers = (cell.map, cell.row, cell.column) if len(shape) == 3 else (cell.map,)
    return ".".join([cell.layer, *map(str, numbers)])


def parse(network: Network, text: str) -> Cell | None:
    """The cell that `text` means, with numbers beyond the layer's moved to its edge; None for no layer or number."""
    for name, shape in shapes(network).items():
        numbers = text.removeprefix(f"{name}.").split(".")
        if text.startswith(f"{name}.") and len(numbers) == len(shape) and all(map(_is_number, numbers)):
            return clamp(Cell(name, *map(int, numbers)), shape)
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def clamp(cell: Cell, shape: Shape) -> Cell:
    """`cell` moved into an output of `shape`."""
    if len(shape) != 3:
        return Cell(cell.layer, min(cell.map, shape[0] - 1))
    rows, columns, maps = shape
    return Cell(cell.layer, min(cell.map, maps - 1), min(cell.row, rows - 1), min(cell.column, columns - 1))


def every(layer: str, shape: Shape) -> Iterator[Cell]:
    """All cells of an output of `shape`."""
    for place in np.ndindex(shape):
        row, column, of = place if len(place) == 3 else (0, 0, *place)
        yield Cell(layer, of, row, column)
