"""Confidence intervals for a share and for the difference of two shares, 95 % unless more are to hold together."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""The normal distribution has 95 % of its mass within this many standard deviations."""

MAX_DECIMALS = 3
"""Decimals of a number of points at most."""

Interval = tuple[float, float]


def compute_z(comparisons: int = 1) -> float:
    """Return the quantile with which so many intervals all hold together in 95 of 100 repetitions (Bonferroni)."""
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * comparisons))


def compute_wilson_interval(share: float, count: int, z: float = Z) -> Interval:
    """Compute the interval of a `share` in [0, 1] of `count` cases (Wilson 1927, no continuity correction)."""
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def compute_difference_interval(one: float, other: float, count: int, comparisons: int = 1) -> Interval:
    """Compute the interval of `one` - `other`, shares of `count` cases each (Newcombe 1998, method 10).

    The cases are taken as independent. Networks that are tested on the same digits mostly fail on the same ones, which
    makes the true interval narrower. It says nothing about other seeds. With several `comparisons`, all hold together.
    """
    z = compute_z(comparisons)
    (low, high), (other_low, other_high) = (compute_wilson_interval(share, count, z) for share in (one, other))
    apart = one - other
    below = math.hypot(one - low, other_high - other)
    above = math.hypot(high - one, other - other_low)
    return apart - below, apart + above


def format_points(*shares: float, decimals: int = 1) -> tuple[str, ...]:
    """Format `shares` in percentage points, all with as many decimals, more where one would be shown as 0.

    Returns:
        one text a share, with − for minus.
    """
    points = [100 * share for share in shares]
    while decimals < MAX_DECIMALS and any(each and not round(each, decimals) for each in points):
        decimals += 1
    return tuple(f"{round(each, decimals) + 0.0:.{decimals}f}".replace("-", "−") for each in points)
