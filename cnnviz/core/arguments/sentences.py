"""One sentence for every argument of every kind of layer, chosen by its value and filled in with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.core.arguments import words
from cnnviz.core.layers import Layer, Shape, windows
from cnnviz.core.layers.convolution import dilated_spans
from cnnviz.core.layers.formulas import count, product
from cnnviz.core.messages import Message

__all__ = ["Message", "sentence"]


def sentence(layer: Layer, argument: str, shape: Shape) -> Message:
    """What `argument` does in `layer` on an input of `shape`; a marked text and what fills it."""
    tell = TOLD.get(f"{layer.kind}.{argument}") or TOLD[argument]
    return tell(layer, shape)


def _filters(layer: Any, shape: Shape) -> Message:
    weights = product(*layer.weight_shapes(shape)["kernel"][:3])
    return Message(words.FILTERS, {"filters": count(layer.filters), "weights": weights})


def _mixing_filters(layer: Any, shape: Shape) -> Message:
    maps = count(shape[2] * layer.depth_multiplier)
    return Message(words.MIXING_FILTERS, {"filters": count(layer.filters), "maps": maps})


def _multiplier(layer: Any, shape: Shape) -> Message:
    maps = shape[2] * layer.depth_multiplier
    values = {"channels": shape[2], "multiplier": layer.depth_multiplier, "maps": count(maps)}
    return Message(words.MULTIPLIER, values)


def _units(layer: Any, shape: Shape) -> Message:
    template = words.UNITS if len(shape) == 1 else words.UNITS_AT_EVERY_PLACE
    return Message(template, {"units": count(layer.units), "inputs": count(shape[-1])})


def _kernel_size(layer: Any, shape: Shape) -> Message:
    rows, columns = layer.output_shape(shape)[:2]
    template = words.KERNEL_SAME if layer.padding == "same" else words.KERNEL_VALID
    return Message(template, {"window": product(*layer.kernel_size), "places": product(rows, columns)})


def _pool_size(layer: Any, shape: Shape) -> Message:
    template = words.MAX_WINDOW if layer.reduces == "max" else words.MEAN_WINDOW
    window = product(*layer.pool_size)
    places = product(*layer.output_shape(shape)[:2])
    return Message(template, {"window": window, "side": product(*shape[:2]), "places": places})


def _strides(layer: Any, shape: Shape) -> Message:
    if layer.strides == getattr(layer, "pool_size", None) != (1, 1):
        return Message(words.STRIDES_TOUCH, {})
    if layer.strides == (1, 1):
        return Message(words.STRIDES_ONE, {})
    down, across = layer.strides
    places = product(*layer.output_shape(shape)[:2])
    return Message(words.STRIDES, {"down": down, "across": across, "places": places})


def _padding(layer: Any, shape: Shape) -> Message:
    if layer.padding == "valid":
        return Message(words.PADDING_VALID, {})
    (above, below), (left, right) = (
        windows.margins(side, span, stride, layer.padding)
        for side, span, stride in zip(shape[:2], _spans(layer), layer.strides, strict=True)
    )
    if not (above or below or left or right):
        return Message(words.PADDING_NONE, {})
    values = {"above": above, "below": below, "left": left, "right": right}
    return Message(words.PADDING_POOL if hasattr(layer, "pool_size") else words.PADDING_ZEROS, values)


def _spans(layer: Any) -> tuple[int, int]:
    if hasattr(layer, "pool_size"):
        return tuple(layer.pool_size)
    return dilated_spans(layer.kernel_size, layer.dilation_rate)


def _dilation(layer: Any, _: Shape) -> Message:
    if layer.dilation_rate == (1, 1):
        return Message(words.DILATION_ONE, {})
    span = product(*_spans(layer))
    return Message(words.DILATION, {"window": product(*layer.kernel_size), "span": span})


def _groups(layer: Any, shape: Shape) -> Message:
    values = {"channels": shape[2], "groups": layer.groups, "read": shape[2] // layer.groups}
    return Message(words.GROUPS_ONE if layer.groups == 1 else words.GROUPS, values)


def _activation(layer: Any, _: Shape) -> Message:
    return Message(words.ACTIVATIONS[layer.activation], {})


def _bias(layer: Any, shape: Shape) -> Message:
    made = layer.output_shape(shape)[-1]
    template = words.BIAS if layer.use_bias else words.NO_BIAS
    return Message(template, {"number": count(made)})


def _switched(argument: str, on: str, off: str) -> Callable[[Any, Shape], Message]:
    return lambda layer, shape: Message(on if getattr(layer, argument) else off, {"number": count(shape[-1])})


def _valued(argument: str, template: str) -> Callable[[Any, Shape], Message]:
    return lambda layer, _: Message(template, {"value": f"{getattr(layer, argument):g}"})


def _frame(layer: Any, _: Shape) -> Message:
    (above, below), (left, right) = layer.padding
    return Message(words.FRAME, {"above": above, "below": below, "left": left, "right": right})


def _rate(layer: Any, _: Shape) -> Message:
    return Message(words.RATE, {"share": f"{100 * layer.rate:g}", "factor": f"{1 / (1 - layer.rate):.4g}"})


def _max_value(layer: Any, shape: Shape) -> Message:
    return Message(words.NO_LIMIT, {}) if layer.max_value is None else _valued("max_value", words.LIMIT)(layer, shape)


def _name(*_: object) -> Message:
    return Message(words.NAME, {})


TOLD: Mapping[str, Callable[[Any, Shape], Message]] = {
    "name": _name,
    "filters": _filters,
    "SeparableConv2D.filters": _mixing_filters,
    "depth_multiplier": _multiplier,
    "units": _units,
    "kernel_size": _kernel_size,
    "pool_size": _pool_size,
    "strides": _strides,
    "padding": _padding,
    "ZeroPadding2D.padding": _frame,
    "dilation_rate": _dilation,
    "groups": _groups,
    "activation": _activation,
    "use_bias": _bias,
    "keepdims": _switched("keepdims", words.KEEPDIMS, words.NO_KEEPDIMS),
    "momentum": _valued("momentum", words.MOMENTUM),
    "epsilon": _valued("epsilon", words.EPSILON),
    "center": _switched("center", words.CENTER, words.NO_CENTER),
    "BatchNormalization.scale": _switched("scale", words.SCALE, words.NO_SCALE),
    "rate": _rate,
    "Rescaling.scale": _valued("scale", words.FACTOR),
    "offset": _valued("offset", words.OFFSET),
    "max_value": _max_value,
    "negative_slope": _valued("negative_slope", words.SLOPE),
    "threshold": _valued("threshold", words.THRESHOLD),
    "alpha": _valued("alpha", words.ALPHA),
}
"""Argument, or kind.argument where a kind needs a sentence of its own -> what tells it."""
