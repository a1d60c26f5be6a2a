"""A confusion matrix whose mistakes can be picked, a table of buttons that is one stop of the Tab key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "confusion", "read_cell"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "title": gettext_noop("Confusion matrix: rows are labels, columns are answers"),
        "rows": gettext_noop("was"),
        "columns": gettext_noop("read as"),
        "cell": gettext_noop("{label} read as {answer}"),
    }
)
"""Every text of the table: its name -> English, the catalogue's key."""


def confusion(
    key: str,
    counts: np.ndarray,
    *,
    shares: bool,
    chosen: tuple[int, int] | None,
    on_pick: Callable[[], None],
) -> None:
    """Show a matrix.

    Args:
        key: The element's key; `read_cell(key)` reads the cell that was picked.
        counts: (classes, classes) ints, row = label, column = answer.
        shares: Whether cells show percentages of their row instead of counts.
        chosen: The cell that is marked, (label, answer).
        on_pick: Called before the script when a cell beside the diagonal was picked.
    """
    of_rows = np.maximum(1, counts.sum(axis=1, keepdims=True))
    texts = [
        [_write(int(count), float(share), shares) for count, share in zip(row, parts, strict=True)]
        for row, parts in zip(counts, counts / of_rows, strict=True)
    ]
    data = {
        "counts": counts.tolist(),
        "texts": texts,
        "chosen": list(chosen) if chosen else None,
        "labels": translate_all(LABELS),
    }
    mount("confusion", key=key, data=data, on_picked_change=on_pick)


def _write(count: int, share: float, as_share: bool) -> str:
    if not as_share:
        return f"{count:,}"
    return f"{100 * share:.1f}" if count else "0"


def read_cell(key: str) -> tuple[int, int] | None:
    """Return label and answer of the cell that was picked in this run; None for anything else that a browser sends."""
    match browser_state.read(key, "picked"):
        case [int(label), int(answer)] if 0 <= label <= 9 and 0 <= answer <= 9 and label != answer:
            return label, answer
    return None
