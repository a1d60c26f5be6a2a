"""Read activations of ONNX: as that of the layer before, or as a layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.core.layers import Layer
from cnnviz.workers.model_files.onnx_reading.builder import (
    Builder,
    Unsupported,
    Value,
    check_units,
)

SINGLE_AXIS_OPSET = 13
"""The opset since which Softmax and LogSoftmax work along one axis."""


def read_activation(activation: str, **expected: tuple[float, float]) -> Callable[[Builder], Value]:
    """Return what reads an activation; `expected` has for each attribute its default in ONNX and the value needed."""

    def read(builder: Builder) -> Value:
        for attribute, (default, needed) in expected.items():
            if not math.isclose(builder.get(attribute, default), needed, rel_tol=1e-6):
                raise Unsupported
        return builder.activate(builder.value(), builder.node.inputs[0], activation)

    return read


def read_gelu(builder: Builder) -> Value:
    builder.expect(approximate="none")
    return read_activation("gelu")(builder)


def read_softmax(builder: Builder) -> Value:
    value = builder.value()
    joined = builder.file.opset < SINGLE_AXIS_OPSET
    axis, rank = builder.get("axis", 1 if joined else -1), len(value.shape)
    place = axis - 1 if axis > 0 else axis + rank
    if value.mixed or not 0 <= place < rank:
        raise Unsupported
    # Older ones take all axes from this one on as one.
    summed = [other for other in value.axes[place:] if value.shape[other] > 1] if joined else [value.axes[place]]
    if any(other != rank - 1 for other in summed) or (joined and rank - 1 not in value.axes[place:]):
        raise Unsupported
    return builder.activate(value, builder.node.inputs[0], "softmax")


def read_log_softmax(builder: Builder) -> Value:
    """Read the logarithms of probabilities at the end as the probabilities themselves."""
    if builder.node.output != builder.file.answer:
        raise Unsupported
    return read_softmax(builder)


def read_clip(builder: Builder) -> Value:
    low, high = (
        float(builder.constant(place).ravel()[0])
        if builder.has(place) and builder.constant(place).size == 1
        else builder.get(name, default)
        for place, name, default in ((1, "min", -math.inf), (2, "max", math.inf))
    )
    value, name = builder.value(), builder.node.inputs[0]
    match low, high:
        case (0.0, 6.0):
            return builder.activate(value, name, "relu6")
        case (-1.0, 1.0):
            return builder.activate(value, name, "hard_tanh")
        case (0.0, math.inf):
            return builder.activate(value, name, "relu")
    if low == 0 and high > 0:
        return keep_mixed(builder, kinds.ReLU, value, max_value=high)
    raise Unsupported


def keep_mixed(builder: Builder, kind: type[Layer], value: Value, **settings: Any) -> Value:
    """Add a layer that does the same to every value."""
    return replace(builder.add(kind, value, **settings), mixed=value.mixed)


def read_shrink(builder: Builder) -> Value:
    soft = builder.get("bias", 0.0) != 0
    needed = 0.5 if soft else 0.0
    return read_activation("soft_shrink" if soft else "hard_shrink", lambd=(0.5, 0.5), bias=(0.0, needed))(builder)


def read_leaky_relu(builder: Builder) -> Value:
    slope = shorten(builder.get("alpha", 0.01))
    if slope == 0.2:
        return builder.activate(builder.value(), builder.node.inputs[0], "leaky_relu")
    return keep_mixed(builder, kinds.LeakyReLU, builder.value(), negative_slope=slope)


def read_elu(builder: Builder) -> Value:
    alpha = shorten(builder.get("alpha", 1.0))
    if alpha == 1:
        return builder.activate(builder.value(), builder.node.inputs[0], "elu")
    return keep_mixed(builder, kinds.ELU, builder.value(), alpha=alpha)


def shorten(number: float) -> float:
    """Return the shortest number that has the same float32: 0.2 for 0.20000000298."""
    return float(str(np.float32(number)))


def read_prelu(builder: Builder) -> Value:
    value, slopes = builder.value(), builder.constant(1)
    rank = len(value.shape)
    if rank == 1:
        check_units(value)
    if slopes.ndim == rank + 1 and slopes.shape[0] == 1:
        slopes = slopes[0]
    if slopes.ndim > rank:
        raise Unsupported
    slopes = slopes.reshape((1,) * (rank - slopes.ndim) + slopes.shape)
    if any(own not in (1, side) for own, side in zip(slopes.shape, value.sides, strict=True)):
        raise Unsupported
    ours = slopes.transpose([value.axes.index(place) for place in range(rank)])
    shared = tuple(place + 1 for place in range(rank) if ours.shape[place] == 1 < value.shape[place])
    return builder.add(kinds.PReLU, value, weights={"alpha": ours}, shared_axes=shared or None)
