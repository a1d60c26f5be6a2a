"""Hints at pooling by hand: following them gives the answer, and they do not say it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.lessons.pooling.hints import DIVIDE, DIVIDE_MANY, DIVIDE_PADDED, hint_at_max, hint_at_mean
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL, PoolWorkedExample, find_max_stride

NUMBER = st.integers(-9900, 9900).map(lambda hundredths: hundredths / 100)


def parse(text: str) -> Fraction:
    return Fraction(text.strip("()").replace("−", "-"))


@st.composite
def examples(draw: st.DrawFn) -> PoolWorkedExample:
    side = draw(st.integers(2, 8))
    window = draw(st.integers(1, side))
    stride = draw(st.integers(1, find_max_stride(side, window)))
    values = tuple(tuple(draw(NUMBER) for _ in range(side)) for _ in range(side))
    return PoolWorkedExample(values, (window, window), (stride, stride), draw(st.sampled_from(["valid", "same"])))


@settings(deadline=None, max_examples=60)
@given(examples())
def test_following_a_hint_gives_the_mean(example: PoolWorkedExample) -> None:
    for window in example.windows:
        hint = hint_at_mean(window)
        if hint.template in (DIVIDE, DIVIDE_PADDED):
            terms = [parse(term) for term in str(hint.values["sum"]).split(" + ")]
            assert float(sum(terms) / int(str(hint.values["count"]))) == pytest.approx(window.mean)
            assert (hint.template == DIVIDE_PADDED) == (len(window.cells) > window.count)
        elif hint.template == DIVIDE_MANY:
            total = parse(str(hint.values["total"]))
            assert float(total / int(str(hint.values["count"]))) == pytest.approx(window.mean)
        else:
            assert window.count == 1


@settings(deadline=None, max_examples=60)
@given(examples())
def test_following_a_hint_gives_the_largest(example: PoolWorkedExample) -> None:
    for window in example.windows:
        hint = hint_at_max(window)
        if "values" in hint.values:
            listed = [parse(value) for value in str(hint.values["values"]).split(", ")]
            assert float(max(listed)) == window.largest
            assert ("below 0" in str(hint)) == (min(listed) < 0)
        elif "row" in hint.values:
            row = hint.values["row"]
            assert max(cell.value for cell in window.cells if cell.row == row and cell.value is not None) == (
                window.largest
            )
        else:
            assert window.count == 1


def test_a_hint_names_the_numbers_of_this_very_window() -> None:
    first = PoolWorkedExample(TUTORIAL).windows[0]
    assert str(hint_at_max(first)) == "Compare the 4 numbers of the window: 1, 2, 7, 1. Which is the largest?"
    assert str(hint_at_mean(first)) == "Add the 4 numbers of the window, 1 + 2 + 7 + 1, and divide by 4."


def test_a_hint_leaves_out_the_cells_outside() -> None:
    corner = PoolWorkedExample(TUTORIAL, (3, 3), (2, 2), "same").windows[-1]
    assert str(hint_at_mean(corner)) == (
        "Add the 4 numbers of the window, 2 + 2 + 2 + 2, and divide by 4: the 5 cells outside do not count."
    )
