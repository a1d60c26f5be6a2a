"""How many pictures each class has, as an HTML table with bars."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from cnnviz.core.percentages import format_percent


def write(counts: np.ndarray, names: Sequence[str], *, caption: str, heads: tuple[str, str, str]) -> str:
    """Write a row a class: its name, a bar, its count and its share; the longest bar fills its cell.

    Args:
        counts: (n,) ints.
        names: One text a class.
        caption: What the table is.
        heads: Heads of the columns with the class, the count and the share.
    """
    total, largest = max(1, int(counts.sum())), max(1, int(counts.max()))
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="number" style="--share: {100 * count / largest:.2f}%">'
        f"{int(count):,}</td><td>{format_percent(count / total, 1)}</td></tr>"
        for name, count in zip(names, counts, strict=True)
    )
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    return (
        f'<div class="class-counts"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
