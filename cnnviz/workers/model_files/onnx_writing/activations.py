"""Write activations as ONNX: as a layer of their own, or at the end of another."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cnnviz.core.layers import Shape, Weights
from cnnviz.core.layers.activations.functions import MAX_EXPONENT, SELU_ALPHA, SELU_SCALE, SHRINK
from cnnviz.workers.model_files.onnx_writing.graph import NCHW, Graph, Value, name_value


def activate(graph: Graph, activation: str, x: str, made: Value) -> None:
    """Write one of `ACTIVATIONS`, from the value named `x` to `made`."""
    if activation == "softmax":
        graph.add("Softmax", x, to=made.name, axis=made.find_axis(len(made.shape) - 1))
    else:
        ACTIVATIONS[activation](graph, x, made.name)


def end_layer(graph: Graph, sums: Callable[[str], str], value: Value, activation: str = "linear") -> Value:
    """Write the last node of the current layer, and its activation behind it; return its output.

    Args:
        graph: The graph.
        sums: Adds the node, given the name of its output.
        value: The output.
        activation: One of `ACTIVATIONS`.
    """
    if activation == "linear":
        sums(value.name)
    else:
        activate(graph, activation, sums(f"{graph.layer.name}/sums"), value)
    return value


def _one(operator: str, **attributes: Any) -> Callable[[Graph, str, str], str]:
    """Return what writes an activation that is one operator."""
    return lambda graph, x, to: graph.add(operator, x, to=to, **attributes)


def _clip(low: float, high: float) -> Callable[[Graph, str, str], str]:
    return lambda graph, x, to: graph.add("Clip", x, graph.keep("low", low), graph.keep("high", high), to=to)


def _product(of: Callable[[Graph, str, str], str]) -> Callable[[Graph, str, str], str]:
    """Return what writes x times another activation of x."""
    return lambda graph, x, to: graph.add("Mul", x, of(graph, x, ""), to=to)


def _gelu(graph: Graph, x: str, to: str) -> str:
    scaled = graph.add("Mul", x, graph.keep("root", math.sqrt(0.5)))
    below = graph.add("Add", graph.add("Erf", scaled), graph.keep("one", 1))
    return graph.add("Mul", graph.add("Mul", x, below), graph.keep("half", 0.5), to=to)


def _mish(graph: Graph, x: str, to: str) -> str:
    return graph.add("Mul", x, graph.add("Tanh", graph.add("Softplus", x)), to=to)


def _log_sigmoid(graph: Graph, x: str, to: str) -> str:
    return graph.add("Neg", graph.add("Softplus", graph.add("Neg", x)), to=to)


def _tanh_shrink(graph: Graph, x: str, to: str) -> str:
    return graph.add("Sub", x, graph.add("Tanh", x), to=to)


def _exponential(graph: Graph, x: str, to: str) -> str:
    return graph.add("Exp", graph.add("Min", x, graph.keep("most", MAX_EXPONENT)), to=to)


def _squareplus(graph: Graph, x: str, to: str) -> str:
    """Write (x + r) / 2 for positive x and 2 / (r - x) for others, with r = sqrt(x² + 4): no digits cancel."""
    two = graph.keep("two", 2)
    root = graph.add("Sqrt", graph.add("Add", graph.add("Mul", x, x), graph.keep("four", 4)))
    size = graph.add("Add", root, graph.add("Abs", x))
    above = graph.add("Greater", x, graph.keep("zero", 0))
    return graph.add("Where", above, graph.add("Div", size, two), graph.add("Div", two, size), to=to)


def _sparse_plus(graph: Graph, x: str, to: str) -> str:
    one = graph.keep("one", 1)
    between = graph.add("Add", _clip(-1, 1)(graph, x, ""), one)
    bent = graph.add("Mul", graph.add("Mul", between, between), graph.keep("quarter", 0.25))
    return graph.add("Where", graph.add("Less", x, one), bent, x, to=to)


def _sparse_sigmoid(graph: Graph, x: str, to: str) -> str:
    shifted = graph.add("Add", _clip(-1, 1)(graph, x, ""), graph.keep("one", 1))
    return graph.add("Mul", shifted, graph.keep("half", 0.5), to=to)


_hard_sigmoid = _one("HardSigmoid", alpha=1 / 6, beta=0.5)

ACTIVATIONS: dict[str, Callable[[Graph, str, str], str]] = {
    "linear": _one("Identity"),
    "relu": _one("Relu"),
    "leaky_relu": _one("LeakyRelu", alpha=0.2),
    "elu": _one("Elu", alpha=1.0),
    "gelu": _gelu,
    "silu": _product(_one("Sigmoid")),
    "tanh": _one("Tanh"),
    "sigmoid": _one("Sigmoid"),
    "relu6": _clip(0, 6),
    "celu": _one("Elu", alpha=1.0),
    "selu": _one("Selu", alpha=SELU_ALPHA, gamma=SELU_SCALE),
    "softplus": _one("Softplus"),
    "softsign": _one("Softsign"),
    "squareplus": _squareplus,
    "soft_shrink": _one("Shrink", lambd=float(SHRINK), bias=float(SHRINK)),
    "hard_shrink": _one("Shrink", lambd=float(SHRINK), bias=0.0),
    "tanh_shrink": _tanh_shrink,
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": _sparse_sigmoid,
    "exponential": _exponential,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _product(_hard_sigmoid),
    "hard_tanh": _clip(-1, 1),
    "mish": _mish,
    "log_sigmoid": _log_sigmoid,
}
"""Every activation of the engine but softmax, which needs its axis: what writes it, given graph, input and output."""


def write_activation(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    made = name_value(graph, shape, x.layout)
    activate(graph, layer.activation_name, x.name, made)
    return made


def write_relu(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    made = name_value(graph, shape, x.layout)
    slope, threshold, most = layer.negative_slope, layer.threshold, layer.max_value
    if not threshold and most is None:
        graph.add(
            *(("LeakyRelu", x.name) if slope else ("Relu", x.name)), to=made.name, **({"alpha": slope} if slope else {})
        )
        return made
    if not (threshold or slope):
        _clip(0, most)(graph, x.name, made.name)
        return made
    level = graph.keep("threshold", threshold)
    above = graph.add("Greater" if threshold else "GreaterOrEqual", x.name, level)
    below = graph.add("Mul", graph.add("Sub", x.name, level), graph.keep("slope", slope))
    upper = x.name if most is None else graph.add("Min", x.name, graph.keep("most", most))
    graph.add("Where", above, upper, below, to=made.name)
    return made


def write_leaky_relu(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    made = name_value(graph, shape, x.layout)
    graph.add("LeakyRelu", x.name, to=made.name, alpha=layer.negative_slope)
    return made


def write_elu(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    made = name_value(graph, shape, x.layout)
    graph.add("Elu", x.name, to=made.name, alpha=layer.alpha)
    return made


def write_prelu(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    made = name_value(graph, shape, x.layout)
    slopes = weights["alpha"]
    graph.add(
        "PRelu", x.name, graph.keep("alpha", slopes.transpose(2, 0, 1) if x.layout == NCHW else slopes), to=made.name
    )
    return made
