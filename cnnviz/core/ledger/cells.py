"""A cell: one number of one layer's output, or one pixel of the input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import Shape
from cnnviz.core.layers.layer import make_index
from cnnviz.core.networks.architecture import PICTURE
from cnnviz.core.networks.network import Network

INPUT = "input"
"""Takes the place of a layer's name for the network's input."""

Level = Literal["layer", "map", "cell"]
"""How far the visitor has gone in: to all maps of a layer, to one of them, to one value on it."""


@dataclass(frozen=True)
class Cell:
    """The place of one value.

    Attributes:
        layer: its name, or `INPUT`.
        map: the channel; the unit where the output has no rows and columns.
        row: 0 where the output has no rows.
        column: 0 where the output has no columns.
    """

    layer: str
    map: int
    row: int = 0
    column: int = 0


def list_shapes(network: Network) -> dict[str, Shape]:
    """Return the input's shape and every layer's output shape by name, in order."""
    architecture = network.architecture
    made = {layer.name: architecture.output_shape(layer.name) for layer in architecture.layers}
    return {INPUT: architecture.input_shape, **made}


def name_source(source: str) -> str:
    """Return what a layer reads, named as in an `Architecture`, as a cell names it."""
    return INPUT if source == PICTURE else source


def get_index(cell: Cell, shape: Shape) -> tuple[int, ...]:
    """Return the index of `cell` in an array of its layer's `shape`."""
    return make_index(shape, cell.row, cell.column, cell.map)


def get_values(trace: Trace, layer: str, shape: Shape) -> np.ndarray:
    """Return the output of `layer`, or the input, as a float32 array of `shape`."""
    for output in trace.layers:
        if output.name == layer:
            return output.after
    return trace.digit.reshape(shape)


def get_value(trace: Trace, cell: Cell, shape: Shape) -> np.float32:
    """Return the value of `cell`."""
    value: np.float32 = get_values(trace, cell.layer, shape)[get_index(cell, shape)]
    return value


def write(cell: Cell, shape: Shape) -> str:
    """`cell` as a link has it: "conv2d_1.5.3.7" (map, row, column), "dense.5" where there are only units."""
    numbers = (cell.map, cell.row, cell.column) if len(shape) == 3 else (cell.map,)
    return ".".join([cell.layer, *map(str, numbers)])


def parse(network: Network, text: str) -> Cell | None:
    """Parse `text` as `write` writes it, clamped to the layer's edge; None for an unknown layer or a bad number."""
    for name, shape in list_shapes(network).items():
        numbers = text.removeprefix(f"{name}.").split(".")
        if text.startswith(f"{name}.") and len(numbers) == len(shape) and all(map(_is_number, numbers)):
            return clamp(Cell(name, *map(int, numbers)), shape)
    return None


def write_place(cell: Cell, shape: Shape, level: Level) -> str:
    """Write the place of `cell` down to `level`: "conv2d_1", "conv2d_1.5" or as `write` does."""
    if level == "layer":
        return cell.layer
    return f"{cell.layer}.{cell.map}" if level == "map" and len(shape) == 3 else write(cell, shape)


def parse_place(network: Network, text: str) -> tuple[Cell, Level] | None:
    """Parse `text` as `write_place` writes it, as `parse` does; a map or layer stands for its first cell."""
    for name, shape in list_shapes(network).items():
        if name == INPUT:
            continue
        if text == name:
            return Cell(name, 0), "layer"
        of = text.removeprefix(f"{name}.")
        if text.startswith(f"{name}.") and len(shape) == 3 and _is_number(of):
            return clamp(Cell(name, int(of)), shape), "map"
    cell = parse(network, text)
    return None if cell is None else (cell, "cell")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def clamp(cell: Cell, shape: Shape) -> Cell:
    """Clamp `cell` to an output of `shape`."""
    if len(shape) != 3:
        return Cell(cell.layer, min(cell.map, shape[0] - 1))
    rows, columns, maps = shape
    return Cell(cell.layer, min(cell.map, maps - 1), min(cell.row, rows - 1), min(cell.column, columns - 1))
