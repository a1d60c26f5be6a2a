"""Layers that rearrange, crop, frame or scale values and learn nothing."""

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
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Pair, Role, Shape, Weights, make_index
from cnnviz.core.messages import gettext_noop

MAX_SCALE = 1e6


@dataclass(frozen=True, kw_only=True)
class Rearrangement(Layer):
    """Base of the layers that give every value another place and leave out none."""

    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "move"
    keeps_axes: ClassVar[bool] = False

    def find_origins(self, shape: Shape) -> np.ndarray:
        """Return where each cell of the output stands in an input of `shape`, counted in reading order.

        Integers of the output's shape.
        """
        return np.arange(math.prod(shape)).reshape(self.output_shape(shape))

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = x.reshape(len(x), *self.output_shape(x.shape[1:]))
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient.reshape(x.shape)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        made = self.output_shape(shape)
        place = np.ravel_multi_index(make_index(made, row, column, of), made)
        found = [int(side) for side in np.unravel_index(place, shape)]
        rows, columns, maps = found if len(found) == 3 else (0, 0, *found)
        return (rows,), (columns,), (maps,)


@dataclass(frozen=True, kw_only=True)
class Flatten(Rearrangement):
    """All values in one row, channels fastest, then columns, then rows."""

    kind: ClassVar[str] = "Flatten"
    title: ClassVar[str] = gettext_noop("Flatten")
    arithmetic: ClassVar[Arithmetic] = "copy"
    changes_values: ClassVar[bool] = False
    purpose: ClassVar[str] = gettext_noop("[[flatten|Puts all values in one row]]; no value changes.")

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def size_parts(self, shape: Shape) -> Formula:
        factors = [amount(side, INPUT) for side in shape]
        return result(times(*factors), math.prod(shape)) if len(shape) > 1 else ()


@dataclass(frozen=True, kw_only=True)
class Reshape(Rearrangement):
    """The values in reading order in another shape; one side of `target_shape` may be -1, whatever is left."""

    kind: ClassVar[str] = "Reshape"
    title: ClassVar[str] = gettext_noop("Reshape")
    purpose: ClassVar[str] = gettext_noop("Arranges the same values in another shape, in reading order.")
    positional: ClassVar[tuple[str, ...]] = ("target_shape",)

    target_shape: Shape

    def __post_init__(self) -> None:
        super().__post_init__()
        sides = self.target_shape if isinstance(self.target_shape, (list, tuple)) else (self.target_shape,)
        fits = all(isinstance(side, int) and not isinstance(side, bool) for side in sides)
        if not (fits and len(sides) in (1, 3) and all(side == -1 or side > 0 for side in sides)):
            raise Refusal(
                "`target_shape` must be one whole number, or height, width and channels. Received: {shape}. Choose "
                "sides above 0, or -1 for one of them.",
                shape=checks.repr_of(self.target_shape),
            )
        if sides.count(-1) > 1:
            raise Refusal(
                "`target_shape` may leave one side open with -1. Received: {shape}. Give the others as numbers.",
                shape=checks.repr_of(self.target_shape),
            )
        self._settle(target_shape=tuple(sides))

    def output_shape(self, shape: Shape) -> Shape:
        number, known = math.prod(shape), math.prod(side for side in self.target_shape if side != -1)
        made = tuple(number // known if side == -1 else side for side in self.target_shape)
        if math.prod(made) != number:
            raise Refusal(
                "`target_shape` must have as many values as the input. Received: {target} for an input of {shape}, "
                "which has {number} values. Choose sides whose product is that.",
                target=self.target_shape,
                shape=shape,
                number=number,
            )
        return made


@dataclass(frozen=True, kw_only=True)
class Permute(Rearrangement):
    """The same values with their axes in another order: `dims` names them from 1, as in Keras."""

    kind: ClassVar[str] = "Permute"
    title: ClassVar[str] = gettext_noop("Permute")
    purpose: ClassVar[str] = gettext_noop("Swaps rows, columns and maps for one another; no value changes.")
    positional: ClassVar[tuple[str, ...]] = ("dims",)

    dims: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        dims = self.dims if isinstance(self.dims, (list, tuple)) else ()
        if not (all(type(each) is int for each in dims) and sorted(dims) in ([1], [1, 2, 3])):
            raise Refusal(
                "`dims` must name each axis once: 1, 2 and 3 in any order. Received: {dims}. Use (2, 1, 3) to swap "
                "rows and columns.",
                dims=checks.repr_of(self.dims),
            )
        self._settle(dims=tuple(dims))

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != len(self.dims):
            raise Refusal(
                "`dims` must name every axis of the input. Received: {dims} for an input of {shape}. Name as many "
                "axes as it has.",
                dims=self.dims,
                shape=shape,
            )
        return tuple(shape[axis - 1] for axis in self.dims)

    def find_origins(self, shape: Shape) -> np.ndarray:
        return np.arange(math.prod(shape)).reshape(shape).transpose([axis - 1 for axis in self.dims])

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = np.ascontiguousarray(x.transpose(0, *self.dims))
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient.transpose(np.argsort((0, *self.dims)))

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        if len(shape) != 3:
            return (0,), (0,), (of,)
        place = [0, 0, 0]
        for axis, index in zip(self.dims, (row, column, of), strict=True):
            place[axis - 1] = index
        return (place[0],), (place[1],), (place[2],)


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
        self._settle(padding=_settle_sides("padding", self.padding))

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


def _settle_sides(argument: str, sides: Any) -> tuple[Pair, Pair]:
    """Normalize Keras's forms (one number, one per axis, one per edge) to ((top, bottom), (left, right))."""
    rows, columns = sides if isinstance(sides, (list, tuple)) and len(sides) == 2 else (sides, sides)
    return checks.pair(argument, rows, 0), checks.pair(argument, columns, 0)


@dataclass(frozen=True, kw_only=True)
class Cropping2D(Layer):
    """The map without its edges: `cropping` is ((top, bottom), (left, right)); a pair or one number as in Keras."""

    kind: ClassVar[str] = "Cropping2D"
    title: ClassVar[str] = gettext_noop("Cropping")
    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "move"
    purpose: ClassVar[str] = gettext_noop("Cuts rows and columns off the edges of each [[feature map|map]].")
    always_shown: ClassVar[tuple[str, ...]] = ("cropping",)

    cropping: tuple[Pair, Pair] = ((0, 0), (0, 0))

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(cropping=_settle_sides("cropping", self.cropping))

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = checks.image(self.kind, shape)
        rows, columns = height - sum(self.cropping[0]), width - sum(self.cropping[1])
        if rows < 1 or columns < 1:
            raise Refusal(
                "`cropping` must leave something of the input. Received: {cropping} for an input of {side}. Crop less.",
                cropping=self.cropping,
                side=f"{height} × {width}",
            )
        return rows, columns, channels

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = np.ascontiguousarray(x[self._get_kept(x.shape)])
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        found = np.zeros_like(x)
        found[self._get_kept(x.shape)] = gradient
        return found

    def _get_kept(self, shape: Shape) -> tuple[slice, ...]:
        (top, bottom), (left, right) = self.cropping
        return slice(None), slice(top, shape[1] - bottom), slice(left, shape[2] - right)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        (top, _), (left, _) = self.cropping
        return (row + top,), (column + left,), (of,)

    def size_parts(self, shape: Shape) -> Formula:
        return rows_and_columns(*(_format_rest(side, cut) for side, cut in zip(shape, self.cropping, strict=False)))


def _format_rest(side: int, cut: Pair) -> Formula:
    before, after = (amount(number, "cropping") for number in cut)
    return result(formula(amount(side, INPUT), " − ", before, " − ", after), side - sum(cut))


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
