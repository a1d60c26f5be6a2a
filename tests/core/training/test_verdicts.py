"""Intervals against the literature and SciPy; verdicts on made-up results with a known truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.training import confidence, verdicts
from cnnviz.core.training.confidence import compute_difference_interval, compute_wilson_interval
from cnnviz.core.training.verdicts import ALIKE, FEWER, SAME, TENTH, Verdict

TWO = {"a": "Arm A", "b": "Arm B"}
THREE = {"2": "Two", "8": "Eight", "32": "Thirty-two"}
SHARES = st.floats(0, 1)
COUNTS = st.integers(1, 100_000)


@given(count=st.integers(1, 2_000), data=st.data())
def test_wilsons_interval_is_scipys(count: int, data: st.DataObject) -> None:
    from scipy.stats import binomtest

    hits = data.draw(st.integers(0, count))
    theirs = binomtest(hits, count).proportion_ci(0.95, method="wilson")
    assert compute_wilson_interval(hits / count, count) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


# Newcombe 1998, Statistics in Medicine 17, 873-890, Table II, method 10; only rows with equal sizes or an empty group.
@pytest.mark.parametrize(
    ("hits", "others", "count", "low", "high"),
    [(9, 3, 10, 0.1705, 0.8090), (10, 0, 10, 0.6075, 1.0)],
)
def test_the_interval_of_a_difference_is_the_published_one(
    hits: int, others: int, count: int, low: float, high: float
) -> None:
    assert compute_difference_interval(hits / count, others / count, count) == pytest.approx((low, high), abs=6e-5)


@given(one=SHARES, other=SHARES, count=COUNTS)
def test_an_interval_holds_the_difference_and_turns_with_it(one: float, other: float, count: int) -> None:
    low, high = compute_difference_interval(one, other, count)
    assert -1 - 1e-9 <= low <= one - other + 1e-12
    assert one - other - 1e-12 <= high <= 1 + 1e-9
    assert compute_difference_interval(other, one, count) == pytest.approx((-high, -low))


@given(one=SHARES, other=SHARES, count=st.integers(1, 10_000))
def test_more_digits_tell_more(one: float, other: float, count: int) -> None:
    low, high = compute_difference_interval(one, other, count)
    closer_low, closer_high = compute_difference_interval(one, other, 100 * count)
    assert closer_high - closer_low <= high - low + 1e-12


def sentence(verdict: Verdict) -> str:
    return verdict.template.format(**verdict.numbers, **verdict.names)


def test_a_clear_difference_names_the_winner_whichever_it_is() -> None:
    for winner, loser in (("a", "b"), ("b", "a")):
        found = verdicts.judge_best(TWO, {winner: 0.98, loser: 0.95}, 1_000)
        assert found.right == winner
        assert found.margin == pytest.approx(0.03)
        assert 0 < found.low < 0.03 < found.high
        assert f"**{TWO[winner]}** reads 98.0 % of 1,000 digits right" in sentence(found)
        assert "larger than chance" in sentence(found)


def test_the_same_difference_may_be_chance_on_fewer_digits() -> None:
    shares = {"a": 0.98, "b": 0.975}
    few, many = verdicts.judge_best(TWO, shares, 1_000), verdicts.judge_best(TWO, shares, 50_000)
    assert (few.right, many.right) == (ALIKE, "a")
    assert few.low < 0 < few.high
    assert "too few digits to tell 0.5 points from chance" in sentence(few)


def test_equal_shares_are_alike() -> None:
    found = verdicts.judge_best(TWO, {"a": 0.5, "b": 0.5}, 1_000)
    assert (found.right, found.margin) == (ALIKE, 0)


@pytest.mark.parametrize(
    ("shares", "right", "words"),
    [
        ((0.80, 0.95, 0.98), "32", "**Thirty-two** reads 98.0 %"),
        ((0.80, 0.975, 0.98), "8", "**Eight** reads 97.5 %"),
        ((0.975, 0.978, 0.98), "2", "**Two** reads 97.5 %"),
        ((0.98, 0.90, 0.80), "2", "nothing larger reads more"),
        ((0.80, 0.98, 0.90), "8", "**Eight** reads 98.0 %"),
    ],
)
def test_enough_is_the_first_that_cannot_be_told_from_the_best(
    shares: tuple[float, ...], right: str, words: str
) -> None:
    found = verdicts.judge_enough(THREE, dict(zip(THREE, shares, strict=True)), 1_000)
    assert found.right == right
    assert words in sentence(found)


@pytest.mark.parametrize(
    ("before", "after", "right", "words"),
    [
        (0.90, 0.97, FEWER, "10.0 mistakes in a hundred digits, **Thirty-two** 3.0, 3.3 times fewer"),
        (0.80, 0.98, TENTH, "10.0 times fewer"),
        (0.90, 0.93, SAME, "1.4 times fewer"),
        (0.97, 0.971, SAME, "too few to tell"),
        (0.97, 0.90, SAME, "too few to tell"),
        (0.90, 1.0, TENTH, "**Thirty-two** 0.0"),
    ],
)
def test_mistakes_are_compared_by_their_ratio(before: float, after: float, right: str, words: str) -> None:
    found = verdicts.judge_fewer_mistakes(THREE, {"2": 0.5, "8": before, "32": after}, 5_000)
    assert found.right == right
    assert words in sentence(found)


@given(shares=st.lists(SHARES, min_size=3, max_size=3), count=COUNTS)
def test_every_judge_has_a_sentence_for_every_result(shares: list[float], count: int) -> None:
    measured = dict(zip(THREE, shares, strict=True))
    for judge in (verdicts.judge_best, verdicts.judge_enough, verdicts.judge_fewer_mistakes):
        found = judge(THREE, measured, count)
        assert "{" not in sentence(found)
        assert found.low <= found.margin + 1e-9
        assert found.margin <= found.high + 1e-9


def test_z_is_the_quantile_for_95_per_cent() -> None:
    from scipy.stats import norm

    assert norm.cdf(confidence.Z) - norm.cdf(-confidence.Z) == pytest.approx(0.95)
