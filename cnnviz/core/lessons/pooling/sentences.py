"""Describe in sentences what the two poolings keep and lose of one map.

Each sentence is a marked template and the short texts that fill it. Which ones are chosen follows from `Comparison`
alone; none of them claims more than what was computed.
"""

from __future__ import annotations

import math

import numpy as np

from cnnviz.core.lessons.pooling.comparison import Comparison
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.percentages import SIGN, format_percent

EMPTY = gettext_noop(
    "All {cells} values of this map are 0: both poolings give 0 everywhere, and there was nothing to lose."
)
CONSTANT = gettext_noop(
    "Every value of this map is {value}, so the largest of a window is its mean: both poolings give {value} everywhere."
)
ONE_VALUE = gettext_noop(
    "Each window holds one value, which is its largest and its mean: the two poolings give the same."
)
GONE = gettext_noop(
    "The pattern is gone: every window gives {max} with max pooling and {mean} with average pooling, and none "
    "of its peaks ({peaks}) is left."
)
ONE_NUMBER = gettext_noop(
    "One window covers all that is read: max pooling leaves the number {max}, average pooling {mean}."
)

ONLY_PEAK = gettext_noop(
    "The one peak of this map, {top}, survives both: as {max} with max pooling, as {mean} with average pooling."
)
ONLY_PEAK_MAX = gettext_noop(
    "The one peak of this map, {top}, survives max pooling as {max}; with average pooling it is no peak any more."
)
ONLY_PEAK_MEAN = gettext_noop(
    "The one peak of this map, {top}, survives average pooling as {mean}; with max pooling it is no peak any more."
)
ONLY_PEAK_LOST = gettext_noop("The one peak of this map, {top}, is lost with both poolings.")
ALL_PEAKS = gettext_noop("Each of the {peaks} peaks of this map survives both poolings.")
PEAKS_ALIKE = gettext_noop(
    "Of {peaks} peaks max pooling leaves {max} and average pooling as many, not always the same ones; the others merge "
    "with them or are lost."
)
PEAKS_MAX = gettext_noop("Of {peaks} peaks {max} survive max pooling and only {mean} average pooling.")
PEAKS_MEAN = gettext_noop("Of {peaks} peaks {mean} survive average pooling and only {max} max pooling.")

TOP_KEPT = gettext_noop("The largest value, {top}, is kept by max pooling; average pooling leaves at most {mean}.")
TOP_SAME = gettext_noop("The largest value, {top}, is left by both.")
TOP_MISSED = gettext_noop(
    "The largest value, {top}, lies under no window, so both lose it: {max} and {mean} are the largest left."
)

STRONGER_AND_WEAKER = gettext_noop(
    "Max pooling leaves {max} times the energy a cell (mean square), because it passes over the weak cells; average "
    "pooling leaves {mean} times the energy, because it thins out the strong ones."
)
BOTH_WEAKER = gettext_noop(
    "Both weaken the map: max pooling leaves {max} times the energy a cell (mean square), average pooling {mean} times."
)
BOTH_STRONGER = gettext_noop(
    "Both strengthen the map: max pooling leaves {max} times the energy a cell (mean square), average pooling {mean} "
    "times."
)
ENERGY = gettext_noop("Max pooling leaves {max} times the energy a cell (mean square), average pooling {mean} times.")

EMPTY_ALIKE = gettext_noop("Of its cells {before} are empty (0); after either pooling {max}.")
EMPTY_APART = gettext_noop(
    "Of its cells {before} are empty (0); after max pooling {max}, after average pooling {mean}."
)
EMPTY_NONE_LEFT = gettext_noop("Of its cells {before} are empty (0); after either pooling none is.")
NEGATIVE = gettext_noop("Of its cells {before} are negative; after max pooling {max}, after average pooling {mean}.")


def describe(found: Comparison) -> tuple[Message, ...]:
    """Describe a comparison in sentences, the most important first; at least one."""
    if not found.map.any():
        return (Message(EMPTY, {"cells": f"{found.map.size:,}"}),)
    if not found.before.peaks:
        return (Message(CONSTANT, {"value": format_number(found.before.top)}),)
    if found.pool.pool_size == (1, 1):
        return (Message(ONE_VALUE, {}), *_drop_missing(_describe_empty(found)))
    if found.largest.size == 1:
        return (Message(ONE_NUMBER, _list_tops(found)),)
    if _is_even(found.largest) and _is_even(found.means):
        return (
            Message(GONE, {**_list_tops(found), "peaks": found.before.peaks}),
            *_drop_missing(_describe_energy(found)),
        )
    return _drop_missing(
        _describe_peaks(found),
        _describe_top(found),
        _describe_energy(found),
        _describe_empty(found),
        _describe_negative(found),
    )


def format_number(value: float) -> str:
    """Format a number with three significant digits and a real minus sign."""
    return f"{value + 0.0:.3g}".replace("-", "−")


def format_per_cent(share: float) -> str:
    """Format a share in [0, 1]; never 0 % for more than nothing, nor 100 % for less than all."""
    if 0 < share < 0.005:
        return f"<1{SIGN}"
    return f">99{SIGN}" if 0.995 <= share < 1 else format_percent(share, 0)


def _drop_missing(*said: Message | None) -> tuple[Message, ...]:
    return tuple(each for each in said if each is not None)


def _is_even(values: np.ndarray) -> bool:
    """Return whether all values are the same but for rounding."""
    return bool(np.ptp(values) <= 1e-5 * np.abs(values).max())


def _list_tops(found: Comparison) -> dict[str, str]:
    """Return the largest values of the map and of both results."""
    return {
        "top": format_number(found.before.top),
        "max": format_number(found.after_max.top),
        "mean": format_number(found.after_mean.top),
    }


def _describe_peaks(found: Comparison) -> Message:
    counts = {"peaks": found.before.peaks, "max": found.after_max.peaks, "mean": found.after_mean.peaks}
    if found.before.peaks == 1:
        return Message(ONLY[found.after_max.peaks, found.after_mean.peaks], _list_only_peak(found))
    if counts["max"] == counts["mean"]:
        return Message(ALL_PEAKS if counts["max"] == counts["peaks"] else PEAKS_ALIKE, counts)
    return Message(PEAKS_MAX if counts["max"] > counts["mean"] else PEAKS_MEAN, counts)


def _list_only_peak(found: Comparison) -> dict[str, str]:
    """Return the value of a map's only peak before and after each pooling; not always the largest value left."""
    kept = {"top": found.before, "max": found.after_max, "mean": found.after_mean}
    return {name: format_number(each.standing[0]) for name, each in kept.items() if each.standing}


ONLY = {(1, 1): ONLY_PEAK, (1, 0): ONLY_PEAK_MAX, (0, 1): ONLY_PEAK_MEAN, (0, 0): ONLY_PEAK_LOST}
"""(survives max pooling, survives average pooling) -> sentence about a map's only peak."""


def _describe_top(found: Comparison) -> Message | None:
    if found.after_max.top < found.before.top:
        return Message(TOP_MISSED, _list_tops(found))
    if found.before.peaks == 1:
        return None  # the sentence about the peak says it
    alike = math.isclose(found.after_mean.top, found.before.top, rel_tol=1e-5)
    return Message(TOP_SAME if alike else TOP_KEPT, _list_tops(found))


def _describe_energy(found: Comparison) -> Message:
    most, mean = found.after_max.energy, found.after_mean.energy
    values = {"max": format_number(most), "mean": format_number(mean)}
    if most > 1 > mean:
        return Message(STRONGER_AND_WEAKER, values)
    if most < 1 and mean < 1:
        return Message(BOTH_WEAKER, values)
    return Message(BOTH_STRONGER if most > 1 and mean > 1 else ENERGY, values)


def _describe_empty(found: Comparison) -> Message | None:
    before, most, mean = found.before.empty, found.after_max.empty, found.after_mean.empty
    values = {"before": format_per_cent(before), "max": format_per_cent(most), "mean": format_per_cent(mean)}
    if not (before or most or mean):
        return None
    if most != mean:
        return Message(EMPTY_APART, values)
    return Message(EMPTY_ALIKE if most else EMPTY_NONE_LEFT, values)


def _describe_negative(found: Comparison) -> Message | None:
    if not found.before.negative:
        return None
    shares = {"before": found.before, "max": found.after_max, "mean": found.after_mean}
    return Message(NEGATIVE, {name: format_per_cent(kept.negative) for name, kept in shares.items()})
