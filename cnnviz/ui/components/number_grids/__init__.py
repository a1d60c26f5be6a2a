"""The texts of a grid's cells as a browser sends them, checked; this folder also has the grids' shared browser code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Texts = tuple[tuple[str, ...], ...]
MAX_TEXT_LENGTH = 60
"""Characters of a cell's text; a grid with a longer one is not looked at."""


def texts(rows: object, shape: tuple[int, int]) -> Texts | None:
    """Return the texts of a grid's cells, or None for anything but short texts in this shape."""
    if not isinstance(rows, list) or len(rows) != shape[0] or not all(_row(row, shape[1]) for row in rows):
        return None
    return tuple(map(tuple, rows))


def read_typed(
    typed: object, shown: object, values: Sequence[Sequence[float]], write: Callable[[float], str]
) -> Texts | None:
    """Return the texts of a grid's cells over `values`, or None where `texts` of either would be None.

    A cell that was left as it was shown has the value of now, which may be another one by then: what was typed into a
    grid that was about to be filled anew must not bring its old numbers back.

    Args:
        typed: Rows of the texts that stand in the cells.
        shown: Rows of the texts that the browser was given for them.
        values: Present values of the cells.
        write: Formats a value.
    """
    shape = len(values), len(values[0])
    after, before = texts(typed, shape), texts(shown, shape)
    if after is None or before is None:
        return None
    lines = zip(after, before, values, strict=True)
    return tuple(
        tuple(write(value) if text == old else text for text, old, value in zip(*line, strict=True)) for line in lines
    )


def _row(row: object, length: int) -> bool:
    return isinstance(row, list) and len(row) == length and all(map(_is_short, row))


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT_LENGTH
