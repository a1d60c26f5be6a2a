"""Pooling: a window slides over every feature map by itself and leaves one number, the largest or the average."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from cnnviz.core.layers import checks, windows
from cnnviz.core.layers.formulas import Formula
from cnnviz.core.layers.layer import Indices, Layer, Output, Pair, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop

AS_POOL_SIZE: Pair = (0, 0)


@dataclass(frozen=True, kw_only=True)
class _Pooling(Layer):
    """Base of max and average pooling. `strides` left out means the same as `pool_size`."""

    role: ClassVar[Role] = "pooling"
    always_shown: ClassVar[tuple[str, ...]] = ("pool_size",)

    pool_size: Pair = (2, 2)
    strides: Pair = AS_POOL_SIZE
    padding: str = "valid"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.choice("padding", self.padding, windows.PADDINGS)
        self._settle(pool_size=checks.pair("pool_size", self.pool_size))
        chosen = self.pool_size if self.strides in (None, AS_POOL_SIZE) else self.strides
        self._settle(strides=checks.pair("strides", chosen))

    def is_default(self, argument: str) -> bool:
        return self.strides == self.pool_size if argument == "strides" else super().is_default(argument)

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = checks.image(self.kind, shape)
        if self.padding == "valid":
            checks.fits(self.kind, self.pool_size, (height, width))
        return (
            windows.count_places(height, self.pool_size[0], self.strides[0], self.padding),
            windows.count_places(width, self.pool_size[1], self.strides[1], self.padding),
            channels,
        )

    def size_parts(self, shape: Shape) -> Formula:
        stride = ("strides", "pool_size") if self.is_default("strides") else ("strides",)
        of = windows.Arguments(span=("pool_size",), stride=stride)
        return windows.size_parts(shape, self.pool_size, self.strides, self.padding, of)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        rows, columns = (
            windows.list_window_indices(place, shape[side], self.pool_size[side], self.strides[side], 1, self.padding)
            for side, place in enumerate((row, column))
        )
        return rows, columns, (of,)

    def _corners(self, x: np.ndarray, fill: float) -> Iterator[np.ndarray]:
        """Yield for each cell of the window a view of `x` at all places, (n, rows, columns, c).

        A handful of whole-array steps instead of a small reduction at every place: ten times faster for 2 × 2.
        """
        rows, columns, _ = self.output_shape(x.shape[1:])
        yield from self._view_corners(windows.pad(x, self.pool_size, self.strides, self.padding, fill), rows, columns)

    def _view_corners(self, image: np.ndarray, rows: int, columns: int) -> Iterator[np.ndarray]:
        """Yield for each cell of the window, row by row, a view of the padded `image` at all places."""
        down, across = self.strides
        for row in range(self.pool_size[0]):
            for column in range(self.pool_size[1]):
                yield image[:, windows.slice_places(row, rows, down), windows.slice_places(column, columns, across)]

    def _send_back(self, x: np.ndarray, parts: Iterable[np.ndarray]) -> np.ndarray:
        """Add to each cell of `x` (n, h, w, c) the parts of the gradients of all windows over it.

        `parts` has for each cell of the window, row by row, its parts at all places, (n, rows, columns, c).
        """
        rows, columns, _ = self.output_shape(x.shape[1:])
        image = windows.make_padded_zeros(x.shape, self.pool_size, self.strides, self.padding, x.dtype)
        for view, part in zip(self._view_corners(image, rows, columns), parts, strict=True):
            view += part
        return windows.crop(image, x.shape, self.pool_size, self.strides, self.padding)


@dataclass(frozen=True, kw_only=True)
class MaxPooling2D(_Pooling):
    """The largest value in every window."""

    kind: ClassVar[str] = "MaxPooling2D"
    title: ClassVar[str] = gettext_noop("Max pooling")
    reduces: ClassVar[Literal["max"]] = "max"
    purpose: ClassVar[str] = gettext_noop(
        "[[max pooling|Keeps the largest value of each window]]: what was found stays, where exactly is forgotten."
    )

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = _fold(np.maximum, self._corners(x, -np.inf))
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        """Send each gradient to the largest value of its window: the first, row by row, where several are equal."""
        return self._send_back(x, self._find_parts(x, output.after, gradient))

    def _find_parts(self, x: np.ndarray, largest: np.ndarray, gradient: np.ndarray) -> Iterator[np.ndarray]:
        waiting = gradient.copy()
        for corner in self._corners(x, -np.inf):
            part = np.where(corner == largest, waiting, np.float32(0))
            waiting[part != 0] = 0
            yield part


@dataclass(frozen=True, kw_only=True)
class AveragePooling2D(_Pooling):
    """The average of every window; cells that padding added are not counted."""

    kind: ClassVar[str] = "AveragePooling2D"
    title: ClassVar[str] = gettext_noop("Average pooling")
    reduces: ClassVar[Literal["mean"]] = "mean"
    purpose: ClassVar[str] = gettext_noop("[[average pooling|Keeps the mean of each window]].")

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = _fold(np.add, self._corners(x, 0.0))
        values /= self._counts(x.shape[1:])
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        part = gradient / self._counts(x.shape[1:])
        return self._send_back(x, itertools.repeat(part, math.prod(self.pool_size)))

    def multiplications(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape))

    def _counts(self, shape: Shape) -> np.ndarray:
        """Count the cells of the image under each window, (rows, columns, 1) float32."""
        if self.padding == "valid":
            return np.full((1, 1, 1), math.prod(self.pool_size), dtype=np.float32)
        ones = np.ones((1, shape[0], shape[1], 1), dtype=np.float32)
        counts: np.ndarray = _fold(np.add, self._corners(ones, 0.0))[0]
        return counts


def _fold(operation: Callable[..., np.ndarray], arrays: Iterator[np.ndarray]) -> np.ndarray:
    """Reduce the arrays by `operation`, left to right, into one new array."""
    result: np.ndarray = next(arrays).copy()
    for array in arrays:
        operation(result, array, out=result)
    return result


@dataclass(frozen=True, kw_only=True)
class _GlobalPooling(Layer):
    """Base of the global poolings: every feature map becomes one number, or a 1 × 1 map with `keepdims`."""

    role: ClassVar[Role] = "pooling"

    keepdims: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.truth("keepdims", self.keepdims)

    def output_shape(self, shape: Shape) -> Shape:
        _, _, channels = checks.image(self.kind, shape)
        return (1, 1, channels) if self.keepdims else (channels,)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        return tuple(range(shape[0])), tuple(range(shape[1])), (of,)


@dataclass(frozen=True, kw_only=True)
class GlobalMaxPooling2D(_GlobalPooling):
    """The largest value of every feature map."""

    kind: ClassVar[str] = "GlobalMaxPooling2D"
    title: ClassVar[str] = gettext_noop("Global max pooling")
    reduces: ClassVar[Literal["max"]] = "max"
    purpose: ClassVar[str] = gettext_noop("[[global pooling|Keeps the largest value of each whole map]].")

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = x.max(axis=(1, 2), keepdims=self.keepdims)
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        """Share each gradient evenly among the largest values of its map, as TensorFlow does here."""
        n, _, _, channels = x.shape
        largest = x == output.after.reshape(n, 1, 1, channels)
        part = gradient.reshape(n, 1, 1, channels) / largest.sum(axis=(1, 2), keepdims=True, dtype=np.float32)
        return np.where(largest, part, np.float32(0))


@dataclass(frozen=True, kw_only=True)
class GlobalAveragePooling2D(_GlobalPooling):
    """The average of every feature map."""

    kind: ClassVar[str] = "GlobalAveragePooling2D"
    title: ClassVar[str] = gettext_noop("Global average pooling")
    reduces: ClassVar[Literal["mean"]] = "mean"
    purpose: ClassVar[str] = gettext_noop("[[global pooling|Keeps the mean of each whole map]].")

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = x.mean(axis=(1, 2), keepdims=self.keepdims)
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        n, height, width, channels = x.shape
        part = gradient.reshape(n, 1, 1, channels) / np.float32(height * width)
        return np.broadcast_to(part, x.shape).copy()

    def multiplications(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape))
