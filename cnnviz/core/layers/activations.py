"""Activation functions, fused into a layer (`activation="relu"`) or as layers of their own.

Every function takes and returns a float32 array of any shape; softmax works along the last axis.
Constants are those of `keras.activations` and `keras.layers`.
"""

# ruff: noqa: ARG001, ARG002  (all kinds of layers and activations are called alike, whether they read every argument or not)

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.layers import checks
from cnnviz.core.layers.formulas import INPUT, Formula, amount, result, times
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop

MAX_SLOPE = 1e6
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
"""With these a SELU keeps mean 0 and variance 1 (arXiv 1706.02515)."""
SHRINK = np.float32(0.5)
"""The threshold of Keras's `soft_shrink` and `hard_shrink`."""
MAX_EXPONENT = np.float32(88.72283)
"""Largest number whose exponential float32 can hold."""


def linear(x: np.ndarray) -> np.ndarray:
    """Return `x` itself, the same object."""
    return x


def relu(x: np.ndarray) -> np.ndarray:
    """Return max(x, 0)."""
    return x.clip(min=np.float32(0))


def leaky_relu(x: np.ndarray, negative_slope: float = 0.2) -> np.ndarray:
    """Return x where it is positive, otherwise `negative_slope` times x."""
    return np.where(x > 0, x, np.float32(negative_slope) * x)


def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Return x where it is positive, otherwise `alpha` (exp(x) - 1)."""
    decay: np.ndarray = np.expm1(np.minimum(x, np.float32(0)))
    return np.where(x > 0, x, np.float32(alpha) * decay)


def gelu(x: np.ndarray) -> np.ndarray:
    """Return x times the normal distribution function of x, exact, not the tanh approximation (arXiv 1606.08415)."""
    from scipy.special import erfc  # tens of megabytes that most visitors never need

    # erfc rather than 1 + erf, which loses every digit where x is far below 0.
    values: np.ndarray = np.float32(0.5) * x * erfc(x * np.float32(-math.sqrt(0.5)))
    return values


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), written so that exp never overflows."""
    decay: np.ndarray = np.exp(-np.abs(x))
    values: np.ndarray = np.where(x >= 0, np.float32(1), decay) / (1 + decay)
    return values


def silu(x: np.ndarray) -> np.ndarray:
    """Return x sigmoid(x), also called swish."""
    values: np.ndarray = x * sigmoid(x)
    return values


def softmax(x: np.ndarray) -> np.ndarray:
    """Divide exp(x) by its sum along the last axis; subtract the largest first so that exp never overflows."""
    grown: np.ndarray = np.exp(x - x.max(axis=-1, keepdims=True))
    grown /= grown.sum(axis=-1, keepdims=True)
    return grown


def tanh(x: np.ndarray) -> np.ndarray:
    """Return the hyperbolic tangent."""
    bent: np.ndarray = np.tanh(x)
    return bent


def relu6(x: np.ndarray) -> np.ndarray:
    """Return `x` where it is from 0 to 6, otherwise the nearer of these."""
    return x.clip(np.float32(0), np.float32(6))


def celu(x: np.ndarray) -> np.ndarray:
    """Return x where it is positive, otherwise exp(x) - 1, as `elu` with an alpha of 1 does (arXiv 1704.07483)."""
    return elu(x)


def selu(x: np.ndarray) -> np.ndarray:
    """Return `SELU_SCALE` times an `elu` whose alpha is `SELU_ALPHA`."""
    return np.float32(SELU_SCALE) * elu(x, SELU_ALPHA)


def softplus(x: np.ndarray) -> np.ndarray:
    """Return log(1 + exp(x)), written so that exp never overflows."""
    values: np.ndarray = np.maximum(x, np.float32(0)) + np.log1p(np.exp(-np.abs(x)))
    return values


def softsign(x: np.ndarray) -> np.ndarray:
    """Return x / (1 + |x|)."""
    values: np.ndarray = x / (1 + np.abs(x))
    return values


def squareplus(x: np.ndarray) -> np.ndarray:
    """Return (x + sqrt(x² + 4)) / 2, for negative x as 2 / (sqrt(x² + 4) - x), in which no digits cancel."""
    root = np.hypot(x, np.float32(2))
    values: np.ndarray = np.where(x > 0, (x + root) / 2, 2 / (root + np.abs(x)))
    return values


def soft_shrink(x: np.ndarray) -> np.ndarray:
    """Return x moved by `SHRINK` towards 0, and 0 where it is not so far from it."""
    values: np.ndarray = x - x.clip(-SHRINK, SHRINK)
    return values


def hard_shrink(x: np.ndarray) -> np.ndarray:
    """Return x where it is further than `SHRINK` from 0, otherwise 0."""
    return np.where(np.abs(x) > SHRINK, x, np.float32(0))


def tanh_shrink(x: np.ndarray) -> np.ndarray:
    """Return x - tanh(x)."""
    values: np.ndarray = x - np.tanh(x)
    return values


def sparse_plus(x: np.ndarray) -> np.ndarray:
    """Return 0 up to -1, x from 1 on, and (x + 1)² / 4 between."""
    between = x.clip(np.float32(-1), np.float32(1)) + 1
    return np.where(x < 1, np.float32(0.25) * between * between, x)


def sparse_sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 0 up to -1, 1 from 1 on, and (x + 1) / 2 between."""
    values: np.ndarray = np.float32(0.5) * (x.clip(np.float32(-1), np.float32(1)) + 1)
    return values


def exponential(x: np.ndarray) -> np.ndarray:
    """Return exp(x), at most the largest number of float32."""
    values: np.ndarray = np.exp(np.minimum(x, MAX_EXPONENT))
    return values


def hard_sigmoid(x: np.ndarray) -> np.ndarray:
    """Return (x + 3) / 6, at least 0 and at most 1."""
    values: np.ndarray = relu6(x + np.float32(3)) / np.float32(6)
    return values


def hard_silu(x: np.ndarray) -> np.ndarray:
    """Return x hard_sigmoid(x), also called hard_swish."""
    values: np.ndarray = x * hard_sigmoid(x)
    return values


def hard_tanh(x: np.ndarray) -> np.ndarray:
    """Return x where it is from -1 to 1, otherwise the nearer of these."""
    return x.clip(np.float32(-1), np.float32(1))


def mish(x: np.ndarray) -> np.ndarray:
    """Return x tanh(softplus(x)) (arXiv 1908.08681)."""
    values: np.ndarray = x * np.tanh(softplus(x))
    return values


def log_sigmoid(x: np.ndarray) -> np.ndarray:
    """Return the logarithm of the sigmoid."""
    return -softplus(-x)


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": linear,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "gelu": gelu,
    "silu": silu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "softmax": softmax,
    "relu6": relu6,
    "celu": celu,
    "selu": selu,
    "softplus": softplus,
    "softsign": softsign,
    "squareplus": squareplus,
    "soft_shrink": soft_shrink,
    "hard_shrink": hard_shrink,
    "tanh_shrink": tanh_shrink,
    "sparse_plus": sparse_plus,
    "sparse_sigmoid": sparse_sigmoid,
    "exponential": exponential,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": hard_silu,
    "hard_tanh": hard_tanh,
    "mish": mish,
    "log_sigmoid": log_sigmoid,
}

COMMON_ACTIVATIONS = ("linear", "relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softmax")
"""Those that are offered where a network is built; the others come with networks from elsewhere."""


def relu_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Let the gradient pass where the value is positive; none at 0."""
    return np.where(output.before > 0, gradient, np.float32(0))


def leaky_relu_gradient(output: Output, gradient: np.ndarray, negative_slope: float = 0.2) -> np.ndarray:
    """Let the gradient pass where the value is positive, otherwise `negative_slope` of it, also at 0."""
    return np.where(output.before > 0, gradient, np.float32(negative_slope) * gradient)


def elu_gradient(output: Output, gradient: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Multiply by alpha exp(x) where x is not positive; the result plus alpha would lose its digits far below 0."""
    decay = np.float32(alpha) * np.exp(np.minimum(output.before, np.float32(0)))
    return np.where(output.before > 0, gradient, decay * gradient)


def gelu_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by the normal distribution function of x plus x times its density.

    In float64, because the two cancel where the slope is 0, at x = -0.7518.
    """
    from scipy.special import erfc  # as in `gelu`

    x = output.before.astype(np.float64)
    below = 0.5 * erfc(x * -math.sqrt(0.5))
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    values: np.ndarray = (gradient * (below + x * density)).astype(gradient.dtype)
    return values


def sigmoid_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by y (1 - y), which is d / (1 + d)² with d = exp(-|x|): 1 - y loses its digits where y is nearly 1."""
    decay = np.exp(-np.abs(output.before))
    values: np.ndarray = gradient * decay / np.square(1 + decay)
    return values


def silu_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by s (1 + x (1 - s)), where s is the sigmoid of x.

    In float64, because 1 and x (1 - s) cancel where the slope is 0, at x = -1.2785.
    """
    x = output.before.astype(np.float64)
    share = sigmoid(x)
    values: np.ndarray = (gradient * share * (1 + x * sigmoid(-x))).astype(gradient.dtype)
    return values


def softmax_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Return y (gradient - the mean of the gradients weighted by y), along the last axis.

    Gradients are taken relative to that at the largest y. Where this is nearly 1, the mean is nearly its gradient, and
    their difference would have few digits left.
    """
    likeliest = output.after.argmax(axis=-1, keepdims=True)
    apart = gradient - np.take_along_axis(gradient, likeliest, axis=-1)
    mean = (apart * output.after).sum(axis=-1, keepdims=True)
    values: np.ndarray = output.after * (apart - mean)
    return values


def tanh_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by 1 - y², which is 4 d / (1 + d)² with d = exp(-2 |x|): 1 - y² loses its digits where y is nearly 1."""
    decay = np.exp(-2 * np.abs(output.before))
    values: np.ndarray = 4 * gradient * decay / np.square(1 + decay)
    return values


def relu6_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Let the gradient pass between 0 and 6, none at these two."""
    x = output.before
    return np.where((x > 0) & (x < 6), gradient, np.float32(0))


def celu_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by exp(x) where x is not positive; at 0 by 2, since Keras adds up a maximum and a minimum there."""
    slope = np.where(output.before == 0, np.float32(2), np.exp(np.minimum(output.before, np.float32(0))))
    values: np.ndarray = gradient * slope
    return values


def selu_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by `SELU_SCALE`, and by the result plus scale and alpha where it is below 0."""
    below = output.after + np.float32(SELU_SCALE * SELU_ALPHA)
    values: np.ndarray = gradient * np.where(output.before < 0, below, np.float32(SELU_SCALE))
    return values


def softplus_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by the sigmoid of x."""
    values: np.ndarray = gradient * sigmoid(output.before)
    return values


def softsign_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Divide by (1 + |x|)²."""
    share = 1 / (1 + np.abs(output.before))
    values: np.ndarray = gradient * share * share
    return values


def squareplus_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by (1 + x / sqrt(x² + 4)) / 2, which is the result divided by the root."""
    values: np.ndarray = gradient * output.after / np.hypot(output.before, np.float32(2))
    return values


def shrink_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Let the gradient pass where x is further than `SHRINK` from 0."""
    return np.where(np.abs(output.before) > SHRINK, gradient, np.float32(0))


def tanh_shrink_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by the square of tanh(x)."""
    bent = np.tanh(output.before)
    values: np.ndarray = gradient * bent * bent
    return values


def sparse_plus_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by `sparse_sigmoid`."""
    values: np.ndarray = gradient * sparse_sigmoid(output.before)
    return values


def sparse_sigmoid_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Halve the gradient between -1 and 1; none elsewhere."""
    return np.where(np.abs(output.before) < 1, np.float32(0.5) * gradient, np.float32(0))


def exponential_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by the result."""
    values: np.ndarray = gradient * output.after
    return values


def hard_sigmoid_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Divide by 6 where x lies between -3 and 3; none elsewhere."""
    return np.where(np.abs(output.before) < 3, gradient / np.float32(6), np.float32(0))


def hard_silu_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by hard_sigmoid(x), plus x / 6 between -3 and 3."""
    x = output.before
    slope = hard_sigmoid(x) + np.where(np.abs(x) < 3, x / np.float32(6), np.float32(0))
    values: np.ndarray = gradient * slope
    return values


def hard_tanh_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Let the gradient pass from -1 to 1, both included."""
    return np.where(np.abs(output.before) <= 1, gradient, np.float32(0))


def mish_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by t + x (1 - t²) s, where t is tanh(softplus(x)) and s the sigmoid of x."""
    x = output.before
    bent = np.tanh(softplus(x))
    values: np.ndarray = gradient * (bent + x * (1 - bent * bent) * sigmoid(x))
    return values


def log_sigmoid_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Multiply by the sigmoid of -x."""
    values: np.ndarray = gradient * sigmoid(-output.before)
    return values


def linear_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:
    """Return `gradient` itself."""
    return gradient


ACTIVATION_GRADIENTS: dict[str, Callable[[Output, np.ndarray], np.ndarray]] = {
    "linear": linear_gradient,
    "relu": relu_gradient,
    "leaky_relu": leaky_relu_gradient,
    "elu": elu_gradient,
    "gelu": gelu_gradient,
    "silu": silu_gradient,
    "tanh": tanh_gradient,
    "sigmoid": sigmoid_gradient,
    "softmax": softmax_gradient,
    "relu6": relu6_gradient,
    "celu": celu_gradient,
    "selu": selu_gradient,
    "softplus": softplus_gradient,
    "softsign": softsign_gradient,
    "squareplus": squareplus_gradient,
    "soft_shrink": shrink_gradient,
    "hard_shrink": shrink_gradient,
    "tanh_shrink": tanh_shrink_gradient,
    "sparse_plus": sparse_plus_gradient,
    "sparse_sigmoid": sparse_sigmoid_gradient,
    "exponential": exponential_gradient,
    "hard_sigmoid": hard_sigmoid_gradient,
    "hard_silu": hard_silu_gradient,
    "hard_tanh": hard_tanh_gradient,
    "mish": mish_gradient,
    "log_sigmoid": log_sigmoid_gradient,
}
"""Activation -> the gradient before it, from its values and the gradient after it."""


def format_leaky_relu(x: float, shown: str, negative_slope: float = 0.2) -> str:
    """Write the formula of `leaky_relu` for the number `x`, which is written `shown`."""
    return shown if x > 0 else f"{negative_slope:g} × {shown}"


def format_elu(x: float, shown: str, alpha: float = 1.0) -> str:
    """Write the formula of `elu` for the number `x`, which is written `shown`."""
    factor = "" if alpha == 1 else f"{alpha:g} × "
    return shown if x > 0 else f"{factor}(exp{shown if x < 0 else f'({shown})'} − 1)"


def _times(factor: float, code: str) -> str:
    return f"{factor:g} * {code}" if factor else "0.0"


def activate(before: np.ndarray, activation: str) -> Output:
    """Apply a fused activation to a layer's sums; return both."""
    return Output(before, ACTIVATIONS[activation](before))


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
        place = (row, column, of) if len(shape) == 3 else (of,)
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
