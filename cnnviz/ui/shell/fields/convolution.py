"""Fields of the page Convolution: the small image and its kernel, the digit's kernel, a filter in colour, an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.core.lessons.convolution import colour_sum
from cnnviz.core.lessons.convolution.channel_order import SHAPE
from cnnviz.core.lessons.convolution.examples import ONE
from cnnviz.core.lessons.convolution.filtering import MAX_SIDE
from cnnviz.core.lessons.convolution.kernels import KERNELS, parse_weight
from cnnviz.core.lessons.convolution.settings import DILATIONS, SIDES, SIZES, STRIDES
from cnnviz.core.lessons.number_grid import parse_number
from cnnviz.ui.i18n import gettext_noop
from cnnviz.ui.shell.fields.field import PADDINGS, SWITCH, Codec, Field, decimal, square, whole

OWN = "own"
"""The filter whose weights the visitor typed."""

FILTERS: Mapping[str, str] = {
    **{name: kernel.label for name, kernel in KERNELS.items()},
    "learned": gettext_noop("Learned by the network"),
    OWN: gettext_noop("Typed by hand"),
}
"""Kernels for the whole digit: name in the link -> label."""


def _own_kernel(get: Callable[[str], Any]) -> bool:
    return bool(get("filter") == OWN)


def _own_rgb(get: Callable[[str], Any]) -> bool:
    return bool(get("rgb_filter") == OWN)


FIELDS = (
    # by hand
    Field("conv_image", ONE, "image", square(SIDES, parse_number), implied=lambda rows: {"conv_side": len(rows)}),
    Field("conv_side", len(ONE)),
    Field(
        "conv_kernel",
        KERNELS["rows"].weights,
        "kernel",
        square(SIZES, parse_number),
        implied=lambda rows: {"conv_size": len(rows)},
    ),
    Field("conv_size", 3),
    Field("conv_stride", 1, "steps", whole(*STRIDES)),
    Field("conv_padding", "valid", "around", options=PADDINGS),
    Field("conv_dilation", 1, "dilation", whole(*DILATIONS)),
    Field("conv_guess", True, "ask", SWITCH),
    Field("conv_guesses", {}),  # (what it is about, place) -> (guess as typed, whether it was right)
    Field("conv_settled", None),  # the ConvSettings and the padding as they were last shown
    Field("conv_moved", None),  # what the last move of a setting changed; see `convolution.changes`
    # on your digit
    Field("filter", "rows", "filter", options=FILTERS),
    Field("filter_number", 0, "number", whole(0, 4095)),
    Field("filter_channel", 0, "channel", whole(0, 2)),
    Field("filter_padding", "valid", "frame", options=PADDINGS),
    Field("own_kernel", KERNELS["rows"].weights, "own", square((1, MAX_SIDE), parse_weight), written=_own_kernel),
    Field("own_bias", 0.0, "bias", decimal(parse_weight), written=_own_kernel),
    Field("filter_turn", 0),  # how often the filtered digit was sent to its pictures; the newest is shown
    # vertical strokes
    Field("strokes_shown", False),  # whether the answer is shown without a guess
    # many maps in, one out
    Field("sum_map", -1, "sum", whole(0, 4095)),  # -1: the one that holds most of the energy
    # in colour: a link carries the number of a learned filter, or typed numbers, under one name
    Field(
        "rgb_filter",  # its number in the layer, or OWN
        "0",
        "rgb",
        Codec(str, lambda text: str(whole(0, 999).decode(text))),
        written=lambda get: not _own_rgb(get),
    ),
    Field(
        "rgb_numbers",  # weights and bias over three channels that the visitor typed
        None,
        "rgb",
        Codec(colour_sum.encode, colour_sum.decode),
        implied=lambda _: {"rgb_filter": OWN},
        written=_own_rgb,
    ),
    # channel order
    Field("order_row", 1, "row", whole(0, SHAPE[0] - 1)),
    Field("order_column", 2, "column", whole(0, SHAPE[1] - 1)),
    Field("order_channel", 0, "depth", whole(0, SHAPE[2] - 1)),
)
