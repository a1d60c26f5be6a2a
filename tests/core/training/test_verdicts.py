"""Intervals against the literature and SciPy; verdicts on made-up results with a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.training import confidence, verdicts
from cnnviz.core.training.confidence import compute_difference_interval, compute_wilson_interval, format_points
from cnnviz.core.training.verdicts import ALIKE, FEWER, SAME, TENTH, Results, Sentence, Verdict

TWO = {"a": "Arm A", "b": "Arm B"}
THREE = {"2": "Two", "8": "Eight", "32": "Thirty-two"}
RATES = {"0.1": "rate 0.1", "0.01": "rate 0.01", "0.001": "rate 0.001", "0.0001": "rate 0.0001"}
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


def test_more_comparisons_widen_an_interval() -> None:
    low, high = compute_difference_interval(0.98, 0.95, 1_000)
    wider_low, wider_high = compute_difference_interval(0.98, 0.95, 1_000, 6)
    assert wider_low < low < high < wider_high


@pytest.mark.parametrize(
    ("shares", "texts"),
    [
        ((0.012, -0.034), ("1.2", "−3.4")),
        ((0.002, -0.0003), ("0.20", "−0.03")),
        ((0.5, 0.0), ("50.0", "0.0")),
        ((0.01, 0.000001), ("1.000", "0.000")),
        ((-0.000001,), ("0.000",)),
    ],
)
def test_no_number_of_points_is_rounded_away_and_minus_is_minus(
    shares: tuple[float, ...], texts: tuple[str, ...]
) -> None:
    assert format_points(*shares) == texts


def fill(sentence: Sentence) -> str:
    listed = {
        name: ", ".join(
            f"**{label}** {detail}".strip()
            for label, detail in zip(labels, sentence.details or [""] * len(labels), strict=True)
        )
        for name, labels in sentence.names.items()
    }
    return sentence.template.format(**sentence.values, **listed)


def said(verdict: Verdict) -> str:
    return " ".join(map(fill, verdict.sentences))


def once(shares: dict[str, float], count: int, spread: float | None = None) -> Results:
    return Results({arm: (share,) for arm, share in shares.items()}, count, spread)


def around(*means: float, spread: float = 0.002, arms: dict[str, str] = TWO, count: int = 5_000) -> Results:
    """Make five trainings an arm around known means."""
    offsets = spread * np.array([-1.2, -0.5, 0.0, 0.6, 1.1])
    return Results({arm: tuple((mean + offsets).tolist()) for arm, mean in zip(arms, means, strict=True)}, count)


def test_a_clear_difference_names_the_winner_whichever_it_is() -> None:
    for winner, loser in (("a", "b"), ("b", "a")):
        found = verdicts.judge_best(TWO, once({winner: 0.98, loser: 0.95}, 1_000))
        assert (found.possible, found.right) == ((winner,), winner)
        (pair,) = found.pairs
        assert pair.difference == pytest.approx(0.03)
        assert 0 < pair.low < 0.03 < pair.high
        assert f"**{TWO[winner]}** 98.0\u00a0%" in said(found)
        assert f"**{TWO[winner]}** reads the most" in said(found)


def test_the_same_difference_may_be_chance_on_fewer_digits() -> None:
    shares = {"a": 0.98, "b": 0.975}
    few, many = (verdicts.judge_best(TWO, once(shares, count)) for count in (1_000, 50_000))
    assert (few.right, many.right) == (ALIKE, "a")
    assert few.pairs[0].low < 0 < few.pairs[0].high
    assert "cannot be told apart by these trainings: the largest difference of 0.5 points" in said(few)
    assert "and −" not in said(few)


def test_the_same_difference_may_come_from_another_seed() -> None:
    shares = {"a": 0.98, "b": 0.975}
    assert verdicts.judge_best(TWO, once(shares, 50_000, spread=0.003)).right == ALIKE
    assert verdicts.judge_best(TWO, once(shares, 50_000, spread=0.001)).right == "a"
    assert "moves a result by about ±0.3 points" in said(verdicts.judge_best(TWO, once(shares, 50_000, 0.003)))


def test_a_known_spread_counts_as_that_of_few_networks() -> None:
    """Student's quantile with four degrees of freedom, as SciPy has it, times the error of a difference."""
    from scipy.stats import t

    (pair,) = verdicts.judge_best(TWO, once({"a": 0.98, "b": 0.97}, 10**9, spread=0.002)).pairs
    reach = t.ppf(0.975, 4) * 0.002 * np.sqrt(2)
    assert (pair.low, pair.high) == pytest.approx((0.01 - reach, 0.01 + reach))


def test_several_seeds_decide_by_their_own_spread() -> None:
    assert verdicts.judge_best(TWO, around(0.98, 0.976)).right == "a"
    assert verdicts.judge_best(TWO, around(0.98, 0.979)).right == ALIKE
    text = said(verdicts.judge_best(TWO, around(0.98, 0.979)))
    assert "mean of 5 seeds each" in text
    assert text.count("95 %") == 1


def test_equal_shares_are_alike() -> None:
    found = verdicts.judge_best(TWO, once({"a": 0.5, "b": 0.5}, 1_000))
    assert (found.right, found.pairs[0].difference) == (ALIKE, 0)


@pytest.mark.parametrize("many", [False, True])
def test_a_verdict_speaks_of_all_arms(many: bool) -> None:
    """Two best that cannot be told apart do not deny that the others are clearly behind."""
    means = (0.107, 0.984, 0.982, 0.933)
    results = around(*means, arms=RATES, spread=0.003) if many else once(dict(zip(RATES, means, strict=True)), 2_000)
    found = verdicts.judge_best(RATES, results)
    assert (found.possible, found.right) == (("0.01", "0.001"), None)
    text = said(found)
    assert "**rate 0.01**, **rate 0.001** cannot be told apart" in text
    assert "Clearly behind **rate 0.01**: **rate 0.0001**, **rate 0.1**, by at least" in text


@pytest.mark.parametrize(
    ("shares", "possible", "words"),
    [
        ((0.80, 0.95, 0.98), ("32",), "**Thirty-two** reads the most"),
        ((0.80, 0.975, 0.98), ("8", "32"), "**Thirty-two**, **Eight** cannot be told apart"),
        ((0.975, 0.978, 0.98), ("2", "8", "32"), "cannot be told apart"),
        ((0.98, 0.90, 0.80), ("2",), "**Two** reads the most"),
        ((0.80, 0.98, 0.90), ("8",), "**Eight** reads the most"),
    ],
)
def test_what_cannot_be_told_from_the_best_may_be_enough_and_is_not_called_so(
    shares: tuple[float, ...], possible: tuple[str, ...], words: str
) -> None:
    found = verdicts.judge_enough(THREE, once(dict(zip(THREE, shares, strict=True)), 1_000))
    assert found.possible == possible
    assert words in said(found)
    assert "enough" not in said(found)


@pytest.mark.parametrize(
    ("before", "after", "possible", "words"),
    [
        (
            0.90,
            0.97,
            (FEWER,),
            "10.0 mistakes in a hundred digits, **Thirty-two** 3.0: 3.3 times fewer",
        ),
        (0.80, 0.98, (TENTH,), "10.0 times fewer"),
        (0.90, 0.925, (SAME, FEWER), "1.3 times fewer"),
        (0.90, 1.0, (TENTH,), "**Thirty-two** 0.0"),
    ],
)
def test_mistakes_are_compared_by_their_ratio(
    before: float, after: float, possible: tuple[str, ...], words: str
) -> None:
    found = verdicts.judge_fewer_mistakes(THREE, once({"2": 0.5, "8": before, "32": after}, 5_000))
    assert found.possible == possible
    assert words in said(found)


def test_a_ratio_that_cannot_be_told_is_not_called_the_same() -> None:
    found = verdicts.judge_fewer_mistakes(THREE, once({"2": 0.5, "8": 0.995, "32": 0.996}, 500))
    assert {SAME, FEWER} <= set(found.possible)
    assert "cannot tell that from chance" in said(found)


@pytest.mark.parametrize("many", [False, True])
def test_clearly_more_mistakes_are_called_so(many: bool) -> None:
    means = (0.5, 0.97, 0.17)
    results = around(*means, arms=THREE) if many else once(dict(zip(THREE, means, strict=True)), 5_000)
    found = verdicts.judge_fewer_mistakes(THREE, results)
    assert (found.possible, found.right) == ((), None)
    assert (
        "**Thirty-two** leaves clearly more mistakes than **Eight**: 83.0 in a hundred digits instead of 3.0"
        in said(found)
    )
    assert "80.0 points more" in said(found)
    assert "chance" not in said(found)


@given(
    shares=st.lists(st.lists(SHARES, min_size=1, max_size=4), min_size=3, max_size=3),
    count=COUNTS,
    spread=st.none() | st.floats(0, 0.1),
)
def test_every_judge_has_a_sentence_for_every_result(
    shares: list[list[float]], count: int, spread: float | None
) -> None:
    results = Results({arm: tuple(each) for arm, each in zip(THREE, shares, strict=True)}, count, spread)
    for judge in (verdicts.judge_best, verdicts.judge_enough, verdicts.judge_fewer_mistakes):
        found = judge(THREE, results)
        text = said(found)
        assert "{" not in text
        assert "-" not in text.replace("Thirty-two", "")
        assert text.count("with 95 %") == 1
        assert {label for label in THREE.values() if f"**{label}**" in text} == set(THREE.values())
        for pair in found.pairs:
            assert pair.low <= pair.difference + 1e-9
            assert pair.difference <= pair.high + 1e-9


def test_z_is_the_quantile_for_95_per_cent() -> None:
    from scipy.stats import norm

    assert norm.cdf(confidence.Z) - norm.cdf(-confidence.Z) == pytest.approx(0.95)
