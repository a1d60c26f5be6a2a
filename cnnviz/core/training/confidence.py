"""95 % confidence intervals for a share and for the difference of two shares."""

from __future__ import annotations

import math

Z = 1.959963984540054
"""The normal distribution has 95 % of its mass within this many standard deviations."""

Interval = tuple[float, float]


def compute_wilson_interval(share: float, count: int) -> Interval:
    """Compute the 95 % interval of a `share` in [0, 1] of `count` cases (Wilson 1927, no continuity correction)."""
    centre = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    reach = Z / (1 + Z**2 / count) * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def compute_difference_interval(one: float, other: float, count: int) -> Interval:
    """Compute the 95 % interval of `one` - `other`, shares of `count` cases each (Newcombe 1998, method 10).

    The cases are taken as independent. Networks that are tested on the same digits mostly fail on the same ones, which
    makes the true interval narrower: a difference found here is real, and some real ones are missed.
    """
    (low, high), (other_low, other_high) = compute_wilson_interval(one, count), compute_wilson_interval(other, count)
    apart = one - other
    below = math.hypot(one - low, other_high - other)
    above = math.hypot(high - one, other - other_low)
    return apart - below, apart + above
