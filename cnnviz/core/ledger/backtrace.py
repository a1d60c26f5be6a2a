"""The path down: from a cell through its largest contributions, layer by layer, to a pixel."""

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
    """Follow the largest contribution from `cell` down to a pixel, one cell a layer that is passed.

    The path ends early at a zero that padding added.
    """
    found: list[Cell] = []
    while cell.layer != INPUT:
        question = ask(network, trace, cell)
        below = find_strongest(question)
        if below is None:
            break
        found.append(below)
        cell = below
    return tuple(found)


def is_path(network: Network, path: Sequence[Cell]) -> bool:
    """Check that `network` has every cell of `path` and computes each from the next."""
    shapes = cells.list_shapes(network)
    if any(cell.layer not in shapes or cells.clamp(cell, shapes[cell.layer]) != cell for cell in path):
        return False
    return all(_is_read(network, shapes, above, below) for above, below in pairwise(path))


def _is_read(network: Network, shapes: Mapping[str, Shape], above: Cell, below: Cell) -> bool:
    """Check that `above` is computed from `below`, a cell of a layer that its own reads."""
    if above.layer == INPUT:
        return False
    inside = [
        reads.clip(shapes[source])
        for source, reads in receptive_field.list_reads(network.architecture, above)
        if source == below.layer
    ]
    return any(
        below.row in reads.rows and below.column in reads.columns and below.map in reads.maps for reads in inside
    )


def find_strongest(question: Question) -> Cell | None:
    """Return the cell that contributes most, of all layers that are read; None where only padding is read.

    Of windows on several maps that is the largest product in the window with the largest subtotal. Where all
    contributions are 0 it is the middle of the window.
    """
    if question.branches:
        return _find_strongest_branch(question)
    pull, inside = measure_contributions(question)
    if not inside.any():
        return None
    # Of a window, keep the map with the largest subtotal only.
    if pull.shape[0] * pull.shape[1] > 1:
        most = int(np.abs(pull.sum(axis=(0, 1))).argmax())
        pull = np.where(np.arange(pull.shape[2]) == most, pull, 0.0)
    if not pull.any():
        pull = _middle(pull.shape)
    # Padding is never chosen: it counts as less than any contribution.
    row, column, of = np.unravel_index(np.where(inside[..., None], np.abs(pull), -1.0).argmax(), pull.shape)
    reads = question.reads
    return Cell(question.source, reads.maps[of], reads.rows[row], reads.columns[column])


def _find_strongest_branch(question: Question) -> Cell:
    """Return the cell with the largest value that a merge reads: in size, unless it keeps the largest or smallest."""
    values = [float(gather(branch, branch.reads.maps)[0].item()) for branch in question.branches]
    match question.layer.arithmetic:
        case "maximum":
            sizes = values
        case "minimum":
            sizes = [-value for value in values]
        case _:
            sizes = [abs(value) for value in values]
    branch = question.branches[int(np.argmax(sizes))]
    reads = branch.reads
    return Cell(branch.source, reads.maps[0], reads.rows[0], reads.columns[0])


def _middle(shape: tuple[int, ...]) -> np.ndarray:
    """Return weights for a window of `shape` that grow towards its middle."""
    rows, columns = (-np.abs(np.arange(side) - (side - 1) / 2) for side in shape[:2])
    return np.broadcast_to(np.add.outer(rows, columns)[..., None] - (rows.min() + columns.min()), shape)


def measure_contributions(question: Question) -> tuple[np.ndarray, np.ndarray]:
    """Return what each cell that is read contributes, (rows, columns, maps), and which lie within the map."""
    found, inside = gather(question, question.reads.maps)
    cell = question.cell
    weight = question.layer.place_weights(
        question.output.input_shape, question.weights, cell.row, cell.column, cell.map
    )
    if weight is None and question.layer.activation_name == "softmax":
        weight = np.asarray(np.arange(question.x.shape[-1]) == question.cell.map)[None, None, :]
    if weight is not None:
        return found * weight, inside
    return _shift_above_zero(found) if question.layer.reduces == "max" else found, inside


def _shift_above_zero(found: np.ndarray) -> np.ndarray:
    """Shift values so that the smallest is 1; then the largest is also the largest in size."""
    shifted: np.ndarray = found - found.min() + np.float32(1)
    return shifted
