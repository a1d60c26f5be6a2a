"""Read normalizations of ONNX, by operators of their own or as the nodes of a group normalization."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cnnviz.core import layers as kinds
from cnnviz.workers.model_files.onnx_reading.builder import (
    NCHW,
    NHWC,
    Builder,
    Unsupported,
    Value,
    check_units,
)
from cnnviz.workers.model_files.onnx_reading.file import Node


def read_batch_normalization(builder: Builder) -> Value:
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


def read_layer_normalization(builder: Builder) -> Value:
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


def read_instance_normalization(builder: Builder) -> Value:
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
