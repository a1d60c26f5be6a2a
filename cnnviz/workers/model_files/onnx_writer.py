"""Write a network as an ONNX file, with the operators of opset 18 (github.com/onnx/onnx, "Operators.md").

The file reads pictures as the engine does: (batch, rows, columns, channels), called NHWC. Convolutions and poolings of
ONNX have the channels second (NCHW), so axes are swapped where the layout changes; every value ends in its layout.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from cnnviz.core import layers as kinds
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer, Shape, Weights, windows
from cnnviz.core.layers.activations.functions import MAX_EXPONENT, SELU_ALPHA, SELU_SCALE, SHRINK
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.layers.convolution import measure_dilated_spans
from cnnviz.core.layers.normalization import MIN_DEVIATION
from cnnviz.core.networks.architecture import PICTURE
from cnnviz.core.networks.network import Network

INPUT, OUTPUT = "picture", "probabilities"
"""The graph's input and output. Values of layers have a stroke in their names, so that none of them is called so."""

NHWC, NCHW, UNITS = "nhwc", "nchw", "units"
"""Order of the axes of a value: channels last, channels first, or one row of numbers."""

OPSET = 18
IR_VERSION = 8
"""Versions of operators and of the file: the first that have all we need, so that older programs read it too."""

NO_REMARKS: Mapping[str, str] = MappingProxyType({})

TO_NCHW, TO_NHWC = (0, 3, 1, 2), (0, 2, 3, 1)
KERNEL = (3, 2, 0, 1)
"""From (rows, columns, channels, filters) to (filters, channels, rows, columns)."""


@dataclass(frozen=True)
class _Value:
    """A value in the graph.

    Attributes:
        name: Its name there.
        shape: As in the engine: rows, columns, channels, or units.
        layout: Of the axes in the graph.
    """

    name: str
    shape: Shape
    layout: str

    @property
    def rank(self) -> int:
        """Number of axes in the graph, with that of the batch."""
        return len(self.shape) + 1

    def find_axis(self, place: int) -> int:
        """Return the axis in the graph of the axis `place` of the shape."""
        return (2, 3, 1)[place] if self.layout == NCHW else place + 1

    def sides(self) -> list[int]:
        """Return the sides in the graph, without that of the batch."""
        return [self.shape[axis - 1] for axis in TO_NCHW[1:]] if self.layout == NCHW else list(self.shape)


@dataclass
class Graph:
    """What is collected while layers are written.

    Attributes:
        layer: The layer that is being written; nodes and values carry its name.
        nodes: Nodes in order.
        constants: Arrays by name.
        known: Values that were brought into another layout, by name and layout.
        count: Nodes of this layer so far.
    """

    layer: Layer
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    known: dict[tuple[str, str], _Value] = field(default_factory=dict)
    count: int = 0

    def add(self, operator: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        """Add a node; return the name of its output, `to` where that is given."""
        name = self.layer.name if not self.count else f"{self.layer.name}/{self.count}"
        self.count += 1
        made = to or f"{name}/value"
        self.nodes.append(helper.make_node(operator, list(inputs), [made], name=name, **attributes))
        return made

    def keep(self, name: str, array: Any, dtype: Any = np.float32) -> str:
        """Keep an array of the layer; return its name in the graph."""
        found = f"{self.layer.name}/{name}"
        while found in self.constants:
            found += "_"
        self.constants[found] = np.array(array, dtype, order="C")
        return found

    def bring(self, value: _Value, layout: str) -> _Value:
        """Return a value of a picture in `layout`; its axes are swapped once, whoever reads it."""
        if value.layout in (layout, UNITS):
            return value
        if (value.name, layout) not in self.known:
            made = f"{value.name.removesuffix('/' + value.layout)}/{layout}"
            order = TO_NCHW if layout == NCHW else TO_NHWC
            self.nodes.append(helper.make_node("Transpose", [value.name], [made], name=f"{made}/swap", perm=order))
            self.known[value.name, layout] = _Value(made, value.shape, layout)
        return self.known[value.name, layout]


def write(network: Network, remarks: Mapping[str, str] = NO_REMARKS) -> bytes:
    """Return `network` as an ONNX file.

    The input `picture` is float32 (batch, rows, columns, channels), the output `probabilities` (batch, classes). Names
    of classes, title and layout are in the file's `metadata_props`. Layers that work in training only are left out.

    Args:
        network: The network.
        remarks: Further entries of the file's `metadata_props`, such as a title in place of the network's name.

    Raises:
        Refusal: If a layer is of a kind that has no form in ONNX here.
    """
    architecture = network.architecture
    graph = Graph(architecture.layers[0])
    values = {PICTURE: _Value(INPUT, architecture.input_shape, NHWC)}
    for layer in architecture.layers:
        graph.layer, graph.count = layer, 0
        inputs = [values[source] for source in architecture.sources(layer.name)]
        shape = architecture.output_shape(layer.name)
        values[layer.name] = _write_layer(graph, layer, inputs, shape, network.weights_of(layer.name))
    answer = values[architecture.layers[-1].name]
    return _finish(network, graph, answer, remarks)


def _finish(network: Network, graph: Graph, answer: _Value, remarks: Mapping[str, str]) -> bytes:
    """Return the file of a whole graph."""
    architecture = network.architecture
    for node in graph.nodes:
        for names in (node.input, node.output):
            names[:] = [OUTPUT if name == answer.name else name for name in names]
    described = helper.make_graph(
        graph.nodes,
        architecture.name,
        [_describe(INPUT, ["batch", *architecture.input_shape])],
        [_describe(OUTPUT, ["batch", len(architecture.classes)])],
        [numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
    )
    model = helper.make_model(
        described,
        producer_name="cnnviz",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        doc_string="Reads pictures as (batch, rows, columns, channels); gives a probability for each class.",
    )
    found = {
        "title": architecture.name,
        "classes": json.dumps(list(architecture.classes), ensure_ascii=False),
        "input_layout": "NHWC",
        "input_range": f"0 to {architecture.highest_input:g}",
    }
    helper.set_model_props(model, {**found, **remarks})
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _describe(name: str, shape: Sequence[Any]) -> Any:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def _write_layer(graph: Graph, layer: Layer, inputs: Sequence[_Value], shape: Shape, weights: Weights) -> _Value:
    """Write one layer; return its output."""
    if isinstance(layer, PassThrough):
        return inputs[0]
    if isinstance(layer, kinds.Merge):
        return _write_merge(graph, layer, inputs, shape)
    if type(layer) not in WRITERS:
        raise Refusal(
            "Layer {layer} is of the kind {kind}, which has no form in ONNX here. Take the network out as .keras.",
            layer=layer.name,
            kind=layer.kind,
        )
    return WRITERS[type(layer)](graph, layer, inputs[0], shape, weights)


def _name_value(graph: Graph, shape: Shape, layout: str) -> _Value:
    """Return the output of the current layer."""
    layout = layout if len(shape) == 3 else UNITS
    return _Value(f"{graph.layer.name}/{layout}", shape, layout)


def _end(graph: Graph, sums: Callable[[str], str], value: _Value, activation: str = "linear") -> _Value:
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
        _activate(graph, activation, sums(f"{graph.layer.name}/sums"), value)
    return value


# Windows

Node = Callable[[str], str]


def _find_pads(shape: Shape, spans: Sequence[int], strides: Sequence[int], padding: str) -> list[int]:
    """Return the padding as ONNX orders it: before rows and columns, then behind them."""
    (top, bottom), (left, right) = (
        windows.compute_margins(side, span, stride, padding)
        for side, span, stride in zip(shape[:2], spans, strides, strict=True)
    )
    return [top, left, bottom, right]


def _convolve(
    graph: Graph, layer: Any, value: _Value, kernel: np.ndarray, bias: np.ndarray | None, groups: int
) -> Node:
    """Return what adds a convolution; `kernel` is (rows, columns, channels / groups, filters)."""
    inputs = [value.name, graph.keep("kernel", kernel.transpose(KERNEL))]
    if bias is not None:
        inputs.append(graph.keep("bias", bias))
    spans = measure_dilated_spans(layer.kernel_size, layer.dilation_rate)
    return lambda to: graph.add(
        "Conv",
        *inputs,
        to=to,
        kernel_shape=kernel.shape[:2],
        strides=layer.strides,
        dilations=layer.dilation_rate,
        group=groups,
        pads=_find_pads(value.shape, spans, layer.strides, layer.padding),
    )


def _write_conv(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    value = graph.bring(x, NCHW)
    node = _convolve(graph, layer, value, weights["kernel"], weights.get("bias"), layer.groups)
    return _end(graph, node, _name_value(graph, shape, NCHW), layer.activation)


def _write_depthwise(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    value = graph.bring(x, NCHW)
    kernel = _flatten_depthwise(weights["kernel"])
    node = _convolve(graph, layer, value, kernel, weights.get("bias"), x.shape[2])
    return _end(graph, node, _name_value(graph, shape, NCHW), layer.activation)


def _flatten_depthwise(kernel: np.ndarray) -> np.ndarray:
    """Return a depthwise kernel as one of a grouped convolution: the maps of a channel side by side."""
    rows, columns, channels, multiplier = kernel.shape
    return kernel.reshape(rows, columns, 1, channels * multiplier)


def _write_separable(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    value = graph.bring(x, NCHW)
    kernel = _flatten_depthwise(weights["depthwise_kernel"])
    maps = _convolve(graph, layer, value, kernel, None, x.shape[2])("")
    inputs = [maps, graph.keep("pointwise_kernel", weights["pointwise_kernel"].transpose(KERNEL))]
    if layer.use_bias:
        inputs.append(graph.keep("bias", weights["bias"]))
    return _end(
        graph,
        lambda to: graph.add("Conv", *inputs, to=to, kernel_shape=(1, 1)),
        _name_value(graph, shape, NCHW),
        layer.activation,
    )


def _write_transposed(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    value = graph.bring(x, NCHW)
    pads, extra = [0] * 4, [0, 0]
    for axis in range(2):
        span, stride, made = layer.spans[axis], layer.strides[axis], shape[axis]
        whole = (x.shape[axis] - 1) * stride + span
        before, _ = windows.compute_margins(made, span, stride, layer.padding)
        behind = whole - before - made
        pads[axis], pads[axis + 2], extra[axis] = before, max(behind, 0), max(-behind, 0)
    # The kernel is (rows, columns, filters, channels), that of ONNX (channels, filters, rows, columns).
    inputs = [value.name, graph.keep("kernel", weights["kernel"].transpose(KERNEL))]
    if layer.use_bias:
        inputs.append(graph.keep("bias", weights["bias"]))
    return _end(
        graph,
        lambda to: graph.add(
            "ConvTranspose",
            *inputs,
            to=to,
            kernel_shape=layer.kernel_size,
            strides=layer.strides,
            dilations=layer.dilation_rate,
            pads=pads,
            output_padding=extra,
        ),
        _name_value(graph, shape, NCHW),
        layer.activation,
    )


def _write_pooling(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    value = graph.bring(x, NCHW)
    attributes: dict[str, Any] = {
        "kernel_shape": layer.pool_size,
        "strides": layer.strides,
        "pads": _find_pads(x.shape, layer.pool_size, layer.strides, layer.padding),
    }
    operator = "MaxPool"
    if layer.reduces == "mean":
        operator, attributes["count_include_pad"] = "AveragePool", 0
    made = _name_value(graph, shape, NCHW)
    graph.add(operator, value.name, to=made.name, **attributes)
    return made


def _write_global_pooling(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    value = graph.bring(x, NCHW)
    operator = "GlobalMaxPool" if layer.reduces == "max" else "GlobalAveragePool"
    made = _name_value(graph, shape, NCHW)
    if layer.keepdims:
        graph.add(operator, value.name, to=made.name)
    else:
        graph.add("Flatten", graph.add(operator, value.name), to=made.name, axis=1)
    return made


# Sums of units


def _write_dense(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    value = graph.bring(x, NHWC)
    kernel = graph.keep("kernel", weights["kernel"])
    bias = graph.keep("bias", weights["bias"]) if layer.use_bias else ""

    def add(to: str) -> str:
        if bias and len(shape) == 1:
            return graph.add("Gemm", value.name, kernel, bias, to=to)
        if bias:
            return graph.add("Add", graph.add("MatMul", value.name, kernel), bias, to=to)
        return graph.add("MatMul", value.name, kernel, to=to)

    return _end(graph, add, _name_value(graph, shape, NHWC), layer.activation)


# Normalization


def _spread(array: np.ndarray, axes: Sequence[int], value: _Value) -> np.ndarray:
    """Return figures, one for each index of `axes` of a shape, so that they are repeated along the others."""
    sides = [value.shape[place] if place in axes else 1 for place in range(len(value.shape))]
    shaped = np.asarray(array, np.float32).reshape(sides)
    return shaped.transpose(2, 0, 1) if value.layout == NCHW else shaped


def _write_batch_normalization(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    (axis,) = layer.find_axes(shape)
    # The operator reads the second axis as that of the channels: maps, or rows where rows and columns come first.
    value = graph.bring(x, NCHW if axis == 2 else NHWC)
    columns = len(shape) == 3 and axis == 1
    ones = np.ones(shape[axis], np.float32)
    figures = [
        graph.keep(name, weights.get(name, ones if name == "gamma" else 0 * ones))
        for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    made = _name_value(graph, shape, value.layout)
    name = graph.add("Transpose", value.name, perm=(0, 2, 1, 3)) if columns else value.name
    to = "" if columns else made.name
    name = graph.add("BatchNormalization", name, *figures, to=to, epsilon=layer.epsilon)
    if columns:
        graph.add("Transpose", name, to=made.name, perm=(0, 2, 1, 3))
    return made


def _write_normalization(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    axes = layer.find_axes(shape)
    figures, variance = layer.get_figures(shape, weights)
    mean = graph.keep("mean", _spread(figures, axes, x))
    deviation = graph.keep("deviation", _spread(np.maximum(np.sqrt(variance), MIN_DEVIATION), axes, x))
    made = _name_value(graph, shape, x.layout)
    if layer.invert:
        graph.add("Add", graph.add("Mul", x.name, deviation), mean, to=made.name)
    else:
        graph.add("Div", graph.add("Sub", x.name, mean), deviation, to=made.name)
    return made


def _write_layer_normalization(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    axes = layer.find_axes(shape)
    value = graph.bring(x, NHWC)
    made = _name_value(graph, shape, NHWC)
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
    graph: Graph, layer: Any, like: _Value, axes: Sequence[int], weights: Weights, name: str, made: _Value
) -> _Value:
    """Multiply by gamma and add beta, where a layer has them."""
    steps = [("Mul", "gamma")] * layer.scale + [("Add", "beta")] * layer.center
    for place, (operator, figure) in enumerate(steps):
        to = made.name if place == len(steps) - 1 else ""
        name = graph.add(operator, name, graph.keep(figure, _spread(weights[figure], axes, like)), to=to)
    if not steps:
        graph.add("Identity", name, to=made.name)
    return made


def _write_group_normalization(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:
    value = graph.bring(x, NCHW)
    made = _name_value(graph, shape, NCHW)
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


# Order and place


def _write_reshape(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    value = graph.bring(x, NHWC)
    made = _name_value(graph, shape, NHWC)
    graph.add("Reshape", value.name, graph.keep("shape", [-1, *shape], np.int64), to=made.name)
    return made


def _write_permute(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    value = graph.bring(x, NHWC)
    made = _name_value(graph, shape, NHWC)
    graph.add("Transpose", value.name, to=made.name, perm=(0, *layer.dims))
    return made


def _write_padding(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    (top, bottom), (left, right) = layer.padding
    before, behind = [0] * 4, [0] * 4
    for place, (low, high) in enumerate(((top, bottom), (left, right))):
        before[x.find_axis(place)], behind[x.find_axis(place)] = low, high
    made = _name_value(graph, shape, x.layout)
    graph.add("Pad", x.name, graph.keep("pads", before + behind, np.int64), graph.keep("zero", 0), to=made.name)
    return made


def _write_cropping(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    made = _name_value(graph, shape, x.layout)
    starts = [low for low, _ in layer.cropping]
    ends = [low + side for low, side in zip(starts, shape[:2], strict=True)]
    axes = [x.find_axis(0), x.find_axis(1)]
    places = [graph.keep(name, each, np.int64) for name, each in (("starts", starts), ("ends", ends), ("axes", axes))]
    graph.add("Slice", x.name, *places, to=made.name)
    return made


def _write_upsampling(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    value = graph.bring(x, NCHW)
    made = _name_value(graph, shape, NCHW)
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    if layer.interpolation == "bilinear":
        how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    graph.add("Resize", value.name, "", graph.keep("scales", [1, 1, *layer.size]), to=made.name, **how)
    return made


def _write_resizing(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    if layer.interpolation == "nearest":
        # By the cells themselves: programs round the place of a nearest cell differently.
        made = _name_value(graph, shape, x.layout)
        rows, columns = (
            graph.keep(name, at.lower, np.int64)
            for name, at in zip(("rows", "columns"), layer.find_positions(x.shape), strict=True)
        )
        name = graph.add("Gather", x.name, rows, axis=x.find_axis(0))
        graph.add("Gather", name, columns, to=made.name, axis=x.find_axis(1))
        return made
    value = graph.bring(x, NCHW)
    made = _name_value(graph, shape, NCHW)
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


def _write_rescaling(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    made = _name_value(graph, shape, x.layout)
    scaled = graph.add("Mul", x.name, graph.keep("scale", layer.scale))
    graph.add("Add", scaled, graph.keep("offset", layer.offset), to=made.name)
    return made


# Activations


def _activate(graph: Graph, activation: str, x: str, made: _Value) -> None:
    """Write one of `ACTIVATIONS`, from the value named `x` to `made`."""
    if activation == "softmax":
        graph.add("Softmax", x, to=made.name, axis=made.find_axis(len(made.shape) - 1))
    else:
        ACTIVATIONS[activation](graph, x, made.name)


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


def _write_activation(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    made = _name_value(graph, shape, x.layout)
    _activate(graph, layer.activation_name, x.name, made)
    return made


def _write_relu(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    made = _name_value(graph, shape, x.layout)
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


def _write_leaky_relu(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    made = _name_value(graph, shape, x.layout)
    graph.add("LeakyRelu", x.name, to=made.name, alpha=layer.negative_slope)
    return made


def _write_elu(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    made = _name_value(graph, shape, x.layout)
    graph.add("Elu", x.name, to=made.name, alpha=layer.alpha)
    return made


def _write_prelu(graph: Graph, layer: Any, x: _Value, shape: Shape, weights: Weights) -> _Value:  # noqa: ARG001
    made = _name_value(graph, shape, x.layout)
    slopes = weights["alpha"]
    graph.add(
        "PRelu", x.name, graph.keep("alpha", slopes.transpose(2, 0, 1) if x.layout == NCHW else slopes), to=made.name
    )
    return made


# Layers that read several


def _write_merge(graph: Graph, layer: kinds.Merge, inputs: Sequence[_Value], shape: Shape) -> _Value:
    layout = NCHW if all(value.layout == NCHW for value in inputs) else NHWC
    read = [_align(graph, graph.bring(value, layout), len(shape)) for value in inputs]
    made = _name_value(graph, shape, layout)
    names = [value.name for value in read]
    if isinstance(layer, kinds.Concatenate):
        graph.add("Concat", *names, to=made.name, axis=read[0].find_axis(layer.find_axis(len(shape))))
        return made
    operator = TOGETHER.get(type(layer))
    if operator and not (len(names) == 2 and isinstance(layer, kinds.Add)):
        graph.add(operator, *names, to=made.name)
        return made
    first, *others = names
    for place, name in enumerate(others, 1):
        first = graph.add(TWO[type(layer)], first, name, to=made.name if place == len(others) else "")
    return made


def _align(graph: Graph, value: _Value, rank: int) -> _Value:
    """Return a value with as many axes as the merge's output; missing ones come first, as in the engine."""
    if len(value.shape) == rank:
        return value
    sides = (1,) * (rank - len(value.shape)) + value.shape
    name = graph.add("Reshape", value.name, graph.keep("aligned", [-1, *sides], np.int64))
    return _Value(name, sides, NHWC)


TOGETHER = {kinds.Add: "Sum", kinds.Average: "Mean", kinds.Maximum: "Max"}
"""Merges that ONNX has for any number of inputs."""

TWO = {kinds.Add: "Add", kinds.Subtract: "Sub", kinds.Multiply: "Mul"}
"""Merges that combine two inputs at a time."""

WRITERS: dict[type[Layer], Callable[[Graph, Any, _Value, Shape, Weights], _Value]] = {
    kinds.Conv2D: _write_conv,
    kinds.DepthwiseConv2D: _write_depthwise,
    kinds.SeparableConv2D: _write_separable,
    kinds.Conv2DTranspose: _write_transposed,
    kinds.MaxPooling2D: _write_pooling,
    kinds.AveragePooling2D: _write_pooling,
    kinds.GlobalMaxPooling2D: _write_global_pooling,
    kinds.GlobalAveragePooling2D: _write_global_pooling,
    kinds.Dense: _write_dense,
    kinds.BatchNormalization: _write_batch_normalization,
    kinds.Normalization: _write_normalization,
    kinds.LayerNormalization: _write_layer_normalization,
    kinds.GroupNormalization: _write_group_normalization,
    kinds.Flatten: _write_reshape,
    kinds.Reshape: _write_reshape,
    kinds.Permute: _write_permute,
    kinds.ZeroPadding2D: _write_padding,
    kinds.Cropping2D: _write_cropping,
    kinds.UpSampling2D: _write_upsampling,
    kinds.Resizing: _write_resizing,
    kinds.Rescaling: _write_rescaling,
    kinds.Activation: _write_activation,
    kinds.Softmax: _write_activation,
    kinds.ReLU: _write_relu,
    kinds.LeakyReLU: _write_leaky_relu,
    kinds.ELU: _write_elu,
    kinds.PReLU: _write_prelu,
}
"""What writes each kind of layer that computes something."""
