"""The ledger of one cell: windows, products, sums and pictures, with a path down to the drawing.

Python works everything out (`cnnviz.core.ledger`); the browser shows it, lights up what belongs together, and reads the
previous layer's maps from the values that were published to the viewers of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

__all__ = ["LABELS", "Step", "ledger", "read_step"]

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "opened": gettext_noop("At the foot of the window: {title}"),
        "closed": gettext_noop("The account is closed."),
        "place": gettext_noop("Where you are"),
        "path": gettext_noop("The way down to the digit"),
        "feeds_of": gettext_noop("Which maps add most"),
        "feed_of": gettext_noop("What is read, and the kernel"),
        "kernel": gettext_noop("The kernel for {name}"),
        "rest": gettext_noop("the other {count}: {amount}"),
        "inwards": gettext_noop("Go to the largest value"),
        "slide": gettext_noop("The window slides over what is read"),
        "moment": gettext_noop("row {row}, column {column}"),
        "into": gettext_noop("Go to this cell"),
        "play": gettext_noop("Play"),
        "pause": gettext_noop("Pause"),
        "back": gettext_noop("One step back"),
        "forward": gettext_noop("One step forward"),
        "speed": gettext_noop("Speed"),
        "out": gettext_noop("{name}, filled in"),
        "windows": gettext_noop("What was multiplied and added"),
        "values": gettext_noop("Values of {of}. Arrow keys walk, Enter goes to the cell."),
        "weights": gettext_noop("Weights of {kernel}"),
        "products": gettext_noop("Products for {of}. Arrow keys walk."),
        "value": gettext_noop("row {row}, column {column}: {value}"),
        "value_unit": gettext_noop("{of}: {value}"),
        "padding": gettext_noop("padding, counts as 0"),
        "left_out": gettext_noop("outside, left out"),
        "product": gettext_noop("{value} × {weight} = {amount} · {of}, row {row}, column {column}, times {kernel}"),
        "reads": gettext_noop("{value} · {of}, row {row}, column {column}"),
        "reads_unit": gettext_noop("{value} · {of}"),
        "subtotal": gettext_noop("subtotal"),
        "largest": gettext_noop("largest"),
        "others": gettext_noop("the other {count}"),
        "more": gettext_noop("Show {count} more"),
        "in_table": gettext_noop("all of them are in the table (CSV)"),
        "from": gettext_noop("from"),
        "input": gettext_noop("value"),
        "weight": gettext_noop("weight"),
        "amount": gettext_noop("product"),
        "go": gettext_noop("Go to {name}"),
        "account": gettext_noop("The account"),
        "softmax": gettext_noop("All shares"),
        "unit": gettext_noop("unit"),
        "logit": gettext_noop("before"),
        "shifted": gettext_noop("less the largest"),
        "exponential": gettext_noop("exponential"),
        "share": gettext_noop("share"),
        "sum": gettext_noop("sum"),
        "field": gettext_noop("Bright: all that it can see of the digit ({rows} × {columns} pixels)"),
        "field_none": gettext_noop("It sees nothing of the digit: it is made of padding"),
        "field_pixel": gettext_noop("This pixel"),
        "picture": gettext_noop("The window on {of}"),
        "drawing": gettext_noop("The digit, shaded where this cell does not see it"),
    }
)
"""Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}."""

SIDES = ("map", "row", "column")

MAX_TEXT = 128
"""Characters of a place as a link has it."""


@dataclass(frozen=True)
class Step:
    """A step of the visitor: choose a cell anew or below the present one, go elsewhere, one step back, or leave.

    Attributes:
        kind: "choose", "walk", "layer", "map", "breadcrumb", "up", "close", or "return" from the browser's history.
        layer, map, row, column: the cell, for the first two; the others have as many as their names say.
        index: the breadcrumb's number.
        text: the place as a link has it, for "return".
    """

    kind: str
    layer: str = ""
    map: int = 0
    row: int = 0
    column: int = 0
    index: int = 0
    text: str = ""


def read_step(key: str) -> Step | None:
    """Return what the visitor did since the last run, or None; for before `ledger`."""
    message = _message(browser_state.read(key, "step"))
    return message[0] if message is not None and message[1] > browser_state.get_last_sequence(key, "step") else None


def ledger(
    key: str,
    view: Mapping[str, Any] | None,
    on_step: Callable[[], None] | None = None,
    labels: Mapping[str, str] = LABELS,
) -> None:
    """Show the `view` of a cell that `cnnviz.ui.layers.ledger.view_model.describe` returns; nothing for None.

    Even with nothing to show it listens to the viewers of the page: a click on a cell there is a `Step`. `labels` are
    those of `LABELS`, or others in their place.
    """
    message = _message(browser_state.read(key, "step"))
    number = max(browser_state.get_last_sequence(key, "step"), message[1] if message else 0)
    data = {"ack": number, "labels": translate_all(labels), "view": None if view is None else dict(view)}
    mount("ledger", key=key, data=data, on_step_change=on_step or browser_state.ignore)
    browser_state.acknowledge(key, "step", number)


def _message(value: object) -> tuple[Step, int] | None:
    """Return what the browser sent with its running number, or None if it is not a step."""
    match value:
        case {"kind": "choose" | "walk" as kind, "layer": str(layer), "seq": int(seq), **more}:
            place = [more.get(side) for side in SIDES]
            if len(layer) <= 64 and all(_is_index(each) for each in place) and _is_index(seq):
                return Step(kind, layer, *place), seq  # type: ignore[arg-type]
        case {"kind": "breadcrumb", "index": int(index), "seq": int(seq)} if _is_index(index) and _is_index(seq):
            return Step("breadcrumb", index=index), seq
        case {"kind": "layer" | "map" as kind, "layer": str(layer), "map": of, "seq": int(seq)}:
            if len(layer) <= 64 and _is_index(of) and _is_index(seq):
                return Step(kind, layer, of), seq
        case {"kind": "return", "text": str(text), "seq": int(seq)} if len(text) <= MAX_TEXT and _is_index(seq):
            return Step("return", text=text), seq
        case {"kind": "close" | "up" as kind, "seq": int(seq)} if _is_index(seq):
            return Step(kind), seq
    return None


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
