"""A one-hot label as an HTML table: one column a class, the label's numbers above a network's shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np


@dataclass(frozen=True)
class Words:
    """The texts of the table in the visitor's language, plain text.

    Attributes:
        caption: What the table is.
        classes: Head of the row with the classes.
        label: Head of the row with the label's numbers.
        shares: Head of the row with the network's.
    """

    caption: str
    classes: str
    label: str
    shares: str


def write(code: np.ndarray, shares: np.ndarray | None, names: Sequence[str], words: Words) -> str:
    """Write the table; a bar in each cell is as high as its number.

    Args:
        code: (n,) of 0 and a single 1.
        shares: (n,) in [0, 1], or None without a network's answer.
        names: One text a class, shown and read.
        words: The texts.
    """
    here = int(np.argmax(code))
    head = "".join(f'<th scope="col"{_mark(place, here)}>{escape(name)}</th>' for place, name in enumerate(names))
    lines = [_write_row(words.label, code, [str(int(value)) for value in code], here)]
    if shares is not None:
        lines.append(_write_row(words.shares, shares, [f"{value:.2f}" for value in shares], here))
    return (
        f'<div class="one-hot"><table><caption>{escape(words.caption)}</caption><thead><tr>'
        f'<th scope="row">{escape(words.classes)}</th>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def _write_row(head: str, values: np.ndarray, texts: Sequence[str], here: int) -> str:
    cells = "".join(
        f'<td{_mark(place, here)}><span class="level" style="--level: {100 * float(value):.1f}%"></span>{text}</td>'
        for place, (value, text) in enumerate(zip(values, texts, strict=True))
    )
    return f'<tr><th scope="row">{escape(head)}</th>{cells}</tr>'


def _mark(place: int, here: int) -> str:
    return ' class="here"' if place == here else ""
