"""Hints for pooling by hand: what to do with the numbers of this very window, short of the answer."""

from __future__ import annotations

from cnnviz.core.lessons.number_grid import format_number
from cnnviz.core.lessons.pooling.worked_example import PoolWindow
from cnnviz.core.messages import Message, gettext_noop

MAX_LISTED = 9
"""Numbers that a hint lists; of more it says where the largest lies, and what they add up to."""

ONE_NUMBER = gettext_noop("This window reads a single number: it is the largest and the mean.")
COMPARE = gettext_noop("Compare the {count} numbers of the window: {values}. Which is the largest?")
COMPARE_NEGATIVE = gettext_noop(
    "Compare the {count} numbers of the window: {values}. Which is the largest? Anything below 0 is less than 0."
)
COMPARE_MANY = gettext_noop("The largest of the {count} numbers of the window lies in row {row} of the grid.")
DIVIDE = gettext_noop("Add the {count} numbers of the window, {sum}, and divide by {count}.")
DIVIDE_PADDED = gettext_noop(
    "Add the {count} numbers of the window, {sum}, and divide by {count}: the {outside} cells outside do not count."
)
DIVIDE_MANY = gettext_noop("The {count} numbers of the window add up to {total}. Divide that by {count}.")


def hint_at_max(window: PoolWindow) -> Message:
    """Return a hint at the largest value of a window."""
    values = window.inside
    if window.count == 1:
        return Message(ONE_NUMBER, {})
    if window.count > MAX_LISTED:
        return Message(COMPARE_MANY, {"count": window.count, "row": window.winners[0].row})
    template = COMPARE_NEGATIVE if min(values) < 0 else COMPARE
    return Message(template, {"count": window.count, "values": ", ".join(map(format_number, values))})


def hint_at_mean(window: PoolWindow) -> Message:
    """Return a hint at the mean of a window."""
    if window.count == 1:
        return Message(ONE_NUMBER, {})
    if window.count > MAX_LISTED:
        return Message(DIVIDE_MANY, {"count": window.count, "total": format_number(window.total)})
    terms = (format_number(value) if value >= 0 else f"({format_number(value)})" for value in window.inside)
    values = {"count": window.count, "sum": " + ".join(terms)}
    outside = len(window.cells) - window.count
    return Message(DIVIDE_PADDED, {**values, "outside": outside}) if outside else Message(DIVIDE, values)
