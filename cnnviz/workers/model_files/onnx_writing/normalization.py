"""Write normalizations as ONNX."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnviz.core.layers import Shape, Weights
from cnnviz.core.layers.normalization import MIN_DEVIATION
from cnnviz.workers.model_files.onnx_writing.graph import NCHW, NHWC, Graph, Value, name_value


def _spread(array: np.ndarray, axes: Sequence[int], value: Value) -> np.ndarray:
    """Return figures, one for each index of `axes` of a shape, so that they are repeated along the others."""
    sides = [value.shape[place] if place in axes else 1 for place in range(len(value.shape))]
    shaped = np.asarray(array, np.float32).reshape(sides)
    return shaped.transpose(2, 0, 1) if value.layout == NCHW else shaped


def write_batch_normalization(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    (axis,) = layer.find_axes(shape)
    # The operator reads the second axis as that of the channels: maps, or rows where rows and columns come first.
    value = graph.bring(x, NCHW if axis == 2 else NHWC)
    columns = len(shape) == 3 and axis == 1
    ones = np.ones(shape[axis], np.float32)
    figures = [
        graph.keep(name, weights.get(name, ones if name == "gamma" else 0 * ones))
        for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    made = name_value(graph, shape, value.layout)
    name = graph.add("Transpose", value.name, perm=(0, 2, 1, 3)) if columns else value.name
    to = "" if columns else made.name
    name = graph.add("BatchNormalization", name, *figures, to=to, epsilon=layer.epsilon)
    if columns:
        graph.add("Transpose", name, to=made.name, perm=(0, 2, 1, 3))
    return made


def write_normalization(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    axes = layer.find_axes(shape)
    figures, variance = layer.get_figures(shape, weights)
    mean = graph.keep("mean", _spread(figures, axes, x))
    deviation = graph.keep("deviation", _spread(np.maximum(np.sqrt(variance), MIN_DEVIATION), axes, x))
    made = name_value(graph, shape, x.layout)
    if layer.invert:
        graph.add("Add", graph.add("Mul", x.name, deviation), mean, to=made.name)
    else:
        graph.add("Div", graph.add("Sub", x.name, mean), deviation, to=made.name)
    return made


def write_layer_normalization(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    axes = layer.find_axes(shape)
    value = graph.bring(x, NHWC)
    made = name_value(graph, shape, NHWC)
    sides = tuple(shape[axis] for axis in axes)
    # The operator normalizes along the last axes only, and ONNX Runtime 1.23 not a single value.
    if axes == tuple(range(axes[0], len(shape))) and math.prod(sides) > 1:
        inputs = [value.name, graph.keep("gamma", weights.get("gamma", np.ones(sides)))]
        if layer.center:
            inputs.append(graph.keep("beta", weights["beta"]))
        graph.add("LayerNormalization", *inputs, to=made.name, axis=axes[0] + 1, epsilon=layer.epsilon)
        return made
    along = graph.keep("axes", [axis + 1 for axis in axes], np.int64)
    centred = graph.add("Sub", value.name, graph.add("ReduceMean", value.name, along))
    variance = graph.add("ReduceMean", graph.add("Mul", centred, centred), along)
    deviation = graph.add("Sqrt", graph.add("Add", variance, graph.keep("epsilon", layer.epsilon)))
    return _scale_and_shift(graph, layer, value, axes, weights, graph.add("Div", centred, deviation), made)


def _scale_and_shift(
    graph: Graph, layer: Any, like: Value, axes: Sequence[int], weights: Weights, name: str, made: Value
) -> Value:
    """Multiply by gamma and add beta, where a layer has them."""
    steps = [("Mul", "gamma")] * layer.scale + [("Add", "beta")] * layer.center
    for place, (operator, figure) in enumerate(steps):
        to = made.name if place == len(steps) - 1 else ""
        name = graph.add(operator, name, graph.keep(figure, _spread(weights[figure], axes, like)), to=to)
    if not steps:
        graph.add("Identity", name, to=made.name)
    return made


def write_group_normalization(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    value = graph.bring(x, NCHW)
    made = name_value(graph, shape, NCHW)
    groups = shape[-1] // layer.count_maps(shape)
    # Channels come first here, so the values of a group lie side by side.
    grouped = graph.add(
        "Reshape", value.name, graph.keep("grouped", [-1, groups, math.prod(shape) // groups], np.int64)
    )
    ones = np.ones(groups, np.float32)
    even = graph.add(
        "InstanceNormalization",
        grouped,
        graph.keep("ones", ones),
        graph.keep("zeros", 0 * ones),
        epsilon=layer.epsilon,
    )
    name = graph.add("Reshape", even, graph.keep("shape", [-1, *value.sides()], np.int64))
    return _scale_and_shift(graph, layer, value, layer.find_axes(shape), weights, name, made)
