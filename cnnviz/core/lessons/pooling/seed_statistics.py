"""Compare the pooling networks over several seeds: is a difference larger than the variation between seeds?

Two networks are compared by Welch's t interval for the difference of their means ("The generalization of 'Student's'
problem when several different population variances are involved", 1947), which lets each have a spread of its own. As
three pairs are compared, each interval is made wider (Bonferroni), so that all hold together in 95 of 100 repetitions.
The intervals are about other seeds on the same test digits.
"""

from __future__ import annotations

from cnnviz.core.lessons.pooling.seed_results import SeedTable
from cnnviz.core.lessons.pooling.trio import POOL_NETWORKS
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.training.confidence import format_points
from cnnviz.core.training.seed_comparison import Pair, Spread, Summary, compare

__all__ = ["Pair", "Spread", "Summary", "compare", "compare_table", "write_headline", "write_sentences"]

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
    "**{best}** against **{worst}**: {difference:.2f} points more, between {low} and {high}, which is "
    "{times:.1f} times the spread between seeds."
)
UNDECIDED = gettext_noop(
    "**{best}** against **{worst}**: {difference:.2f} points more, {times:.1f} times the spread between seeds. That "
    "may be chance: it lies between {low} and {high}."
)
SPREAD = gettext_noop(
    "Trained again with another seed, one and the same network moves by {spread:.2f} points (standard deviation)."
)


def compare_table(table: SeedTable, quantity: str = "accuracy") -> Summary:
    """Compare the networks of `table` in "accuracy", "loss" or "pen_accuracy"."""
    return compare({name: [getattr(run, quantity) for run in table.list_runs(name)] for name in POOL_NETWORKS})


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


def _describe_pair(pair: Pair) -> Message:
    """Describe a pair in a sentence."""
    low, high = format_points(pair.low, pair.high, decimals=2)
    numbers = {"difference": _to_points(pair.difference), "low": low, "high": high}
    template = CLEAR if pair.clear else UNDECIDED
    return Message(template, {"best": pair.best, "worst": pair.worst, "times": pair.times, **numbers})


def _to_points(share: float) -> float:
    """Convert a share to percentage points with two decimals, never -0."""
    return round(100 * share, 2) + 0.0
