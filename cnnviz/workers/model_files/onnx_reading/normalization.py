"""Read normalizations of ONNX, by operators of their own or as the nodes of a group normalization."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.workers.model_files.onnx_reading.activations import shorten
from cnnviz.workers.model_files.onnx_reading.builder import (
    NCHW,
    NHWC,
    Builder,
    Unsupported,
    Value,
    check_units,
)
from cnnviz.workers.model_files.onnx_reading.file import Node

WEIGHTS_BY_MAP_OPSET = 21
"""The opset since which GroupNormalization has a scale and a bias for each map, before for each group."""

WRITTEN_OUT = ("ReduceMean", "Sub", "Pow", "ReduceMean", "Add", "Sqrt", "Div")
"""Operators of a layer normalization before opset 17."""


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


def read_group_normalization(builder: Builder) -> Value:
    """Read the normalization of groups of maps by the operator that ONNX has since opset 18."""
    value, groups = builder.value(), builder.get("num_groups", 0)
    if len(value.shape) == 1:
        check_units(value)
    else:
        value = builder.settle(value, NCHW)
    maps = value.shape[-1]
    if groups < 1 or maps % groups:
        raise Unsupported
    by_map = builder.file.opset >= WEIGHTS_BY_MAP_OPSET
    scale_and_bias = [builder.constant(place) for place in (1, 2)]
    if any(each.shape != (maps if by_map else groups,) for each in scale_and_bias):
        raise Unsupported
    gamma, beta = scale_and_bias if by_map else (np.repeat(each, maps // groups) for each in scale_and_bias)
    return builder.add(
        kinds.GroupNormalization,
        value,
        weights={"gamma": gamma, "beta": beta},
        groups=groups,
        epsilon=round(builder.get("epsilon", 1e-5), 12),
    )


def read_written_out(builder: Builder, nodes: Sequence[Node]) -> tuple[Value, int] | None:
    """Read a layer normalization as PyTorch writes it below opset 17, node by node.

    (x - mean) / sqrt(variance + epsilon), with mean and variance along the same axes.

    Returns:
        Its value, and how many of the nodes it takes, with those of gamma and beta; None if the nodes are others.
    """
    steps = tuple(nodes[: len(WRITTEN_OUT)])
    if tuple(node.operator for node in steps) != WRITTEN_OUT:
        return None
    mean, centred, squared, variance, moved, root, divided = steps
    name = mean.inputs[0]
    read = [node.inputs[:1] if node.operator == "ReduceMean" else node.inputs for node in steps]
    two, epsilon = (_get_number(builder, node, 1) for node in (squared, moved))
    chained = read == [
        (name,),
        (name, mean.output),
        (centred.output, *squared.inputs[1:]),
        (squared.output,),
        (variance.output, *moved.inputs[1:]),
        (moved.output,),
        (centred.output, root.output),
    ]
    counts = [builder.readers[node.output] for node in steps[:-1]]
    value = builder.values.get(name)
    if value is None or two != 2 or epsilon is None or not chained or counts != [1, 2, 1, 1, 1, 1]:
        return None
    places = _list_mean_places(builder, mean, len(value.shape))
    if places is None or places != _list_mean_places(builder, variance, len(value.shape)):
        return None
    if len(value.shape) == 1:
        check_units(value)
    weights: dict[str, np.ndarray] = {}
    before, number = divided.output, len(steps)
    for weight, operator in (("gamma", "Mul"), ("beta", "Add")):
        node = nodes[number] if number < len(nodes) else None
        array = _find_weights(builder, node, operator, before, value, places)
        if node is not None and array is not None:
            weights[weight], before, number = array, node.output, number + 1
    builder.node = mean
    ours = sorted(value.axes[place] for place in places)
    made = builder.add(
        kinds.LayerNormalization,
        value,
        weights=weights,
        axes=value.axes,
        axis=-1 if ours == [len(value.shape) - 1] else tuple(axis + 1 for axis in ours),
        epsilon=shorten(epsilon),
        scale="gamma" in weights,
        center="beta" in weights,
    )
    return made, number


def _get_number(builder: Builder, node: Node, place: int) -> float | None:
    """Return an input of a node that is one constant number; None if it is another."""
    array = builder.constants.get(node.inputs[place]) if len(node.inputs) > place else None
    return float(array.ravel()[0]) if array is not None and array.size == 1 and array.dtype.kind == "f" else None


def _list_mean_places(builder: Builder, node: Node, rank: int) -> tuple[int, ...] | None:
    """Return the axes of a mean that keeps them, without that of the batch; None for another mean."""
    builder.node = node
    axes = builder.get("axes", ()) or tuple(
        builder.constants.get("".join(node.inputs[1:2]), np.zeros(0)).ravel().tolist()
    )
    if builder.get("keepdims", 1) != 1 or not all(isinstance(axis, int) and -rank <= axis <= rank for axis in axes):
        return None
    places = tuple(sorted({axis % (rank + 1) for axis in axes}))
    return tuple(place - 1 for place in places) if places and places[0] else None


def _find_weights(
    builder: Builder, node: Node | None, operator: str, before: str, value: Value, places: tuple[int, ...]
) -> np.ndarray | None:
    """Return the constants by which a node multiplies, or which it adds, in the order of our axes; None for others."""
    if node is None or node.operator != operator or builder.readers[before] != 1 or before not in node.inputs:
        return None
    array = builder.constants.get(next((name for name in node.inputs if name != before), ""))
    wanted = tuple(side if place in places else 1 for place, side in enumerate(value.sides))
    if array is None or array.dtype.kind != "f" or array.ndim > len(wanted):
        return None
    whole = array.reshape((1,) * (len(wanted) - array.ndim) + array.shape)
    if whole.shape != wanted:
        return None
    ours = whole.transpose([value.axes.index(axis) for axis in range(len(wanted))])
    return ours.reshape([ours.shape[axis] for axis in sorted(value.axes[place] for place in places)])


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
