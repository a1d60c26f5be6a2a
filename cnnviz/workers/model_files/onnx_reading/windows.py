"""Read convolutions and poolings of ONNX: what slides a window over maps, and means over all of a map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.core.layers import Layer, Shape, windows
from cnnviz.core.layers.convolution import measure_dilated_spans
from cnnviz.workers.model_files.onnx_reading.builder import (
    NCHW,
    UNITS,
    Builder,
    Unsupported,
    Value,
)

Pads = tuple[tuple[int, int], tuple[int, int]]

KERNEL = (2, 3, 1, 0)
"""From (filters, channels, rows, columns) to (rows, columns, channels, filters)."""

NONNEGATIVE = ("relu", "relu6", "sigmoid", "exponential", "softplus", "hard_sigmoid")
"""Activations after which a border of zeros is never larger than what is inside."""


CEIL_OPSET = 19
"""The opset since which an average that counts padding counts nothing beyond it where sizes are rounded up."""


def _find_window(builder: Builder, shape: Shape, size: tuple[int, int]) -> tuple[dict[str, Any], Pads]:
    """Return strides and dilation of a node with a window, and the pads of rows and columns."""
    if builder.get("kernel_shape", size) != size:
        raise Unsupported
    strides, rates = builder.get("strides", (1, 1)), builder.get("dilations", (1, 1))
    pads = builder.get("pads", (0, 0, 0, 0))
    if len(strides) != 2 or len(rates) != 2 or len(pads) != 4 or min(*strides, *rates) < 1 or min(pads) < 0:
        raise Unsupported
    settings = {"strides": strides, "dilation_rate": rates}
    match builder.get("auto_pad", "NOTSET"):
        case "NOTSET":
            return settings, ((pads[0], pads[2]), (pads[1], pads[3]))
        case "VALID":
            return settings, ((0, 0), (0, 0))
        case "SAME_UPPER":
            return settings, _find_same(shape, measure_dilated_spans(size, rates), strides)
    raise Unsupported


def _find_same(shape: Shape, spans: tuple[int, int], strides: tuple[int, int]) -> Pads:
    rows, columns = (
        windows.compute_margins(side, span, stride, "same")
        for side, span, stride in zip(shape[:2], spans, strides, strict=True)
    )
    return rows, columns


def _settle_padding(
    builder: Builder, value: Value, spans: tuple[int, int], settings: dict[str, Any], pads: Pads
) -> Value:
    """Set `padding` in `settings`; where it is neither "valid" nor "same", put a border of zeros before the layer."""
    if not any(map(any, pads)):
        settings["padding"] = "valid"
    elif pads == _find_same(value.shape, spans, settings["strides"]):
        settings["padding"] = "same"
    else:
        settings["padding"] = "valid"
        return builder.add(kinds.ZeroPadding2D, value, padding=pads)
    return value


def read_conv(builder: Builder) -> Value:
    value, kernel = builder.settle(builder.value(), NCHW), builder.constant(1)
    if kernel.ndim != 4:
        raise Unsupported
    filters, depth, *size = kernel.shape
    groups, channels = builder.get("group", 1), value.shape[2]
    if groups < 1 or depth * groups != channels or filters % groups:
        raise Unsupported
    settings, pads = _find_window(builder, value.shape, (size[0], size[1]))
    spans = measure_dilated_spans((size[0], size[1]), settings["dilation_rate"])
    value = _settle_padding(builder, value, spans, settings, pads)
    ours = kernel.transpose(KERNEL)
    weights = {"kernel": ours, **read_bias(builder, filters)}
    settings |= {"kernel_size": tuple(size), "use_bias": "bias" in weights}
    if groups == channels > 1 and settings["strides"][0] == settings["strides"][1]:
        multiplier = filters // channels
        weights["kernel"] = ours.reshape(*size, channels, multiplier)
        return builder.add(
            kinds.DepthwiseConv2D, value, axes=NCHW, weights=weights, depth_multiplier=multiplier, **settings
        )
    return builder.add(kinds.Conv2D, value, axes=NCHW, weights=weights, filters=filters, groups=groups, **settings)


def read_bias(builder: Builder, units: int) -> dict[str, np.ndarray]:
    if not builder.has(2):
        return {}
    bias = builder.constant(2)
    if bias.size != units:
        raise Unsupported
    return {"bias": bias.reshape(units)}


def read_transposed(builder: Builder) -> Value:
    value, kernel = builder.settle(builder.value(), NCHW), builder.constant(1)
    if kernel.ndim != 4 or kernel.shape[0] != value.shape[2] or builder.get("auto_pad", "NOTSET") != "NOTSET":
        raise Unsupported
    builder.expect(group=1)
    filters, size = kernel.shape[1], (kernel.shape[2], kernel.shape[3])
    settings, pads = _find_window(builder, value.shape, size)
    extra = builder.get("output_padding", (0, 0))
    spans, strides = measure_dilated_spans(size, settings["dilation_rate"]), settings["strides"]
    if len(extra) != 2 or min(extra) < 0:
        raise Unsupported
    made = tuple(
        (value.shape[axis] - 1) * strides[axis] + spans[axis] + extra[axis] - sum(pads[axis]) for axis in range(2)
    )
    weights = {"kernel": kernel.transpose(KERNEL), **read_bias(builder, filters)}
    settings |= {"filters": filters, "kernel_size": size, "use_bias": "bias" in weights}
    same = made == tuple(side * stride for side, stride in zip(value.shape[:2], strides, strict=True))
    if same and [low for low, _ in pads] == [low for low, _ in _find_same(made, spans, strides)]:
        return builder.add(kinds.Conv2DTranspose, value, axes=NCHW, weights=weights, padding="same", **settings)
    usual = all(each == max(stride - span, 0) for each, stride, span in zip(extra, strides, spans, strict=True))
    whole = builder.add(
        kinds.Conv2DTranspose,
        value,
        axes=NCHW,
        weights=weights,
        output_padding=None if usual else extra,
        **settings,
    )
    return builder.add(kinds.Cropping2D, whole, cropping=pads) if any(map(any, pads)) else whole


def read_pooling(builder: Builder) -> Value:
    mean = builder.node.operator == "AveragePool"
    value = builder.settle(builder.value(), NCHW)
    size = builder.get("kernel_shape", ())
    if len(size) != 2:
        raise Unsupported
    builder.expect(storage_order=0)
    settings, pads = _find_window(builder, value.shape, size)
    strides = settings["strides"]
    if settings.pop("dilation_rate") != (1, 1):
        raise Unsupported
    more = _find_excess(value.shape, size, strides, pads) if builder.get("ceil_mode", 0) else (0, 0)
    counts = bool(mean and builder.get("count_include_pad", 0))
    if any(more) and (builder.get("auto_pad", "NOTSET") != "NOTSET" or (counts and builder.file.opset < CEIL_OPSET)):
        raise Unsupported
    # A border of zeros is what an average counts if it counts padding; for a maximum it must not win.
    if counts and any(map(any, pads)):
        value, pads = builder.add(kinds.ZeroPadding2D, value, padding=pads), ((0, 0), (0, 0))
    (above, below), (left, right) = pads
    pads = ((above, below + more[0]), (left, right + more[1]))
    framed = any(map(any, pads)) and pads != _find_same(value.shape, size, strides)
    if framed and (mean or not _is_nonnegative(builder, value)):
        raise Unsupported
    value = _settle_padding(builder, value, size, settings, pads)
    kind = kinds.AveragePooling2D if mean else kinds.MaxPooling2D
    return builder.add(kind, value, axes=NCHW, pool_size=size, **settings)


def _find_excess(shape: Shape, size: tuple[int, int], strides: tuple[int, int], pads: Pads) -> tuple[int, int]:
    """Return how many rows and columns the last windows reach beyond the padding, where their number is rounded up.

    Nothing counts there. A window that would begin behind the picture is left out by some programs, so it is not read.
    """
    found = []
    for side, span, stride, (low, high) in zip(shape[:2], size, strides, pads, strict=True):
        last = side + low + high - span
        start = -(-last // stride) * stride
        if last < 0 or (start > last and start >= side + low):
            raise Unsupported
        found.append(start - last)
    return found[0], found[1]


def _is_nonnegative(builder: Builder, value: Value) -> bool:
    layer = next((layer for layer in builder.layers if layer.name == value.layer), None)
    return layer is not None and layer.activation_name in NONNEGATIVE


def read_global_pooling(builder: Builder) -> Value:
    kind = kinds.GlobalMaxPooling2D if builder.node.operator == "GlobalMaxPool" else kinds.GlobalAveragePooling2D
    return builder.add(kind, builder.settle(builder.value(), NCHW), axes=NCHW, keepdims=True)


def read_reduction(kind: type[Layer]) -> Callable[[Builder], Value]:
    """Return what reads a mean or maximum over rows and columns as a layer of `kind`."""

    def read(builder: Builder) -> Value:
        axes = builder.get("axes", ()) or tuple(builder.constant(1).ravel().tolist())
        value = builder.value()
        reduced = {value.axes[axis - 1 if axis > 0 else axis] for axis in axes if 0 < abs(axis) <= len(value.axes)}
        if len(value.shape) != 3 or len(axes) != 2 or reduced != {0, 1}:
            raise Unsupported
        keep = bool(builder.get("keepdims", 1))
        return builder.add(kind, value, axes=value.axes if keep else UNITS, keepdims=keep)

    return read
