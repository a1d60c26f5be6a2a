"""What a ledger is: plain data, made by `account` and shown as it is."""

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
        name: what it is; the key of its label.
        amount: in units of the ledger's sheet.
        role: "addend": goes into the next total. "total": what was there before and all addends since. "step":
            worked out anew, as `work` says.
        work: the formula with its numbers, or a short remark.
    """

    name: str
    amount: int
    role: Literal["addend", "total", "step"]
    work: str = ""


@dataclass(frozen=True, eq=False)
class Part:
    """One window on one map of the layer before, and what becomes of it.

    Attributes:
        map: whose window it is.
        rows, columns: of that map; outside of it where padding is.
        values: (rows, columns) float32, 0 in padding.
        inside: (rows, columns) bool, False in padding.
        weights: (rows, columns) float32, the kernel's slice; None where nothing is multiplied.
        amounts: (rows, columns): the products, or the values themselves as amounts.
        subtotal: their sum; for a maximum the largest.
        kernel: the slice's index expression, such as "kernel[:, :, 3, 5]".
        weight, share: of a separable convolution: what the subtotal is multiplied by, and the product.
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

    @property
    def counts(self) -> int:
        """What it adds to the sum."""
        return self.subtotal if self.share is None else self.share


@dataclass(frozen=True, eq=False)
class Terms:
    """Many single values: of a dense layer's unit, or of a whole map. Arrays of equal length, the largest first.

    `maps`, `rows`, `columns`: places in the layer before. `values`, `weights`: float32, no weights where nothing is
    multiplied. `amounts`: what each adds.
    """

    maps: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    weights: np.ndarray | None
    amounts: np.ndarray


@dataclass(frozen=True, eq=False)
class Shares:
    """A softmax: amounts of every map or unit. `shifted`: less the largest; `total`: the sum of the exponentials."""

    logits: np.ndarray
    shifted: np.ndarray
    exponentials: np.ndarray
    total: int
    shares: np.ndarray


@dataclass(frozen=True, eq=False)
class Ledger:
    """How one cell's value came about.

    Attributes:
        cell: the cell.
        kind: Keras's name of its layer's kind; "" for a pixel that was read.
        reduces: what its layer keeps of a window, "max" or "mean"; "" if that is no pooling.
        source: the layer before, or `cells.INPUT`; "" for a pixel.
        sheet: how amounts are written.
        parts: windows, those that add most first; or nothing.
        terms: single values; or None.
        lines: the account, to be read from the top.
        facts: more to know, in sentences.
        shares: of a softmax; or None.
        reads: what is read of `source`, also outside of it.
        stored: the value as the network has it.
        exact: the same without any rounding on the way, in float64.
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
        """What it all comes to, as an amount."""
        return self.lines[-1].amount

    def line(self, name: str) -> int:
        """The amount of the line `name`, 0 where there is none."""
        return sum(line.amount for line in self.lines if line.name == name)
