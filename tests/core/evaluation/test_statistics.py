"""Statistics of answers, against SciPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve

from cnnviz.core.evaluation import statistics
from cnnviz.core.training.confidence import compute_wilson_interval


@given(st.integers(1, 10_000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_interval_is_the_one_that_other_pages_show(case: tuple[int, int]) -> None:
    right, count = case
    assert statistics.compute_interval(right, count) == pytest.approx(
        compute_wilson_interval(right / count, count), abs=1e-9
    )


@pytest.mark.parametrize("seed", range(4))
def test_reliability_has_the_curve_of_scikit_learn_and_its_counts(seed: int) -> None:
    generator = np.random.default_rng(seed)
    confidences = np.concatenate([generator.beta(8, 1, 900), [0.5, 0.6, 0.9, 1.0]]).astype(np.float32)
    right = generator.random(len(confidences)) < confidences
    found = statistics.compute_reliability(confidences, right)
    shares, means = calibration_curve(right, confidences, n_bins=statistics.BINS)
    assert [each.right for each in found] == shares.tolist()
    assert [each.confidence for each in found] == means.tolist()
    counts, weights = [each.count for each in found], [each.count * each.right for each in found]
    assert sum(counts) == len(right)
    assert sum(weights) == pytest.approx(right.sum())
    assert all(each.low <= each.right <= each.high for each in found)


def test_calibration_error_is_the_mean_distance_of_the_bins() -> None:
    bins = (statistics.Bin(30, 0.7, 0.5, 0, 1), statistics.Bin(10, 0.9, 1.0, 0, 1))
    assert statistics.compute_calibration_error(bins) == pytest.approx((30 * 0.2 + 10 * 0.1) / 40)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=300))
def test_comparison_is_the_binomial_test_of_the_digits_that_one_alone_reads_right(
    pairs: list[tuple[bool, bool]],
) -> None:
    one, other = (np.array(column) for column in zip(*pairs, strict=True))
    found = statistics.compare(one, other)
    assert found.both + found.only_one + found.only_other + found.neither == len(pairs)
    apart = found.only_one + found.only_other
    expected = binomtest(found.only_one, apart, 0.5).pvalue if apart else 1.0
    assert found.p_value == pytest.approx(expected, rel=1e-9)
