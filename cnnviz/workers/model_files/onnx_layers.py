"""Translate the nodes of an ONNX graph to layers, operator by operator.

Each function reads the node of the builder and returns the value that it makes. A form that is not read raises
`Unsupported`; the words for it name the node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.core.layers import Layer, Shape, windows
from cnnviz.core.layers.activations.functions import SELU_ALPHA, SELU_SCALE
from cnnviz.core.layers.convolution import measure_dilated_spans
from cnnviz.workers.model_files.onnx_builder import (
    NCHW,
    NHWC,
    UNITS,
    Axes,
    Builder,
    Unsupported,
    Value,
    check_units,
    order_of,
)
from cnnviz.workers.model_files.onnx_file import Node

Pads = tuple[tuple[int, int], tuple[int, int]]

SINGLE_AXIS_OPSET = 13
"""The opset since which Softmax and LogSoftmax work along one axis."""

KERNEL = (2, 3, 1, 0)
"""From (filters, channels, rows, columns) to (rows, columns, channels, filters)."""

NONNEGATIVE = ("relu", "relu6", "sigmoid", "exponential", "softplus", "hard_sigmoid")
"""Activations after which a border of zeros is never larger than what is inside."""


# Windows


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


def _read_conv(builder: Builder) -> Value:
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
    weights = {"kernel": ours, **_read_bias(builder, filters)}
    settings |= {"kernel_size": tuple(size), "use_bias": "bias" in weights}
    if groups == channels > 1 and settings["strides"][0] == settings["strides"][1]:
        multiplier = filters // channels
        weights["kernel"] = ours.reshape(*size, channels, multiplier)
        return builder.add(
            kinds.DepthwiseConv2D, value, axes=NCHW, weights=weights, depth_multiplier=multiplier, **settings
        )
    return builder.add(kinds.Conv2D, value, axes=NCHW, weights=weights, filters=filters, groups=groups, **settings)


def _read_bias(builder: Builder, units: int) -> dict[str, np.ndarray]:
    if not builder.has(2):
        return {}
    bias = builder.constant(2)
    if bias.size != units:
        raise Unsupported
    return {"bias": bias.reshape(units)}


def _read_transposed(builder: Builder) -> Value:
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
    weights = {"kernel": kernel.transpose(KERNEL), **_read_bias(builder, filters)}
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


def _read_pooling(builder: Builder) -> Value:
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
    if builder.get("ceil_mode", 0):
        _check_nothing_is_rounded(value.shape, size, strides, pads)
    # A border of zeros is what an average counts if it counts padding; for a maximum it must not win.
    framed = any(map(any, pads)) and pads != _find_same(value.shape, size, strides)
    counted = bool(mean and any(map(any, pads)) and builder.get("count_include_pad", 0))
    if counted:
        value, pads = builder.add(kinds.ZeroPadding2D, value, padding=pads), ((0, 0), (0, 0))
    elif framed and (mean or not _is_nonnegative(builder, value)):
        raise Unsupported
    value = _settle_padding(builder, value, size, settings, pads)
    kind = kinds.AveragePooling2D if mean else kinds.MaxPooling2D
    return builder.add(kind, value, axes=NCHW, pool_size=size, **settings)


def _check_nothing_is_rounded(shape: Shape, size: tuple[int, int], strides: tuple[int, int], pads: Pads) -> None:
    for side, span, stride, pad in zip(shape[:2], size, strides, pads, strict=True):
        if (side + sum(pad) - span) % stride:
            raise Unsupported


def _is_nonnegative(builder: Builder, value: Value) -> bool:
    layer = next((layer for layer in builder.layers if layer.name == value.layer), None)
    return layer is not None and layer.activation_name in NONNEGATIVE


def _read_global_pooling(builder: Builder) -> Value:
    kind = kinds.GlobalMaxPooling2D if builder.node.operator == "GlobalMaxPool" else kinds.GlobalAveragePooling2D
    return builder.add(kind, builder.settle(builder.value(), NCHW), axes=NCHW, keepdims=True)


def _read_mean(builder: Builder) -> Value:
    axes = builder.get("axes", ()) or tuple(builder.constant(1).ravel().tolist())
    value = builder.value()
    reduced = {value.axes[axis - 1 if axis > 0 else axis] for axis in axes if 0 < abs(axis) <= len(value.axes)}
    if len(value.shape) != 3 or len(axes) != 2 or reduced != {0, 1}:
        raise Unsupported
    keep = bool(builder.get("keepdims", 1))
    return builder.add(kinds.GlobalAveragePooling2D, value, axes=value.axes if keep else UNITS, keepdims=keep)


# Units


def _read_gemm(builder: Builder) -> Value:
    builder.expect(alpha=1.0, beta=1.0, transA=0)
    kernel = builder.constant(1)
    if kernel.ndim != 2:
        raise Unsupported
    return _add_dense(builder, builder.value(), kernel.T if builder.get("transB", 0) else kernel)


def _read_product(builder: Builder) -> Value:
    kernel = builder.constant(1)
    value = builder.value()
    if kernel.ndim != 2:
        raise Unsupported
    return _add_dense(builder, value if len(value.shape) == 1 else builder.settle(value, NHWC), kernel)


def _add_dense(builder: Builder, value: Value, kernel: np.ndarray) -> Value:
    """Add a Dense layer; its rows are brought from the order of the file to ours."""
    if kernel.shape[0] != value.shape[-1]:
        raise Unsupported
    if value.mixed:
        rows, columns, maps = value.mixed
        kernel = kernel.reshape(maps, rows, columns, -1).transpose(1, 2, 0, 3).reshape(kernel.shape)
    weights = {"kernel": kernel, **_read_bias(builder, kernel.shape[1])}
    return builder.add(
        kinds.Dense, value, axes=value.axes, weights=weights, units=kernel.shape[1], use_bias="bias" in weights
    )


# Normalization


def _read_batch_normalization(builder: Builder) -> Value:
    value = builder.value()
    check_units(value) if len(value.shape) == 1 else None
    builder.expect(training_mode=0, spatial=1)
    axis, sides = value.axes[0], value.shape
    figures = [builder.constant(place) for place in range(1, 5)]
    if any(figure.shape != (sides[axis],) for figure in figures):
        raise Unsupported
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    return builder.add(
        kinds.BatchNormalization,
        value,
        weights=dict(zip(names, figures, strict=True)),
        epsilon=round(builder.get("epsilon", 1e-5), 12),
        axis=-1 if axis == len(sides) - 1 else axis + 1,
    )


def _read_layer_normalization(builder: Builder) -> Value:
    value = builder.value()
    rank = len(value.shape)
    if rank == 1:
        check_units(value)
    elif value.axes != NHWC:
        value = builder.settle(value, NHWC)
    axis = builder.get("axis", -1)
    first = axis - 1 if axis > 0 else axis + rank
    sides = value.shape[first:] if 0 <= first < rank else ()
    gamma = builder.constant(1)
    weights = {"gamma": gamma} | ({"beta": builder.constant(2)} if builder.has(2) else {})
    if not sides or any(figure.shape != sides for figure in weights.values()):
        raise Unsupported
    return builder.add(
        kinds.LayerNormalization,
        value,
        axes=value.axes,
        weights=weights,
        epsilon=round(builder.get("epsilon", 1e-5), 12),
        axis=-1 if first == rank - 1 else tuple(range(first + 1, rank + 1)),
        center="beta" in weights,
    )


def _read_instance_normalization(builder: Builder) -> Value:
    """Read the normalization of each map by itself, which is that of groups of one map."""
    value, gamma, beta = builder.settle(builder.value(), NCHW), builder.constant(1), builder.constant(2)
    if gamma.shape != (value.shape[2],) or beta.shape != gamma.shape:
        raise Unsupported
    return builder.add(
        kinds.GroupNormalization,
        value,
        weights={"gamma": gamma, "beta": beta},
        groups=-1,
        epsilon=round(builder.get("epsilon", 1e-5), 12),
    )


def read_groups(builder: Builder, nodes: Sequence[Node]) -> Value | None:
    """Read the normalization of groups of maps, as programs write it: reshaped, normalized and reshaped back.

    Returns:
        Its value, of the last of the three nodes; None if the nodes are others.
    """
    if [node.operator for node in nodes] != ["Reshape", "InstanceNormalization", "Reshape"]:
        return None
    first, middle, last = nodes
    shapes = [builder.constants.get(node.inputs[1]) for node in (first, last) if len(node.inputs) == 2]
    figures = [builder.constants.get(name) for name in middle.inputs[1:]]
    value = builder.value()
    chained = (middle.inputs[0], last.inputs[0]) == (first.output, middle.output)
    alone = builder.readers[first.output] == builder.readers[middle.output] == 1
    if len(shapes) != 2 or len(figures) != 2 or not (chained and alone):
        return None
    grouped, back = (None if shape is None else tuple(shape.ravel()[:6].tolist()) for shape in shapes)
    scale, shift = figures
    if grouped is None or back is None or scale is None or shift is None or len(grouped) != 3:
        return None
    plain = scale.size == shift.size == grouped[1] and (scale == 1).all() and not shift.any()
    settled = value if len(value.shape) == 1 else builder.settle(value, NCHW)
    if not plain or back[1:] != settled.sides or grouped[2] not in (-1, math.prod(value.shape) // max(grouped[1], 1)):
        return None
    check_units(value) if len(value.shape) == 1 else None
    builder.node = middle
    settings = {"epsilon": round(builder.get("epsilon", 1e-5), 12), "center": False, "scale": False}
    return builder.add(kinds.GroupNormalization, settled, groups=grouped[1], **settings)


# Order and place


def _read_transpose(builder: Builder) -> Value:
    value, order = builder.value(), builder.get("perm", ())
    rank = len(value.shape)
    if sorted(order) != list(range(rank + 1)) or order[0] != 0:
        raise Unsupported
    return replace(value, axes=tuple(value.axes[place - 1] for place in order[1:]))


def _read_flatten(builder: Builder) -> Value:
    builder.expect(axis=1)
    return _flatten(builder, builder.value())


def _flatten(builder: Builder, value: Value) -> Value:
    """Flatten a value in the order of the file, or note that it has another here."""
    if len(value.shape) == 1:
        return value
    if value.axes not in (NCHW, NHWC):
        value = builder.settle(value, NHWC)
    rows, columns, maps = value.shape
    made = builder.add(kinds.Flatten, value, axes=UNITS)
    moved = value.axes == NCHW and rows * columns > 1 and maps > 1
    return replace(made, mixed=value.shape if moved else None)


def _read_reshape(builder: Builder) -> Value:
    builder.expect(allowzero=0)
    value = builder.value()
    target = [int(side) for side in builder.constant(1).ravel()[:8]]
    old = value.sides
    sides = [old[place] if side == 0 and place < len(old) else side for place, side in enumerate(target[1:])]
    number = math.prod(value.shape)
    if len(sides) not in (1, 3) or sides.count(-1) > 1 or any(side < 1 and side != -1 for side in sides):
        raise Unsupported
    known = math.prod(side for side in sides if side != -1)
    sides = [number // known if side == -1 else side for side in sides]
    if math.prod(sides) != number:
        raise Unsupported
    if len(sides) == 1:
        return _flatten(builder, value)
    if tuple(sides) == old:
        return value
    if value.mixed:
        raise Unsupported
    if len(value.shape) == 3:
        # In reading order of the file: so the axes here have to have that order.
        value = builder.settle(value, NHWC)
    return builder.add(kinds.Reshape, value, axes=NHWC, target_shape=tuple(sides))


def _read_squeeze(builder: Builder) -> Value:
    value = builder.value()
    if len(value.shape) != 3 or value.sides[1:] != (1, 1):
        raise Unsupported
    axes = builder.get("axes", ()) or tuple(builder.constant(1).ravel().tolist())
    if sorted(axis % 4 for axis in axes) != [2, 3]:
        raise Unsupported
    return _flatten(builder, value)


def _read_pad(builder: Builder) -> Value:
    builder.expect(mode="constant", value=0.0)
    value = builder.value()
    pads = builder.get("pads", ()) or tuple(int(each) for each in builder.constant(1).ravel()[:9])
    zero = not builder.has(2) or not builder.constant(2).any()
    if len(value.shape) != 3 or len(pads) != 8 or min(pads) < 0 or builder.has(3) or not zero:
        raise Unsupported
    found = {value.axes[place - 1]: (pads[place], pads[place + 4]) for place in range(1, 4)}
    if pads[0] or pads[4] or any(found[2]):
        raise Unsupported
    return builder.add(kinds.ZeroPadding2D, value, padding=(found[0], found[1]))


def _read_slice(builder: Builder) -> Value:
    value = builder.value()
    starts, ends = ([int(each) for each in builder.constant(place).ravel()[:4]] for place in (1, 2))
    axes = [int(each) for each in builder.constant(3).ravel()[:4]] if builder.has(3) else list(range(len(starts)))
    steps = builder.constant(4).ravel() if builder.has(4) else np.ones(1)
    if len(value.shape) != 3 or not len(starts) == len(ends) == len(axes) or (steps != 1).any():
        raise Unsupported
    cropping = [(0, 0), (0, 0)]
    for start, end, axis in zip(starts, ends, axes, strict=True):
        place = value.axes[axis % 4 - 1] if axis % 4 else 2
        if place == 2:
            raise Unsupported
        side = value.shape[place]
        low, high = (min(max(at + side if at < 0 else at, 0), side) for at in (start, end))
        cropping[place] = (low, side - high)
    return builder.add(kinds.Cropping2D, value, cropping=tuple(cropping))


def _read_resize(builder: Builder) -> Value:
    value = builder.settle(builder.value(), NCHW)
    builder.expect(antialias=0)
    mode, how = builder.get("mode", "nearest"), builder.get("coordinate_transformation_mode", "half_pixel")
    sizes = builder.constant(3).ravel() if builder.has(3) else np.zeros(0)
    scales = builder.constant(2).ravel() if builder.has(2) else np.zeros(0)
    if len(sizes) == 4 and sizes[0] in (1, -1) and sizes[1] == value.shape[2]:
        height, width = (int(side) for side in sizes[2:])
    elif len(scales) == 4 and scales[0] == scales[1] == 1 and 0 < scales.max() <= 1024 and scales.min() > 0:
        height, width = (int(side * np.float32(scale)) for side, scale in zip(value.shape, scales[2:], strict=False))
        # Places are computed from the scale as it is written, here from the two sizes: they have to be the same.
        if any(side * np.float32(scale) % 1 for side, scale in zip(value.shape, scales[2:], strict=False)):
            raise Unsupported
    else:
        raise Unsupported
    whole = min(height, width) > 0 and height % value.shape[0] == width % value.shape[1] == 0
    size = (height // value.shape[0], width // value.shape[1])
    if mode == "linear" and how == "half_pixel":
        if whole:
            return builder.add(kinds.UpSampling2D, value, size=size, interpolation="bilinear")
        return builder.add(kinds.Resizing, value, height=height, width=width, interpolation="bilinear")
    rounding = builder.get("nearest_mode", "round_prefer_floor")
    repeats = (how, rounding == "floor") == ("asymmetric", True) or (
        how == "half_pixel" and rounding.startswith("round")
    )
    if mode == "nearest" and whole and repeats:
        return builder.add(kinds.UpSampling2D, value, size=size)
    raise Unsupported


# Activations


def _read_activation(activation: str, **expected: tuple[float, float]) -> Callable[[Builder], Value]:
    """Return what reads an activation; `expected` has for each attribute its default in ONNX and the value needed."""

    def read(builder: Builder) -> Value:
        for attribute, (default, needed) in expected.items():
            if not math.isclose(builder.get(attribute, default), needed, rel_tol=1e-6):
                raise Unsupported
        return builder.activate(builder.value(), builder.node.inputs[0], activation)

    return read


def _read_gelu(builder: Builder) -> Value:
    builder.expect(approximate="none")
    return _read_activation("gelu")(builder)


def _read_softmax(builder: Builder) -> Value:
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


def _read_log_softmax(builder: Builder) -> Value:
    """Read the logarithms of probabilities at the end as the probabilities themselves."""
    if builder.node.output != builder.file.answer:
        raise Unsupported
    return _read_softmax(builder)


def _read_clip(builder: Builder) -> Value:
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
        return _keep_mixed(builder, kinds.ReLU, value, max_value=high)
    raise Unsupported


def _keep_mixed(builder: Builder, kind: type[Layer], value: Value, **settings: Any) -> Value:
    """Add a layer that does the same to every value."""
    return replace(builder.add(kind, value, **settings), mixed=value.mixed)


def _read_shrink(builder: Builder) -> Value:
    soft = builder.get("bias", 0.0) != 0
    needed = 0.5 if soft else 0.0
    return _read_activation("soft_shrink" if soft else "hard_shrink", lambd=(0.5, 0.5), bias=(0.0, needed))(builder)


def _read_leaky_relu(builder: Builder) -> Value:
    slope = _shorten(builder.get("alpha", 0.01))
    if slope == 0.2:
        return builder.activate(builder.value(), builder.node.inputs[0], "leaky_relu")
    return _keep_mixed(builder, kinds.LeakyReLU, builder.value(), negative_slope=slope)


def _read_elu(builder: Builder) -> Value:
    alpha = _shorten(builder.get("alpha", 1.0))
    if alpha == 1:
        return builder.activate(builder.value(), builder.node.inputs[0], "elu")
    return _keep_mixed(builder, kinds.ELU, builder.value(), alpha=alpha)


def _shorten(number: float) -> float:
    """Return the shortest number that has the same float32: 0.2 for 0.20000000298."""
    return float(str(np.float32(number)))


def _read_prelu(builder: Builder) -> Value:
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


# Sums, products and merges


def _read_arithmetic(builder: Builder) -> Value:
    """Read Add, Sub, Mul or Div: of two values, or of one and constants."""
    operator = builder.node.operator
    if not (builder.is_constant(0) or builder.is_constant(1)):
        merge = {"Add": kinds.Add, "Sub": kinds.Subtract, "Mul": kinds.Multiply}.get(operator)
        if merge is None:
            raise Unsupported
        return _merge(builder, merge)
    place = 0 if builder.is_constant(1) else 1
    if place and operator in ("Sub", "Div"):
        raise Unsupported
    value, name = builder.value(place), builder.node.inputs[place]
    figures = builder.constant(1 - place)
    if figures.dtype.kind != "f" or not np.isfinite(figures).all() or (operator == "Div" and not figures.all()):
        raise Unsupported
    if operator == "Add" and (with_bias := _fold_bias(builder, value, name, figures)):
        return with_bias
    if operator == "Sub":
        figures = -figures
    if operator == "Div":
        figures = 1 / figures
    factor = operator in ("Mul", "Div")
    if figures.size == 1:
        return _rescale(builder, value, name, figures, factor)
    return _scale_maps(builder, value, name, figures, factor)


def _fold_bias(builder: Builder, value: Value, name: str, figures: np.ndarray) -> Value | None:
    """Give a layer without bias, that nothing else reads, a number for each unit or map."""
    last = builder.find_last(value, name)
    if not isinstance(last, (kinds.Dense, kinds.Conv2D)) or last.use_bias or last.activation != "linear":
        return None
    along = _find_along_maps(value, figures)
    if along is None:
        return None
    builder.layers[-1] = replace(last, use_bias=True)
    builder.weights[last.name]["bias"] = along
    return value


def _find_along_maps(value: Value, figures: np.ndarray) -> np.ndarray | None:
    """Return constants that have one number for each map or unit, (maps,); None if they have others."""
    sides, maps = value.sides, value.shape[-1]
    own = figures.shape[figures.ndim - len(sides) :] if figures.ndim > len(sides) else figures.shape
    own = (1,) * (len(sides) - len(own)) + own
    place = value.axes.index(len(sides) - 1)
    fits = figures.size == maps and all(side == (maps if axis == place else 1) for axis, side in enumerate(own))
    return figures.reshape(maps) if fits and not value.mixed else None


def _rescale(builder: Builder, value: Value, name: str, figures: np.ndarray, factor: bool) -> Value:
    """Multiply by one number or add one; what comes after a product is added in one layer."""
    number = _shorten(float(figures.ravel()[0]))
    last = builder.find_last(value, name)
    if not factor and isinstance(last, kinds.Rescaling) and last.offset == 0:
        builder.layers[-1] = replace(last, offset=number)
        return value
    settings = {"scale": number} if factor else {"scale": 1.0, "offset": number}
    return _keep_mixed(builder, kinds.Rescaling, value, **settings)


def _scale_maps(builder: Builder, value: Value, name: str, figures: np.ndarray, factor: bool) -> Value:
    """Multiply or shift each map by a number of its own: a normalization by a mean of 0 and a variance of 1."""
    along = _find_along_maps(value, figures)
    if along is None:
        raise Unsupported
    last = builder.find_last(value, name)
    if isinstance(last, kinds.GroupNormalization) and not last.center and not (factor and last.scale):
        builder.layers[-1] = replace(last, scale=True) if factor else replace(last, center=True)
        builder.weights.setdefault(last.name, {})["gamma" if factor else "beta"] = along
        return value
    epsilon = 0.001
    nothing = np.zeros(len(along), np.float32)
    weights = {
        "gamma": along if factor else nothing + 1,
        "beta": nothing if factor else along,
        "moving_mean": nothing,
        "moving_variance": nothing + (np.float32(1) - np.float32(epsilon)),
    }
    return builder.add(kinds.BatchNormalization, value, weights=weights, epsilon=epsilon)


def _read_merge(kind: type[kinds.Merge]) -> Callable[[Builder], Value]:
    return lambda builder: _merge(builder, kind)


def _merge(builder: Builder, kind: type[kinds.Merge]) -> Value:
    """Merge values whose sides are equal, or 1 where they differ."""
    values = [builder.value(place) for place in range(len(builder.node.inputs))]
    if len({len(value.shape) for value in values}) > 1 or len({value.mixed for value in values}) > 1:
        raise Unsupported
    settled = _settle_all(builder, values)
    made = builder.add(kind, *settled, axes=settled[0].axes)
    return replace(made, mixed=values[0].mixed)


def _settle_all(builder: Builder, values: list[Value]) -> list[Value]:
    """Return values of one rank with one order of axes."""
    if len(values[0].shape) == 1:
        return values
    axes: Axes = order_of(values)
    return [builder.settle(value, axes) for value in values]


def _read_concat(builder: Builder) -> Value:
    values = [builder.value(place) for place in range(len(builder.node.inputs))]
    if len({len(value.shape) for value in values}) > 1 or any(value.mixed for value in values):
        raise Unsupported
    settled = _settle_all(builder, values)
    rank, axis = len(values[0].shape), builder.get("axis", 1)
    place = axis - 1 if axis > 0 else axis + rank
    if not 0 <= place < rank:
        raise Unsupported
    ours = settled[0].axes[place]
    return builder.add(kinds.Concatenate, *settled, axes=settled[0].axes, axis=-1 if ours == rank - 1 else ours + 1)


def _pass_on(builder: Builder) -> Value:
    return builder.value()


def _read_cast(builder: Builder) -> Value:
    builder.expect(to=1)
    return builder.value()


READERS: Mapping[str, Callable[[Builder], Value]] = {
    "Add": _read_arithmetic,
    "AveragePool": _read_pooling,
    "BatchNormalization": _read_batch_normalization,
    "Cast": _read_cast,
    "Celu": _read_activation("celu", alpha=(1.0, 1.0)),
    "Clip": _read_clip,
    "Concat": _read_concat,
    "Conv": _read_conv,
    "ConvTranspose": _read_transposed,
    "Div": _read_arithmetic,
    "Dropout": _pass_on,
    "Elu": _read_elu,
    "Flatten": _read_flatten,
    "Gelu": _read_gelu,
    "Gemm": _read_gemm,
    "GlobalAveragePool": _read_global_pooling,
    "GlobalMaxPool": _read_global_pooling,
    "HardSigmoid": _read_activation("hard_sigmoid", alpha=(0.2, 1 / 6), beta=(0.5, 0.5)),
    "HardSwish": _read_activation("hard_silu"),
    "Identity": _pass_on,
    "InstanceNormalization": _read_instance_normalization,
    "LayerNormalization": _read_layer_normalization,
    "LeakyRelu": _read_leaky_relu,
    "LogSoftmax": _read_log_softmax,
    "MatMul": _read_product,
    "Max": _read_merge(kinds.Maximum),
    "MaxPool": _read_pooling,
    "Mean": _read_merge(kinds.Average),
    "Mish": _read_activation("mish"),
    "Mul": _read_arithmetic,
    "PRelu": _read_prelu,
    "Pad": _read_pad,
    "ReduceMean": _read_mean,
    "Relu": _read_activation("relu"),
    "Reshape": _read_reshape,
    "Resize": _read_resize,
    "Selu": _read_activation("selu", alpha=(1.67326319, SELU_ALPHA), gamma=(1.05070102, SELU_SCALE)),
    "Shrink": _read_shrink,
    "Sigmoid": _read_activation("sigmoid"),
    "Slice": _read_slice,
    "Softmax": _read_softmax,
    "Softplus": _read_activation("softplus"),
    "Softsign": _read_activation("softsign"),
    "Squeeze": _read_squeeze,
    "Sub": _read_arithmetic,
    "Sum": _read_merge(kinds.Add),
    "Tanh": _read_activation("tanh"),
    "Transpose": _read_transpose,
}
"""Operator -> what reads it. Others are read as parts of an activation, or compute constants."""
