"""Convolution worked out by hand: every window of a small image with its products and their sum.

Numbers have at most two decimals (`number_grid.number`), so products and sums have at most four and are exact: they are
counted in whole ten-thousandths. Geometry and sizes are those of `cnnviz.core.layers.Conv2D`; as there, the kernel is
not flipped, and cells that padding adds are 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2D, windows
from cnnviz.core.layers.formulas import count, product, product_result
from cnnviz.core.layers.layer import Pair
from cnnviz.core.lessons.number_grid import Grid, text

HUNDREDTHS = 100
UNITS = HUNDREDTHS * HUNDREDTHS
"""Parts of one in which products and sums are counted."""
MAX_SIGNS = 7
"""Signs of a sum in a cell of the feature map."""


@dataclass(frozen=True)
class Tap:
    """A cell of the image under a weight of the kernel. Where padding added it `value` is None and counts as 0."""

    row: int
    column: int
    value: float | None
    weight: float

    @property
    def product(self) -> int:
        """Value times weight, in `UNITS`."""
        return _hundredths(self.value or 0.0) * _hundredths(self.weight)


@dataclass(frozen=True)
class ConvWindow:
    """One window. `row`, `column`: its cell of the feature map, from 0; `taps` in the kernel's reading order."""

    row: int
    column: int
    taps: tuple[Tap, ...]

    @property
    def total(self) -> int:
        """The sum of the products, in `UNITS`."""
        return sum(tap.product for tap in self.taps)

    @property
    def outside(self) -> int:
        """How many cells padding added."""
        return sum(tap.value is None for tap in self.taps)

    @property
    def work(self) -> str:
        """The sum as it is worked out: "0 + 1 + (−2) = −1"."""
        terms = (exact(tap.product) for tap in self.taps)
        return " + ".join(f"({term})" if term[0] == "−" else term for term in terms) + f" = {exact(self.total)}"

    @property
    def mistakes(self) -> Mapping[str, int]:
        """What usual mistakes give, in `UNITS`: their name -> the number, where it is not the right one."""
        values = [_hundredths(tap.value or 0.0) for tap in self.taps]
        weights = [_hundredths(tap.weight) for tap in reversed(self.taps)]
        made = {
            "flipped": sum(a * b for a, b in zip(values, weights, strict=True)),
            "sign": -self.total,
            "unweighted": HUNDREDTHS * sum(values),
        }
        return {name: number for name, number in made.items() if number != self.total}


@dataclass(frozen=True)
class ConvWorkedExample:
    """An image, a kernel and how it slides, checked. Raises `Refusal` for what `Conv2D` refuses and for empty grids."""

    values: Grid
    kernel: Grid
    strides: Pair = (1, 1)
    padding: str = "valid"
    dilation_rate: Pair = (1, 1)

    def __post_init__(self) -> None:
        for argument, rows in (("values", self.values), ("kernel", self.kernel)):
            if not rows or not rows[0] or len(set(map(len, rows))) > 1:
                raise Refusal(
                    "`{argument}` must be rows of equal length. Received: lengths {lengths}. Give every row as many "
                    "numbers.",
                    argument=argument,
                    lengths=tuple(map(len, rows)),
                )
        _ = self.output_shape

    @property
    def shape(self) -> Pair:
        return len(self.values), len(self.values[0])

    @property
    def kernel_size(self) -> Pair:
        return len(self.kernel), len(self.kernel[0])

    @property
    def layer(self) -> Conv2D:
        return Conv2D(
            name="worked_example",
            filters=1,
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation_rate,
        )

    @property
    def output_shape(self) -> Pair:
        rows, columns, _ = self.layer.output_shape((*self.shape, 1))
        return rows, columns

    @property
    def formula(self) -> str:
        """The size formula with its numbers."""
        return self.layer.size_formula((*self.shape, 1))

    @property
    def spans(self) -> Pair:
        """Rows and columns from the dilated kernel's first to its last."""
        rows, columns = map(windows.dilated_span, self.kernel_size, self.dilation_rate)
        return rows, columns

    @property
    def span_formula(self) -> str:
        """How the span of a dilated kernel comes about: "(3 − 1) × 2 + 1 = 5"; "" where it is not dilated."""
        if self.dilation_rate == (1, 1):
            return ""
        return f"({self.kernel_size[0]} − 1) × {self.dilation_rate[0]} + 1 = {self.spans[0]}"

    @property
    def margins(self) -> tuple[Pair, Pair]:
        """Cells that padding adds (above, below) and (left, right)."""
        rows, columns = map(windows.margins, self.shape, self.spans, self.strides, (self.padding, self.padding))
        return rows, columns

    @property
    def windows(self) -> tuple[ConvWindow, ...]:
        """All windows in reading order."""
        rows, columns = self.output_shape
        return tuple(self.window(row, column) for row in range(rows) for column in range(columns))

    def window(self, row: int, column: int) -> ConvWindow:
        """The window that gives the cell (`row`, `column`) of the feature map."""
        top = row * self.strides[0] - self.margins[0][0]
        left = column * self.strides[1] - self.margins[1][0]
        taps = (
            (top + r * self.dilation_rate[0], left + c * self.dilation_rate[1], weight)
            for r, line in enumerate(self.kernel)
            for c, weight in enumerate(line)
        )
        return ConvWindow(row, column, tuple(Tap(r, c, self._at(r, c), weight) for r, c, weight in taps))

    @property
    def sums(self) -> np.ndarray:
        """The feature map, (rows, columns) float64."""
        return np.array([each.total / UNITS for each in self.windows]).reshape(self.output_shape)

    @property
    def reached(self) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
        """Whether the kernel ever reaches each row, and each column, of the image."""
        rows, columns = (
            {start * stride - before + tap * rate for start in range(steps) for tap in range(size)}
            for steps, stride, (before, _), size, rate in zip(
                self.output_shape,
                self.strides,
                self.margins,
                self.kernel_size,
                self.dilation_rate,
                strict=True,
            )
        )
        return (
            tuple(row in rows for row in range(self.shape[0])),
            tuple(column in columns for column in range(self.shape[1])),
        )

    @property
    def multiplications(self) -> int:
        return self.layer.multiplications((*self.shape, 1))

    @property
    def multiplication_formula(self) -> str:
        """As many as the feature map has cells, times as many as the kernel has weights: "3 × 3 × 9 = 81"."""
        return product_result(*self.output_shape, math.prod(self.kernel_size))

    @property
    def parameters(self) -> int:
        """The kernel's weights and a bias, as in Keras. By hand the bias is 0."""
        return self.layer.parameters((*self.shape, 1))

    @property
    def parameter_formula(self) -> str:
        """ "3 × 3 + 1 = 10"."""
        return f"{product(*self.kernel_size)} + 1 = {count(self.parameters)}"

    @property
    def size_mistakes(self) -> Mapping[str, int]:
        """How many rows usual mistakes give: their name -> the number, where it is not the right one."""
        right, side, size = self.output_shape[0], self.shape[0], self.kernel_size[0]
        stride, rate, padding = self.strides[0], self.dilation_rate[0], self.padding
        other = "same" if padding == "valid" else "valid"
        made = {
            "stride": windows.output_side(side, windows.dilated_span(size, rate), 1, padding),
            "dilation": windows.output_side(side, size, stride, padding),
            "padding": windows.output_side(side, windows.dilated_span(size, rate), stride, other),
            "one": right - 1,
            "image": side,
        }
        return {name: number for name, number in made.items() if number > 0 and number != right}

    def _at(self, row: int, column: int) -> float | None:
        rows, columns = self.shape
        return self.values[row][column] if 0 <= row < rows and 0 <= column < columns else None


def exact(units: int) -> str:
    """A number counted in `UNITS` as people write it, all its decimals: 3, −0.25, 0.0004."""
    whole, rest = divmod(abs(units), UNITS)
    decimals = f".{rest:04d}".rstrip("0") if rest else ""
    return f"{'−' if units < 0 else ''}{whole}{decimals}"


def short(units: int) -> str:
    """The same in at most seven signs, for a small cell: exact where that is enough, otherwise rounded."""
    written = exact(units)
    if len(written) <= MAX_SIGNS:
        return written
    whole = len(exact(units).partition(".")[0])
    step: int = 10 ** (4 - max(0, MAX_SIGNS - 1 - whole))
    return exact((abs(units) + step // 2) // step * step * (-1 if units < 0 else 1))


def factors(tap: Tap) -> str:
    """The two factors of a product: "2 × (−1)"."""
    value, weight = text(tap.value or 0.0), text(tap.weight)
    return f"{value} × {f'({weight})' if weight[0] == '−' else weight}"


def _hundredths(value: float) -> int:
    return round(value * HUNDREDTHS)
