"""Activation functions.

Every function takes and returns a float32 array of any shape; softmax works along the last axis.
Constants are those of `keras.activations` and `keras.layers`.
"""

import math
from collections.abc import Callable

import numpy as np

from cnnviz.core.layers.layer import Output

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


def activate(before: np.ndarray, activation: str) -> Output:
    """Apply a fused activation to a layer's sums; return both."""
    return Output(before, ACTIVATIONS[activation](before))


def format_leaky_relu(x: float, shown: str, negative_slope: float = 0.2) -> str:
    """Write the formula of `leaky_relu` for the number `x`, which is written `shown`."""
    return shown if x > 0 else f"{negative_slope:g} × {shown}"


def format_elu(x: float, shown: str, alpha: float = 1.0) -> str:
    """Write the formula of `elu` for the number `x`, which is written `shown`."""
    factor = "" if alpha == 1 else f"{alpha:g} × "
    return shown if x > 0 else f"{factor}(exp{shown if x < 0 else f'({shown})'} − 1)"
