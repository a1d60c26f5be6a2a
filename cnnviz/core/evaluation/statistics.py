"""Statistics of answers to a test set: intervals, reliability, and McNemar's test, all from SciPy and scikit-learn.

`scipy.stats` and scikit-learn take 150 MB, so they are imported where answers are computed, by a script or a worker.
Pages read what was stored; McNemar's test needs `scipy.special` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
BINS = 10
"""Bins of equal width over [0, 1] into which confidences are sorted."""


@dataclass(frozen=True)
class Bin:
    """Answers that are about equally sure.

    Attributes:
        count: How many.
        confidence: Their mean probability, in [0, 1].
        right: Share of them that are right.
        low: Lower end of the 95 % interval of that share (Wilson).
        high: Upper end.
    """

    count: int
    confidence: float
    right: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """What two networks read differently, by McNemar's exact test.

    Attributes:
        both: Digits that both read right.
        only_one: Digits that only the first reads right.
        only_other: Digits that only the second reads right.
        neither: Digits that both misread.
        p_value: Probability of a split of the digits that one alone reads right as uneven as this or more so, if each
            network were as likely as the other to be the one that is right.
    """

    both: int
    only_one: int
    only_other: int
    neither: int
    p_value: float


def compute_interval(right: int, count: int) -> tuple[float, float]:
    """Compute Wilson's 95 % interval of the share `right` / `count`; `count` is at least 1."""
    from scipy.stats import binomtest

    interval = binomtest(right, count).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def compute_reliability(confidences: np.ndarray, right: np.ndarray) -> tuple[Bin, ...]:
    """Sort answers into `BINS` by their confidence, and compare that with how often they are right.

    Args:
        confidences: (n,) in [0, 1], the probability of each answer.
        right: (n,) bool.

    Returns:
        The bins that are not empty, from the least sure to the surest, by scikit-learn's `calibration_curve`.
    """
    from sklearn.calibration import calibration_curve

    shares, means = calibration_curve(right, confidences, n_bins=BINS)
    edges = np.linspace(0.0, 1.0, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], confidences), minlength=BINS)  # as calibration_curve sorts them
    full = counts[counts > 0]
    return tuple(
        Bin(int(count), float(mean), float(share), *compute_interval(round(float(share) * int(count)), int(count)))
        for count, mean, share in zip(full, means, shares, strict=True)
    )


def compute_calibration_error(reliability: tuple[Bin, ...]) -> float:
    """Compute the expected calibration error in [0, 1]: the mean distance of confidence and share of right answers.

    Each bin counts with its answers (Naeini, Cooper, Hauskrecht 2015; Guo et al. 2017, equation 3).
    """
    counts = np.array([each.count for each in reliability])
    apart = np.array([abs(each.right - each.confidence) for each in reliability])
    return float(counts @ apart / counts.sum())


def compare(one: np.ndarray, other: np.ndarray) -> Comparison:
    """Compare which answers of two networks to the same digits are right, (n,) bool each (McNemar 1947, exact)."""
    from scipy.special import bdtr

    only_one, only_other = int((one & ~other).sum()), int((~one & other).sum())
    apart = only_one + only_other
    p_value = min(1.0, 2 * float(bdtr(min(only_one, only_other), apart, 0.5))) if apart else 1.0
    return Comparison(int((one & other).sum()), only_one, only_other, int((~one & ~other).sum()), p_value)
