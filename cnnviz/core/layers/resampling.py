"""Resampling: maps with more or fewer rows and columns, whose values are copied or mixed from those before.

Positions, weights and rounding are TensorFlow's (`tf.image.resize` with half-pixel centres, without antialiasing).
"""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.layers import checks
from cnnviz.core.layers.formulas import INPUT, Formula, Part, amount, formula, result, rows_and_columns
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Pair, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop

INTERPOLATIONS = ("nearest", "bilinear")
MAX_FACTOR = 64
MAX_RESIZED = 1024
"""Most rows or columns that a picture can be resized to."""


@dataclass(frozen=True, eq=False)
class Positions:
    """Where the places along one side of the output lie between the cells of the input.

    Attributes:
        lower: (places,) int: the cell before each place.
        upper: (places,) int: the cell behind it; `lower` where there is no other.
        share: (places,) float32 in [0, 1): how much the upper one counts; the lower one counts the rest.
    """

    lower: np.ndarray
    upper: np.ndarray
    share: np.ndarray

    def list_cells(self, place: int) -> tuple[Indices, tuple[float, ...]]:
        """Return the cells that a place reads, ascending, and how much each counts."""
        lower, upper, share = int(self.lower[place]), int(self.upper[place]), self.share[place]
        return ((lower,), (1.0,)) if lower == upper else ((lower, upper), (float(1 - share), float(share)))

    def make_matrix(self, side: int) -> np.ndarray:
        """Return the factors of all cells of the input for each place, (places, side) float32."""
        factors = np.zeros((len(self.lower), side), np.float32)
        places = np.arange(len(self.lower))
        factors[places, self.upper] = self.share
        factors[places, self.lower] += 1 - self.share
        return factors


def find_nearest(side: int, places: int) -> Positions:
    """Return the nearest cell of `side` for each of `places`, in float32 as TensorFlow computes it."""
    scale = np.float32(side) / np.float32(places)
    nearest = np.floor((np.arange(places, dtype=np.float32) + np.float32(0.5)) * scale).astype(int)
    nearest = nearest.clip(0, side - 1)
    return Positions(nearest, nearest, np.zeros(places, np.float32))


def find_between(side: int, places: int) -> Positions:
    """Return the two cells of `side` that each of `places` lies between, in float32 as TensorFlow computes it."""
    scale = np.float32(side) / np.float32(places)
    at = (np.arange(places, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    floor = np.floor(at)
    return Positions(
        floor.astype(int).clip(0, side - 1), np.ceil(at).astype(int).clip(0, side - 1), (at - floor).astype(np.float32)
    )


@dataclass(frozen=True, kw_only=True)
class _Resampling(Layer):
    """Base of the layers that resample maps, rows and columns each by themselves."""

    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "resample"

    def find_positions(self, shape: Shape) -> Sequence[Positions]:
        """Return the positions of the output's rows and columns on an input of `shape`."""
        raise NotImplementedError

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        rows, columns = self.find_positions(x.shape[1:])
        values = _mix(_mix(x, columns, 2), rows, 1)
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        """Send each gradient back to the cells that its value was mixed from, in their shares."""
        rows, columns = self.find_positions(x.shape[1:])
        down = np.tensordot(rows.make_matrix(x.shape[1]), gradient, ((0,), (1,)))  # (rows, n, columns, maps)
        across = np.tensordot(columns.make_matrix(x.shape[2]), down, ((0,), (2,)))  # (columns, rows, n, maps)
        return np.ascontiguousarray(across.transpose(2, 1, 0, 3))

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        rows, columns = self.find_positions(shape)
        return rows.list_cells(row)[0], columns.list_cells(column)[0], (of,)

    def place_weights(self, shape: Shape, weights: Weights, row: int, column: int, of: int) -> np.ndarray:
        rows, columns = self.find_positions(shape)
        shares = np.outer(rows.list_cells(row)[1], columns.list_cells(column)[1])
        return shares[..., np.newaxis].astype(np.float32)


def _mix(x: np.ndarray, at: Positions, axis: int) -> np.ndarray:
    """Mix cells along one axis; where each place is a cell, copy them."""
    lower = x.take(at.lower, axis=axis)
    if not at.share.any():
        return lower
    share = at.share.reshape(-1, *(1,) * (x.ndim - 1 - axis))
    mixed: np.ndarray = lower + (x.take(at.upper, axis=axis) - lower) * share
    return mixed


def _count_mixes(interpolation: str, shape: Shape) -> int:
    """Count multiplications for maps of `shape`: two across and one down for each value."""
    return 3 * math.prod(shape) if interpolation == "bilinear" else 0


@dataclass(frozen=True, kw_only=True)
class UpSampling2D(_Resampling):
    """Maps that are `size` times as large: cells are repeated ("nearest") or mixed ("bilinear")."""

    kind: ClassVar[str] = "UpSampling2D"
    title: ClassVar[str] = gettext_noop("Upsampling")
    purpose: ClassVar[str] = gettext_noop("[[upsampling|Enlarges each map]] by repeating cells, or by mixing them.")
    always_shown: ClassVar[tuple[str, ...]] = ("size",)

    size: Pair = (2, 2)
    interpolation: str = "nearest"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(size=checks.pair("size", self.size, 1, MAX_FACTOR))
        checks.choice("interpolation", self.interpolation, INTERPOLATIONS)

    def output_shape(self, shape: Shape) -> Shape:
        height, width, channels = checks.image(self.kind, shape)
        return height * self.size[0], width * self.size[1], channels

    def find_positions(self, shape: Shape) -> Sequence[Positions]:
        find = find_between if self.interpolation == "bilinear" else _repeat
        return [find(side, side * factor) for side, factor in zip(shape, self.size, strict=False)]

    def multiplications(self, shape: Shape) -> int:
        return _count_mixes(self.interpolation, self.output_shape(shape))

    def size_parts(self, shape: Shape) -> Formula:
        sides = (
            result(formula(amount(side, INPUT), Part(" × "), amount(factor, "size")), side * factor)
            for side, factor in zip(shape, self.size, strict=False)
        )
        return rows_and_columns(*sides)


def _repeat(side: int, places: int) -> Positions:
    """Return every cell of `side` as often as it takes to fill `places`, a multiple of it."""
    cells = np.arange(side).repeat(places // side)
    return Positions(cells, cells, np.zeros(places, np.float32))


@dataclass(frozen=True, kw_only=True)
class Resizing(_Resampling):
    """Maps of `height` × `width` cells, whatever the size before."""

    kind: ClassVar[str] = "Resizing"
    title: ClassVar[str] = gettext_noop("Resizing")
    purpose: ClassVar[str] = gettext_noop("Gives each map a fixed number of rows and columns.")
    positional: ClassVar[tuple[str, ...]] = ("height", "width")

    height: int
    width: int
    interpolation: str = "bilinear"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("height", self.height, 1, MAX_RESIZED)
        checks.whole("width", self.width, 1, MAX_RESIZED)
        checks.choice("interpolation", self.interpolation, INTERPOLATIONS)

    def output_shape(self, shape: Shape) -> Shape:
        _, _, channels = checks.image(self.kind, shape)
        return self.height, self.width, channels

    def find_positions(self, shape: Shape) -> Sequence[Positions]:
        find = find_between if self.interpolation == "bilinear" else find_nearest
        return find(shape[0], self.height), find(shape[1], self.width)

    def multiplications(self, shape: Shape) -> int:
        return _count_mixes(self.interpolation, self.output_shape(shape))
