"""Read arithmetic of two values in ONNX: a bias, a scale, or a merge of maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.workers.model_files.onnx_reading.activations import keep_mixed, shorten
from cnnviz.workers.model_files.onnx_reading.builder import (
    Axes,
    Builder,
    Unsupported,
    Value,
    order_of,
)


def read_arithmetic(builder: Builder) -> Value:
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
    number = shorten(float(figures.ravel()[0]))
    last = builder.find_last(value, name)
    if not factor and isinstance(last, kinds.Rescaling) and last.offset == 0:
        builder.layers[-1] = replace(last, offset=number)
        return value
    settings = {"scale": number} if factor else {"scale": 1.0, "offset": number}
    return keep_mixed(builder, kinds.Rescaling, value, **settings)


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


def read_merge(kind: type[kinds.Merge]) -> Callable[[Builder], Value]:
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


def read_concat(builder: Builder) -> Value:
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
