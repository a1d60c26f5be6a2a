"""Judge the results of an experiment: which guess was right, by how much, and whether the sample is large enough.

Judges take `labels` (arm id -> marked text, in the order of the arms), `shares` (arm id -> share of digits read right,
in [0, 1]) and `count`, the number of test digits. None of them knows which answer was expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.core.messages import gettext_noop
from cnnviz.core.training.confidence import compute_difference_interval

Labels = Mapping[str, str]
Shares = Mapping[str, float]

ALIKE = "alike"
SAME, FEWER, TENTH = "same", "fewer", "tenth"
MIN_FEWER_RATIO, MIN_TENTH_RATIO = 1.5, 6.0
"""Smallest ratios of mistakes that count as `FEWER` and as `TENTH`."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of an experiment.

    Attributes:
        right: Id of the guess that was right.
        margin: The difference of shares that decides.
        low: Lower end of the margin's 95 % interval.
        high: Upper end of the margin's 95 % interval.
        template: Marked sentence, to be filled with `numbers` and `names`.
        numbers: Shares in per cent, margins in percentage points.
        names: Marked labels of the arms that are compared.
    """

    right: str
    margin: float
    low: float
    high: float
    template: str
    numbers: Mapping[str, float]
    names: Mapping[str, str]


CLEAR = gettext_noop(
    "**{best}** reads {more:.1f} % of {count:,} digits right, **{second}** {less:.1f} %. The difference of "
    "{margin:.1f} points is larger than chance: it lies between {low:.1f} and {high:.1f}."
)
UNDECIDED = gettext_noop(
    "**{best}** reads {more:.1f} % of {count:,} digits right, **{second}** {less:.1f} %. These are too few digits to "
    "tell {margin:.1f} points from chance: the difference lies between {low:.1f} and {high:.1f}."
)
ENOUGH = gettext_noop(
    "**{second}** reads {less:.1f} % of {count:,} digits right and **{best}** {more:.1f} %. These are too few to "
    "tell {margin:.1f} points from chance ({low:.1f} to {high:.1f}), so the smaller one is enough here."
)
CHEAPEST = gettext_noop(
    "**{best}** reads {more:.1f} % of {count:,} digits right, and nothing larger reads more: **{second}** "
    "{less:.1f} %, {margin:.1f} points less ({low:.1f} to {high:.1f})."
)
MISTAKES = gettext_noop(
    "**{second}** leaves {before:.1f} mistakes in a hundred digits, **{best}** {after:.1f}, {ratio:.1f} times fewer. "
    "On {count:,} digits the difference of {margin:.1f} points lies between {low:.1f} and {high:.1f}."
)
NOT_FEWER = gettext_noop(
    "**{second}** leaves {before:.1f} mistakes in a hundred digits, **{best}** {after:.1f}. {count:,} digits are too "
    "few to tell {margin:.1f} points from chance: the difference lies between {low:.1f} and {high:.1f}."
)


def judge_best(labels: Labels, shares: Shares, count: int) -> Verdict:
    """Judge by the largest share: that arm is right, or `ALIKE` where the second best cannot be told from it."""
    first, second = _rank(labels, shares)[:2]
    clear = compute_difference_interval(shares[first], shares[second], count)[0] > 0
    return _make_verdict(first if clear else ALIKE, CLEAR if clear else UNDECIDED, first, second, labels, shares, count)


def judge_enough(labels: Labels, shares: Shares, count: int) -> Verdict:
    """Judge by cost: right is the first arm, in order of cost, that cannot be told from the best."""
    first, second = _rank(labels, shares)[:2]
    order = tuple(labels)
    right = next(arm for arm in order if compute_difference_interval(shares[first], shares[arm], count)[0] <= 0)
    if right != first:
        return _make_verdict(right, ENOUGH, first, right, labels, shares, count)
    if first == order[0]:
        return _make_verdict(right, CHEAPEST, first, second, labels, shares, count)
    before = _rank(order[: order.index(first)], shares)[0]
    return _make_verdict(right, CLEAR, first, before, labels, shares, count)


def judge_fewer_mistakes(labels: Labels, shares: Shares, count: int) -> Verdict:
    """Judge how many times fewer mistakes the last arm makes than the one before: `SAME`, `FEWER` or `TENTH`."""
    before, after = tuple(labels)[-2:]
    low = compute_difference_interval(shares[after], shares[before], count)[0]
    ratio = (1 - shares[before]) / max(1 - shares[after], 0.5 / count)  # no mistake at all: fewer than one
    clear = low > 0
    right = SAME if not clear or ratio < MIN_FEWER_RATIO else FEWER if ratio < MIN_TENTH_RATIO else TENTH
    found = _make_verdict(right, MISTAKES if clear else NOT_FEWER, after, before, labels, shares, count)
    more = {"before": 100 * (1 - shares[before]), "after": 100 * (1 - shares[after]), "ratio": ratio}
    return Verdict(**{**vars(found), "numbers": {**found.numbers, **more}})


def _rank(arms: Labels | tuple[str, ...], shares: Shares) -> list[str]:
    """Sort the arms from best to worst; ties keep their order."""
    return sorted(arms, key=lambda arm: -shares[arm])


def _make_verdict(
    right: str, template: str, first: str, second: str, labels: Labels, shares: Shares, count: int
) -> Verdict:
    """Make the verdict that compares arm `first` with arm `second`."""
    low, high = compute_difference_interval(shares[first], shares[second], count)
    margin = shares[first] - shares[second]
    per_cent = {"more": shares[first], "less": shares[second], "margin": margin, "low": low, "high": high}
    numbers = {name: round(100 * share, 1) + 0.0 for name, share in per_cent.items()}  # + 0.0: no -0.0
    names = {"best": labels[first], "second": labels[second]}
    return Verdict(right, margin, low, high, template, {**numbers, "count": count}, names)
