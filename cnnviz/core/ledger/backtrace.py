"""The way down: from a cell through what made most of it, layer by layer, to a pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import Shape
from cnnviz.core.ledger import cells, receptive_field
from cnnviz.core.ledger.cells import INPUT, Cell
from cnnviz.core.ledger.query import Question, ask, gather
from cnnviz.core.networks.network import Network


def descend(network: Network, trace: Trace, cell: Cell) -> tuple[Cell, ...]:
    """The cells below `cell`: in each layer the one that adds most, the last a pixel; shorter in a frame of zeros."""
    found: list[Cell] = []
    while cell.layer != INPUT:
        question = ask(network, trace, cell)
        below = find_strongest(question)
        if below is None:
            break
        found.append(below)
        cell = below
    return tuple(found)


def is_path(network: Network, way: Sequence[Cell]) -> bool:
    """Whether `network` has every cell of `way`, each among those that the one above it was made of."""
    shapes = cells.shapes(network)
    if any(cell.layer not in shapes or cells.clamp(cell, shapes[cell.layer]) != cell for cell in way):
        return False
    return all(_is_read(network, shapes, above, below) for above, below in pairwise(way))


def _is_read(network: Network, shapes: Mapping[str, Shape], above: Cell, below: Cell) -> bool:
    """Whether the layer of `above` reads `below` for it."""
    names = list(shapes)
    place = names.index(above.layer) - 1
    if place < 0 or names[place] != below.layer:
        return False
    shape = shapes[below.layer]
    reads = receptive_field.of_cell(network.variant.layers[place], shape, above).inside(shape)
    return below.row in reads.rows and below.column in reads.columns and below.map in reads.maps


def find_strongest(question: Question) -> Cell | None:
    """The cell of the layer before that counts most, the middle one where none counts; None if none is read.

    Of windows on several maps that is the largest product in the window that adds most.
    """
    pull, inside = measure_contributions(question)
    if not inside.any():
        return None
    if pull.shape[0] * pull.shape[1] > 1:
        most = int(np.abs(pull.sum(axis=(0, 1))).argmax())
        pull = np.where(np.arange(pull.shape[2]) == most, pull, 0.0)
    if not pull.any():
        pull = _middle(pull.shape)
    row, column, of = np.unravel_index(np.where(inside[..., None], np.abs(pull), -1.0).argmax(), pull.shape)
    reads = question.reads
    return Cell(question.source, reads.maps[of], reads.rows[row], reads.columns[column])


def _middle(shape: tuple[int, ...]) -> np.ndarray:
    """Larger towards the middle of the window."""
    rows, columns = (-np.abs(np.arange(side) - (side - 1) / 2) for side in shape[:2])
    return np.broadcast_to(np.add.outer(rows, columns)[..., None] - (rows.min() + columns.min()), shape)


def measure_contributions(question: Question) -> tuple[np.ndarray, np.ndarray]:
    """How much every cell that is read adds, (rows, columns, maps), and which lie within the map."""
    found, inside = gather(question, question.reads.maps)
    weight = question.layer.cell_weights(question.weights, question.cell.map)
    if weight is None and question.layer.activation_name == "softmax":
        weight = np.asarray(np.arange(question.x.shape[-1]) == question.cell.map)[None, None, :]
    if weight is not None:
        return found * weight, inside
    return _shift_above_zero(found) if question.layer.reduces == "max" else found, inside


def _shift_above_zero(found: np.ndarray) -> np.ndarray:
    """Values from 1 up, the largest the largest."""
    shifted: np.ndarray = found - found.min() + np.float32(1)
    return shifted
