"""Normalization: values are shifted and scaled, by figures that were learned, or by those of the values themselves."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.layers.formulas import INPUT, Formula, amount, result, times
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Role, Shape, Weights, make_index
from cnnviz.core.messages import gettext_noop

MAX_STATISTIC = 1e9
MIN_DEVIATION = np.float32(1e-7)
"""What Keras's Normalization divides by at least (`keras.config.epsilon()`)."""


def find_axis(argument: str, axis: int, shape: Shape) -> int:
    """Return the place in `shape` of an axis as Keras counts it: from 1, as 0 is the batch, or from the end."""
    place = axis - 1 if axis > 0 else len(shape) + axis
    if axis and 0 <= place < len(shape):
        return place
    raise Refusal(
        "`{argument}` must be an axis of the input, from 1 to {number}, or -1 for the last. Received: {axis}. Choose "
        "one of these.",
        argument=argument,
        number=len(shape),
        axis=axis,
    )


def settle_axis(argument: str, axis: Any) -> int:
    """Return an axis as a number; files of Keras may have a list with one."""
    if isinstance(axis, (list, tuple)) and len(axis) == 1:
        axis = axis[0]
    return checks.whole(argument, axis, -3, 3)


@dataclass(frozen=True, kw_only=True)
class _Normalizing(Layer):
    """Base of the layers that shift and scale values."""

    role: ClassVar[Role] = "elementwise"

    def output_shape(self, shape: Shape) -> Shape:
        self.find_axes(shape)
        return shape

    def find_axes(self, shape: Shape) -> tuple[int, ...]:
        """Return the places in `shape` of the axes that weights have one number for each index of."""
        raise NotImplementedError

    def find_index(self, shape: Shape, row: int, column: int, of: int) -> tuple[int, ...]:
        """Return the index of the weights that belong to one cell."""
        place = make_index(shape, row, column, of)
        return tuple(place[axis] for axis in self.find_axes(shape))

    def multiplications(self, shape: Shape) -> int:
        return math.prod(shape)

    def _get_sides(self, shape: Shape) -> Shape:
        """Return the shape of each array of weights."""
        return tuple(shape[axis] for axis in self.find_axes(shape))

    def _spread(self, array: np.ndarray, shape: Shape) -> np.ndarray:
        """Return an array of weights with an axis for each of a batch of `shape`."""
        axes = self.find_axes(shape)
        return array.reshape(1, *(side if place in axes else 1 for place, side in enumerate(shape)))

    def _sum_for_weights(self, gradient: np.ndarray) -> np.ndarray:
        """Sum a gradient of a batch over all axes that weights do not have."""
        kept = self.find_axes(gradient.shape[1:])
        found: np.ndarray = gradient.sum(axis=tuple(i for i in range(gradient.ndim) if i - 1 not in kept))
        return found


@dataclass(frozen=True, kw_only=True)
class BatchNormalization(_Normalizing):
    """gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta, along one axis (arXiv 1502.03167).

    `center` and `scale` say whether there is a beta and a gamma; `momentum` matters in training only.
    """

    kind: ClassVar[str] = "BatchNormalization"
    title: ClassVar[str] = gettext_noop("Batch normalization")
    arithmetic: ClassVar[Arithmetic] = "normalize"
    purpose: ClassVar[str] = gettext_noop(
        "[[batch normalization|Shifts and scales]] each [[feature map|map]] by figures learned in training."
    )
    added_later: ClassVar[tuple[str, ...]] = ("axis",)

    momentum: float = 0.99
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True
    axis: int = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.truth("center", self.center)
        checks.truth("scale", self.scale)
        self._settle(
            momentum=checks.number("momentum", self.momentum, 0, 1),
            epsilon=checks.number("epsilon", self.epsilon, 1e-7, 1),
            axis=settle_axis("axis", self.axis),
        )

    def find_axes(self, shape: Shape) -> tuple[int, ...]:
        return (find_axis("axis", self.axis, shape),)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        present = {"gamma": self.scale, "beta": self.center, "moving_mean": True, "moving_variance": True}
        return {name: self._get_sides(shape) for name, there in present.items() if there}

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        factor = self._find_factor(weights)
        shift = -weights["moving_mean"] * factor
        if self.center:
            shift = shift + weights["beta"]
        values = x * self._spread(factor, x.shape[1:])
        values += self._spread(shift, x.shape[1:])
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        values: np.ndarray = gradient * self._spread(self._find_factor(weights), x.shape[1:])
        return values

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        """Return the gradients at gamma and beta, as in inference; mean and variance are not learned by gradients."""
        found = {}
        if self.scale:
            deviation = np.sqrt(weights["moving_variance"] + np.float32(self.epsilon))
            mean, deviation = (self._spread(each, x.shape[1:]) for each in (weights["moving_mean"], deviation))
            found["gamma"] = self._sum_for_weights(gradient * (x - mean) / deviation)
        if self.center:
            found["beta"] = self._sum_for_weights(gradient)
        return found

    def _find_factor(self, weights: Weights) -> np.ndarray:
        """Return by what every channel is multiplied."""
        factor: np.ndarray = 1 / np.sqrt(weights["moving_variance"] + np.float32(self.epsilon))
        if self.scale:
            factor *= weights["gamma"]
        return factor

    def parameter_parts(self, shape: Shape) -> Formula:
        each = amount(len(self.weight_shapes(shape)), "center", "scale")
        return result(times(each, amount(self._get_sides(shape)[0], INPUT)), self.parameters(shape))


@dataclass(frozen=True, kw_only=True)
class Normalization(_Normalizing):
    """(x - mean) / sqrt(variance) by fixed figures, or with `invert` x sqrt(variance) + mean.

    The figures are given, one for all or one for each index of `axis`, or were taken from data and are stored as
    weights. With an `axis` of None there is one for all values.
    """

    kind: ClassVar[str] = "Normalization"
    title: ClassVar[str] = gettext_noop("Normalization")
    arithmetic: ClassVar[Arithmetic] = "normalize"
    purpose: ClassVar[str] = gettext_noop(
        "Shifts and scales values by fixed figures, so that those of the data have mean 0 and variance 1."
    )

    axis: int | None = -1
    mean: float | tuple[float, ...] | None = None
    variance: float | tuple[float, ...] | None = None
    invert: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.truth("invert", self.invert)
        axis: Any = self.axis
        self._settle(axis=None if axis in (None, (), []) else settle_axis("axis", axis))
        if (self.mean is None) != (self.variance is None):
            raise Refusal(
                "`mean` and `variance` must both be given or both be left out. Received: mean {mean}, variance "
                "{variance}. Give the other one too.",
                mean=checks.repr_of(self.mean),
                variance=checks.repr_of(self.variance),
            )
        if self.mean is not None:
            self._settle(
                mean=_settle_numbers("mean", self.mean, -MAX_STATISTIC),
                variance=_settle_numbers("variance", self.variance, 0.0),
            )

    def find_axes(self, shape: Shape) -> tuple[int, ...]:
        return () if self.axis is None else (find_axis("axis", self.axis, shape),)

    def output_shape(self, shape: Shape) -> Shape:
        sides = self._get_sides(shape)
        for name in ("mean", "variance"):
            given = getattr(self, name)
            if isinstance(given, tuple) and (len(given),) != sides:
                raise Refusal(
                    "`{name}` must have a number for each index of the axis, here {number}. Received: {given}. Give "
                    "as many, or one for all.",
                    name=name,
                    number=math.prod(sides),
                    given=len(given),
                )
        return shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        if self.mean is not None:
            return {}
        sides = self._get_sides(shape)
        return {"mean": sides, "variance": sides, "count": ()}

    def get_figures(self, shape: Shape, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance, float32 of the shape of the weights, given or stored."""
        if self.mean is None:
            return weights["mean"], weights["variance"]
        sides = self._get_sides(shape)
        mean, variance = (np.broadcast_to(np.float32(each), sides) for each in (self.mean, self.variance))  # type: ignore[arg-type]
        return mean, variance

    def _find_mean_and_deviation(self, shape: Shape, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
        mean, variance = self.get_figures(shape, weights)
        deviation = np.maximum(np.sqrt(variance), MIN_DEVIATION)
        return self._spread(mean, shape), self._spread(deviation, shape)

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        mean, deviation = self._find_mean_and_deviation(x.shape[1:], weights)
        values = x * deviation + mean if self.invert else (x - mean) / deviation
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        _, deviation = self._find_mean_and_deviation(x.shape[1:], weights)
        values: np.ndarray = gradient * deviation if self.invert else gradient / deviation
        return values

    def parameter_parts(self, shape: Shape) -> Formula:
        if self.mean is not None:
            return ()
        sides = [amount(side, INPUT, "axis") for side in self._get_sides(shape)]
        return result((*times(amount(2), *sides), amount(1)._replace(text=" + 1")), self.parameters(shape))


def _settle_numbers(argument: str, value: Any, low: float) -> float | tuple[float, ...]:
    if isinstance(value, (list, tuple)):
        return tuple(checks.number(argument, each, low, MAX_STATISTIC) for each in value)
    return checks.number(argument, value, low, MAX_STATISTIC)


@dataclass(frozen=True, kw_only=True)
class Standardization(_Normalizing):
    """Base of the layers that normalize values by mean and variance of these values themselves, also in inference."""

    arithmetic: ClassVar[Arithmetic] = "standardize"

    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.truth("center", self.center)
        checks.truth("scale", self.scale)
        self._settle(epsilon=checks.number("epsilon", self.epsilon, 1e-7, 1))

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        present = {"gamma": self.scale, "beta": self.center}
        return {name: self._get_sides(shape) for name, there in present.items() if there}

    def group(self, x: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
        """View a batch so that the values that share mean and variance lie along axes of their own, and name these."""
        raise NotImplementedError

    def _standardize(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
        """Return the values with mean 0 and variance 1, grouped, the inverse of the deviation, and the axes.

        In float64: where values are nearly alike, what is left of them is divided by their small deviation.
        """
        grouped, axes = self.group(x.astype(np.float64))
        centred = grouped - grouped.mean(axis=axes, keepdims=True)
        inverse = 1 / np.sqrt((centred * centred).mean(axis=axes, keepdims=True) + np.float32(self.epsilon))
        return centred * inverse, inverse, axes

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = self._standardize(x)[0].reshape(x.shape)
        if self.scale:
            values = values * self._spread(weights["gamma"], x.shape[1:])
        if self.center:
            values = values + self._spread(weights["beta"], x.shape[1:])
        values = values.astype(x.dtype)
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        """Return the gradient with the part taken off that a shift or a scaling of the whole group would have."""
        values, inverse, axes = self._standardize(x)
        exact = gradient.astype(np.float64)
        if self.scale:
            exact *= self._spread(weights["gamma"], x.shape[1:])
        sent = exact.reshape(values.shape)
        shift, scaling = sent.mean(axis=axes, keepdims=True), (sent * values).mean(axis=axes, keepdims=True)
        found: np.ndarray = inverse * (sent - shift - values * scaling)
        return found.reshape(x.shape).astype(x.dtype)

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        found = {}
        if self.scale:
            sums = self._sum_for_weights(gradient * self._standardize(x)[0].reshape(x.shape))
            found["gamma"] = sums.astype(x.dtype)
        if self.center:
            found["beta"] = self._sum_for_weights(gradient)
        return found

    def place_weights(self, shape: Shape, weights: Weights, row: int, column: int, of: int) -> np.ndarray:
        """Return 1 for the cell itself: the others count through mean and variance alone."""
        rows, columns, maps = self.reads(shape, row, column, of)
        own = np.zeros((len(rows), len(columns), len(maps)), np.float32)
        own[rows.index(row), columns.index(column), maps.index(of)] = 1
        return own

    def multiplications(self, shape: Shape) -> int:
        return 3 * math.prod(shape)

    def parameter_parts(self, shape: Shape) -> Formula:
        arrays = len(self.weight_shapes(shape))
        if not arrays:
            return ()
        sides = [amount(side, INPUT, "axis") for side in self._get_sides(shape)]
        return result(times(amount(arrays, "center", "scale"), *sides), self.parameters(shape))


@dataclass(frozen=True, kw_only=True)
class LayerNormalization(Standardization):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance along `axis` (arXiv 1607.06450).

    gamma and beta have a number for each index of these axes.
    """

    kind: ClassVar[str] = "LayerNormalization"
    title: ClassVar[str] = gettext_noop("Layer normalization")
    purpose: ClassVar[str] = gettext_noop(
        "[[layer normalization|Gives the values of one place mean 0 and variance 1]], then shifts and scales them by "
        "learned figures."
    )

    axis: int | tuple[int, ...] = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.axis, (list, tuple)):
            axes = tuple(sorted(settle_axis("axis", each) for each in self.axis))
            if not axes or len(set(axes)) < len(axes) or axes[0] < 0 < axes[-1]:
                raise Refusal(
                    "`axis` must name each axis once, all from 1 or all from the end. Received: {axis}. Use -1 for the "
                    "last axis alone.",
                    axis=checks.repr_of(self.axis),
                )
            self._settle(axis=axes)
        else:
            self._settle(axis=settle_axis("axis", self.axis))

    def find_axes(self, shape: Shape) -> tuple[int, ...]:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        return tuple(find_axis("axis", axis, shape) for axis in axes)

    def group(self, x: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
        return x, tuple(axis + 1 for axis in self.find_axes(x.shape[1:]))

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        axes, place = self.find_axes(shape), make_index(shape, row, column, of)
        found = [
            tuple(range(side)) if axis in axes else (index,)
            for axis, (side, index) in enumerate(zip(shape, place, strict=True))
        ]
        rows, columns, maps = found if len(found) == 3 else ((0,), (0,), *found)
        return rows, columns, maps


@dataclass(frozen=True, kw_only=True)
class GroupNormalization(Standardization):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance over groups of maps (arXiv 1803.08494).

    With `groups` of -1 every map is a group, which is instance normalization.
    """

    kind: ClassVar[str] = "GroupNormalization"
    title: ClassVar[str] = gettext_noop("Group normalization")
    purpose: ClassVar[str] = gettext_noop(
        "[[group normalization|Gives each group of maps mean 0 and variance 1]], then shifts and scales each "
        "[[feature map|map]] by learned figures."
    )

    groups: int = 32
    axis: int = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(axis=settle_axis("axis", self.axis))
        if self.groups != -1:
            checks.whole("groups", self.groups, 1, checks.MAX_UNITS)

    def find_axes(self, shape: Shape) -> tuple[int, ...]:
        if find_axis("axis", self.axis, shape) != len(shape) - 1:
            raise Refusal(
                "`axis` of GroupNormalization must be the last one. Received: {axis}. Use -1.",
                axis=self.axis,
            )
        if self.groups != -1 and shape[-1] % self.groups:
            raise Refusal(
                "`groups` must divide the number of maps. Received: groups {groups} and {maps} maps. Use a number that "
                "divides it, or -1 for groups of one map.",
                groups=self.groups,
                maps=shape[-1],
            )
        return (len(shape) - 1,)

    def count_maps(self, shape: Shape) -> int:
        """Count the maps of each group."""
        return 1 if self.groups == -1 else shape[-1] // self.groups

    def group(self, x: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
        maps = self.count_maps(x.shape[1:])
        grouped = x.reshape(*x.shape[:-1], -1, maps)
        return grouped, (*range(1, grouped.ndim - 2), grouped.ndim - 1)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        maps = self.count_maps(shape)
        first = of // maps * maps
        rows, columns = (tuple(range(side)) for side in (shape[:2] if len(shape) == 3 else (1, 1)))
        return rows, columns, tuple(range(first, first + maps))
