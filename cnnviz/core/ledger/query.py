"""The question that an account answers, one value of one layer, with everything needed to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnviz.core.inference.trace import LayerOutput, Trace
from cnnviz.core.layers import Merge, Shape
from cnnviz.core.layers.layer import Indices
from cnnviz.core.ledger import cells, receptive_field
from cnnviz.core.ledger.cells import Cell
from cnnviz.core.ledger.fixed_point import Sheet, add_up
from cnnviz.core.ledger.ledger import Line, Part, Shares, Terms
from cnnviz.core.ledger.receptive_field import Reads
from cnnviz.core.messages import Message
from cnnviz.core.networks.network import Network


@dataclass(frozen=True, eq=False)
class Question:
    """A cell of a layer, with the layer's input, weights and output.

    Attributes:
        cell: the cell whose value is explained.
        output: the layer's trace.
        layer: the layer, with its settings.
        weights: its arrays by Keras's names.
        source: the name of the layer that is read, or `INPUT`; of several the first that has a part in the cell.
        x: the values of `source`, float32.
        reads: the cells of `x` that the account begins with.
        branches: of a layer that reads several others: the same question for each input that has a part in the cell.
    """

    cell: Cell
    output: LayerOutput
    layer: Any
    weights: Mapping[str, np.ndarray]
    source: str
    x: np.ndarray
    reads: Reads
    branches: tuple[Question, ...] = ()

    @property
    def index(self) -> tuple[int, ...]:
        """The index of the value in the layer's output."""
        return cells.get_index(self.cell, self.output.output_shape)

    @property
    def bias(self) -> np.float32 | None:
        """The bias of the cell's map, or None."""
        found = self.weights.get("bias")
        return None if found is None else found[self.cell.map]

    @property
    def whole(self) -> np.ndarray:
        """`x` as (rows, columns, maps); with one row and one column if it has none."""
        return self.x if self.x.ndim == 3 else self.x[None, None, :]

    @property
    def largest(self) -> float:
        """The largest absolute value before or after the activation, the smaller of the two; 1 if all are 0."""
        sizes = [float(np.abs(each).max()) for each in (self.output.before, self.output.after)]
        return min((size for size in sizes if size > 0), default=1.0)


@dataclass(frozen=True, eq=False)
class Draft:
    """An account up to the sum.

    Attributes:
        amount: what the lines come to.
        exact: the same in float64, without any rounding.
        lines, parts, terms, facts, shares: as in `Ledger`.
    """

    amount: int
    exact: float
    lines: tuple[Line, ...] = ()
    parts: tuple[Part, ...] = ()
    terms: Terms | None = None
    facts: tuple[Message, ...] = ()
    shares: Shares | None = None


def ask(network: Network, trace: Trace, cell: Cell) -> Question:
    """Collect what is needed to account for `cell`, a cell of one of the layers."""
    output = next(each for each in trace.layers if each.name == cell.layer)
    weights = network.weights_of(cell.layer)
    shape: Shape = network.architecture.input_shape
    found = tuple(
        Question(cell, output, output.layer, weights, source, cells.get_values(trace, source, shape), reads)
        for source, reads in receptive_field.list_reads(network.architecture, cell)
    )
    return replace(found[0], branches=found) if isinstance(output.layer, Merge) else found[0]


def gather(question: Question, maps: Indices) -> tuple[np.ndarray, np.ndarray]:
    """Return the window on `maps` and which of its cells lie within the map.

    Returns:
        The values, (rows, columns, maps) float32, 0 outside; and (rows, columns) bool, True inside.
    """
    x, reads = question.whole, question.reads
    rows, columns = np.array(reads.rows), np.array(reads.columns)
    inside = np.logical_and.outer((rows >= 0) & (rows < x.shape[0]), (columns >= 0) & (columns < x.shape[1]))
    found = x[np.ix_(rows.clip(0, x.shape[0] - 1), columns.clip(0, x.shape[1] - 1), np.array(maps))]
    return np.where(inside[..., None], found, np.float32(0)), inside


def with_bias(question: Question, sheet: Sheet, draft: Draft) -> Draft:
    """Add the bias to `draft`, if the layer has one."""
    if question.bias is None:
        return draft
    amount = sheet.round_float32(question.bias)
    line = Line("bias", amount, "addend", f"bias[{question.cell.map}]")
    return Draft(
        draft.amount + amount, draft.exact + float(question.bias), (*draft.lines, line), draft.parts, draft.terms
    )


def make_parts(
    question: Question, sheet: Sheet, maps: Indices, weights: np.ndarray | None, kernels: tuple[str, ...]
) -> list[Part]:
    """Return one window per map.

    `weights` is (rows, columns, maps) or None; `kernels` names the kernel's slice of each map.
    """
    found, inside = gather(question, maps)
    amounts = sheet.round_all(found) if weights is None else sheet.multiply(found, weights)
    return [
        Part(
            of,
            question.reads.rows,
            question.reads.columns,
            found[..., i],
            inside,
            None if weights is None else weights[..., i],
            amounts[..., i],
            add_up(amounts[..., i]),
            kernels[i],
        )
        for i, of in enumerate(maps)
    ]


def sort_by_size(parts: list[Part]) -> tuple[Part, ...]:
    """Sort by size of contribution, the largest first; equal ones by map."""
    return tuple(sorted(parts, key=lambda part: (-abs(part.counts), part.map)))


def make_terms(question: Question, sheet: Sheet, weights: np.ndarray | None) -> Terms:
    """Return every value that is read as a single term; `weights` is (rows, columns, maps) or None."""
    found, _ = gather(question, question.reads.maps)
    amounts = sheet.round_all(found) if weights is None else sheet.multiply(found, weights)
    # The largest contribution first; equal ones in reading order.
    places = np.indices(found.shape).reshape(3, -1)
    order = np.argsort(-np.abs(amounts.reshape(-1).astype(float)), kind="stable")
    rows, columns, maps = (
        np.array(side)[index[order]]
        for side, index in zip((question.reads.rows, question.reads.columns, question.reads.maps), places, strict=True)
    )
    return Terms(
        maps,
        rows,
        columns,
        found.reshape(-1)[order],
        None if weights is None else weights.reshape(-1)[order],
        amounts.reshape(-1)[order],
    )
