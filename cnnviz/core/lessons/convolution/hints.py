"""Hints for a convolution by hand: what to do for this size, or for this very cell, short of the answer."""

from __future__ import annotations

from cnnviz.core.lessons.convolution.worked_example import ConvWindow, ConvWorkedExample, Tap, format_factors
from cnnviz.core.messages import Message, gettext_noop

MAX_LISTED = 9
"""Products that a hint lists; of more it lists those of the first row of the kernel that has any."""

SIZE_VALID = gettext_noop(
    "The kernel covers {span} rows and has to stay inside the {side} rows of the image. It starts at row 0, at the "
    "latest at row {last}, and moves in steps of {stride}. Count the starts."
)
SIZE_SAME = gettext_noop(
    "With zeros around the image only the stride counts. Divide the {side} rows by {stride}; a rest counts as one more."
)
ALL_ZERO = gettext_noop("In each of the {count} products one factor is 0. Add up the products.")
ONE_PRODUCT = gettext_noop("Of the {count} products only one is not 0: {factors}.")
FEW_PRODUCTS = gettext_noop("Of the {count} products {number} are not 0: {factors}. Work them out and add them up.")
MANY_PRODUCTS = gettext_noop(
    "Of the {count} products {number} are not 0. Go row by row, and add up: row {row} of the kernel gives {factors}."
)


def hint_at_size(example: ConvWorkedExample) -> Message:
    """Return a hint at the number of rows of the feature map."""
    side, span, stride = example.shape[0], example.spans[0], example.strides[0]
    if example.padding == "same":
        return Message(SIZE_SAME, {"side": side, "stride": stride})
    return Message(SIZE_VALID, {"side": side, "span": span, "stride": stride, "last": side - span})


def hint_at_sum(window: ConvWindow, columns: int) -> Message:
    """Return a hint at the sum of a window: the products to add, for a kernel that is `columns` wide."""
    count = len(window.taps)
    left = [place for place, tap in enumerate(window.taps) if tap.product]
    if not left:
        return Message(ALL_ZERO, {"count": count})
    counts = {"count": count, "number": len(left)}
    if len(left) > MAX_LISTED:
        row = left[0] // columns
        first = [window.taps[place] for place in left if place // columns == row]
        return Message(MANY_PRODUCTS, {**counts, "row": row, "factors": _list_factors(first)})
    factors = _list_factors([window.taps[place] for place in left])
    if len(left) == 1:
        return Message(ONE_PRODUCT, {"count": count, "factors": factors})
    return Message(FEW_PRODUCTS, {**counts, "factors": factors})


def _list_factors(taps: list[Tap]) -> str:
    return ", ".join(map(format_factors, taps))
