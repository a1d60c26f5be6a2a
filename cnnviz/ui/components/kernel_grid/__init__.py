"""A kernel whose weights are edited; every keystroke that makes a number is reported, and so is a pasted kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnnviz.core.lessons.convolution.kernels import format_weight
from cnnviz.core.lessons.number_grid import Grid
from cnnviz.ui.components import browser_state, number_grids
from cnnviz.ui.components.mount import mount
from cnnviz.ui.components.number_grids import Texts
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "Edit", "kernel_grid", "read_edit"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "grid": gettext_noop(
            "The weights of the kernel. Arrow keys move, typing changes a weight at once, Escape drops what was typed; "
            "several numbers can be pasted at once."
        ),
        "cell": gettext_noop("weight in row {row}, column {column}"),
    }
)
"""Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}."""


@dataclass(frozen=True)
class Edit:
    """A change by the visitor.

    Attributes:
        cells: Texts of all cells.
        pasted: A text that was pasted over them, "" for none.
    """

    cells: Texts
    pasted: str = ""


def read_edit(key: str, kernel: Grid) -> Edit | None:
    """Return what the visitor typed over `kernel` since the last run, or None; for before `kernel_grid`."""
    match browser_state.read_new(key, "typed"):
        case {"cells": rows, "shown": before, "pasted": str(pasted)}:
            cells = number_grids.read_typed(rows, before, kernel, format_weight)
            return Edit(cells, pasted[:1000]) if cells else None
    return None


def kernel_grid(key: str, kernel: Grid, *, label: str, problem: tuple[int, int, str] | None = None) -> None:
    """Show `kernel` for editing.

    Args:
        key: The element's key.
        kernel: The weights.
        label: What stands above, plain text.
        problem: Row and column of a cell whose text was refused, and what to say about it.
    """
    number = browser_state.get_newest_sequence(key, "typed")
    data = {
        "values": [[format_weight(weight) for weight in row] for row in kernel],
        "ack": number,
        "label": label,
        "problem": None if problem is None else dict(zip(("row", "column", "text"), problem, strict=True)),
        "labels": translate_all(LABELS),
    }
    mount("kernel_grid", key=key, data=data, on_typed_change=browser_state.ignore)
    browser_state.acknowledge(key, "typed", number)
