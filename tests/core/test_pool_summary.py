"""Statistics over seeds: against SciPy, and sentences where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cnnviz.core import pool_summary
from cnnviz.core.pool_summary import compared, headline, sentences, welch

SAMPLE = st.lists(st.floats(0, 1), min_size=2, max_size=12).filter(lambda values: np.std(values) > 1e-3)


@given(one=SAMPLE, other=SAMPLE)
def test_the_interval_is_welchs(one: list[float], other: list[float]) -> None:
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert welch(one, other) == pytest.approx((expected.low, expected.high), abs=1e-9)
    three = stats.ttest_ind(one, other, equal_var=False).confidence_interval(1 - 0.05 / 3)
    assert welch(one, other, 3) == pytest.approx((three.low, three.high), abs=1e-9)


def test_without_any_spread_the_interval_is_the_difference() -> None:
    assert welch([0.5, 0.5], [0.25, 0.25]) == (0.25, 0.25)


def test_all_three_intervals_hold_together_in_95_of_100_repetitions() -> None:
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(1_000):
        found = compared({name: random.normal(0.99, 0.001, 5).tolist() for name in "abc"})
        wrong += any(pair.clear for pair in found.pairs)
    assert 20 < wrong < 62  # Bonferroni is a little on the safe side of 50


def around(mean: float, spread: float = 0.001) -> list[float]:
    return [mean + spread * step for step in (-1.2, -0.4, 0.1, 0.5, 1.0)]


@pytest.mark.parametrize(
    ("means", "template", "names"),
    [
        ((0.99, 0.9901, 0.9899), pool_summary.NO_DIFFERENCE, ()),
        ((0.99, 0.97, 0.96), pool_summary.ONE_IS_BEST, ("**a**",)),
        ((0.99, 0.9901, 0.96), pool_summary.ONE_IS_WORST, ("**c**",)),
        ((0.99, 0.9915, 0.9925), pool_summary.ENDS_APART, ("**c**", "**a**")),
    ],
)
def test_the_headline_follows_from_the_numbers(
    means: tuple[float, ...], template: str, names: tuple[str, ...]
) -> None:
    said = headline(compared(dict(zip("abc", map(around, means), strict=True))))
    assert said.template == template
    assert all(name in str(said) for name in names)


def test_every_pair_is_told_with_its_interval_and_as_a_multiple_of_the_spread() -> None:
    found = compared({"a": around(0.98), "b": around(0.99), "c": around(0.9801)})
    spread, *pairs = map(str, sentences(found))
    deviation = float(np.std(around(0), ddof=1))
    assert found.deviation == pytest.approx(deviation)
    assert f"{100 * deviation:.2f} points (standard deviation)" in spread
    assert len(pairs) == 3
    assert pairs[0].startswith("**b** against **a**: 1.00 points more, between ")
    assert f"{0.01 / deviation:.1f} times the spread" in pairs[0]
    assert pairs[2].startswith("**c** against **a**: 0.01 points more, 0.1 times")
    assert "may be chance: it lies between -" in pairs[2]
    assert [pair.difference for pair in found.pairs] == sorted(
        (pair.difference for pair in found.pairs), reverse=True
    )


def test_equal_networks_are_told_as_equal() -> None:
    found = compared({name: [0.5, 0.5] for name in "abc"})
    assert [pair.times for pair in found.pairs] == [0.0, 0.0, 0.0]
    assert str(headline(found)).startswith("With 2 seeds each, no network")
    assert "0.00 points more, 0.0 times" in str(sentences(found)[1])
    apart = compared({"a": [0.5, 0.5], "b": [0.6, 0.6]})
    assert math.isinf(apart.pairs[0].times)
    assert apart.pairs[0].clear
