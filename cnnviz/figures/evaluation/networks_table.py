"""A table of networks in HTML, a row each, that scrolls sideways by itself where a window is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def write(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], chosen: Sequence[bool], words: int) -> str:
    """Write a table.

    Args:
        title: What the table is, for those who hear it; plain text, as all others.
        head: Titles of the columns.
        rows: Texts, as many a row as there are columns; the first names the row.
        chosen: Whether each row stands out.
        words: Index of the column that holds words, not figures.
    """
    heads = "".join(f'<th scope="col"{_kind(place == words)}>{escape(text)}</th>' for place, text in enumerate(head))
    body = "".join(_write_row(row, stands_out, words) for row, stands_out in zip(rows, chosen, strict=True))
    return (
        f'<div class="networks-table" role="region" tabindex="0" aria-label="{escape(title)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _write_row(row: Sequence[str], stands_out: bool, words: int) -> str:
    first, *others = row
    cells = "".join(f"<td{_kind(place == words)}>{escape(text)}</td>" for place, text in enumerate(others, 1))
    kind = ' class="chosen"' if stands_out else ""
    return f'<tr{kind}><th scope="row">{escape(first)}</th>{cells}</tr>'


def _kind(holds_words: bool) -> str:
    return ' class="words"' if holds_words else ""
