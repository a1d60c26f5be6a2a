"""The ledger as plain data: made by `account`, shown as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.core.layers.layer import Indices
from cnnviz.core.ledger.cells import Cell
from cnnviz.core.ledger.fixed_point import Sheet
from cnnviz.core.ledger.receptive_field import Reads
from cnnviz.core.messages import Message


@dataclass(frozen=True)
class Line:
    """One line of the account.

    Attributes:
        name: key of its label.
        amount: in units of the ledger's sheet.
        role: "addend" is added to the next total; "total" is the previous line plus all addends since; "step" is
            computed from the lines above, as `work` says.
        work: the formula with its numbers, or a short remark.
    """

    name: str
    amount: int
    role: Literal["addend", "total", "step"]
    work: str = ""


@dataclass(frozen=True, eq=False)
class Part:
    """One window on one map that is read and what it contributes.

    Attributes:
        map: whose window it is.
        rows, columns: of that map; padding lies outside of it.
        values: (rows, columns) float32, 0 in padding.
        inside: (rows, columns) bool, False in padding.
        weights: (rows, columns) float32, the kernel's slice; None where nothing is multiplied.
        amounts: (rows, columns): the products, or the values themselves as amounts.
        subtotal: their sum; for a maximum the largest.
        kernel: the slice's index expression, such as "kernel[:, :, 3, 5]".
        weight, share: in a separable convolution the pointwise weight of the subtotal, and their product.
        source: the layer that has the map, or `cells.INPUT`; "" where it is the ledger's only source.
    """

    map: int
    rows: Indices
    columns: Indices
    values: np.ndarray
    inside: np.ndarray
    weights: np.ndarray | None
    amounts: np.ndarray
    subtotal: int
    kernel: str = ""
    weight: np.float32 | None = None
    share: int | None = None
    source: str = ""

    @property
    def counts(self) -> int:
        """The amount that it adds to the sum."""
        return self.subtotal if self.share is None else self.share


@dataclass(frozen=True, eq=False)
class Terms:
    """Single values that are added up: all inputs of a dense unit, or a whole map. The largest come first.

    Attributes:
        maps, rows, columns: (n,) int, places in the previous layer.
        values: (n,) float32.
        weights: (n,) float32; None where nothing is multiplied.
        amounts: (n,), what each adds.
    """

    maps: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    weights: np.ndarray | None
    amounts: np.ndarray


@dataclass(frozen=True, eq=False)
class Shares:
    """A softmax, worked out for every map or unit.

    Attributes:
        logits: (units,) amounts.
        shifted: the logits less the largest.
        exponentials: of `shifted`.
        total: the sum of the exponentials.
        shares: the exponentials divided by `total`.
    """

    logits: np.ndarray
    shifted: np.ndarray
    exponentials: np.ndarray
    total: int
    shares: np.ndarray


@dataclass(frozen=True, eq=False)
class Ledger:
    """The account of one cell's value.

    Attributes:
        cell: the cell.
        kind: Keras's name of its layer's kind; "" for a pixel.
        reduces: "max" or "mean" for a pooling; "" for other layers.
        source: the layer that is read, or `cells.INPUT`; of several the first; "" for a pixel.
        sheet: the format of all amounts.
        parts: windows, the largest contribution first; may be empty.
        terms: single values, or None.
        lines: the account, from the top down.
        facts: remarks, one sentence each.
        shares: the softmax, or None.
        reads: the cells of `source` that are read, padding included; None for a pixel.
        stored: the float32 value that the network computed.
        exact: the value in float64, without any rounding on the way.
    """

    cell: Cell
    kind: str
    reduces: str
    source: str
    sheet: Sheet
    parts: tuple[Part, ...]
    terms: Terms | None
    lines: tuple[Line, ...]
    facts: tuple[Message, ...]
    shares: Shares | None
    reads: Reads | None
    stored: np.float32
    exact: float

    @property
    def total(self) -> int:
        """The amount of the last line."""
        return self.lines[-1].amount

    def line(self, name: str) -> int:
        """Return the amount of the line `name`, 0 if there is none."""
        return sum(line.amount for line in self.lines if line.name == name)
