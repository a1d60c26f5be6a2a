"""Layers that apply an activation function and nothing else."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.layers import checks
from cnnviz.core.layers.activations.functions import (
    ACTIVATIONS,
    elu,
    format_elu,
    format_leaky_relu,
    leaky_relu,
    softmax,
)
from cnnviz.core.layers.activations.gradients import (
    ACTIVATION_GRADIENTS,
    elu_gradient,
    leaky_relu_gradient,
    softmax_gradient,
)
from cnnviz.core.layers.formulas import INPUT, Formula, amount, result, times
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Role, Shape, Weights, make_index
from cnnviz.core.messages import gettext_noop

MAX_SLOPE = 1e6


@dataclass(frozen=True, kw_only=True)
class _Elementwise(Layer):
    """An activation as a layer: it keeps the shape, and its input counts as the sums before the activation.

    Beside `apply` each kind defines how its value is shown: `evaluate`, `format`, `write_code`; softmax has its own.
    """

    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "activation"

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        return Output(x, self.apply(x))

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Apply the activation to `x`, float32 of any shape."""
        raise NotImplementedError

    def evaluate(self, x: float) -> float:
        """Apply the activation to one number, in float64."""
        raise NotImplementedError

    def format(self, x: float, shown: str) -> str:
        """Write the formula for the number `x`, which is written `shown`, in parentheses if it is negative."""
        raise NotImplementedError

    def write_code(self) -> tuple[str, ...]:
        """Return lines of NumPy that replace `value` by its activation."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Activation(_Elementwise):
    """One of `ACTIVATIONS` as a layer."""

    kind: ClassVar[str] = "Activation"
    title: ClassVar[str] = gettext_noop("Activation")
    positional: ClassVar[tuple[str, ...]] = ("activation",)

    activation: str

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.choice("activation", self.activation, ACTIVATIONS)

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        maps = tuple(range(shape[-1])) if self.activation == "softmax" else (of,)
        return (row,), (column,), maps

    def apply(self, x: np.ndarray) -> np.ndarray:
        return ACTIVATIONS[self.activation](x)

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        return ACTIVATION_GRADIENTS[self.activation](output, gradient)


@dataclass(frozen=True, kw_only=True)
class ReLU(_Elementwise):
    """x from `threshold` on, at most `max_value` (None: unlimited), and `negative_slope` (x - threshold) below it."""

    kind: ClassVar[str] = "ReLU"
    title: ClassVar[str] = gettext_noop("ReLU")

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_value is not None:
            self._settle(max_value=checks.number("max_value", self.max_value, 0, MAX_SLOPE))
        self._settle(
            negative_slope=checks.number("negative_slope", self.negative_slope, 0, MAX_SLOPE),
            threshold=checks.number("threshold", self.threshold, 0, MAX_SLOPE),
        )

    def apply(self, x: np.ndarray) -> np.ndarray:
        threshold = np.float32(self.threshold)
        above = x if self.max_value is None else np.minimum(x, np.float32(self.max_value))
        below = np.float32(self.negative_slope) * (x - threshold)
        return np.where(x >= threshold if threshold == 0 else x > threshold, above, below)

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        """Let the gradient pass above the threshold up to the largest value; at the threshold itself none.

        A plain leaky ReLU, without threshold and largest value, has the slope of its negative side at 0.
        """
        x, threshold = output.before, np.float32(self.threshold)
        if self.max_value is None and threshold == 0:
            return leaky_relu_gradient(output, gradient, self.negative_slope)
        passes = x > threshold
        if self.max_value is not None:
            passes &= x <= np.float32(self.max_value)
        below = np.float32(self.negative_slope) * gradient
        return np.where(passes, gradient, np.where(x < threshold, below, np.float32(0)))

    def evaluate(self, x: float) -> float:
        if not self._passes(x):
            return self.negative_slope * (x - self.threshold)
        return x if self.max_value is None else min(x, self.max_value)

    def format(self, x: float, shown: str) -> str:
        if self._passes(x):
            return shown if self.max_value is None else f"min({shown}, {self.max_value:g})"
        return f"{self.negative_slope:g} × ({shown} − {self.threshold:g})"

    def write_code(self) -> tuple[str, ...]:
        threshold = f"{self.threshold:g}"
        above = ">=" if self.threshold == 0 else ">"
        upper = "value" if self.max_value is None else f"min(value, {self.max_value:g})"
        below = _times(self.negative_slope, f"(value - {threshold})")
        return (f"value = {upper} if value {above} {threshold} else {below}",)

    def _passes(self, x: float) -> bool:
        return x > self.threshold or x == self.threshold == 0


@dataclass(frozen=True, kw_only=True)
class LeakyReLU(_Elementwise):
    """x where it is positive, otherwise `negative_slope` times x."""

    kind: ClassVar[str] = "LeakyReLU"
    title: ClassVar[str] = gettext_noop("Leaky ReLU")

    negative_slope: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(negative_slope=checks.number("negative_slope", self.negative_slope, 0, MAX_SLOPE))

    def apply(self, x: np.ndarray) -> np.ndarray:
        return leaky_relu(x, self.negative_slope)

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        return leaky_relu_gradient(output, gradient, self.negative_slope)

    def evaluate(self, x: float) -> float:
        return x if x > 0 else self.negative_slope * x

    def format(self, x: float, shown: str) -> str:
        return format_leaky_relu(x, shown, self.negative_slope)

    def write_code(self) -> tuple[str, ...]:
        return (f"value = value if value > 0 else {_times(self.negative_slope, 'value')}",)


@dataclass(frozen=True, kw_only=True)
class ELU(_Elementwise):
    """x where it is positive, otherwise `alpha` (exp(x) - 1)."""

    kind: ClassVar[str] = "ELU"
    title: ClassVar[str] = gettext_noop("ELU")

    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._settle(alpha=checks.number("alpha", self.alpha, 0, MAX_SLOPE))

    def apply(self, x: np.ndarray) -> np.ndarray:
        return elu(x, self.alpha)

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        return elu_gradient(output, gradient, self.alpha)

    def evaluate(self, x: float) -> float:
        return x if x > 0 else self.alpha * math.expm1(x)

    def format(self, x: float, shown: str) -> str:
        return format_elu(x, shown, self.alpha)

    def write_code(self) -> tuple[str, ...]:
        return (f"value = value if value > 0 else {_times(self.alpha, 'np.expm1(value)')}",)


@dataclass(frozen=True, kw_only=True)
class Softmax(_Elementwise):
    """Softmax along the last axis, as a layer."""

    kind: ClassVar[str] = "Softmax"
    title: ClassVar[str] = gettext_noop("Softmax")

    @property
    def activation_name(self) -> str:
        return "softmax"

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        return (row,), (column,), tuple(range(shape[-1]))

    def apply(self, x: np.ndarray) -> np.ndarray:
        return softmax(x)

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        return softmax_gradient(output, gradient)


@dataclass(frozen=True, kw_only=True)
class PReLU(Layer):
    """x where it is positive, otherwise x times a learned slope (arXiv 1502.01852).

    There is a slope for each cell, or one for all along each of `shared_axes`, counted from 1 as in Keras.
    """

    kind: ClassVar[str] = "PReLU"
    title: ClassVar[str] = gettext_noop("PReLU")
    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "parametric"
    purpose: ClassVar[str] = gettext_noop("Multiplies values below 0 by a learned slope; the others stay.")

    shared_axes: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shared_axes is not None:
            axes = self.shared_axes if isinstance(self.shared_axes, (list, tuple)) else (self.shared_axes,)
            self._settle(shared_axes=tuple(checks.whole("shared_axes", axis, 1, 3) for axis in axes))

    def output_shape(self, shape: Shape) -> Shape:
        for axis in self.shared_axes or ():
            checks.whole("shared_axes", axis, 1, len(shape))
        return shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        shared = self.shared_axes or ()
        return {"alpha": tuple(1 if axis in shared else side for axis, side in enumerate(shape, 1))}

    def find_index(self, shape: Shape, row: int, column: int, of: int) -> tuple[int, ...]:
        """Return the index of the slope that belongs to one cell."""
        place = make_index(shape, row, column, of)
        return tuple(0 if axis in (self.shared_axes or ()) else index for axis, index in enumerate(place, 1))

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        values = np.where(x > 0, x, weights["alpha"] * x)
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        """Let the gradient pass above 0 and multiply it by the slope below; at 0 itself there is none."""
        below = np.where(x < 0, weights["alpha"] * gradient, np.float32(0))
        return np.where(x > 0, gradient, below)

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        each = (gradient * x.clip(max=np.float32(0))).sum(axis=0)
        shared = tuple(axis - 1 for axis in self.shared_axes or ())
        return {"alpha": each.sum(axis=shared, keepdims=True)}

    def multiplications(self, shape: Shape) -> int:
        return math.prod(shape)

    def parameter_parts(self, shape: Shape) -> Formula:
        sides = [amount(side, INPUT, "shared_axes") for side in self.weight_shapes(shape)["alpha"]]
        return result(times(*sides), self.parameters(shape))


def _times(factor: float, code: str) -> str:
    return f"{factor:g} * {code}" if factor else "0.0"
