"""Layers that read several layers at once: element by element, or side by side.

They make a network a graph: a residual block adds what it read to what it computed (He et al., "Deep Residual Learning
for Image Recognition", 2016), an inception block puts the maps of several branches side by side (Szegedy et al., "Going
Deeper with Convolutions", 2015).
"""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.layers.formulas import INPUT, Formula, Part, amount, result
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop

MIN_INPUTS = 2

MAX_LISTED = 4
"""Shapes named in a refusal."""


@dataclass(frozen=True, kw_only=True)
class Merge(Layer):
    """A layer that reads several inputs and combines them element by element, as in Keras.

    Where a side of one input is 1 and that of another is not, or one has fewer axes, it is repeated (broadcast).
    """

    role: ClassVar[Role] = "merging"
    combine: ClassVar[np.ufunc]
    """Combines what was read so far with the next input, element by element."""

    def output_shape(self, shape: Shape) -> Shape:
        return self.merged_shape((shape,))

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the output shape for inputs of `shapes`.

        Raises:
            Refusal: If the layer cannot read so many inputs, or inputs of these shapes together.
        """
        self._check_number(shapes)
        rank = max(map(len, shapes))
        padded = [_pad(shape, rank) for shape in shapes]
        found = tuple(max(sides) for sides in zip(*padded, strict=True))
        if any(side not in (1, largest) for shape in padded for side, largest in zip(shape, found, strict=True)):
            raise Refusal(
                "{kind} must read inputs of equal shapes, or with sides of 1 where they differ. Received: {shapes}. "
                "Choose other layers for it to read.",
                kind=self.kind,
                shapes=_list_shapes(shapes),
            )
        return found

    def merge(self, xs: Sequence[np.ndarray]) -> Output:
        """Combine `xs`, each (n, *its shape) float32."""
        first, *others = _align(xs)
        values = first
        for x in others:
            values = self.combine(values, x)
        return Output(values, values)

    def backward_merge(self, xs: Sequence[np.ndarray], output: Output, gradient: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the gradients at `xs`, given the one at the output, with TensorFlow's rules for equal values."""
        parts = self._split_gradient(_align(xs), output.after, gradient)
        return tuple(_sum_repeated(part, x) for part, x in zip(parts, xs, strict=True))

    def merged_reads(
        self, shapes: Sequence[Shape], place: int, rows: Indices, columns: Indices, maps: Indices
    ) -> tuple[Indices, Indices, Indices]:
        """Return the rows, columns and maps of input `place` that cells of the output read.

        Args:
            shapes: Of all inputs.
            place: Number of the input, from 0.
            rows: Of the output; (0,) where it has none.
            columns: Of the output; (0,) where it has none.
            maps: Of the output, or its units. The cells are every combination of the three.
        """
        found = tuple(
            indices if side > 1 else indices[:1] and (0,)
            for indices, side in zip((rows, columns, maps), _pad(shapes[place], 3), strict=True)
        )
        return found[0], found[1], found[2]

    def merged_multiplications(self, shapes: Sequence[Shape]) -> int:
        """Count multiplications for one image with inputs of `shapes`, as `multiplications` does."""
        return 0

    def merged_size_parts(self, shapes: Sequence[Shape]) -> Formula:
        """Return the formula of the output size in pieces; empty if the size stays."""
        return ()

    def _split_gradient(
        self, xs: Sequence[np.ndarray], values: np.ndarray, gradient: np.ndarray
    ) -> Sequence[np.ndarray]:
        """Return the gradient at each of `xs`, which have all axes of `values`, before repeated sides are summed."""
        raise NotImplementedError

    def _check_number(self, shapes: Sequence[Shape]) -> None:
        if len(shapes) < MIN_INPUTS:
            raise Refusal(
                "{kind} must read at least {least} inputs. Received: {number}. Name the layers that it reads.",
                kind=self.kind,
                least=MIN_INPUTS,
                number=len(shapes),
            )


@dataclass(frozen=True, kw_only=True)
class Add(Merge):
    """The sum of all inputs."""

    kind: ClassVar[str] = "Add"
    title: ClassVar[str] = gettext_noop("Addition")
    arithmetic: ClassVar[Arithmetic] = "add"
    purpose: ClassVar[str] = gettext_noop(
        "[[residual connection|Adds]] the values that several layers have at the same place."
    )
    combine: ClassVar[np.ufunc] = np.add

    def _split_gradient(
        self, xs: Sequence[np.ndarray], values: np.ndarray, gradient: np.ndarray
    ) -> Sequence[np.ndarray]:
        return [gradient] * len(xs)


@dataclass(frozen=True, kw_only=True)
class Subtract(Merge):
    """The first input minus the second."""

    kind: ClassVar[str] = "Subtract"
    title: ClassVar[str] = gettext_noop("Subtraction")
    arithmetic: ClassVar[Arithmetic] = "subtract"
    purpose: ClassVar[str] = gettext_noop("Subtracts the values of one layer from those of another at the same place.")
    combine: ClassVar[np.ufunc] = np.subtract

    def _split_gradient(
        self, xs: Sequence[np.ndarray], values: np.ndarray, gradient: np.ndarray
    ) -> Sequence[np.ndarray]:
        return gradient, -gradient

    def _check_number(self, shapes: Sequence[Shape]) -> None:
        if len(shapes) != MIN_INPUTS:
            raise Refusal(
                "{kind} must read {number} inputs. Received: {received}. Name the two layers that it reads.",
                kind=self.kind,
                number=MIN_INPUTS,
                received=len(shapes),
            )


@dataclass(frozen=True, kw_only=True)
class Multiply(Merge):
    """The product of all inputs."""

    kind: ClassVar[str] = "Multiply"
    title: ClassVar[str] = gettext_noop("Multiplication")
    arithmetic: ClassVar[Arithmetic] = "multiply"
    purpose: ClassVar[str] = gettext_noop("Multiplies the values that several layers have at the same place.")
    combine: ClassVar[np.ufunc] = np.multiply

    def merged_multiplications(self, shapes: Sequence[Shape]) -> int:
        return (len(shapes) - 1) * math.prod(self.merged_shape(shapes))

    def _split_gradient(
        self, xs: Sequence[np.ndarray], values: np.ndarray, gradient: np.ndarray
    ) -> Sequence[np.ndarray]:
        # Not `values / x`, which has no answer where x is 0.
        return [
            gradient * math.prod((x for other, x in enumerate(xs) if other != place), start=np.float32(1))
            for place in range(len(xs))
        ]


@dataclass(frozen=True, kw_only=True)
class Average(Merge):
    """The mean of all inputs."""

    kind: ClassVar[str] = "Average"
    title: ClassVar[str] = gettext_noop("Average of layers")
    arithmetic: ClassVar[Arithmetic] = "average"
    purpose: ClassVar[str] = gettext_noop("Takes the mean of the values that several layers have at the same place.")
    combine: ClassVar[np.ufunc] = np.add

    def merge(self, xs: Sequence[np.ndarray]) -> Output:
        values = super().merge(xs).after / len(xs)
        return Output(values, values)

    def merged_multiplications(self, shapes: Sequence[Shape]) -> int:
        return math.prod(self.merged_shape(shapes))

    def _split_gradient(
        self, xs: Sequence[np.ndarray], values: np.ndarray, gradient: np.ndarray
    ) -> Sequence[np.ndarray]:
        return [gradient / len(xs)] * len(xs)


@dataclass(frozen=True, kw_only=True)
class _Choice(Merge):
    """Base of the merges that keep one of the values; of equal ones the first passes the gradient on."""

    def _split_gradient(
        self, xs: Sequence[np.ndarray], values: np.ndarray, gradient: np.ndarray
    ) -> Sequence[np.ndarray]:
        found = []
        left = np.ones(values.shape, bool)
        for x in xs:
            chosen = left & (x == values)
            found.append(np.where(chosen, gradient, np.float32(0)))
            left &= ~chosen
        return found


@dataclass(frozen=True, kw_only=True)
class Maximum(_Choice):
    """The largest value of all inputs."""

    kind: ClassVar[str] = "Maximum"
    title: ClassVar[str] = gettext_noop("Maximum of layers")
    arithmetic: ClassVar[Arithmetic] = "maximum"
    purpose: ClassVar[str] = gettext_noop("Keeps the largest of the values that several layers have at the same place.")
    combine: ClassVar[np.ufunc] = np.maximum


@dataclass(frozen=True, kw_only=True)
class Minimum(_Choice):
    """The smallest value of all inputs."""

    kind: ClassVar[str] = "Minimum"
    title: ClassVar[str] = gettext_noop("Minimum of layers")
    arithmetic: ClassVar[Arithmetic] = "minimum"
    purpose: ClassVar[str] = gettext_noop(
        "Keeps the smallest of the values that several layers have at the same place."
    )
    combine: ClassVar[np.ufunc] = np.minimum


@dataclass(frozen=True, kw_only=True)
class Concatenate(Merge):
    """All inputs one after the other along `axis`, counted with the batch as in Keras; -1 is the maps."""

    kind: ClassVar[str] = "Concatenate"
    title: ClassVar[str] = gettext_noop("Concatenation")
    arithmetic: ClassVar[Arithmetic] = "concatenate"
    purpose: ClassVar[str] = gettext_noop(
        "Puts the [[feature map|maps]] of several layers one after the other; no value changes."
    )

    axis: int = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("axis", self.axis, -3, 3)
        if self.axis == 0:
            raise Refusal(
                "`axis` must not be that of the batch. Received: {axis}. Use -1 for maps, 1 for rows, 2 for columns.",
                axis=self.axis,
            )

    def find_axis(self, rank: int) -> int:
        """Return the axis among the `rank` axes of an input without the batch, from 0; -1 where it has none."""
        axis = self.axis - 1 if self.axis > 0 else self.axis + rank
        return axis if 0 <= axis < rank else -1

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        self._check_number(shapes)
        first, axis = shapes[0], self.find_axis(len(shapes[0]))
        others = {tuple(side for each, side in enumerate(shape) if each != axis) for shape in shapes}
        if axis < 0 or len(others) > 1 or len({len(shape) for shape in shapes}) > 1:
            raise Refusal(
                "{kind} must read inputs that are equal but for axis {axis}. Received: {shapes}. Choose other layers "
                "for it to read, or another axis.",
                kind=self.kind,
                axis=self.axis,
                shapes=_list_shapes(shapes),
            )
        return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])

    def merge(self, xs: Sequence[np.ndarray]) -> Output:
        values = np.concatenate(xs, axis=self.find_axis(xs[0].ndim - 1) + 1)
        return Output(values, values)

    def backward_merge(self, xs: Sequence[np.ndarray], output: Output, gradient: np.ndarray) -> tuple[np.ndarray, ...]:
        axis = self.find_axis(gradient.ndim - 1) + 1
        ends = np.cumsum([x.shape[axis] for x in xs])[:-1]
        return tuple(np.split(gradient, ends, axis=axis))

    def merged_reads(
        self, shapes: Sequence[Shape], place: int, rows: Indices, columns: Indices, maps: Indices
    ) -> tuple[Indices, Indices, Indices]:
        rank = len(shapes[place])
        axis = self.find_axis(rank)
        before = sum(shape[axis] for shape in shapes[:place])
        found = [rows, columns, maps]
        along = found[3 - rank + axis]
        own = tuple(index - before for index in along if before <= index < before + shapes[place][axis])
        if not own:
            return (), (), ()
        found[3 - rank + axis] = own
        return found[0], found[1], found[2]

    def merged_size_parts(self, shapes: Sequence[Shape]) -> Formula:
        axis = self.find_axis(len(shapes[0]))
        sides = [shape[axis] for shape in shapes]
        pieces = [piece for side in sides for piece in (Part(" + "), amount(side, INPUT))][1:]
        return result(tuple(pieces), sum(sides))


def infer_shape(layer: Layer, shapes: Sequence[Shape]) -> Shape:
    """Return the output shape of any layer for its inputs' `shapes`. Raises `Refusal` if it cannot read them."""
    if isinstance(layer, Merge):
        return layer.merged_shape(shapes)
    if len(shapes) != 1:
        raise Refusal(
            "{kind} reads one input. Received: {number} for {name}. Merge them first, as Concatenate does.",
            kind=layer.kind,
            number=len(shapes),
            name=layer.name,
        )
    return layer.output_shape(shapes[0])


def count_multiplications(layer: Layer, shapes: Sequence[Shape]) -> int:
    """Count the multiplications of any layer for one image, with inputs of `shapes`."""
    return layer.merged_multiplications(shapes) if isinstance(layer, Merge) else layer.multiplications(shapes[0])


def apply(layer: Layer, xs: Sequence[np.ndarray], weights: Weights) -> Output:
    """Apply any layer to its inputs, each (n, *its shape) float32, as in inference."""
    return layer.merge(xs) if isinstance(layer, Merge) else layer.forward(xs[0], weights)


def backpropagate(
    layer: Layer, xs: Sequence[np.ndarray], output: Output, gradient: np.ndarray, weights: Weights
) -> tuple[np.ndarray, ...]:
    """Return the gradients at the inputs of any layer, given the one at `output.before`."""
    if isinstance(layer, Merge):
        return layer.backward_merge(xs, output, gradient)
    return (layer.input_gradient(xs[0], output, gradient, weights),)


def _list_shapes(shapes: Sequence[Shape]) -> str:
    shown = ", ".join(map(str, shapes[:MAX_LISTED]))
    return shown if len(shapes) <= MAX_LISTED else f"{shown}, …"


def _pad(shape: Shape, rank: int) -> Shape:
    """Return `shape` with sides of 1 in front, up to `rank` axes."""
    return (1,) * (rank - len(shape)) + tuple(shape)


def _align(xs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return views of `xs` that all have the most axes among them, behind that of the batch."""
    rank = max(x.ndim for x in xs) - 1
    return [x.reshape(len(x), *_pad(x.shape[1:], rank)) for x in xs]


def _sum_repeated(gradient: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Sum a gradient over the axes along which `x` was repeated, and return it in the shape of `x`."""
    own = (len(x), *_pad(x.shape[1:], gradient.ndim - 1))
    repeated = tuple(axis for axis, (side, whole) in enumerate(zip(own, gradient.shape, strict=True)) if side < whole)
    return (gradient.sum(axis=repeated, keepdims=True) if repeated else gradient).reshape(x.shape)
