"""Compare networks over several seeds: is a difference larger than the variation between seeds?

Two networks are compared by Welch's t interval for the difference of their means ("The generalization of 'Student's'
problem when several different population variances are involved", 1947), which lets each have a spread of its own.
Each interval is widened by the number of pairs (Bonferroni), so that all hold together in 95 of 100 repetitions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.training.confidence import CONFIDENCE


@dataclass(frozen=True)
class Spread:
    """The spread of one network's trainings.

    Attributes:
        mean: Mean over the seeds.
        deviation: Standard deviation between seeds (n - 1).
        low: Smallest value.
        high: Largest value.
    """

    mean: float
    deviation: float
    low: float
    high: float


@dataclass(frozen=True)
class Pair:
    """Two networks and the difference of their means.

    Attributes:
        best: The network with the larger mean.
        worst: The other one.
        difference: Mean of `best` minus mean of `worst`, >= 0.
        low: Lower end of the difference's interval.
        high: Upper end of the difference's interval.
        times: The difference as a multiple of the standard deviation between seeds, pooled over the two; infinite where
            that is 0.
    """

    best: str
    worst: str
    difference: float
    low: float
    high: float
    times: float

    @property
    def clear(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0


@dataclass(frozen=True)
class Summary:
    """The comparison of all networks in one quantity.

    Attributes:
        seeds: Smallest number of trainings of a network.
        spreads: Network -> spread.
        pairs: All pairs, the largest difference first.
    """

    seeds: int
    spreads: Mapping[str, Spread]
    pairs: tuple[Pair, ...]

    @property
    def deviation(self) -> float:
        """The standard deviation between seeds, pooled over the networks."""
        return _pool_deviations([spread.deviation for spread in self.spreads.values()])


def compare(values: Mapping[str, Sequence[float]]) -> Summary:
    """Compare networks by their values, one per training and at least two for each network."""
    pairs = [
        _compare_pair(one, other, values, math.comb(len(values), 2)) for one, other in itertools.combinations(values, 2)
    ]
    spreads = {name: _measure_spread(each) for name, each in values.items()}
    ordered = tuple(sorted(pairs, key=lambda pair: -pair.difference))
    return Summary(min(len(each) for each in values.values()), spreads, ordered)


def compute_welch_interval(one: Sequence[float], other: Sequence[float], comparisons: int = 1) -> tuple[float, float]:
    """Compute the 95 % interval of mean(one) - mean(other); with several `comparisons`, all hold together."""
    # Squared standard error of each mean.
    a, b = np.asarray(one, float), np.asarray(other, float)
    errors = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    apart, error = float(a.mean() - b.mean()), float(errors.sum())
    if not error:
        return apart, apart
    # Welch–Satterthwaite degrees of freedom; the quantile is divided among the comparisons.
    freedom = error**2 / float((errors**2 / [len(a) - 1, len(b) - 1]).sum())
    reach = compute_t(freedom, comparisons) * math.sqrt(error)
    return apart - reach, apart + reach


def compute_t(freedom: float, comparisons: int = 1) -> float:
    """Compute Student's quantile with which so many intervals all hold together in 95 of 100 repetitions."""
    from scipy.special import stdtrit  # imported late: few visitors need it

    return float(stdtrit(freedom, 1 - (1 - CONFIDENCE) / (2 * comparisons)))


def _compare_pair(one: str, other: str, values: Mapping[str, Sequence[float]], comparisons: int) -> Pair:
    """Compare two networks, the one with the larger mean first."""
    best, worst = sorted((one, other), key=lambda name: -float(np.mean(values[name])))
    difference = float(np.mean(values[best]) - np.mean(values[worst]))
    low, high = compute_welch_interval(values[best], values[worst], comparisons)
    spread = _pool_deviations([_measure_spread(values[name]).deviation for name in (best, worst)])
    times = difference / spread if spread else (math.inf if difference else 0.0)
    return Pair(best, worst, difference, low, high, times)


def _measure_spread(values: Sequence[float]) -> Spread:
    """Measure mean, deviation and range of one network's trainings."""
    array = np.asarray(values, float)
    return Spread(float(array.mean()), float(array.std(ddof=1)), float(array.min()), float(array.max()))


def _pool_deviations(deviations: Sequence[float]) -> float:
    """Return the root mean square of standard deviations."""
    return math.sqrt(sum(each**2 for each in deviations) / len(deviations))
