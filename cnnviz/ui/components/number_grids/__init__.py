"""The texts of a grid's cells as a browser sends them, checked; this folder also has the grids' shared browser code."""

from __future__ import annotations

Texts = tuple[tuple[str, ...], ...]
MAX_TEXT_LENGTH = 60
"""Characters of a cell's text; a grid with a longer one is not looked at."""


def texts(rows: object, shape: tuple[int, int]) -> Texts | None:
    """Return the texts of a grid's cells, or None for anything but short texts in this shape."""
    if not isinstance(rows, list) or len(rows) != shape[0] or not all(_row(row, shape[1]) for row in rows):
        return None
    return tuple(map(tuple, rows))


def _row(row: object, length: int) -> bool:
    return isinstance(row, list) and len(row) == length and all(map(_is_short, row))


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT_LENGTH
