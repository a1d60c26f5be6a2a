"""Layers that rearrange, frame or scale values and learn nothing: Flatten, Dropout, ZeroPadding2D, Rescaling."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.layers.formulas import (
    INPUT,
    Formula,
    amount,
    formula,
    result,
    rows_and_columns,
    times,
)
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Pair, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop

MAX_SCALE = 1e6


@dataclass(frozen=True, kw_only=True)
class Flatten(Layer):
    """All values in one row, channels fastest, then columns, then rows."""

    kind: ClassVar[str] = "Flatten"
    title: ClassVar[str] = gettext_noop("Flatten")
    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "copy"
    changes_values: ClassVar[bool] = False
    purpose: ClassVar[str] = gettext_noop("[[flatten|Puts all values in one row]]; no value changes.")

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = x.reshape(len(x), -1)
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient.reshape(x.shape)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        if len(shape) != 3:
            return (0,), (0,), (of,)
        place = np.unravel_index(of, shape)
        return (int(place[0]),), (int(place[1]),), (int(place[2]),)

    def size_parts(self, shape: Shape) -> Formula:
        factors = [amount(side, INPUT) for side in shape]
        return result(times(*factors), math.prod(shape)) if len(shape) > 1 else ()


@dataclass(frozen=True, kw_only=True)
class Dropout(Layer):
    """While training, a share `rate` of the values is set to 0 at random; in use it lets everything pass."""

    kind: ClassVar[str] = "Dropout"
    title: ClassVar[str] = gettext_noop("Dropout")
    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "copy"
    changes_values: ClassVar[bool] = False
    purpose: ClassVar[str] = gettext_noop(
        "[[dropout|Switches units off at random]] during training; it does nothing when the network answers."
    )
    positional: ClassVar[tuple[str, ...]] = ("rate",)

    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.rate, (int, float)) and 1 < self.rate < 100:
            raise Refusal(
                "`rate` is a share from 0 to 0.99, not a percentage. Received: {rate}. For {rate} % write {share}.",
                rate=f"{self.rate:g}",
                share=f"{self.rate / 100:g}",
            )
        self._settle(rate=checks.number("rate", self.rate, 0, 0.99))

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        return Output(x, x)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient


@dataclass(frozen=True, kw_only=True)
class ZeroPadding2D(Layer):
    """A frame of zeros: `padding` is ((top, bottom), (left, right)); a pair or one number as in Keras."""

    kind: ClassVar[str] = "ZeroPadding2D"
    title: ClassVar[str] = gettext_noop("Zero padding")
    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "frame"
    purpose: ClassVar[str] = gettext_noop("Adds a border of zeros, a [[padding]].")
    always_shown: ClassVar[tuple[str, ...]] = ("padding",)

    padding: tuple[Pair, Pair] = ((1, 1), (1, 1))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(padding=_frame(self.padding))

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = checks.image(self.kind, shape)
        (top, bottom), (left, right) = self.padding
        return height + top + bottom, width + left + right, channels

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = np.pad(x, ((0, 0), *self.padding, (0, 0)))
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        (top, _), (left, _) = self.padding
        return gradient[:, top : top + x.shape[1], left : left + x.shape[2]]

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        (top, _), (left, _) = self.padding
        return (row - top,), (column - left,), (of,)

    def size_parts(self, shape: Shape) -> Formula:
        return rows_and_columns(_format_side(shape[0], self.padding[0]), _format_side(shape[1], self.padding[1]))


def _format_side(side: int, added: Pair) -> Formula:
    before, after = (amount(number, "padding") for number in added)
    return result(formula(before, " + ", amount(side, INPUT), " + ", after), side + sum(added))


def _frame(padding: Any) -> tuple[Pair, Pair]:
    """Normalize Keras's forms (one number, one per axis, one per edge) to ((top, bottom), (left, right))."""
    rows, columns = padding if isinstance(padding, (list, tuple)) and len(padding) == 2 else (padding, padding)
    return checks.pair("padding", rows, 0), checks.pair("padding", columns, 0)


@dataclass(frozen=True, kw_only=True)
class Rescaling(Layer):
    """Every value times `scale` plus `offset`."""

    kind: ClassVar[str] = "Rescaling"
    title: ClassVar[str] = gettext_noop("Rescaling")
    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "scale"
    purpose: ClassVar[str] = gettext_noop("Multiplies every value by one factor and adds one offset.")
    positional: ClassVar[tuple[str, ...]] = ("scale",)

    scale: float
    offset: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(
            scale=checks.number("scale", self.scale, -MAX_SCALE, MAX_SCALE),
            offset=checks.number("offset", self.offset, -MAX_SCALE, MAX_SCALE),
        )

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = x * np.float32(self.scale) + np.float32(self.offset)
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient * np.float32(self.scale)

    def multiplications(self, shape: Shape) -> int:
        return math.prod(shape)
