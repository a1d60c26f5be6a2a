"""Read what changes the order, the number or the place of values in ONNX: reshaping, padding, cutting, resizing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.core.layers import Shape
from cnnviz.workers.model_files.onnx_reading.builder import (
    NCHW,
    NHWC,
    UNITS,
    Builder,
    Row,
    Unsupported,
    Value,
)


def read_transpose(builder: Builder) -> Value:
    value, order = builder.value(), builder.get("perm", ())
    rank = len(value.shape)
    if sorted(order) != list(range(rank + 1)) or order[0] != 0:
        raise Unsupported
    return replace(value, axes=tuple(value.axes[place - 1] for place in order[1:]))


def read_flatten(builder: Builder) -> Value:
    builder.expect(axis=1)
    value = builder.value_or_row()
    return value.units if isinstance(value, Row) else _flatten(builder, value)


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


def read_reshape(builder: Builder) -> Value:
    value, old = _read_sides(builder)
    target = [int(side) for side in builder.constant(1).ravel()[:8]]
    if 0 in target:
        builder.expect(allowzero=0)  # PyTorch sets it also where no side is 0, and it means nothing
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


def read_squeeze(builder: Builder) -> Value | Row:
    value, sides = _read_sides(builder)
    ends = builder.node.output == builder.file.answer
    if builder.has(1) or "axes" in builder.node.attributes:
        places = _list_places(builder, len(sides) + 1)
    elif ends:
        places = {0, *(place for place, side in enumerate(sides, 1) if side == 1)}
    else:
        raise Unsupported  # without the batch, axes that are read behind it would be others
    if (0 in places and not ends) or any(sides[place - 1] != 1 for place in places if place):
        raise Unsupported
    left = tuple(side for place, side in enumerate(sides, 1) if place not in places)
    return _change_sides(builder, value, sides, left or (1,))


def read_unsqueeze(builder: Builder) -> Value | Row:
    value, sides = _read_sides(builder)
    count = builder.constant(1).size if builder.has(1) else len(builder.get("axes", ()))
    places = _list_places(builder, len(sides) + 1 + count)
    if 0 in places or len(places) != count or len(sides) + count > 3:
        raise Unsupported
    old = iter(sides)
    made = tuple(1 if place in places else next(old) for place in range(1, len(sides) + 1 + count))
    return _change_sides(builder, value, sides, made)


def read_gather(builder: Builder) -> Value | Row:
    """Read `x[:, :, 0]` of a side of 1."""
    value, sides = _read_sides(builder)
    axis, index = builder.get("axis", 0), builder.constant(1)
    place = axis if axis >= 0 else axis + len(sides) + 1
    if not 1 <= place <= len(sides) or sides[place - 1] != 1 or index.ndim or int(index) not in (0, -1):
        raise Unsupported
    left = tuple(side for other, side in enumerate(sides, 1) if other != place)
    return _change_sides(builder, value, sides, left or (1,))


def _read_sides(builder: Builder) -> tuple[Value, Shape]:
    """Return the value that a node reads, units for one of two axes, and its sides in the file."""
    value = builder.value_or_row()
    return (value.units, value.sides) if isinstance(value, Row) else (value, value.sides)


def _list_places(builder: Builder, rank: int) -> set[int]:
    """Return the axes that a node names, counted from that of the batch."""
    axes = builder.get("axes", ()) or tuple(builder.constant(1).ravel()[:8].tolist())
    if not axes or not all(isinstance(axis, int) and -rank <= axis < rank for axis in axes):
        raise Unsupported
    return {axis % rank for axis in axes}


def _change_sides(builder: Builder, value: Value, old: Shape, made: Shape) -> Value | Row:
    """Return a value with sides of 1 taken away or added; at most one of its sides may be another."""
    if made == old:
        return Row(value, made) if len(made) == 2 else value
    if value.mixed or sum(side > 1 for side in old) > 1:
        raise Unsupported
    units = _flatten(builder, value)
    if len(made) < 3:
        return units if len(made) == 1 else Row(units, made)
    # The units become maps, wherever they stand in the file.
    along, others = made.index(max(made)), iter((0, 1))
    axes = tuple(2 if place == along else next(others) for place in range(3))
    return builder.add(kinds.Reshape, units, axes=axes, target_shape=(1, 1, max(made)))


def read_pad(builder: Builder) -> Value:
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


def read_slice(builder: Builder) -> Value:
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
    if not any(map(any, cropping)):
        return value
    return builder.add(kinds.Cropping2D, value, cropping=tuple(cropping))


def read_resize(builder: Builder) -> Value:
    value = builder.settle(builder.value(), NCHW)
    builder.expect(antialias=0, exclude_outside=0, keep_aspect_ratio_policy="stretch")
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
