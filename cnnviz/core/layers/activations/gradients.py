"""Gradients of the activation functions: the one at their input, given the one at their output.

Every function takes the values of the layer and a float32 gradient of their shape, which it returns in that shape.
Rules at kinks are TensorFlow's.
"""

import math
from collections.abc import Callable

import numpy as np

from cnnviz.core.layers.activations.functions import (
    SELU_ALPHA,
    SELU_SCALE,
    SHRINK,
    hard_sigmoid,
    sigmoid,
    softplus,
    sparse_sigmoid,
)
from cnnviz.core.layers.layer import Output


def linear_gradient(output: Output, gradient: np.ndarray) -> np.ndarray:  # noqa: ARG001  (all gradients are called alike)
    """Return `gradient` itself."""
    return gradient


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
