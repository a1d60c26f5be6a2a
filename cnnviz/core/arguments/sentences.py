"""One sentence for each argument of each layer kind, chosen by its value and filled in with its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.core.arguments import templates
from cnnviz.core.layers import Layer, Shape, windows
from cnnviz.core.layers.convolution import measure_dilated_spans
from cnnviz.core.layers.formulas import count, product
from cnnviz.core.messages import Message

__all__ = ["Message", "describe_argument"]


def describe_argument(layer: Layer, argument: str, shape: Shape) -> Message:
    """Explain what `argument` does in `layer` on an input of `shape`."""
    describe = DESCRIBERS.get(f"{layer.kind}.{argument}") or DESCRIBERS[argument]
    return describe(layer, shape)


def _describe_filters(layer: Any, shape: Shape) -> Message:
    weights = product(*layer.weight_shapes(shape)["kernel"][:3])
    return Message(templates.FILTERS, {"filters": count(layer.filters), "weights": weights})


def _describe_mixing_filters(layer: Any, shape: Shape) -> Message:
    maps = count(shape[2] * layer.depth_multiplier)
    return Message(templates.MIXING_FILTERS, {"filters": count(layer.filters), "maps": maps})


def _describe_multiplier(layer: Any, shape: Shape) -> Message:
    maps = shape[2] * layer.depth_multiplier
    values = {"channels": shape[2], "multiplier": layer.depth_multiplier, "maps": count(maps)}
    return Message(templates.MULTIPLIER, values)


def _describe_units(layer: Any, shape: Shape) -> Message:
    template = templates.UNITS if len(shape) == 1 else templates.UNITS_AT_EVERY_PLACE
    return Message(template, {"units": count(layer.units), "inputs": count(shape[-1])})


def _describe_kernel_size(layer: Any, shape: Shape) -> Message:
    rows, columns = layer.output_shape(shape)[:2]
    template = templates.KERNEL_SAME if layer.padding == "same" else templates.KERNEL_VALID
    return Message(template, {"window": product(*layer.kernel_size), "places": product(rows, columns)})


def _describe_pool_size(layer: Any, shape: Shape) -> Message:
    template = templates.MAX_WINDOW if layer.reduces == "max" else templates.MEAN_WINDOW
    window = product(*layer.pool_size)
    places = product(*layer.output_shape(shape)[:2])
    return Message(template, {"window": window, "side": product(*shape[:2]), "places": places})


def _describe_strides(layer: Any, shape: Shape) -> Message:
    if layer.strides == getattr(layer, "pool_size", None) != (1, 1):
        return Message(templates.STRIDES_TOUCH, {})
    if layer.strides == (1, 1):
        return Message(templates.STRIDES_ONE, {})
    down, across = layer.strides
    places = product(*layer.output_shape(shape)[:2])
    return Message(templates.STRIDES, {"down": down, "across": across, "places": places})


def _describe_padding(layer: Any, shape: Shape) -> Message:
    if layer.padding == "valid":
        return Message(templates.PADDING_VALID, {})
    (above, below), (left, right) = (
        windows.compute_margins(side, span, stride, layer.padding)
        for side, span, stride in zip(shape[:2], _measure_spans(layer), layer.strides, strict=True)
    )
    if not (above or below or left or right):
        return Message(templates.PADDING_NONE, {})
    values = {"above": above, "below": below, "left": left, "right": right}
    return Message(templates.PADDING_POOL if hasattr(layer, "pool_size") else templates.PADDING_ZEROS, values)


def _measure_spans(layer: Any) -> tuple[int, int]:
    """Return rows and columns that the window covers, dilation included."""
    if hasattr(layer, "pool_size"):
        return tuple(layer.pool_size)
    return measure_dilated_spans(layer.kernel_size, layer.dilation_rate)


def _describe_dilation(layer: Any, _: Shape) -> Message:
    if layer.dilation_rate == (1, 1):
        return Message(templates.DILATION_ONE, {})
    span = product(*_measure_spans(layer))
    return Message(templates.DILATION, {"window": product(*layer.kernel_size), "span": span})


def _describe_groups(layer: Any, shape: Shape) -> Message:
    values = {"channels": shape[2], "groups": layer.groups, "read": shape[2] // layer.groups}
    return Message(templates.GROUPS_ONE if layer.groups == 1 else templates.GROUPS, values)


def _describe_activation(layer: Any, _: Shape) -> Message:
    return Message(templates.ACTIVATIONS[layer.activation], {})


def _describe_bias(layer: Any, shape: Shape) -> Message:
    made = layer.output_shape(shape)[-1]
    template = templates.BIAS if layer.use_bias else templates.NO_BIAS
    return Message(template, {"number": count(made)})


def _make_switch_describer(argument: str, on: str, off: str) -> Callable[[Any, Shape], Message]:
    """Make a describer that chooses between two templates by a boolean argument."""
    return lambda layer, shape: Message(on if getattr(layer, argument) else off, {"number": count(shape[-1])})


def _make_value_describer(argument: str, template: str) -> Callable[[Any, Shape], Message]:
    """Make a describer that fills `template` with the value of a number argument."""
    return lambda layer, _: Message(template, {"value": f"{getattr(layer, argument):g}"})


def _describe_frame(layer: Any, _: Shape) -> Message:
    (above, below), (left, right) = layer.padding
    return Message(templates.FRAME, {"above": above, "below": below, "left": left, "right": right})


def _describe_rate(layer: Any, _: Shape) -> Message:
    return Message(templates.RATE, {"share": f"{100 * layer.rate:g}", "factor": f"{1 / (1 - layer.rate):.4g}"})


def _describe_max_value(layer: Any, shape: Shape) -> Message:
    if layer.max_value is None:
        return Message(templates.NO_LIMIT, {})
    return _make_value_describer("max_value", templates.LIMIT)(layer, shape)


def _describe_slope(layer: Any, _: Shape) -> Message:
    slope, threshold = layer.negative_slope, getattr(layer, "threshold", 0)
    if not threshold:
        return Message(templates.SLOPE, {"value": f"{slope:g}"})
    return Message(templates.SLOPE_BELOW, {"value": f"{slope:g}", "threshold": f"{threshold:g}"})


def _describe_cropping(layer: Any, _: Shape) -> Message:
    (above, below), (left, right) = layer.cropping
    return Message(templates.CROPPING, {"above": above, "below": below, "left": left, "right": right})


def _describe_target_shape(layer: Any, shape: Shape) -> Message:
    values = {"number": count(math.prod(shape)), "shape": product(*layer.output_shape(shape))}
    return Message(templates.TARGET_SHAPE, values)


def _describe_dims(layer: Any, shape: Shape) -> Message:
    return Message(templates.DIMS, {"shape": product(*layer.output_shape(shape))})


def _describe_spatial_rate(layer: Any, shape: Shape) -> Message:
    return Message(templates.SPATIAL_RATE, _describe_rate(layer, shape).values)


def _describe_gaussian_rate(layer: Any, _: Shape) -> Message:
    return Message(templates.GAUSSIAN_RATE, {"value": f"{math.sqrt(layer.rate / (1 - layer.rate)):.4g}"})


def _describe_alpha_rate(layer: Any, _: Shape) -> Message:
    return Message(templates.ALPHA_RATE, {"share": f"{100 * layer.rate:g}"})


def _describe_figures_axis(layer: Any, _: Shape) -> Message:
    return Message(templates.NO_AXIS if layer.axis is None else templates.AXIS, {})


def _describe_standard_axis(*_: object) -> Message:
    return Message(templates.STANDARD_AXIS, {})


def _make_figure_describer(argument: str) -> Callable[[Any, Shape], Message]:
    """Make a describer of a mean or a variance that is given, or stored as a weight."""

    def describe(layer: Any, _: Shape) -> Message:
        value = getattr(layer, argument)
        if value is None:
            return Message(templates.FIGURES_STORED, {})
        figures = value if isinstance(value, tuple) else (value,)
        return Message(templates.FIGURES_GIVEN, {"value": ", ".join(f"{each:g}" for each in figures)})

    return describe


def _describe_standard_groups(layer: Any, shape: Shape) -> Message:
    maps = layer.count_maps(shape)
    return Message(templates.STANDARD_GROUPS, {"groups": shape[-1] // maps, "maps": maps})


def _describe_shared_axes(layer: Any, shape: Shape) -> Message:
    template = templates.SLOPES_SHARED if layer.shared_axes else templates.SLOPES_OF_ALL
    return Message(template, {"number": count(layer.parameters(shape))})


def _make_weight_describer(argument: str, on: str, off: str) -> Callable[[Any, Shape], Message]:
    """Make a describer of a switch for weights, one for each index of the layer's axes."""

    def describe(layer: Any, shape: Shape) -> Message:
        number = math.prod(shape[axis] for axis in layer.find_axes(shape))
        return Message(on if getattr(layer, argument) else off, {"number": count(number)})

    return describe


def _describe_size(layer: Any, _: Shape) -> Message:
    return Message(templates.UPSAMPLED, dict(zip(("down", "across"), layer.size, strict=True)))


def _describe_spreading_filters(layer: Any, shape: Shape) -> Message:
    weights = product(*layer.kernel_size, shape[2])
    return Message(templates.FILTERS, {"filters": count(layer.filters), "weights": weights})


def _describe_spread(layer: Any, _: Shape) -> Message:
    return Message(templates.SPREAD_OVER, {"window": product(*layer.kernel_size)})


def _describe_spread_strides(layer: Any, shape: Shape) -> Message:
    if layer.strides == (1, 1):
        return Message(templates.SPREAD_STRIDES_ONE, {})
    return Message(templates.SPREAD_STRIDES, _make_steps(layer, layer.strides, shape))


def _describe_spread_padding(layer: Any, _: Shape) -> Message:
    return Message(templates.SPREAD_SAME if layer.padding == "same" else templates.SPREAD_VALID, {})


def _describe_output_padding(layer: Any, shape: Shape) -> Message:
    template = templates.OUTPUT_PADDING_NONE if layer.output_padding is None else templates.OUTPUT_PADDING
    return Message(template, _make_steps(layer, layer.output_padding or (0, 0), shape))


def _make_steps(layer: Any, steps: tuple[int, int], shape: Shape) -> dict[str, object]:
    return {"down": steps[0], "across": steps[1], "places": product(*layer.output_shape(shape)[:2])}


def _make_factor_describer(argument: str, template: str) -> Callable[[Any, Shape], Message]:
    """Make a describer of a range: one number stands for that far both ways."""

    def describe(layer: Any, _: Shape) -> Message:
        value = getattr(layer, argument)
        if value is None:
            return Message(templates.SAME_FACTOR, {})
        low, high = value if isinstance(value, tuple) else (-abs(value), abs(value))
        return Message(template, {"low": f"{low:g}", "high": f"{high:g}"})

    return describe


def _make_choice_describer(argument: str, told: Mapping[str, str]) -> Callable[[Any, Shape], Message]:
    """Make a describer that has a sentence for each value of `argument`."""
    return lambda layer, _: Message(told[getattr(layer, argument)], {})


def _describe_axis(layer: Any, shape: Shape) -> Message:
    at = layer.find_axis(len(shape)) - len(shape)
    return Message({-1: templates.AXIS_MAPS, -2: templates.AXIS_COLUMNS, -3: templates.AXIS_ROWS}[at], {})


def _describe_name(*_: object) -> Message:
    return Message(templates.NAME, {})


DESCRIBERS: Mapping[str, Callable[[Any, Shape], Message]] = {
    "name": _describe_name,
    "filters": _describe_filters,
    "SeparableConv2D.filters": _describe_mixing_filters,
    "depth_multiplier": _describe_multiplier,
    "units": _describe_units,
    "kernel_size": _describe_kernel_size,
    "pool_size": _describe_pool_size,
    "strides": _describe_strides,
    "padding": _describe_padding,
    "ZeroPadding2D.padding": _describe_frame,
    "dilation_rate": _describe_dilation,
    "groups": _describe_groups,
    "activation": _describe_activation,
    "use_bias": _describe_bias,
    "keepdims": _make_switch_describer("keepdims", templates.KEEPDIMS, templates.NO_KEEPDIMS),
    "momentum": _make_value_describer("momentum", templates.MOMENTUM),
    "epsilon": _make_value_describer("epsilon", templates.EPSILON),
    "center": _make_weight_describer("center", templates.CENTER, templates.NO_CENTER),
    "scale": _make_weight_describer("scale", templates.SCALE, templates.NO_SCALE),
    "BatchNormalization.axis": _describe_figures_axis,
    "GroupNormalization.axis": _describe_figures_axis,
    "Normalization.axis": _describe_figures_axis,
    "LayerNormalization.axis": _describe_standard_axis,
    "mean": _make_figure_describer("mean"),
    "variance": _make_figure_describer("variance"),
    "invert": _make_switch_describer("invert", templates.INVERT, templates.NO_INVERT),
    "GroupNormalization.groups": _describe_standard_groups,
    "shared_axes": _describe_shared_axes,
    "rate": _describe_rate,
    "Rescaling.scale": _make_value_describer("scale", templates.FACTOR),
    "offset": _make_value_describer("offset", templates.OFFSET),
    "max_value": _describe_max_value,
    "negative_slope": _describe_slope,
    "threshold": _make_value_describer("threshold", templates.THRESHOLD),
    "axis": _describe_axis,
    "alpha": _make_value_describer("alpha", templates.ALPHA),
    "cropping": _describe_cropping,
    "target_shape": _describe_target_shape,
    "size": _describe_size,
    "height": _make_value_describer("height", templates.HEIGHT),
    "width": _make_value_describer("width", templates.WIDTH),
    "Conv2DTranspose.filters": _describe_spreading_filters,
    "Conv2DTranspose.kernel_size": _describe_spread,
    "Conv2DTranspose.strides": _describe_spread_strides,
    "Conv2DTranspose.padding": _describe_spread_padding,
    "output_padding": _describe_output_padding,
    "dims": _describe_dims,
    "SpatialDropout2D.rate": _describe_spatial_rate,
    "GaussianDropout.rate": _describe_gaussian_rate,
    "AlphaDropout.rate": _describe_alpha_rate,
    "stddev": _make_value_describer("stddev", templates.STDDEV),
    "l1": _make_value_describer("l1", templates.L1),
    "l2": _make_value_describer("l2", templates.L2),
    "mode": _make_choice_describer("mode", templates.FLIPS),
    "factor": _make_factor_describer("factor", templates.TONE_FACTOR),
    "RandomRotation.factor": _make_factor_describer("factor", templates.TURN),
    "height_factor": _make_factor_describer("height_factor", templates.HEIGHT_FACTOR),
    "width_factor": _make_factor_describer("width_factor", templates.WIDTH_FACTOR),
    "value_range": _make_factor_describer("value_range", templates.VALUE_RANGE),
    "fill_mode": _make_choice_describer("fill_mode", templates.FILL_MODES),
    "fill_value": _make_value_describer("fill_value", templates.FILL_VALUE),
    "interpolation": _make_choice_describer("interpolation", templates.INTERPOLATIONS),
}
"""Argument, or kind.argument where a kind needs a sentence of its own -> function that describes it."""
