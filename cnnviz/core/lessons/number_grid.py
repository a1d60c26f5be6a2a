"""Small grids of numbers that people type, cell by cell, and the numbers as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.core.errors import Refusal

MAX_NUMBER = 99
"""Largest size of a typed number; it has at most two decimals, so that sums are read without effort."""

Grid = tuple[tuple[float, ...], ...]


def parse_number(typed: object) -> float:
    """The number that somebody typed into a cell; a comma may stand for the point.

    Raises `Refusal` for anything but a number from -99 to 99 with at most two decimals.
    """
    plain = str(typed).strip().replace(",", ".").replace("−", "-")
    if not re.fullmatch(r"[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})", plain, re.ASCII):
        raise Refusal(
            "A cell must hold a number. Received: {value}. Type one such as 7, −3 or 0.5; the old value is kept.",
            value=str(typed)[:40],
        )
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
    """The upper left of `values` as a grid of `side` × `side`, with zeros where there was nothing."""
    old = np.array(values)
    new = np.zeros((side, side))
    rows, columns = min(side, old.shape[0]), min(side, old.shape[1])
    new[:rows, :columns] = old[:rows, :columns]
    return to_grid(new)


def to_grid(values: np.ndarray | Sequence[Sequence[float]]) -> Grid:
    """Rows of numbers as a `Grid`."""
    return tuple(tuple(float(value) for value in row) for row in values)


def format_number(value: float) -> str:
    """A number as people write it, with at most two decimals: 7, 2.75, −3."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "0" if round(value, 2) == 0 else "-0").replace("-", "−")


def apply_edits(
    values: Grid,
    texts: Sequence[Sequence[str]],
    read: Callable[[object], float] = parse_number,
    write: Callable[[float], str] = format_number,
) -> tuple[Grid, tuple[int, int, Refusal] | None]:
    """`values` with what was typed over them, and the first text that was refused: row, column and why.

    A cell whose text is refused keeps its value; one whose text says its value anyway keeps it as exactly as it was.

    Args:
        values: what the cells hold.
        texts: what they say now; as many.
        read: makes a number of a text, or raises `Refusal`.
        write: the text of a number.
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
