"""Typed numbers: parsed, refused with the way out, and formatted as they are parsed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.errors import Refusal
from cnnviz.core.lessons.number_grid import apply_edits, format_number, parse_number, resize, to_grid
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("7", 7),
        (" -3 ", -3),
        ("−3", -3),
        ("0,5", 0.5),
        (".25", 0.25),
        ("1.500", 1.5),
        ("-0", 0),
        ("99", 99),
        ("+2", 2),
    ],
)
def test_typed_number_is_parsed(typed: str, value: float) -> None:
    assert parse_number(typed) == value
    assert math.copysign(1, parse_number(typed)) == math.copysign(1, value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "seven",
        "1e5",
        "0x10",
        "1_0",
        "100",
        "-99.5",
        "0.001",
        "٣",
        "9" * 500,
        None,
    ],
)
def test_invalid_number_is_refused_with_the_way_out(typed: object) -> None:
    with pytest.raises(Refusal, match=r"Received: .*the old value is kept"):
        parse_number(typed)


@given(st.integers(-9900, 9900))
def test_a_number_is_written_as_it_is_read(hundredths: int) -> None:
    assert parse_number(format_number(hundredths / 100)) == hundredths / 100


def test_a_grid_grows_with_zeros_and_shrinks_from_the_corner() -> None:
    assert resize(TUTORIAL, 2) == ((1, 2), (7, 1))
    assert resize(((1.0, 2.0), (7.0, 1.0)), 3) == ((1, 2, 0), (7, 1, 0), (0, 0, 0))


def test_edits_of_a_grid_are_applied_and_the_first_refusal_is_returned() -> None:
    """A cell that says its value anyway keeps what its text leaves out."""
    values = ((1.0, 2.3456), (7.0, 1.0))
    assert apply_edits(values, (("1", format_number(2.3456)), ("7", "−3"))) == (((1, 2.3456), (7, -3)), None)
    made, refused = apply_edits(values, (("x", "5"), ("y", "1")))
    assert made == to_grid([[1, 5], [7, 1]])
    row, column, reason = refused or (-1, -1, Refusal("nothing was refused"))
    assert (row, column) == (0, 0)
    assert "Received: x" in str(reason)
