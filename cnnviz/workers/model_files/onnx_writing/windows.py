"""Write convolutions and poolings as ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cnnviz.core.layers import Shape, Weights, windows
from cnnviz.core.layers.convolution import measure_dilated_spans
from cnnviz.workers.model_files.onnx_writing.activations import end_layer
from cnnviz.workers.model_files.onnx_writing.graph import NCHW, Graph, Value, name_value

KERNEL = (3, 2, 0, 1)
"""From (rows, columns, channels, filters) to (filters, channels, rows, columns)."""

Node = Callable[[str], str]


def _find_pads(shape: Shape, spans: Sequence[int], strides: Sequence[int], padding: str) -> list[int]:
    """Return the padding as ONNX orders it: before rows and columns, then behind them."""
    (top, bottom), (left, right) = (
        windows.compute_margins(side, span, stride, padding)
        for side, span, stride in zip(shape[:2], spans, strides, strict=True)
    )
    return [top, left, bottom, right]


def _convolve(graph: Graph, layer: Any, value: Value, kernel: np.ndarray, bias: np.ndarray | None, groups: int) -> Node:
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


def write_conv(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    value = graph.bring(x, NCHW)
    node = _convolve(graph, layer, value, weights["kernel"], weights.get("bias"), layer.groups)
    return end_layer(graph, node, name_value(graph, shape, NCHW), layer.activation)


def write_depthwise(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    value = graph.bring(x, NCHW)
    kernel = _flatten_depthwise(weights["kernel"])
    node = _convolve(graph, layer, value, kernel, weights.get("bias"), x.shape[2])
    return end_layer(graph, node, name_value(graph, shape, NCHW), layer.activation)


def _flatten_depthwise(kernel: np.ndarray) -> np.ndarray:
    """Return a depthwise kernel as one of a grouped convolution: the maps of a channel side by side."""
    rows, columns, channels, multiplier = kernel.shape
    return kernel.reshape(rows, columns, 1, channels * multiplier)


def write_separable(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    value = graph.bring(x, NCHW)
    kernel = _flatten_depthwise(weights["depthwise_kernel"])
    maps = _convolve(graph, layer, value, kernel, None, x.shape[2])("")
    inputs = [maps, graph.keep("pointwise_kernel", weights["pointwise_kernel"].transpose(KERNEL))]
    if layer.use_bias:
        inputs.append(graph.keep("bias", weights["bias"]))
    return end_layer(
        graph,
        lambda to: graph.add("Conv", *inputs, to=to, kernel_shape=(1, 1)),
        name_value(graph, shape, NCHW),
        layer.activation,
    )


def write_transposed(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
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
    return end_layer(
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
        name_value(graph, shape, NCHW),
        layer.activation,
    )


def write_pooling(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    value = graph.bring(x, NCHW)
    attributes: dict[str, Any] = {
        "kernel_shape": layer.pool_size,
        "strides": layer.strides,
        "pads": _find_pads(x.shape, layer.pool_size, layer.strides, layer.padding),
    }
    operator = "MaxPool"
    if layer.reduces == "mean":
        operator, attributes["count_include_pad"] = "AveragePool", 0
    made = name_value(graph, shape, NCHW)
    graph.add(operator, value.name, to=made.name, **attributes)
    return made


def write_global_pooling(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:  # noqa: ARG001
    value = graph.bring(x, NCHW)
    operator = "GlobalMaxPool" if layer.reduces == "max" else "GlobalAveragePool"
    made = name_value(graph, shape, NCHW)
    if layer.keepdims:
        graph.add(operator, value.name, to=made.name)
    else:
        graph.add("Flatten", graph.add(operator, value.name), to=made.name, axis=1)
    return made
