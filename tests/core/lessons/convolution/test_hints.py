"""Hints at a convolution by hand: following them gives the answer, and they do not say it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.convolution.examples import ONE
from cnnviz.core.lessons.convolution.hints import (
    ALL_ZERO,
    FEW_PRODUCTS,
    MANY_PRODUCTS,
    MAX_LISTED,
    ONE_PRODUCT,
    hint_at_size,
    hint_at_sum,
)
from cnnviz.core.lessons.convolution.kernels import KERNELS
from cnnviz.core.lessons.convolution.worked_example import UNITS, ConvWorkedExample

ROWS = KERNELS["rows"].weights
NUMBER = st.integers(-300, 300).map(lambda hundredths: hundredths / 100) | st.just(0.0)


def work_out(factors: str) -> Fraction:
    """Multiply the listed pairs and add up, as the hint says."""
    total = Fraction()
    for pair in factors.replace("−", "-").split(", "):
        value, weight = pair.replace("(", "").replace(")", "").split(" × ")
        total += Fraction(value) * Fraction(weight)
    return total


@st.composite
def examples(draw: st.DrawFn) -> ConvWorkedExample:
    side, size = draw(st.integers(3, 8)), draw(st.integers(1, 5))
    stride, dilation = draw(st.sampled_from([(1, 1), (2, 1), (3, 1), (1, 2), (1, 3)]))
    padding = draw(st.sampled_from(["valid", "same"]))
    image = tuple(tuple(draw(NUMBER) for _ in range(side)) for _ in range(side))
    kernel = tuple(tuple(draw(NUMBER) for _ in range(size)) for _ in range(size))
    try:
        return ConvWorkedExample(image, kernel, (stride, stride), padding, (dilation, dilation))
    except Refusal:
        assume(False)
        raise


@settings(deadline=None, max_examples=60)
@given(examples())
def test_following_a_hint_gives_the_sum(example: ConvWorkedExample) -> None:
    columns = example.kernel_size[1]
    for window in example.windows:
        hint = hint_at_sum(window, columns)
        products = [tap.product for tap in window.taps if tap.product]
        if hint.template == ALL_ZERO:
            assert products == []
            assert window.total == 0
            continue
        listed = work_out(str(hint.values["factors"]))
        if hint.template == MANY_PRODUCTS:
            assert len(products) > MAX_LISTED
            row = int(str(hint.values["row"]))
            taps = window.taps[row * columns : (row + 1) * columns]
            assert listed == Fraction(sum(tap.product for tap in taps), UNITS)
            assert not any(tap.product for tap in window.taps[: row * columns])
        else:
            assert listed == Fraction(window.total, UNITS)
            assert hint.template == (ONE_PRODUCT if len(products) == 1 else FEW_PRODUCTS)
            assert str(hint.values["factors"]).count(" × ") == len(products) <= MAX_LISTED


@settings(deadline=None, max_examples=60)
@given(examples())
def test_following_a_hint_gives_the_size(example: ConvWorkedExample) -> None:
    said = {name: int(str(value)) for name, value in hint_at_size(example).values.items()}
    rows = example.output_shape[0]
    if example.padding == "same":
        whole, rest = divmod(said["side"], said["stride"])
        assert whole + (rest > 0) == rows
    else:
        starts = range(0, said["last"] + 1, said["stride"])
        assert len(starts) == rows
        assert starts[-1] + said["span"] <= said["side"]


def test_a_hint_names_the_products_of_this_very_cell() -> None:
    example = ConvWorkedExample(ONE, ROWS)
    assert str(hint_at_sum(example.windows[0], 3)) == (
        "Of the 9 products 3 are not 0: 1 × 1, 1 × 1, 1 × 1. Work them out and add them up."
    )
    assert str(hint_at_size(example)) == (
        "The kernel covers 3 rows and has to stay inside the 5 rows of the image. It starts at row 0, at the latest at "
        "row 2, and moves in steps of 1. Count the starts."
    )


def test_where_all_products_are_zero_a_hint_says_where_to_look() -> None:
    blank = ConvWorkedExample(((0.0,) * 3,) * 3, ROWS)
    assert str(hint_at_sum(blank.windows[0], 3)).startswith("In each of the 9 products one factor is 0.")


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_cells_of_padding_are_not_among_the_products(padding: str) -> None:
    example = ConvWorkedExample(((2.0,) * 3,) * 3, ((1.0,) * 3,) * 3, padding=padding)
    hint = hint_at_sum(example.windows[0], 3)
    assert hint.values["number"] == (9 if padding == "valid" else 4)
