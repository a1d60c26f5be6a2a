"""Write what changes the order, number or place of values as ONNX, and Rescaling."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnviz.core.layers import Shape, Weights
from cnnviz.workers.model_files.onnx_writing.graph import NCHW, NHWC, Graph, Value, name_value


def write_reshape(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    value = graph.bring(x, NHWC)
    made = name_value(graph, shape, NHWC)
    graph.add("Reshape", value.name, graph.keep("shape", [-1, *shape], np.int64), to=made.name)
    return made


def write_permute(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    value = graph.bring(x, NHWC)
    made = name_value(graph, shape, NHWC)
    graph.add("Transpose", value.name, to=made.name, perm=(0, *layer.dims))
    return made


def write_padding(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    (top, bottom), (left, right) = layer.padding
    before, behind = [0] * 4, [0] * 4
    for place, (low, high) in enumerate(((top, bottom), (left, right))):
        before[x.find_axis(place)], behind[x.find_axis(place)] = low, high
    made = name_value(graph, shape, x.layout)
    graph.add("Pad", x.name, graph.keep("pads", before + behind, np.int64), graph.keep("zero", 0), to=made.name)
    return made


def write_cropping(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    made = name_value(graph, shape, x.layout)
    starts = [low for low, _ in layer.cropping]
    ends = [low + side for low, side in zip(starts, shape[:2], strict=True)]
    axes = [x.find_axis(0), x.find_axis(1)]
    places = [graph.keep(name, each, np.int64) for name, each in (("starts", starts), ("ends", ends), ("axes", axes))]
    graph.add("Slice", x.name, *places, to=made.name)
    return made


def write_upsampling(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    value = graph.bring(x, NCHW)
    made = name_value(graph, shape, NCHW)
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    if layer.interpolation == "bilinear":
        how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    graph.add("Resize", value.name, "", graph.keep("scales", [1, 1, *layer.size]), to=made.name, **how)
    return made


def write_resizing(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    if layer.interpolation == "nearest":
        # By the cells themselves: programs round the place of a nearest cell differently.
        made = name_value(graph, shape, x.layout)
        rows, columns = (
            graph.keep(name, at.lower, np.int64)
            for name, at in zip(("rows", "columns"), layer.find_positions(x.shape), strict=True)
        )
        name = graph.add("Gather", x.name, rows, axis=x.find_axis(0))
        graph.add("Gather", name, columns, to=made.name, axis=x.find_axis(1))
        return made
    value = graph.bring(x, NCHW)
    made = name_value(graph, shape, NCHW)
    factors = [_find_factor(side, new) for side, new in zip(x.shape, shape[:2], strict=False)]
    how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    graph.add("Resize", value.name, "", graph.keep("scales", [1, 1, *factors]), to=made.name, **how)
    return made


def _find_factor(side: int, new: int) -> np.float32:
    """Return the float32 factor of a side that comes to `new` when it is rounded down, as ONNX does.

    Not the sizes themselves: ONNX Runtime 1.23 to 1.32 does not load them where it moves a change of layout across.
    """
    factor = np.float32(new) / np.float32(side)
    return factor if int(np.float32(side) * factor) >= new else np.nextafter(factor, np.float32(np.inf))


def write_rescaling(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    made = name_value(graph, shape, x.layout)
    scaled = graph.add("Mul", x.name, graph.keep("scale", layer.scale))
    graph.add("Add", scaled, graph.keep("offset", layer.offset), to=made.name)
    return made
