"""Statistics over seeds: against SciPy, and sentences about data with a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cnnviz.core.lessons.pooling import seed_statistics
from cnnviz.core.lessons.pooling.seed_statistics import (
    Pair,
    Spread,
    Summary,
    compare,
    write_headline,
    write_sentences,
)
from cnnviz.core.training.seed_comparison import compute_welch_interval

SAMPLE = st.lists(st.floats(0, 1), min_size=2, max_size=12).filter(lambda values: np.std(values) > 1e-3)


@given(one=SAMPLE, other=SAMPLE)
def test_the_interval_is_welchs(one: list[float], other: list[float]) -> None:
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert compute_welch_interval(one, other) == pytest.approx((expected.low, expected.high), abs=1e-9)
    three = stats.ttest_ind(one, other, equal_var=False).confidence_interval(1 - 0.05 / 3)
    assert compute_welch_interval(one, other, 3) == pytest.approx((three.low, three.high), abs=1e-9)


def test_without_any_spread_the_interval_is_the_difference() -> None:
    assert compute_welch_interval([0.5, 0.5], [0.25, 0.25]) == (0.25, 0.25)


def test_all_three_intervals_hold_together_in_95_of_100_repetitions() -> None:
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(1_000):
        found = compare({name: random.normal(0.99, 0.001, 5).tolist() for name in "abc"})
        wrong += any(pair.clear for pair in found.pairs)
    assert 20 < wrong < 62  # Bonferroni is a little on the safe side of 50


def around(mean: float, spread: float = 0.001) -> list[float]:
    return [mean + spread * step for step in (-1.2, -0.4, 0.1, 0.5, 1.0)]


@pytest.mark.parametrize(
    ("means", "template", "names"),
    [
        ((0.99, 0.9901, 0.9899), seed_statistics.NO_DIFFERENCE, ()),
        ((0.99, 0.97, 0.96), seed_statistics.ONE_IS_BEST, ("**a**",)),
        ((0.99, 0.9901, 0.96), seed_statistics.ONE_IS_WORST, ("**c**",)),
        ((0.99, 0.9915, 0.9925), seed_statistics.TWO_APART, ("**c**", "**a**")),
    ],
)
def test_the_headline_follows_from_the_numbers(means: tuple[float, ...], template: str, names: tuple[str, ...]) -> None:
    said = write_headline(compare(dict(zip("abc", map(around, means), strict=True))))
    assert said.template == template
    assert all(name in str(said) for name in names)


def test_the_pair_that_is_clear_is_named_although_it_is_not_the_ends() -> None:
    """The last network moves so much between seeds that only the first two can be told apart."""
    found = compare({"a": around(0.99), "b": around(0.98), "c": around(0.975, 0.03)})
    assert [(pair.best, pair.worst) for pair in found.pairs if pair.clear] == [("a", "b")]
    said = str(write_headline(found))
    assert said.startswith("**a** reads more digits right than **b**, by more than")
    assert "**c**" not in said


def test_a_chain_is_described_pair_by_pair() -> None:
    """Not to be had with as many seeds for each; the sentence has to be right all the same."""
    spreads = {name: Spread(mean, 0.0, mean, mean) for name, mean in zip("bca", (0.97, 0.96, 0.98), strict=True)}
    links = (("a", "c", -0.1), ("a", "b", 0.001), ("b", "c", 0.001))
    pairs = tuple(Pair(best, worst, 0.01, low, 0.3, 1.0) for best, worst, low in links)
    said = str(write_headline(Summary(2, spreads, pairs)))
    assert said.startswith("**a** reads more digits right than **b**, and **b** more than **c**, both by more")


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(9_600, 9_900), min_size=3, max_size=3), min_size=3, max_size=3))
def test_no_headline_claims_a_difference_that_is_not_clear(shares: list[list[int]]) -> None:
    found = compare({name: [each / 10_000 for each in row] for name, row in zip("abc", shares, strict=True)})
    said, clear = write_headline(found), {(pair.best, pair.worst) for pair in found.pairs if pair.clear}
    best, worst = said.values.get("best"), said.values.get("worst")
    claimed: dict[str, set[tuple[object, object]]] = {
        seed_statistics.NO_DIFFERENCE: set(),
        seed_statistics.ONE_IS_BEST: {(best, name) for name in "abc" if name != best},
        seed_statistics.ONE_IS_WORST: {(name, worst) for name in "abc" if name != worst},
        seed_statistics.TWO_APART: {(best, worst)},
    }
    claims = claimed[said.template]
    assert claims <= clear
    assert claims == clear or said.template == seed_statistics.ONE_IS_BEST


def test_every_pair_is_described_with_its_interval_and_as_a_multiple_of_the_spread() -> None:
    found = compare({"a": around(0.98), "b": around(0.99), "c": around(0.9801)})
    spread, *pairs = map(str, write_sentences(found))
    deviation = float(np.std(around(0), ddof=1))
    assert found.deviation == pytest.approx(deviation)
    assert f"{100 * deviation:.2f} points (standard deviation)" in spread
    assert len(pairs) == 3
    assert pairs[0].startswith("**b** against **a**: 1.00 points more, between ")
    assert f"{0.01 / deviation:.1f} times the spread" in pairs[0]
    assert pairs[2].startswith("**c** against **a**: 0.01 points more, 0.1 times")
    assert "may be chance: it lies between −" in pairs[2]
    assert [pair.difference for pair in found.pairs] == sorted((pair.difference for pair in found.pairs), reverse=True)


def test_equal_networks_are_described_as_equal() -> None:
    found = compare({name: [0.5, 0.5] for name in "abc"})
    assert [pair.times for pair in found.pairs] == [0.0, 0.0, 0.0]
    assert str(write_headline(found)).startswith("With 2 seeds each, no network")
    assert "0.00 points more, 0.0 times" in str(write_sentences(found)[1])
    apart = compare({"a": [0.5, 0.5], "b": [0.6, 0.6]})
    assert math.isinf(apart.pairs[0].times)
    assert apart.pairs[0].clear
