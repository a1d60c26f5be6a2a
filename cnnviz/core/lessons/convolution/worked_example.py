"""Convolution worked out by hand: every window of a small image with its products and their sum.

Numbers have at most two decimals (`number_grid.parse_number`), so products and sums have at most four and are exact:
they are counted in whole ten-thousandths. Geometry and sizes are those of `cnnviz.core.layers.Conv2D`; as there, the
kernel is not flipped, and cells that padding adds are 0.
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
from cnnviz.core.lessons.number_grid import Grid, format_number

HUNDREDTHS = 100
UNITS = HUNDREDTHS * HUNDREDTHS
"""Parts of one in which products and sums are counted."""
MAX_CHARACTERS = 7
"""Characters of a sum in a cell of the feature map."""


@dataclass(frozen=True)
class Tap:
    """A cell of the image under a weight of the kernel.

    Attributes:
        row: Row in the image; outside of it for padding.
        column: Column in the image; outside of it for padding.
        value: None where padding added the cell, which counts as 0.
        weight: The kernel's weight over it.
    """

    row: int
    column: int
    value: float | None
    weight: float

    @property
    def product(self) -> int:
        """Value times weight, in `UNITS`."""
        return _to_hundredths(self.value or 0.0) * _to_hundredths(self.weight)


@dataclass(frozen=True)
class ConvWindow:
    """One position of the kernel.

    Attributes:
        row: Row of its cell in the feature map, from 0.
        column: Column of its cell in the feature map, from 0.
        taps: In the kernel's reading order.
    """

    row: int
    column: int
    taps: tuple[Tap, ...]

    @property
    def total(self) -> int:
        """The sum of the products, in `UNITS`."""
        return sum(tap.product for tap in self.taps)

    @property
    def outside(self) -> int:
        """Number of cells that padding added."""
        return sum(tap.value is None for tap in self.taps)

    @property
    def work(self) -> str:
        """The calculation of the sum: "0 + 1 + (−2) = −1"."""
        terms = (format_exact(tap.product) for tap in self.taps)
        return " + ".join(f"({term})" if term[0] == "−" else term for term in terms) + f" = {format_exact(self.total)}"

    @property
    def mistakes(self) -> Mapping[str, int]:
        """Results of common mistakes, in `UNITS`, by name; without those that equal the right result."""
        values = [_to_hundredths(tap.value or 0.0) for tap in self.taps]
        weights = [_to_hundredths(tap.weight) for tap in reversed(self.taps)]
        made = {
            "flipped": sum(a * b for a, b in zip(values, weights, strict=True)),
            "sign": -self.total,
            "unweighted": HUNDREDTHS * sum(values),
        }
        return {name: number for name, number in made.items() if number != self.total}


@dataclass(frozen=True)
class ConvWorkedExample:
    """An image, a kernel and how it slides.

    Raises `Refusal` for what `Conv2D` refuses and for empty grids.

    Attributes:
        values: The image.
        kernel: Its weights.
        strides: (down, across).
        padding: "valid" or "same".
        dilation_rate: (down, across).
    """

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
        """Rows and columns of the image."""
        return len(self.values), len(self.values[0])

    @property
    def kernel_size(self) -> Pair:
        """Rows and columns of the kernel."""
        return len(self.kernel), len(self.kernel[0])

    @property
    def layer(self) -> Conv2D:
        """The Keras layer with these arguments."""
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
        """Rows and columns of the feature map."""
        rows, columns, _ = self.layer.output_shape((*self.shape, 1))
        return rows, columns

    @property
    def formula(self) -> str:
        """The size formula, filled in."""
        return self.layer.size_formula((*self.shape, 1))

    @property
    def spans(self) -> Pair:
        """Rows and columns that the dilated kernel covers."""
        rows, columns = map(windows.measure_dilated_span, self.kernel_size, self.dilation_rate)
        return rows, columns

    @property
    def span_formula(self) -> str:
        """The calculation of the span: "(3 − 1) × 2 + 1 = 5"; "" without dilation."""
        if self.dilation_rate == (1, 1):
            return ""
        return f"({self.kernel_size[0]} − 1) × {self.dilation_rate[0]} + 1 = {self.spans[0]}"

    @property
    def margins(self) -> tuple[Pair, Pair]:
        """Cells that padding adds (above, below) and (left, right)."""
        rows, columns = map(windows.compute_margins, self.shape, self.spans, self.strides, (self.padding, self.padding))
        return rows, columns

    @property
    def windows(self) -> tuple[ConvWindow, ...]:
        """All windows in reading order."""
        rows, columns = self.output_shape
        return tuple(self.window(row, column) for row in range(rows) for column in range(columns))

    def window(self, row: int, column: int) -> ConvWindow:
        """Return the window of the cell (`row`, `column`) of the feature map."""
        # The upper left cell, before the image where padding is added.
        top = row * self.strides[0] - self.margins[0][0]
        left = column * self.strides[1] - self.margins[1][0]
        taps = (
            (top + r * self.dilation_rate[0], left + c * self.dilation_rate[1], weight)
            for r, line in enumerate(self.kernel)
            for c, weight in enumerate(line)
        )
        return ConvWindow(row, column, tuple(Tap(r, c, self._get_value(r, c), weight) for r, c, weight in taps))

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
        """Number of multiplications for the whole feature map."""
        return self.layer.multiplications((*self.shape, 1))

    @property
    def multiplication_formula(self) -> str:
        """Cells of the feature map times weights of the kernel: "3 × 3 × 9 = 81"."""
        return product_result(*self.output_shape, math.prod(self.kernel_size))

    @property
    def parameters(self) -> int:
        """Weights of the kernel and one bias, as in Keras; the worked example has a bias of 0."""
        return self.layer.parameters((*self.shape, 1))

    @property
    def parameter_formula(self) -> str:
        """The calculation of the parameters: "3 × 3 + 1 = 10"."""
        return f"{product(*self.kernel_size)} + 1 = {count(self.parameters)}"

    @property
    def size_mistakes(self) -> Mapping[str, int]:
        """Row counts that common mistakes give, by name; without those that equal the right count."""
        right, side, size = self.output_shape[0], self.shape[0], self.kernel_size[0]
        stride, rate, padding = self.strides[0], self.dilation_rate[0], self.padding
        other = "same" if padding == "valid" else "valid"
        made = {
            "stride": windows.count_places(side, windows.measure_dilated_span(size, rate), 1, padding),
            "dilation": windows.count_places(side, size, stride, padding),
            "padding": windows.count_places(side, windows.measure_dilated_span(size, rate), stride, other),
            "image": side,
        }
        if padding == "valid":  # the calculation with padding same has no + 1 to forget
            made["one"] = right - 1
        return {name: number for name, number in made.items() if number > 0 and number != right}

    def _get_value(self, row: int, column: int) -> float | None:
        """Return the value of a cell, None outside of the image."""
        rows, columns = self.shape
        return self.values[row][column] if 0 <= row < rows and 0 <= column < columns else None


def format_exact(units: int) -> str:
    """Format a number counted in `UNITS` with all its decimals: 3, −0.25, 0.0004."""
    whole, rest = divmod(abs(units), UNITS)
    decimals = f".{rest:04d}".rstrip("0") if rest else ""
    return f"{'−' if units < 0 else ''}{whole}{decimals}"


def format_short(units: int) -> str:
    """Format a number in at most `MAX_CHARACTERS`, for a small cell: rounded where it has to be."""
    written = format_exact(units)
    if len(written) <= MAX_CHARACTERS:
        return written
    whole = len(format_exact(units).partition(".")[0])
    step: int = 10 ** (4 - max(0, MAX_CHARACTERS - 1 - whole))
    return format_exact((abs(units) + step // 2) // step * step * (-1 if units < 0 else 1))


def format_factors(tap: Tap) -> str:
    """Format the two factors of a product: "2 × (−1)"."""
    value, weight = format_number(tap.value or 0.0), format_number(tap.weight)
    return f"{value} × {f'({weight})' if weight[0] == '−' else weight}"


def _to_hundredths(value: float) -> int:
    """Convert to whole hundredths."""
    return round(value * HUNDREDTHS)
