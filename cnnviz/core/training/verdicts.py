"""Judge the results of an experiment: which arms are clearly out, which cannot be told apart, and what that answers.

Judges take `labels` (arm id -> marked text, in the order of the arms) and `Results`. None of them knows which answer
was expected. "Cannot be told" is never taken for "the same": an answer counts as found only when the trainings exclude
every other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from cnnviz.core.messages import gettext_noop
from cnnviz.core.percentages import SIGN
from cnnviz.core.training.confidence import Interval, compute_difference_interval, compute_z, format_points
from cnnviz.core.training.seed_comparison import Pair, compare, compute_t, compute_welch_interval

Labels = Mapping[str, str]
Shares = Mapping[str, Sequence[float]]

ALIKE = "alike"
SAME, FEWER, TENTH = "same", "fewer", "tenth"
MIN_FEWER_RATIO, MIN_TENTH_RATIO = 1.5, 6.0
"""Smallest ratios of mistakes that count as `FEWER` and as `TENTH`."""

SPREAD_FREEDOM = 4
"""Degrees of freedom of the known spread: it is that of five networks, and another one may have another spread."""

MAX_LOG_RATIO = 20.0
"""The interval of a ratio reaches no further than this many e-foldings."""


@dataclass(frozen=True)
class Results:
    """Measurements of an experiment's trainings.

    Attributes:
        shares: Arm id -> shares of digits read right, in [0, 1], one a training, each with another seed.
        count: Number of digits that decided in each training.
        spread: Standard deviation of the share between seeds, measured on other trainings: no interval is narrower than
            it makes them, since a few trainings may lie close together by chance. None where it is unknown; arms that
            were trained once then have intervals for other digits alone.
    """

    shares: Shares
    count: int
    spread: float | None = None

    @property
    def seeds(self) -> int:
        """Smallest number of trainings of an arm."""
        return min(map(len, self.shares.values()))

    def mean(self, arm: str) -> float:
        """Return the mean share of an arm."""
        return float(np.mean(self.shares[arm]))


@dataclass(frozen=True)
class Sentence:
    """A marked sentence with what fills its fields.

    Attributes:
        template: The sentence.
        values: Field -> number or finished text.
        names: Field -> marked labels of arms, to be translated and listed.
        details: Texts that stand behind the names of the field `names` holds, in its order; or empty.
    """

    template: str
    values: Mapping[str, float | str] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The outcome of an experiment.

    Attributes:
        possible: Ids of the guesses that the trainings do not exclude; `ALIKE` where two arms cannot be told apart.
        sentences: What was found, about all arms.
        pairs: All pairs of arms with the intervals of their differences, the largest difference first.
    """

    possible: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    pairs: tuple[Pair, ...]

    @property
    def right(self) -> str | None:
        """The guess that was right, None while several are possible, or none of them is."""
        return self.possible[0] if len(self.possible) == 1 else None


READ_ONCE = gettext_noop("Read right of {count:,} digits: {arms}.")
READ = gettext_noop("Read right of {count:,} digits, mean of {seeds} seeds each: {arms}.")
BEST = gettext_noop(
    "{best} reads the most, more than chance explains: {margin} points more than {second} ({low} to {high})."
)
TIED = gettext_noop(
    "{arms} cannot be told apart by these trainings: the largest difference of {margin} points lies between {low} and "
    "{high}."
)
OUT = gettext_noop("Clearly behind {best}: {arms}, by at least {low} points.")
MISTAKES = gettext_noop(
    "{second} leaves {before} mistakes in a hundred digits, {best} {after}: {ratio:.1f} times fewer, between "
    "{least:.1f} and {most:.1f} times."
)
MORE_MISTAKES = gettext_noop(
    "{best} leaves clearly more mistakes than {second}: {after} in a hundred digits instead of {before}, {margin} "
    "points more ({low} to {high})."
)
UNTOLD_MISTAKES = gettext_noop(
    "{second} leaves {before} mistakes in a hundred digits, {best} {after}. These trainings cannot tell that from "
    "chance: the difference of {margin} points lies between {low} and {high}."
)
LEVEL_SEEDS = gettext_noop(
    "With another [[seed]] one and the same network moves by {spread} points ([[standard deviation]]). All "
    "[[confidence interval|intervals]] hold together with 95 % confidence, for other seeds too."
)
LEVEL_SPREAD = gettext_noop(
    "Each was trained once. Another seed moves a result by about ±{spread} points, as recorded trainings have shown; "
    "that is in the intervals, which hold together with 95 % confidence."
)
LEVEL_DIGITS = gettext_noop(
    "Each was trained once. The intervals hold together with 95 % confidence for other digits; how far another seed "
    "moves the results was not measured here."
)


def judge_best(labels: Labels, results: Results) -> Verdict:
    """Judge by the largest share: possible are all arms that are not clearly behind the best.

    Of two arms that cannot be told apart, neither is shown to be better: `ALIKE`.
    """
    pairs = compare_arms(results)
    tied = _find_tied(labels, results, pairs)
    possible = (ALIKE,) if len(tied) == len(labels) else tied
    return Verdict(possible, _describe(labels, results, pairs, tied), pairs)


def judge_enough(labels: Labels, results: Results) -> Verdict:
    """Judge by cost: which arm, in order of cost, is the first that none exceeds; open where several may be."""
    pairs = compare_arms(results)
    tied = _find_tied(labels, results, pairs)
    return Verdict(tied, _describe(labels, results, pairs, tied), pairs)


def judge_fewer_mistakes(labels: Labels, results: Results) -> Verdict:
    """Judge how many times fewer mistakes the last arm makes than the one before.

    Possible of `SAME`, `FEWER` and `TENTH` is each that the interval of the ratio reaches; none where the last arm
    makes clearly more mistakes.
    """
    pairs = compare_arms(results)
    before, after = tuple(labels)[-2:]
    pair = next(pair for pair in pairs if {pair.best, pair.worst} == {before, after})
    ratio, (least, most) = _compare_mistakes(results, before, after)
    bounds = {SAME: (0.0, MIN_FEWER_RATIO), FEWER: (MIN_FEWER_RATIO, MIN_TENTH_RATIO), TENTH: (MIN_TENTH_RATIO, np.inf)}
    possible = tuple(name for name, (low, high) in bounds.items() if least < high and most >= low)
    template = MISTAKES
    if not pair.clear:
        template = UNTOLD_MISTAKES
    elif pair.best == before:
        template, possible = MORE_MISTAKES, ()
    points = format_points(1 - results.mean(before), 1 - results.mean(after))
    margins = _tell(pair, turned=template == UNTOLD_MISTAKES and pair.best == before)
    values: dict[str, float | str] = {
        "before": points[0],
        "after": points[1],
        "ratio": ratio,
        "least": least,
        "most": most,
    }
    sentence = Sentence(template, values | margins, {"second": (labels[before],), "best": (labels[after],)})
    first = _list_results(labels, results)
    return Verdict(possible, (first, sentence, _tell_level(results)), pairs)


def compare_arms(results: Results) -> tuple[Pair, ...]:
    """Compare all pairs of arms, the largest difference first; all intervals hold together.

    With several seeds of every arm by Welch's interval for other seeds, otherwise by the interval for other digits;
    both at least as wide as the known spread between seeds makes them.
    """
    if results.seeds > 1:
        pairs = compare(results.shares).pairs
    else:
        number = math.comb(len(results.shares), 2)
        once = [_compare_once(results, one, other, number) for one, other in combinations(results.shares, 2)]
        pairs = tuple(sorted(once, key=lambda pair: -pair.difference))
    return tuple(_widen(pair, results) for pair in pairs)


def _compare_once(results: Results, one: str, other: str, comparisons: int) -> Pair:
    """Compare two arms of which at least one was trained once."""
    best, worst = sorted((one, other), key=lambda arm: -results.mean(arm))
    more, less = results.mean(best), results.mean(worst)
    low, high = compute_difference_interval(more, less, results.count, comparisons)
    difference, spread = more - less, results.spread or 0.0
    times = difference / spread if spread else (math.inf if difference else 0.0)
    return Pair(best, worst, difference, low, high, times)


def _widen(pair: Pair, results: Results) -> Pair:
    """Widen the interval of a pair to what the known spread between seeds asks for."""
    trainings = sum(1 / len(results.shares[arm]) for arm in (pair.best, pair.worst))
    comparisons = math.comb(len(results.shares), 2)
    reach = compute_t(SPREAD_FREEDOM, comparisons) * results.spread * math.sqrt(trainings) if results.spread else 0.0
    return replace(pair, low=min(pair.low, pair.difference - reach), high=max(pair.high, pair.difference + reach))


def _compare_mistakes(results: Results, before: str, after: str) -> tuple[float, Interval]:
    """Return how many times fewer mistakes `after` makes, and the interval of this ratio.

    The interval is that of the difference of logarithms: Welch's over seeds, or Katz's (1978) for other digits,
    widened where the known spread between seeds asks for it. No mistake at all counts as half a one.
    """
    least = 0.5 / results.count
    mistakes = {arm: np.maximum(1 - np.asarray(results.shares[arm], float), least) for arm in (before, after)}
    comparisons = math.comb(len(results.shares), 2)
    ratio = float(mistakes[before].mean() / mistakes[after].mean())
    if results.seeds > 1:
        logs = {arm: np.log(each).tolist() for arm, each in mistakes.items()}
        low, high = compute_welch_interval(logs[before], logs[after], comparisons)
        return ratio, (min(math.exp(low), ratio), max(math.exp(high), ratio))
    means = [float(each.mean()) for each in mistakes.values()]
    reach = compute_z(comparisons) * math.sqrt(sum((1 - share) / (share * results.count) for share in means))
    if results.spread:
        apart = math.sqrt(sum((results.spread / share) ** 2 for share in means))
        reach = max(reach, compute_t(SPREAD_FREEDOM, comparisons) * apart)
    factor = math.exp(min(reach, MAX_LOG_RATIO))
    return ratio, (ratio / factor, ratio * factor)


def _find_tied(labels: Labels, results: Results, pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Return the best arm and those that cannot be told from it, in the order of the arms."""
    best = _rank(labels, results)[0]
    out = {pair.worst for pair in pairs if pair.best == best and pair.clear}
    return tuple(arm for arm in labels if arm not in out)


def _describe(labels: Labels, results: Results, pairs: Sequence[Pair], tied: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Describe the results of all arms: what each reads, which are tied with the best, which are clearly behind."""
    order = _rank(labels, results)
    best = order[0]
    sentences = [_list_results(labels, results)]
    if len(tied) == 1:
        pair = next(pair for pair in pairs if {pair.best, pair.worst} == {best, order[1]})
        sentences.append(Sentence(BEST, _tell(pair), {"best": (labels[best],), "second": (labels[order[1]],)}))
    else:
        pair = next(pair for pair in pairs if pair.best in tied and pair.worst in tied)
        ordered = tuple(labels[arm] for arm in order if arm in tied)
        sentences.append(Sentence(TIED, _tell(pair), {"arms": ordered}))
    out = tuple(arm for arm in order if arm not in tied)
    if out and (len(tied) > 1 or len(out) > 1):
        least = min(pair.low for pair in pairs if pair.best == best and pair.worst in out)
        names = {"best": (labels[best],), "arms": tuple(labels[arm] for arm in out)}
        sentences.append(Sentence(OUT, {"low": format_points(least)[0]}, names))
    return (*sentences, _tell_level(results))


def _list_results(labels: Labels, results: Results) -> Sentence:
    shares = format_points(*(results.mean(arm) for arm in labels), decimals=1 if results.seeds == 1 else 2)
    template = READ_ONCE if results.seeds == 1 else READ
    values = {"count": results.count, "seeds": results.seeds}
    return Sentence(template, values, {"arms": tuple(labels.values())}, tuple(share + SIGN for share in shares))


def _tell_level(results: Results) -> Sentence:
    """Say once how sure the intervals are and how far another seed moves a result."""
    if results.seeds > 1:
        return Sentence(LEVEL_SEEDS, {"spread": format_points(compare(results.shares).deviation)[0]})
    if results.spread is not None:
        return Sentence(LEVEL_SPREAD, {"spread": format_points(results.spread)[0]})
    return Sentence(LEVEL_DIGITS)


def _rank(labels: Labels, results: Results) -> list[str]:
    """Sort the arms from best to worst; ties keep their order."""
    return sorted(labels, key=lambda arm: -results.mean(arm))


def _tell(pair: Pair, turned: bool = False) -> dict[str, float | str]:
    """Format the difference of a pair and its interval; `turned` tells it the other way round."""
    shares = (-pair.difference, -pair.high, -pair.low) if turned else (pair.difference, pair.low, pair.high)
    return dict(zip(("margin", "low", "high"), format_points(*shares), strict=True))
