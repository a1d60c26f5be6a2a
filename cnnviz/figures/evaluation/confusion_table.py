"""Confusion matrix as an HTML table that is read: every count in its cell, mistakes on a colour scale of their own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

MIN_PART, MAX_PART = 10, 45
"""Percentages of colour in a cell with the fewest and the most mistakes; text stays legible on both."""


def write(counts: np.ndarray, *, rows: str, columns: str, names: Sequence[str] = ()) -> str:
    """Write a confusion matrix as a table.

    On a common scale the diagonal, about a hundred times larger, would hide the mistakes: it has a frame instead.

    Args:
        counts: (classes, classes) ints, row = label, column = answer.
        rows: What rows are, plain text.
        columns: What columns are, likewise.
        names: Names of the classes, plain text; by default their numbers.
    """
    classes = range(len(counts))
    titles = [escape(name) for name in names] or [str(index) for index in classes]
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    cells = ["".join(_write_cell(counts, label, answer) for answer in classes) for label in classes]
    body = "".join(f'<tr><th scope="row">{title}</th>{row}</tr>' for title, row in zip(titles, cells, strict=True))
    return (
        f'<div class="confusion"><table><thead><tr><td></td><th scope="colgroup" colspan="{len(counts)}">'
        f"{escape(columns)}</th></tr><tr><th>{escape(rows)}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _write_cell(counts: np.ndarray, label: int, answer: int) -> str:
    count = int(counts[label][answer])
    if label == answer:
        return f'<td class="right">{count:,}</td>'
    if not count:
        return '<td class="none">0</td>'
    return f'<td style="--part: {_share_colour(counts, count)}%">{count:,}</td>'


def _share_colour(counts: np.ndarray, count: int) -> int:
    """Return the percentage of colour of a cell: from `MIN_PART` to `MAX_PART` for the commonest mistake."""
    mistakes = np.asarray(counts) * (1 - np.eye(len(counts), dtype=int))
    return round(MIN_PART + (MAX_PART - MIN_PART) * count / int(mistakes.max()))
