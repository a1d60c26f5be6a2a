"""A ledger to take away: as plain text, as a table, and as a few lines of NumPy."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from cnnviz.core.ledger import Ledger
from cnnviz.core.ledger.snippet import snippet
from cnnviz.core.ledger.table import table
from cnnviz.core.network import Network
from cnnviz.ui.words import say


def show(network: Network, ledger: Ledger, told: dict[str, Any]) -> None:
    """Offer the three copies; they are made when the list is opened."""
    popover = st.popover(say("Copy"), on_change="rerun")
    if not popover.open:
        return
    with popover:
        st.caption(say("As text"))
        st.code(text(told), language=None)
        st.caption(say("As NumPy, with the file “{file}” of “Download the numbers”", file=file(network)))
        st.code(snippet(network, ledger, file(network)), language="python")
        name = f"{told['cell']}.csv"
        st.download_button(say("As a table (CSV)"), partial(table, ledger), name, mime="text/csv", key="ledger-csv",
                           on_click="ignore")  # fmt: skip


def file(network: Network) -> str:
    """Return what the file of all numbers is called."""
    return f"{network.name}.npz"


def text(told: dict[str, Any]) -> str:
    """Return the account as lines that can be pasted anywhere and calculated with."""
    lines = [told["title"], ""]
    for part in told["windows"]:
        lines += [*_part(part), ""]
    for term in told["terms"][:12]:
        times = f" × {term['weight']} = {term['amount']}" if term["weight"] is not None else ""
        lines.append(f"{term['name']}: {term['value']}{times}")
    lines += _rest(told)
    for line in told["lines"]:
        work = f"{line['work']} = " if line["work"] else ""
        lines.append(f"{line['label']}: {work}{line['amount']}")
    return "\n".join([*lines, *told["facts"]]).replace("−", "-")


def _part(part: dict[str, Any]) -> list[str]:
    head = say("map {map}: rows {top} to {bottom}, columns {left} to {right}", map=part["map"], top=part["rows"][0],
               bottom=part["rows"][-1], left=part["columns"][0], right=part["columns"][-1])  # fmt: skip
    if part["weights"] is None:
        return [head, *(", ".join(line) for line in part["values"])]
    products = [
        f"{value} × {weight} = {amount}"
        for values, weights, amounts in zip(part["values"], part["weights"], part["amounts"], strict=True)
        for value, weight, amount in zip(values, weights, amounts, strict=True)
    ]
    ends = [f"{say('subtotal')}: {part['subtotal']}"]
    if part["share"]:
        ends.append(f"{part['subtotal']} × {part['weight']} = {part['share']}")
    return [head, *products, *ends]


def _rest(told: dict[str, Any]) -> list[str]:
    shown = len(told["windows"]) or min(12, len(told["terms"]))
    left, amounts = told["others"]["count"] - shown, told["others"]["amounts"]
    if left < 1 or not amounts:
        return []
    return [f"{say('the other {count}', count=left)}: {amounts[shown]}"]
