"""A small grid of numbers that is edited and pooled, window by window, in both ways side by side.

Python computes every window beforehand (`PoolWorkedExample`), so stepping, playing and guessing need no server round
trip; what is typed into a cell is checked by Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from cnnviz.core.lessons.number_grid import Grid, format_number
from cnnviz.core.lessons.pooling.hints import hint_at_max, hint_at_mean
from cnnviz.core.lessons.pooling.worked_example import PoolWindow, PoolWorkedExample
from cnnviz.ui.components import browser_state, number_grids
from cnnviz.ui.components.mount import mount
from cnnviz.ui.components.number_grids import Texts
from cnnviz.ui.i18n import gettext_noop, translate_all, translate_message

__all__ = ["LABELS", "pool_grid", "read_edit"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "grid": gettext_noop(
            "The numbers to pool. Arrow keys move, typing changes a number, Enter keeps it, Escape drops it."
        ),
        "cell": gettext_noop("row {row}, column {column}"),
        "input": gettext_noop("Numbers: change any of them"),
        "max": gettext_noop("Max pooling"),
        "mean": gettext_noop("Average pooling"),
        "result": gettext_noop("{name}, row {row}, column {column}: {value}"),
        "hidden": gettext_noop("not worked out yet"),
        "windows": gettext_noop("Windows. Left and right arrow keys step, Home and End go to the ends, Space plays."),
        "here": gettext_noop("Window {number} of {count}"),
        "place": gettext_noop("rows {top} to {bottom}, columns {left} to {right}"),
        "back": gettext_noop("One step back"),
        "play": gettext_noop("Play"),
        "pause": gettext_noop("Pause"),
        "forward": gettext_noop("One step forward"),
        "restart": gettext_noop("Start again"),
        "ask": gettext_noop("Guess before you look: what will each of them keep?"),
        "ask_max": gettext_noop("Max"),
        "ask_mean": gettext_noop("Average"),
        "check": gettext_noop("Check"),
        "number": gettext_noop("Type a number, such as 7, 2.75 or 11/4."),
        "right": gettext_noop("{guess} is right"),
        "wrong": gettext_noop("Not {guess}"),
        "is_sum": gettext_noop("Not {guess}: that is the sum, which is still to be divided by {count}"),
        "is_padded": gettext_noop("Not {guess}: that counts the cells outside as zeros; they are left out"),
        "is_other": gettext_noop("Not {guess}: that is what the other pooling keeps"),
        "why_max": gettext_noop("the largest is kept, the others are dropped"),
        "why_mean": gettext_noop("all of them count the same"),
        "outside": gettext_noop("{count} cells of this window lie outside the grid and are left out."),
        "hint": gettext_noop("Hint: {hint}"),
        "again": gettext_noop("Try once more; after that the solution is shown."),
        "score": gettext_noop("{right} of {asked} guesses right"),
        "skipped": gettext_noop("No window reads the striped numbers."),
    }
)
"""Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}."""


def read_edit(key: str, values: Grid) -> Texts | None:
    """Return what the visitor typed over `values` since the last run, or None; for before `pool_grid`."""
    match browser_state.read_new(key, "typed"):
        case {"cells": rows, "shown": before}:
            return number_grids.read_typed(rows, before, values, format_number)
    return None


def pool_grid(
    key: str,
    example: PoolWorkedExample,
    *,
    guess: bool,
    problem: tuple[int, int, str] | None = None,
    on_change: Callable[[], None] | None = None,
) -> None:
    """Show `example` for editing and stepping through.

    Args:
        key: The element's key.
        example: The numbers and how they are pooled.
        guess: Whether the visitor is asked before a window's results are shown.
        problem: Row and column of a cell whose new text was refused, and what to say about it.
        on_change: Called before the script when the visitor has changed a number.
    """
    number = browser_state.get_newest_sequence(key, "typed")
    data = {
        **describe(example),
        "guess": guess,
        "ack": number,
        "labels": translate_all(LABELS),
        "problem": None if problem is None else dict(zip(("row", "column", "text"), problem, strict=True)),
    }
    mount("pool_grid", key=key, data=data, on_typed_change=on_change or browser_state.ignore)
    browser_state.acknowledge(key, "typed", number)


def describe(example: PoolWorkedExample) -> dict[str, Any]:
    """Return everything about `example` that the browser shows, as JSON data."""
    (above, below), (left, right) = example.margins
    return {
        "values": [[format_number(value) for value in row] for row in example.values],
        "margins": [above, below, left, right],
        "out": list(example.output_shape),
        "read": example.read.tolist(),
        "windows": [_window(each) for each in example.windows],
    }


def _window(window: PoolWindow) -> dict[str, Any]:
    first, last = window.cells[0], window.cells[-1]
    return {
        "box": [first.row, first.column, last.row, last.column],
        "winners": [[cell.row, cell.column] for cell in window.winners],
        "count": window.count,
        "outside": len(window.cells) - window.count,
        "total": window.total,
        "max": {
            "value": window.largest,
            "text": format_number(window.largest),
            "work": window.max_work,
            "hint": translate_message(hint_at_max(window)),
        },
        "mean": {
            "value": window.mean,
            "text": format_number(window.mean),
            "work": window.mean_work,
            "hint": translate_message(hint_at_mean(window)),
        },
    }
