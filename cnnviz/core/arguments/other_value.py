"""Give one argument of a layer another value and report the new output shape and parameter count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer, Shape
from cnnviz.core.layers.layer import format_literal


@dataclass(frozen=True)
class OtherValue:
    """A layer after one of its arguments was changed.

    Attributes:
        code: The argument with its other value, as in "strides=(2, 2)".
        output_shape: Shape of the changed layer's output.
        parameters: Number of its parameters.
    """

    code: str
    output_shape: Shape
    parameters: int


def try_other_value(layer: Layer, argument: str, shape: Shape) -> OtherValue | None:
    """Change `argument` of `layer` to the first candidate value that is legal on an input of `shape`.

    Returns None where the argument has no candidates, or none that differs and fits.
    """
    for value in OTHER_VALUES.get(argument, _try_nothing)(layer, shape):
        if value != getattr(layer, argument):
            try:
                changed = _change(layer, argument, value)
                found = changed.output_shape(shape), changed.parameters(shape)
            except Refusal:  # such as a window that is larger than the map
                continue
            return OtherValue(f"{argument}={format_literal(value)}", *found)
    return None


def affects_shape(layer: Layer, argument: str) -> bool:
    """Return whether the shape of the output or the number of parameters can depend on `argument`."""
    return argument in OTHER_VALUES and not isinstance(getattr(layer, argument), float)


def _change(layer: Layer, argument: str, value: object) -> Layer:
    """Return a copy of `layer` with another value of `argument`."""
    values: dict[str, Any] = {argument: value}
    if argument == "pool_size" and layer.is_default("strides"):
        values["strides"] = None  # left out of the line of code, they follow the window
    return replace(layer, **values)


def _try_nothing(*_: object) -> tuple[object, ...]:
    return ()


def _double(argument: str) -> Callable[[Any, Shape], tuple[object, ...]]:
    return lambda layer, _: (2 * getattr(layer, argument), 1)


def _negate(argument: str) -> Callable[[Any, Shape], tuple[object, ...]]:
    return lambda layer, _: (not getattr(layer, argument),)


def _enlarge(argument: str, by: int) -> Callable[[Any, Shape], tuple[object, ...]]:
    """Offer a larger window, and a smaller one where the larger does not fit."""
    return lambda layer, _: tuple(tuple(max(1, side + step) for side in getattr(layer, argument)) for step in (by, -by))


def _vary_scale(layer: Any, _: Shape) -> tuple[object, ...]:
    """Flip batch normalization's switch; Rescaling's `scale` is a factor, which changes no shape."""
    return (not layer.scale,) if isinstance(layer.scale, bool) else ()


def _vary_strides(layer: Any, _: Shape) -> tuple[object, ...]:
    return ((1, 1),) if max(layer.strides) > 1 else ((2, 2),)


def _vary_dilation(layer: Any, _: Shape) -> tuple[object, ...]:
    return ((1, 1),) if max(layer.dilation_rate) > 1 else ((2, 2),)


def _vary_padding(layer: Any, _: Shape) -> tuple[object, ...]:
    if isinstance(layer.padding, str):
        return ("valid" if layer.padding == "same" else "same",)
    return (tuple((before + 1, after + 1) for before, after in layer.padding),)


def _vary_output_padding(layer: Any, _: Shape) -> tuple[object, ...]:
    return (None,) if layer.output_padding is not None else ((0, 0), (1, 1))


def _vary_cropping(layer: Any, _: Shape) -> tuple[object, ...]:
    """Offer to crop a cell more on each side, and nothing where so much would not be left."""
    more = tuple((before + 1, after + 1) for before, after in layer.cropping)
    return more, ((0, 0), (0, 0))


def _vary_groups(layer: Any, shape: Shape) -> tuple[object, ...]:
    """Offer one group, or the smallest number above 1 that divides both channels and filters."""
    if layer.groups > 1:
        return (1,)
    filters = getattr(layer, "filters", shape[-1])
    return tuple(
        number for number in range(2, min(shape[-1], filters) + 1) if not (shape[-1] % number or filters % number)
    )[:1]


OTHER_VALUES: Mapping[str, Callable[[Any, Shape], tuple[object, ...]]] = {
    "filters": _double("filters"),
    "units": _double("units"),
    "depth_multiplier": _double("depth_multiplier"),
    "kernel_size": _enlarge("kernel_size", 2),
    "pool_size": _enlarge("pool_size", 1),
    "strides": _vary_strides,
    "dilation_rate": _vary_dilation,
    "padding": _vary_padding,
    "cropping": _vary_cropping,
    "output_padding": _vary_output_padding,
    "size": _enlarge("size", 1),
    "height": _double("height"),
    "width": _double("width"),
    "groups": _vary_groups,
    "use_bias": _negate("use_bias"),
    "keepdims": _negate("keepdims"),
    "center": _negate("center"),
    "scale": _vary_scale,
}
"""Argument -> function that lists candidate values; the first that fits is reported."""
