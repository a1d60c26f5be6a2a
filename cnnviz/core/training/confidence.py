"""What a share of so many digits can tell: intervals for shares and for the difference of two."""

from __future__ import annotations

import math

Z = 1.959963984540054
"""The normal distribution has 95 % of its mass within this many standard deviations."""

Interval = tuple[float, float]


def compute_wilson_interval(share: float, count: int) -> Interval:
    """The 95 % interval for a `share` in [0, 1] seen in `count` cases (Wilson 1927, without continuity correction)."""
    centre = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    reach = Z / (1 + Z**2 / count) * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def compute_difference_interval(one: float, other: float, count: int) -> Interval:
    """The 95 % interval for `one` - `other`, shares of `count` cases each (Newcombe 1998, method 10).

    It takes the cases as independent. Networks judged on the same digits mostly fail on the same ones, so that the
    true interval is narrower: what it calls a difference is one, and it misses some.
    """
    (low, high), (other_low, other_high) = compute_wilson_interval(one, count), compute_wilson_interval(other, count)
    apart = one - other
    below = math.hypot(one - low, other_high - other)
    above = math.hypot(high - one, other - other_low)
    return apart - below, apart + above
