"""Small grids of numbers that visitors type cell by cell, parsed and formatted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.core.errors import Refusal

MAX_NUMBER = 99
"""Largest absolute value of a typed number; with at most two decimals, so that sums stay readable."""

Grid = tuple[tuple[float, ...], ...]


def parse_number(typed: object) -> float:
    """Parse a number typed into a cell; a comma may stand for the point.

    Raises `Refusal` for anything but a number from -99 to 99 with at most two decimals.
    """
    plain = str(typed).strip().replace(",", ".").replace("−", "-")
    if not re.fullmatch(r"[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})", plain, re.ASCII):
        raise Refusal(
            "A cell must hold a number. Received: {value}. Type one such as 7, −3 or 0.5; the old value is kept.",
            value=str(typed)[:40],
        )
    # Range and decimals are checked apart, so that each refusal names its own rule.
    value = float(plain) + 0.0  # + 0.0: no -0.0
    if abs(value) > MAX_NUMBER:
        raise Refusal(
            "A cell must hold a number from −{largest} to {largest}. Received: {value}. Type a smaller one; the old "
            "value is kept.",
            largest=MAX_NUMBER,
            value=str(typed)[:40],
        )
    if len(plain.partition(".")[2].rstrip("0")) > 2:
        raise Refusal(
            "A cell must hold a number with at most two decimals. Received: {value}. Type a shorter one; the old "
            "value is kept.",
            value=str(typed)[:40],
        )
    return value


def resize(values: Grid, side: int) -> Grid:
    """Cut or pad `values` to `side` × `side`; new cells, at the right and the bottom, are 0."""
    old = np.array(values)
    new = np.zeros((side, side))
    rows, columns = min(side, old.shape[0]), min(side, old.shape[1])
    new[:rows, :columns] = old[:rows, :columns]
    return to_grid(new)


def to_grid(values: np.ndarray | Sequence[Sequence[float]]) -> Grid:
    """Convert rows of numbers to a `Grid`."""
    return tuple(tuple(float(value) for value in row) for row in values)


def format_number(value: float) -> str:
    """Format a number with at most two decimals and a real minus sign: 7, 2.75, −3."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "0" if round(value, 2) == 0 else "-0").replace("-", "−")


def apply_edits(
    values: Grid,
    texts: Sequence[Sequence[str]],
    read: Callable[[object], float] = parse_number,
    write: Callable[[float], str] = format_number,
) -> tuple[Grid, tuple[int, int, Refusal] | None]:
    """Replace cells of `values` by the texts typed over them.

    A cell whose text is refused keeps its value; one whose text is unchanged keeps its exact value.

    Args:
        values: Present values of the cells.
        texts: Present texts of the cells, in the same shape.
        read: Parses a text; raises `Refusal`.
        write: Formats a number.

    Returns:
        The new values, and the first text that was refused (row, column and reason), or None.
    """
    refused: list[tuple[int, int, Refusal]] = []
    made = [list(row) for row in values]
    for row, line in enumerate(texts):
        for column, typed in enumerate(line):
            if typed == write(values[row][column]):
                continue
            try:
                made[row][column] = read(typed)
            except Refusal as reason:
                refused.append((row, column, reason))
    return to_grid(made), next(iter(refused), None)
