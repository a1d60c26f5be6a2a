"""Pooling worked out by hand: every window of a small grid with its cells, its largest value and its mean.

Geometry and sizes are those of `cnnviz.core.layers.pooling`; as in Keras, cells that padding adds are left out of the
mean and can never be the largest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import MaxPooling2D, windows
from cnnviz.core.layers.formulas import product
from cnnviz.core.layers.layer import Pair
from cnnviz.core.lessons.number_grid import Grid, format_number

SIDES = (2, 8)
"""Smallest and largest side of the grid."""

TUTORIAL = ((1.0, 2.0, 0.0, 3.0), (7.0, 1.0, 4.0, 1.0), (0.0, 5.0, 2.0, 2.0), (3.0, 0.0, 2.0, 2.0))
"""The initial grid: its upper left window is the 1 2 / 7 1 of which the tutorials keep the 7."""


@dataclass(frozen=True)
class PoolCell:
    """A cell under a window.

    Attributes:
        row: Row in the grid; outside of it for padding.
        column: Column in the grid; outside of it for padding.
        value: None where padding added the cell.
    """

    row: int
    column: int
    value: float | None

    @property
    def padding(self) -> bool:
        """Whether padding added it."""
        return self.value is None


@dataclass(frozen=True)
class PoolWindow:
    """One window and the results of both poolings.

    Attributes:
        row: Row of its cell in the result, from 0.
        column: Column of its cell in the result, from 0.
        cells: In reading order.
    """

    row: int
    column: int
    cells: tuple[PoolCell, ...]

    @property
    def inside(self) -> tuple[float, ...]:
        """The values that are not padding, in reading order; at least one."""
        return tuple(cell.value for cell in self.cells if cell.value is not None)

    @property
    def largest(self) -> float:
        """The result of max pooling."""
        return max(self.inside)

    @property
    def winners(self) -> tuple[PoolCell, ...]:
        """The cells that hold the largest value; several where it occurs more than once."""
        return tuple(cell for cell in self.cells if cell.value == self.largest)

    @property
    def total(self) -> float:
        """The sum of the values."""
        return math.fsum(self.inside)

    @property
    def count(self) -> int:
        """Number of values in the mean, without padding."""
        return len(self.inside)

    @property
    def mean(self) -> float:
        """The result of average pooling."""
        return self.total / self.count

    @property
    def mean_work(self) -> str:
        """The calculation of the mean: "(1 + 2 + 7 + 1) / 4 = 2.75"; with ≈ where two decimals do not hold it."""
        terms = " + ".join(format_number(value) if value >= 0 else f"({format_number(value)})" for value in self.inside)
        exact = sum(map(_to_fraction, self.inside), Fraction()) / self.count
        sign = "=" if (exact * 100).denominator == 1 else "≈"
        return f"({terms}) / {self.count} {sign} {format_number(float(exact))}"

    @property
    def max_work(self) -> str:
        """The calculation of the largest: "max(1, 2, 7, 1) = 7"."""
        return f"max({', '.join(map(format_number, self.inside))}) = {format_number(self.largest)}"


@dataclass(frozen=True)
class PoolWorkedExample:
    """A grid and how it is pooled.

    Raises `Refusal` for what `MaxPooling2D` refuses, and for empty grids.

    Attributes:
        values: The grid.
        pool_size: Rows and columns of the window.
        strides: (down, across).
        padding: "valid" or "same".
    """

    values: Grid
    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)
    padding: str = "valid"

    def __post_init__(self) -> None:
        if not self.values or not self.values[0] or len(set(map(len, self.values))) > 1:
            raise Refusal(
                "`values` must be rows of equal length. Received: lengths {lengths}. Give every row as many numbers.",
                lengths=tuple(map(len, self.values)),
            )
        _ = self.output_shape

    @property
    def shape(self) -> Pair:
        """Rows and columns of the grid."""
        return len(self.values), len(self.values[0])

    @property
    def layer(self) -> MaxPooling2D:
        """The Keras layer with these arguments."""
        return MaxPooling2D(name="worked_example", pool_size=self.pool_size, strides=self.strides, padding=self.padding)

    @property
    def output_shape(self) -> Pair:
        """Rows and columns of the result."""
        rows, columns, _ = self.layer.output_shape((*self.shape, 1))
        return rows, columns

    @property
    def formula(self) -> str:
        """The size formula, filled in."""
        return self.layer.size_formula((*self.shape, 1))

    @property
    def margins(self) -> tuple[Pair, Pair]:
        """Cells that padding adds (above, below) and (left, right)."""
        rows, columns = (
            windows.compute_margins(side, span, stride, self.padding)
            for side, span, stride in zip(self.shape, self.pool_size, self.strides, strict=True)
        )
        return rows, columns

    @property
    def windows(self) -> tuple[PoolWindow, ...]:
        """All windows in reading order."""
        rows, columns = self.output_shape
        return tuple(self.window(row, column) for row in range(rows) for column in range(columns))

    def window(self, row: int, column: int) -> PoolWindow:
        """Return the window of the cell (`row`, `column`) of the result."""
        # The upper left cell, before the grid where padding is added.
        top = row * self.strides[0] - self.margins[0][0]
        left = column * self.strides[1] - self.margins[1][0]
        cells = tuple(
            PoolCell(r, c, self._get_value(r, c))
            for r in range(top, top + self.pool_size[0])
            for c in range(left, left + self.pool_size[1])
        )
        return PoolWindow(row, column, cells)

    @property
    def largest(self) -> np.ndarray:
        """The result of max pooling, (rows, columns) float64."""
        return np.array([each.largest for each in self.windows]).reshape(self.output_shape)

    @property
    def means(self) -> np.ndarray:
        """The result of average pooling, (rows, columns) float64."""
        return np.array([each.mean for each in self.windows]).reshape(self.output_shape)

    @property
    def read(self) -> np.ndarray:
        """(rows, columns) int: number of windows that read each value; 0 where it is skipped, above 1 with overlap."""
        times = np.zeros(self.shape, dtype=int)
        for cell in (cell for each in self.windows for cell in each.cells if not cell.padding):
            times[cell.row, cell.column] += 1
        return times

    @property
    def kept(self) -> float:
        """Number of windows divided by the number of values."""
        return math.prod(self.output_shape) / math.prod(self.shape)

    @property
    def kept_formula(self) -> str:
        """The calculation of `kept`: "2 × 2 / (4 × 4) = 4 / 16"."""
        left, had = math.prod(self.output_shape), math.prod(self.shape)
        return f"{product(*self.output_shape)} / ({product(*self.shape)}) = {left} / {had}"

    def _get_value(self, row: int, column: int) -> float | None:
        """Return the value of a cell, None outside of the grid."""
        rows, columns = self.shape
        return self.values[row][column] if 0 <= row < rows and 0 <= column < columns else None


def find_max_stride(side: int, window: int) -> int:
    """Return the longest useful stride along `side` cells; a longer one leaves one window anyway."""
    return max(window, side - window)


def find_window(side: int, stride: int, window: int) -> int:
    """Return the window nearest to `window` for which `stride` is useful; the larger one of two."""
    fitting = [each for each in range(1, side + 1) if stride <= find_max_stride(side, each)]
    return min(fitting, key=lambda each: (abs(each - window), -each))


def _to_fraction(value: float) -> Fraction:
    """Return the decimal number that was typed as an exact fraction."""
    return Fraction(value).limit_denominator(10_000)
