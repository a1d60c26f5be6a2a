"""Accounts of pooling: the largest value or the mean, and what the other kind of pooling would have given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz.core.ledger.fixed_point import Sheet, add_up
from cnnviz.core.ledger.ledger import Line, Part, Terms
from cnnviz.core.ledger.query import Draft, Question, gather, make_parts, make_terms
from cnnviz.core.messages import Message, gettext_noop

WON = gettext_noop("The largest value stands in row {row}, column {column}; the others are dropped.")
ALL_ALIKE = gettext_noop("All {count} values of the window are the same.")
WON_TOGETHER = gettext_noop("{count} values are the largest together, the first in row {row}, column {column}.")
AVERAGE_INSTEAD = gettext_noop("Average pooling would have given {mean}.")
MAX_INSTEAD = gettext_noop("Max pooling would have given {largest}.")
OUTSIDE = gettext_noop("{count} cells of the window lie outside of the map; they are left out, not counted as zeros.")


def account_max(question: Question, sheet: Sheet) -> Draft:
    """Account for max pooling: the largest value of one window, or of the whole map."""
    values, amounts = _get_window(question, sheet)
    most = int(amounts.max())
    won = np.argwhere(values == values.max())
    row, column = _place(question, won[0] if len(won) else (0, 0))
    template = WON if len(won) == 1 else ALL_ALIKE if len(won) == values.size else WON_TOGETHER
    facts = (
        Message(template, {"row": row, "column": column, "count": len(won)}),
        Message(AVERAGE_INSTEAD, {"mean": sheet.format(_divide(add_up(amounts), amounts.size))}),
        *_outside(question),
    )
    parts, terms = _make_parts(question, sheet)
    line = Line("largest", most, "step")
    return Draft(most, float(values.max()), (line,), tuple(_set_subtotals(parts, most)), terms, facts)


def account_mean(question: Question, sheet: Sheet) -> Draft:
    """Account for average pooling: the sum of the values within the map, divided by their number."""
    values, amounts = _get_window(question, sheet)
    added, number = add_up(amounts), amounts.size
    result = _divide(added, number)
    facts = (
        Message(MAX_INSTEAD, {"largest": sheet.format(int(amounts.max()))}),
        *_outside(question),
    )
    lines = (
        Line("sum_of_values", added, "total"),
        Line("mean", result, "step", f"{sheet.format(added)} / {number}"),
    )
    parts, terms = _make_parts(question, sheet)
    return Draft(result, float(values.astype(float).mean()), lines, tuple(parts), terms, facts)


def _get_window(question: Question, sheet: Sheet) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of the window within the map and their amounts, each (rows, columns)."""
    inside = question.reads.clip(question.output.input_shape)
    values = question.whole[np.ix_(inside.rows, inside.columns, inside.maps)][..., 0]
    return values, sheet.round_all(values)


def _place(question: Question, place: np.ndarray | tuple[int, int]) -> tuple[int, int]:
    """Return row and column on the map of a place in the window, padding not counted."""
    inside = question.reads.clip(question.output.input_shape)
    return inside.rows[int(place[0])], inside.columns[int(place[1])]


def _divide(added: int, number: int) -> int:
    """Divide `added` by `number`, rounded once, half away from zero."""
    size = (2 * abs(added) + number) // (2 * number)
    return size if added >= 0 else -size


def _outside(question: Question) -> tuple[Message, ...]:
    _, inside = gather(question, question.reads.maps)
    outside = int((~inside).sum())
    return (Message(OUTSIDE, {"count": outside}),) if outside else ()


def _make_parts(question: Question, sheet: Sheet) -> tuple[list[Part], Terms | None]:
    """Return a window as a part, or the values of a whole map as terms, the largest first."""
    if not hasattr(question.layer, "pool_size"):
        return [], make_terms(question, sheet, None)
    return make_parts(question, sheet, question.reads.maps, None, ("",)), None


def _set_subtotals(parts: list[Part], most: int) -> list[Part]:
    return [replace(part, subtotal=most) for part in parts]
