"""The ledger of one cell: windows, products, sums and pictures, with a way down to the drawing.

Python works everything out (`cnnviz.core.ledger`); the browser shows it, lights up what belongs together, and reads the
previous layer's maps from the values that were published to the viewers of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import streamlit as st

from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import each, mark

__all__ = ["LABELS", "Step", "ledger", "told"]

#: Every text of the component: its name -> English, the catalogue's key. The browser fills in the {fields}.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "way": mark("The way down to the digit"),
        "windows": mark("What was multiplied and added"),
        "values": mark("Values of {of}. Arrow keys walk, Enter goes to the cell."),
        "weights": mark("Weights of {kernel}"),
        "products": mark("Products for {of}. Arrow keys walk."),
        "value": mark("row {row}, column {column}: {value}"),
        "value_unit": mark("{of}: {value}"),
        "padding": mark("padding, counts as 0"),
        "left_out": mark("outside, left out"),
        "product": mark("{value} × {weight} = {amount} · {of}, row {row}, column {column}, times {kernel}"),
        "reads": mark("{value} · {of}, row {row}, column {column}"),
        "reads_unit": mark("{value} · {of}"),
        "subtotal": mark("subtotal"),
        "largest": mark("largest"),
        "others": mark("the other {count}"),
        "more": mark("Show {count} more"),
        "in_table": mark("all of them are in the table (CSV)"),
        "from": mark("from"),
        "input": mark("value"),
        "weight": mark("weight"),
        "amount": mark("product"),
        "go": mark("Go to {name}"),
        "account": mark("The account"),
        "softmax": mark("All shares"),
        "unit": mark("unit"),
        "logit": mark("before"),
        "shifted": mark("less the largest"),
        "exponential": mark("exponential"),
        "share": mark("share"),
        "sum": mark("sum"),
        "field": mark("Bright: all that it can see of the digit ({rows} × {columns} pixels)"),
        "field_none": mark("It sees nothing of the digit: it is made of padding"),
        "field_pixel": mark("This pixel"),
        "picture": mark("The window on {of}"),
        "drawing": mark("The digit, shaded where this cell does not see it"),
    }
)

SIDES = ("map", "row", "column")


@dataclass(frozen=True)
class Step:
    """What the visitor did: chose a cell anew or a cell below the present one, went to a crumb, or left.

    Attributes:
        kind: "choose", "walk", "crumb" or "close".
        layer, map, row, column: the cell, for the first two.
        at: the crumb's number.
    """

    kind: str
    layer: str = ""
    map: int = 0
    row: int = 0
    column: int = 0
    at: int = 0


def told(key: str) -> Step | None:
    """Return what the visitor did since the last run, or None; for before `ledger`."""
    message = _message(st.session_state.get(key))
    return message[0] if message is not None and message[1] > _heard(key) else None


def ledger(key: str, facts: Mapping[str, Any] | None, on_step: Callable[[], None] | None = None) -> None:
    """Show `facts` about a cell, as `cnnviz.ui.layers.ledger.view_model` tells them; nothing is seen for None.

    Also unseen it listens to the viewers of the page: a cell that is clicked there is a `Step`.
    """
    state = st.session_state.get(key)
    message = _message(state)
    heard = max(_heard(key), message[1] if message else 0)
    data = {"ack": heard, "labels": each(LABELS), "facts": None if facts is None else dict(facts)}
    mount("ledger", key=key, data=data, on_step_change=on_step or _nothing)
    st.session_state[f"{key} heard"] = heard


def _heard(key: str) -> int:
    return int(st.session_state.get(f"{key} heard", 0))


def _message(state: object) -> tuple[Step, int] | None:
    """Return what the browser sent with its running number, or None if it is not a step."""
    match state.get("step") if isinstance(state, Mapping) else None:
        case {"kind": "choose" | "walk" as kind, "layer": str(layer), "seq": int(seq), **more}:
            place = [more.get(side) for side in SIDES]
            if len(layer) <= 64 and all(_is_index(each) for each in place) and _is_index(seq):
                return Step(kind, layer, *place), seq  # type: ignore[arg-type]
        case {"kind": "crumb", "at": int(at), "seq": int(seq)} if _is_index(at) and _is_index(seq):
            return Step("crumb", at=at), seq
        case {"kind": "close", "seq": int(seq)} if _is_index(seq):
            return Step("close"), seq
    return None


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _nothing() -> None:
    """Stands for a missing callback: Streamlit keeps only states that have one."""
