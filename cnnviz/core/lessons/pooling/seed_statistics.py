"""Compare the pooling networks over several seeds: is a difference larger than the variation between seeds?

Two networks are compared by Welch's t interval for the difference of their means ("The generalization of 'Student's'
problem when several different population variances are involved", 1947), which lets each have a spread of its own. As
three pairs are compared, each interval is made wider (Bonferroni), so that all hold together in 95 of 100 repetitions.
The intervals are about other seeds on the same test digits.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.lessons.pooling.seed_results import SeedTable
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.messages import Message, gettext_noop

CONFIDENCE = 0.95

NO_DIFFERENCE = gettext_noop(
    "With {seeds} seeds each, no network reads reliably more digits right than another: every difference may be chance."
)
ONE_IS_BEST = gettext_noop(
    "**{best}** reads more digits right than both others, by more than another seed would explain."
)
ONE_IS_WORST = gettext_noop(
    "**{worst}** reads fewer digits right than both others, by more than another seed would explain; between these two "
    "no difference can be told."
)
TWO_APART = gettext_noop(
    "**{best}** reads more digits right than **{worst}**, by more than another seed would explain; the third cannot be "
    "told from either."
)
IN_A_CHAIN = gettext_noop(
    "**{best}** reads more digits right than **{middle}**, and **{middle}** more than **{worst}**, both by more than "
    "another seed would explain."
)
CLEAR = gettext_noop(
    "**{best}** against **{worst}**: {difference:.2f} points more, between {low:.2f} and {high:.2f}, which is "
    "{times:.1f} times the spread between seeds."
)
UNDECIDED = gettext_noop(
    "**{best}** against **{worst}**: {difference:.2f} points more, {times:.1f} times the spread between seeds. That "
    "may be chance: it lies between {low:.2f} and {high:.2f}."
)
SPREAD = gettext_noop(
    "Trained again with another seed, one and the same network moves by {spread:.2f} points (standard deviation)."
)


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


def compare_table(table: SeedTable, quantity: str = "accuracy") -> Summary:
    """Compare the networks of `table` in "accuracy", "loss" or "pen_accuracy"."""
    return compare({name: [getattr(run, quantity) for run in table.of(name)] for name in POOL_NETWORKS})


def compare(values: Mapping[str, Sequence[float]]) -> Summary:
    """Compare networks by their values, one per training and at least two for each network."""
    pairs = [
        _compare_pair(one, other, values, math.comb(len(values), 2)) for one, other in itertools.combinations(values, 2)
    ]
    spreads = {name: _measure_spread(each) for name, each in values.items()}
    ordered = tuple(sorted(pairs, key=lambda pair: -pair.difference))
    return Summary(min(len(each) for each in values.values()), spreads, ordered)


def write_headline(summary: Summary) -> Message:
    """Summarize the comparison of three networks in one sentence."""
    clear = [pair for pair in summary.pairs if pair.clear]
    order = sorted(summary.spreads, key=lambda name: -summary.spreads[name].mean)
    names: dict[str, float | str] = {"best": order[0], "worst": order[-1]}
    if not clear:
        return Message(NO_DIFFERENCE, {"seeds": summary.seeds})
    if sum(pair.best == order[0] for pair in clear) == len(order) - 1:
        return Message(ONE_IS_BEST, names)
    if sum(pair.worst == order[-1] for pair in clear) == len(order) - 1:
        return Message(ONE_IS_WORST, names)
    if len(clear) > 1:
        return Message(IN_A_CHAIN, {**names, "middle": order[1]})
    # Not always the ends of the order: where spreads differ, a smaller difference may be clear and the largest not.
    return Message(TWO_APART, {"best": clear[0].best, "worst": clear[0].worst})


def write_sentences(summary: Summary) -> tuple[Message, ...]:
    """Describe the comparison in sentences: the spread between seeds, then every pair."""
    spread = Message(SPREAD, {"spread": _to_points(summary.deviation)})
    return (spread, *(_describe_pair(pair) for pair in summary.pairs))


def compute_welch_interval(one: Sequence[float], other: Sequence[float], comparisons: int = 1) -> tuple[float, float]:
    """Compute the 95 % interval of mean(one) - mean(other); with several `comparisons`, all hold together."""
    from scipy.special import stdtrit  # imported late: few visitors need it

    # Squared standard error of each mean.
    a, b = np.asarray(one, float), np.asarray(other, float)
    errors = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    apart, error = float(a.mean() - b.mean()), float(errors.sum())
    if not error:
        return apart, apart
    # Welch–Satterthwaite degrees of freedom; the quantile is divided among the comparisons.
    freedom = error**2 / float((errors**2 / [len(a) - 1, len(b) - 1]).sum())
    reach = float(stdtrit(freedom, 1 - (1 - CONFIDENCE) / (2 * comparisons))) * math.sqrt(error)
    return apart - reach, apart + reach


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


def _describe_pair(pair: Pair) -> Message:
    """Describe a pair in a sentence."""
    numbers = {name: _to_points(getattr(pair, name)) for name in ("difference", "low", "high")}
    template = CLEAR if pair.clear else UNDECIDED
    return Message(template, {"best": pair.best, "worst": pair.worst, "times": pair.times, **numbers})


def _to_points(share: float) -> float:
    """Convert a share to percentage points with two decimals, never -0."""
    return round(100 * share, 2) + 0.0
