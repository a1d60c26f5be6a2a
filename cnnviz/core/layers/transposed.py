"""Transposed convolution: each value of the input is spread over a window of the output, times a kernel.

It is to a convolution what the convolution's gradient is: forwards it does what a convolution does backwards, and the
other way round (V. Dumoulin, F. Visin: A guide to convolution arithmetic for deep learning, 2016).
"""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks, windows
from cnnviz.core.layers.activations.functions import ACTIVATIONS, activate
from cnnviz.core.layers.activations.gradients import ACTIVATION_GRADIENTS
from cnnviz.core.layers.convolution import (
    correlate,
    correlate_input_gradient,
    correlate_kernel_gradient,
    measure_dilated_spans,
)
from cnnviz.core.layers.formulas import (
    INPUT,
    Formula,
    Part,
    amount,
    formula,
    product,
    result,
    rows_and_columns,
    times,
    with_bias,
)
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Pair, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop


@dataclass(frozen=True, kw_only=True)
class Conv2DTranspose(Layer):
    """`filters` feature maps, `strides` times as large as those before.

    `output_padding` says by how many rows and columns they exceed the smallest size that fits; None leaves it to Keras.
    """

    kind: ClassVar[str] = "Conv2DTranspose"
    title: ClassVar[str] = gettext_noop("Transposed convolution")
    role: ClassVar[Role] = "weighted"
    arithmetic: ClassVar[Arithmetic] = "transposed"
    purpose: ClassVar[str] = gettext_noop(
        "[[transposed convolution|Spreads each value over a window]] of a larger [[feature map|map]], times a "
        "[[kernel]]; where windows overlap, it adds up."
    )
    positional: ClassVar[tuple[str, ...]] = ("filters",)
    always_shown: ClassVar[tuple[str, ...]] = ("kernel_size",)

    filters: int
    kernel_size: Pair
    strides: Pair = (1, 1)
    padding: str = "valid"
    output_padding: Pair | None = None
    dilation_rate: Pair = (1, 1)
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("filters", self.filters, 1, checks.MAX_FILTERS)
        checks.choice("padding", self.padding, windows.PADDINGS)
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.truth("use_bias", self.use_bias)
        self._settle(
            kernel_size=checks.pair("kernel_size", self.kernel_size),
            strides=checks.pair("strides", self.strides),
            dilation_rate=checks.pair("dilation_rate", self.dilation_rate),
        )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise Refusal(
                "`strides` and `dilation_rate` cannot both be larger than 1. Received: strides {strides}, "
                "dilation rate {dilation_rate}. Set one of them to 1.",
                strides=self.strides,
                dilation_rate=self.dilation_rate,
            )
        if self.output_padding is not None:
            self._settle(output_padding=checks.pair("output_padding", self.output_padding, 0))
            if any(extra >= step for extra, step in zip(self.output_padding, self.strides, strict=True)):
                raise Refusal(
                    "`output_padding` must be smaller than `strides`. Received: {output_padding} with strides "
                    "{strides}. Choose a smaller one, or None.",
                    output_padding=self.output_padding,
                    strides=self.strides,
                )

    @property
    def spans(self) -> Pair:
        """The rows and columns that the dilated kernel spans."""
        return measure_dilated_spans(self.kernel_size, self.dilation_rate)

    def output_shape(self, shape: Shape) -> Shape:
        height, width, _ = checks.image(self.kind, shape)
        rows, columns = self._measure_side(height, 0), self._measure_side(width, 1)
        # The convolution back must come to as many places as there are cells.
        for side, made, span, stride in zip((height, width), (rows, columns), self.spans, self.strides, strict=True):
            if made < 1 or windows.count_places(made, span, stride, self.padding) != side:
                raise Refusal(
                    'With padding="same" a kernel of even size needs an `output_padding` of at least 1. Received: '
                    "{output_padding}, kernel {kernel_size}. Leave `output_padding` out.",
                    output_padding=self.output_padding,
                    kernel_size=self.kernel_size,
                )
        return rows, columns, self.filters

    def _measure_side(self, side: int, axis: int) -> int:
        """Return the rows or columns of the output, as `keras.src.backend.common.backend_utils` counts them."""
        span, stride = self.spans[axis], self.strides[axis]
        extra = None if self.output_padding is None else self.output_padding[axis]
        if self.padding == "same":
            return side * stride if extra is None else (side - 1) * stride + span % 2 + extra
        return (side - 1) * stride + (max(span, stride) if extra is None else span + extra)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        kernel: dict[str, Shape] = {"kernel": (*self.kernel_size, self.filters, shape[2])}
        return {**kernel, "bias": (self.filters,)} if self.use_bias else kernel

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        made = self.output_shape(x.shape[1:])
        sums = correlate_input_gradient(x, weights["kernel"], made, self.strides, self.padding, self.dilation_rate)
        if self.use_bias:
            sums = sums + weights["bias"]
        return activate(np.ascontiguousarray(sums), self.activation)

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        return ACTIVATION_GRADIENTS[self.activation](output, gradient)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return correlate(gradient, weights["kernel"], self.strides, self.padding, self.dilation_rate)

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        kernel = correlate_kernel_gradient(
            gradient, x, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )
        return {"kernel": kernel, "bias": gradient.sum(axis=(0, 1, 2))} if self.use_bias else {"kernel": kernel}

    def list_contributions(self, shape: Shape, place: int, axis: int) -> tuple[Indices, Indices]:
        """Return the rows (axis 0) or columns (axis 1) of the input that are spread to one of the output.

        And for each the row or column of the kernel that it comes through. Both are empty where none is.
        """
        side, stride, rate = shape[axis], self.strides[axis], self.dilation_rate[axis]
        before, _ = windows.compute_margins(self._measure_side(side, axis), self.spans[axis], stride, self.padding)
        found = []
        for cell in reversed(range(self.kernel_size[axis])):  # the last cell of the kernel comes from the first row
            origin, rest = divmod(place + before - cell * rate, stride)
            if rest == 0 and 0 <= origin < side:
                found.append((origin, cell))
        return tuple(origin for origin, _ in found), tuple(cell for _, cell in found)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        rows, _ = self.list_contributions(shape, row, 0)
        columns, _ = self.list_contributions(shape, column, 1)
        # A cell that no window reaches has its bias alone, as if it read padding.
        return rows or (-1,), columns or (-1,), tuple(range(shape[2]))

    @property
    def reads_same_maps(self) -> bool:
        return True

    def place_weights(self, shape: Shape, weights: Weights, row: int, column: int, of: int) -> np.ndarray:
        (rows, down), (columns, across) = (
            self.list_contributions(shape, place, axis) for axis, place in enumerate((row, column))
        )
        if not (rows and columns):
            return np.zeros((len(rows) or 1, len(columns) or 1, shape[2]), np.float32)
        return weights["kernel"][np.ix_(down, across)][:, :, of]

    def multiplications(self, shape: Shape) -> int:
        return math.prod(shape[:2]) * math.prod(self.weight_shapes(shape)["kernel"])

    def size_parts(self, shape: Shape) -> Formula:
        return rows_and_columns(self._write_side(shape[0], 0), self._write_side(shape[1], 1))

    def _write_side(self, side: int, axis: int) -> Formula:
        span, stride, made = self.spans[axis], amount(self.strides[axis], "strides"), self._measure_side(side, axis)
        if self.output_padding is None and self.padding == "same":
            return result(formula(amount(side, INPUT), Part(" × ", ("padding", "output_padding")), stride), made)
        rest: Formula
        if self.output_padding is None:
            last = max(span, self.strides[axis])
            rest = (amount(last, "kernel_size", "dilation_rate", "strides", "padding", "output_padding"),)
        else:
            window = span % 2 if self.padding == "same" else span
            extra = amount(self.output_padding[axis], "output_padding")
            rest = formula(amount(window, "kernel_size", "dilation_rate", "padding"), " + ", extra)
        return result(formula("(", amount(side, INPUT), " − 1) × ", stride, " + ", *rest), made)

    def parameter_parts(self, shape: Shape) -> Formula:
        window = times(Part(product(*self.kernel_size), ("kernel_size",)), amount(shape[2], INPUT))
        each = with_bias(window, self.use_bias)
        return result((*each, Part(" × "), amount(self.filters, "filters")), self.parameters(shape))
