"""Geometry of a sliding window, shared by convolution and pooling.

Sizes and padding follow TensorFlow ("valid" and "same", the odd pixel of padding below and to the right).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from cnnviz.core.layers.formulas import INPUT, Formula, Part, amount, formula, result, rows_and_columns

PADDINGS = ("valid", "same")
Pair = tuple[int, int]


def measure_dilated_span(window: int, dilation: int) -> int:
    """Return the pixels from a dilated window's first to its last, both included."""
    return (window - 1) * dilation + 1


def count_places(side: int, span: int, stride: int, padding: str) -> int:
    """Count the places of a window of `span` pixels along `side` pixels in steps of `stride`."""
    return -(-side // stride) if padding == "same" else (side - span) // stride + 1


def compute_margins(side: int, span: int, stride: int, padding: str) -> Pair:
    """Return the padding before and after along one side; for "same" the odd pixel comes after."""
    if padding == "valid":
        return 0, 0
    total = max((count_places(side, span, stride, padding) - 1) * stride + span - side, 0)
    return total // 2, total - total // 2


def list_window_indices(
    place: int, side: int, window: int, stride: int, dilation: int, padding: str
) -> tuple[int, ...]:
    """Return the indices along one side under the window at `place`; below 0 and from `side` on they are padding."""
    before, _ = compute_margins(side, measure_dilated_span(window, dilation), stride, padding)
    first = place * stride - before
    return tuple(range(first, first + window * dilation, dilation))


def pad(x: np.ndarray, spans: Pair, strides: Pair, padding: str, value: float) -> np.ndarray:
    """Pad `x` (n, h, w, c) with `value`; return `x` itself if no padding is needed."""
    (top, bottom), (left, right) = _list_margins(x.shape, spans, strides, padding)
    if not (top or bottom or left or right):
        return x
    n, height, width, channels = x.shape
    result = np.full((n, height + top + bottom, width + left + right, channels), value, dtype=x.dtype)
    result[:, top : top + height, left : left + width] = x
    return result


def make_padded_zeros(shape: tuple[int, ...], spans: Pair, strides: Pair, padding: str, dtype: DTypeLike) -> np.ndarray:
    """Make zeros of the shape that `pad` gives an array of `shape` (n, h, w, c)."""
    (top, bottom), (left, right) = _list_margins(shape, spans, strides, padding)
    n, height, width, channels = shape
    return np.zeros((n, height + top + bottom, width + left + right, channels), dtype)


def crop(image: np.ndarray, shape: tuple[int, ...], spans: Pair, strides: Pair, padding: str) -> np.ndarray:
    """Invert `pad`: return the part of `image` that an array of `shape` (n, h, w, c) has there."""
    (top, _), (left, _) = _list_margins(shape, spans, strides, padding)
    return image[:, top : top + shape[1], left : left + shape[2]]


def _list_margins(shape: tuple[int, ...], spans: Pair, strides: Pair, padding: str) -> tuple[Pair, Pair]:
    """Return the margins of rows and of columns for images of `shape` (n, h, w, c)."""
    rows, columns = (
        compute_margins(side, span, stride, padding)
        for side, span, stride in zip(shape[1:3], spans, strides, strict=True)
    )
    return rows, columns


def slice_places(offset: int, places: int, stride: int) -> slice:
    """Return the indices along one side that a window's cell at `offset` has at all `places`."""
    return slice(offset, offset + stride * (places - 1) + 1, stride)


@dataclass(frozen=True)
class Arguments:
    """The arguments that a size formula refers to.

    Attributes:
        span: those that set the extent of the window.
        stride: those that set its steps.
    """

    span: tuple[str, ...]
    stride: tuple[str, ...] = ("strides",)


def size_parts(shape: tuple[int, ...], spans: Pair, strides: Pair, padding: str, of: Arguments) -> Formula:
    """Return the size formula of rows and columns, once if they are equal."""
    rows, columns = (
        _make_same_formula(side, stride, of) if padding == "same" else _make_valid_formula(side, span, stride, of)
        for side, span, stride in zip(shape[:2], spans, strides, strict=True)
    )
    return rows_and_columns(rows, columns)


def _make_valid_formula(side: int, span: int, stride: int, of: Arguments) -> Formula:
    low, high = ("⌊", "⌋") if (side - span) % stride else ("", "")
    pieces = formula(
        f"{low}(",
        amount(side, INPUT),
        Part(" − ", ("padding",)),
        amount(span, *of.span, "padding"),
        ")",
        Part(f" / {stride}", of.stride),
        high,
        Part(" + 1", ("padding",)),
    )
    return result(tuple(piece for piece in pieces if piece.text), count_places(side, span, stride, "valid"))


def _make_same_formula(side: int, stride: int, of: Arguments) -> Formula:
    edge = ("padding",)
    pieces = formula(Part("⌈", edge), amount(side, INPUT), Part(f" / {stride}", of.stride), Part("⌉", edge))
    return result(pieces, count_places(side, 1, stride, "same"))
