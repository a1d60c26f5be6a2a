"""A small image and a kernel that are edited, and the feature map that fills window by window.

Python computes every window beforehand (`ConvWorkedExample`), so stepping, playing and guessing need no server round
trip; what is typed into a cell is checked by Python, which also remembers the guesses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cnnviz.core.lessons.convolution.hints import hint_at_size, hint_at_sum
from cnnviz.core.lessons.convolution.worked_example import (
    UNITS,
    ConvWindow,
    ConvWorkedExample,
    format_exact,
    format_factors,
    format_short,
)
from cnnviz.core.lessons.number_grid import Grid, format_number
from cnnviz.ui.components import browser_state, number_grids
from cnnviz.ui.components.mount import mount
from cnnviz.ui.components.number_grids import Texts
from cnnviz.ui.i18n import gettext_noop, translate_all, translate_message

__all__ = ["LABELS", "Edit", "Guess", "Problem", "conv_grid", "name_of", "read_edit", "read_guesses"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "image": gettext_noop("Image"),
        "kernel": gettext_noop("Kernel"),
        "sum": gettext_noop("Feature map"),
        "image_grid": gettext_noop(
            "The numbers of the image. Arrow keys move, typing changes a number, Enter keeps it, Escape drops it."
        ),
        "kernel_grid": gettext_noop(
            "The weights of the kernel. Arrow keys move, typing changes a weight, Enter keeps it, Escape drops it; "
            "several numbers can be pasted at once."
        ),
        "image_cell": gettext_noop("image row {row}, column {column}"),
        "kernel_cell": gettext_noop("kernel row {row}, column {column}"),
        "result": gettext_noop("{name}, row {row}, column {column}: {value}"),
        "hidden": gettext_noop("not worked out yet"),
        "unsized": gettext_noop("? × ?"),
        "windows": gettext_noop("Windows. Left and right arrow keys step, Home and End go to the ends, Space plays."),
        "here": gettext_noop("Window {number} of {count}"),
        "place": gettext_noop("rows {top} to {bottom}, columns {left} to {right}"),
        "first": gettext_noop("No window yet"),
        "back": gettext_noop("One step back"),
        "play": gettext_noop("Play"),
        "pause": gettext_noop("Pause"),
        "forward": gettext_noop("One step forward"),
        "restart": gettext_noop("Start again"),
        "speed": gettext_noop("Speed"),
        "products": gettext_noop("The numbers under the window, each times the weight that lies on it"),
        "total": gettext_noop("Their sum:"),
        "outside": gettext_noop("{count} of these cells are padding and count as 0."),
        "struck": gettext_noop("The kernel never reaches the rows and columns that are struck out."),
        "ask_size": gettext_noop("Guess first, or step on: how many rows will the feature map have?"),
        "ask_sum": gettext_noop("Guess before you look: what will this cell be?"),
        "label_size": gettext_noop("Rows"),
        "label_sum": gettext_noop("Value"),
        "check": gettext_noop("Check"),
        "number": gettext_noop("Type a number, such as 3, −2 or 0.5."),
        "right": gettext_noop("{guess} is right"),
        "wrong": gettext_noop("Not {guess}"),
        "is_flipped": gettext_noop(
            "Not {guess}: that is what the kernel gives when it is turned around, as convolution in mathematics does; "
            "networks leave it as it is"
        ),
        "is_sign": gettext_noop("Not {guess}: the size is right, the sign is the other way round"),
        "is_unweighted": gettext_noop("Not {guess}: that adds up the numbers without the weights"),
        "is_stride": gettext_noop("Not {guess}: that would be so with steps of 1"),
        "is_dilation": gettext_noop("Not {guess}: that would be so without dilation"),
        "is_padding": gettext_noop("Not {guess}: that would be so with the other padding"),
        "is_one": gettext_noop("Not {guess}: the first place counts too, hence the + 1"),
        "is_image": gettext_noop("Not {guess}: that is the size of the image; windows have to stay inside"),
        "hint": gettext_noop("Hint: {hint}"),
        "again": gettext_noop("Try once more; after that the solution is shown."),
        "score": gettext_noop("{right} of {asked} guesses right"),
    }
)
"""Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}."""

SIZE = -1
"""The place of the guess about the feature map's size; the others are numbers of windows."""


@dataclass(frozen=True)
class Edit:
    """A change by the visitor.

    Attributes:
        image: Texts of the image's cells.
        kernel: Texts of the kernel's cells.
        pasted: A text that was pasted into one of the grids, "" for none.
        into: The grid that it was pasted into.
    """

    image: Texts
    kernel: Texts
    pasted: str = ""
    into: str = ""


@dataclass(frozen=True)
class Guess:
    """A guess of the visitor.

    Attributes:
        example: What it is about, see `name_of`.
        place: `SIZE` or the number of a window.
        text: As it was typed.
        right: Whether it was right.
    """

    example: str
    place: int
    text: str
    right: bool


@dataclass(frozen=True)
class Problem:
    """A text that was refused.

    Attributes:
        grid: "image" or "kernel".
        row: Row of its cell.
        column: Column of its cell.
        text: What to say about it.
    """

    grid: str
    row: int
    column: int
    text: str


def name_of(example: ConvWorkedExample) -> str:
    """Return a name for all that a guess is about: the numbers and the settings."""
    return hashlib.sha256(repr(example).encode()).hexdigest()[:12]


def read_edit(key: str, image: Grid, kernel: Grid) -> Edit | None:
    """Return what the visitor typed over `image` and `kernel` since the last run, or None; for before `conv_grid`."""
    match browser_state.read_new(key, "typed"):
        case {
            "image": cells,
            "kernel": weights,
            "shown": {"image": cells_before, "kernel": weights_before},
            "pasted": str(pasted),
            "into": str(into),
        }:
            over_image = number_grids.read_typed(cells, cells_before, image, format_number)
            over_kernel = number_grids.read_typed(weights, weights_before, kernel, format_number)
            return Edit(over_image, over_kernel, pasted[:1000], into) if over_image and over_kernel else None
    return None


def read_guesses(key: str) -> list[Guess]:
    """Return the guesses that were made since the last run, oldest first; for before `conv_grid`."""
    match browser_state.read_new(key, "guessed"):
        case {"messages": [*messages]}:
            last = browser_state.get_last_sequence(key, "guessed")
            new = [_parse_guess(each) for each in messages if browser_state.get_sequence(each) > last]
            return [guess for guess in new if guess is not None]
    return []


def _parse_guess(message: object) -> Guess | None:
    match message:
        case {"example": str(example), "place": int(place), "text": str(written), "right": bool(right)}:
            return Guess(example[:12], place, written[:12], right) if SIZE <= place < 10_000 else None
    return None


def conv_grid(
    key: str,
    example: ConvWorkedExample,
    *,
    guess: bool,
    guesses: Mapping[int, str],
    score: tuple[int, int],
    problem: Problem | None,
    facts: Sequence[str],
) -> None:
    """Show `example` for editing and stepping through.

    Args:
        key: The element's key.
        example: The numbers and how they are convolved.
        guess: Whether the visitor is asked before the size and each sum are shown.
        guesses: What was guessed about this example so far: place -> text.
        score: How many guesses of this visit were right, and how many there were.
        problem: What was refused, if there is something.
        facts: Lines of plain text that stand below; hidden as long as the size is to be guessed.
    """
    numbers = {event: browser_state.get_newest_sequence(key, event) for event in ("typed", "guessed")}
    data = {
        **describe(example),
        "guess": guess,
        "ack": numbers["typed"],
        "heard": numbers["guessed"],
        "score": list(score),
        "guesses": {str(place): written for place, written in guesses.items()},
        "facts": list(facts),
        "problem": None if problem is None else vars(problem),
        "labels": translate_all(LABELS),
    }
    mount("conv_grid", key=key, data=data, on_typed_change=browser_state.ignore, on_guessed_change=browser_state.ignore)
    for event, number in numbers.items():
        browser_state.acknowledge(key, event, number)


def describe(example: ConvWorkedExample) -> dict[str, Any]:
    """Return everything about `example` that the browser shows, as JSON data."""
    (above, below), (left, right) = example.margins
    rows, columns = example.reached
    return {
        "example": name_of(example),
        "values": _texts(example.values),
        "kernel": _texts(example.kernel),
        "margins": [above, below, left, right],
        "reached": {"rows": rows, "columns": columns},
        "out": list(example.output_shape),
        "size": {
            "value": example.output_shape[0],
            "mistakes": dict(example.size_mistakes),
            "work": _size_work(example),
            "hint": translate_message(hint_at_size(example)),
        },
        "windows": [_window(each, example.kernel_size[1]) for each in example.windows],
    }


def _texts(rows: Sequence[Sequence[float]]) -> list[list[str]]:
    return [[format_number(value) for value in row] for row in rows]


def _size_work(example: ConvWorkedExample) -> str:
    return "; ".join(part for part in (example.span_formula, example.formula) if part)


def _window(window: ConvWindow, columns: int) -> dict[str, Any]:
    first, last = window.taps[0], window.taps[-1]
    return {
        "box": [first.row, first.column, last.row, last.column],
        "taps": [[tap.row, tap.column] for tap in window.taps],
        "products": [[format_factors(tap), format_exact(tap.product)] for tap in window.taps],
        "outside": window.outside,
        "sum": {
            "value": window.total / UNITS,
            "text": format_exact(window.total),
            "short": format_short(window.total),
            "work": window.work,
            "hint": translate_message(hint_at_sum(window, columns)),
        },
        "mistakes": {name: number / UNITS for name, number in window.mistakes.items()},
    }
