"""Contributions as signed bars: the shown numbers add up, and bars stand on the side of their sign."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.figures.contribution_bars import Bar, write

NUMBER = re.compile(r'class="number">([^<]*)</td>')
AMOUNTS = st.floats(-1e4, 1e4, allow_nan=False)


def read_numbers(html: str) -> list[int]:
    """Return all shown numbers in hundredths; the last one is the total."""
    return [round(float(text.replace("−", "-")) * 100) for text in NUMBER.findall(html)]


def write_bars(values: list[float], total: float) -> str:
    bars = [Bar(f"unit {index}", value) for index, value in enumerate(values)]
    return write(bars, total, rest="others", sum_name="together", caption="The lead")


@given(values=st.lists(AMOUNTS, max_size=12), rest=AMOUNTS)
def test_the_shown_numbers_add_up(values: list[float], rest: float) -> None:
    *rows, total = read_numbers(write_bars(values, float(np.sum([*values, rest]))))
    assert sum(rows) == total
    assert len(rows) == len(values) + 1
    for value, shown in zip(values, rows, strict=False):
        assert abs(100 * value - shown) <= 0.5 + 1e-6


@pytest.mark.parametrize(("value", "side"), [(2.0, "for"), (-2.0, "against"), (0.0, "for")])
def test_a_bar_stands_on_the_side_of_its_sign(value: float, side: str) -> None:
    assert re.findall('<i class="([a-z]+)"', write_bars([value], value))[0] == side


def test_the_longest_bar_fills_its_side() -> None:
    shares = [float(share) for share in re.findall(r"--part: ([0-9.]+)%", write_bars([1.0, -4.0], -1.0))]
    assert shares == [12.5, 50.0, 25.0, 12.5]


def test_a_bar_is_not_read_out() -> None:
    """The number beside it says the same, so that a table of two columns is heard."""
    written = write_bars([1.0, -4.0], -1.0)
    assert written.count('<td class="bar" aria-hidden="true">') == written.count("<tr") == 4


def test_texts_are_escaped() -> None:
    html = write([Bar("<b>", 1.0)], 1.0, rest="a&b", sum_name="<i>", caption="<u>")
    assert "<b>" not in html
    assert "&lt;u&gt;" in html
