"""A ledger to take away: as plain text, as a table, and as a few lines of NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import streamlit as st

from cnnviz.core.ledger import Ledger
from cnnviz.core.ledger.csv_table import write_csv
from cnnviz.core.ledger.fixed_point import MINUS
from cnnviz.core.ledger.numpy_snippet import write_snippet
from cnnviz.core.networks.network import Network
from cnnviz.ui.i18n import translate
from cnnviz.ui.shell.download_button import download_button

MAX_TERMS = 12
"""So many single contributions are written one by one."""


def show(network: Network, ledger: Ledger, write: Callable[[], dict[str, Any]]) -> None:
    """Offer the three copies, with all decimals; they are made when the list is opened.

    `write` returns the account as `view_model.describe` does.
    """
    popover = st.popover(translate("Copy"), on_change="rerun")
    if not popover.open:
        return
    view = write()
    with popover:
        st.caption(translate("As text"))
        st.code(write_text(view), language=None)
        st.caption(translate("As NumPy, with the file “{file}” of “Download the numbers”", file=name_file(network)))
        st.code(write_snippet(network, ledger, name_file(network)), language="python", wrap_lines=True)
        name = f"{view['cell']}.csv"
        download_button(
            translate("As a table (CSV)"), partial(write_csv, ledger), name, mime="text/csv", key="ledger-csv"
        )


def name_file(network: Network) -> str:
    """Return what the file of all numbers is called."""
    return f"{network.name}.npz"


def write_text(view: dict[str, Any]) -> str:
    """Return the account as lines that can be pasted anywhere and calculated with."""
    lines = [view["title"], ""]
    for part in view["windows"]:
        lines += [*_write_part(part, view["pooled"]), ""]
    for term in view["terms"][:MAX_TERMS]:
        times = f" × {term['weight']} = {term['amount']}" if term["weight"] is not None else ""
        lines.append(f"{term['name']}: {term['value']}{times}")
    lines += _write_rest(view)
    for line in view["lines"]:
        work = f"{line['work']} = " if line["work"] else ""
        lines.append(f"{line['label']}: {work}{line['amount']}")
    return "\n".join([*lines, *_write_shares(view["shares"]), *view["facts"]]).replace("−", "-")


def _write_part(part: dict[str, Any], pooled: bool) -> list[str]:
    if part["weights"] is None:
        outside = (lambda _: translate("(outside)")) if pooled else _mark_padding
        lines = [
            ", ".join(value if within else outside(value) for value, within in zip(values, inside, strict=True))
            for values, inside in zip(part["values"], part["inside"], strict=True)
        ]
        return [part["name"], *lines]
    ends = [translate("subtotal") + f": {part['subtotal']}"]
    if part["share"]:
        ends.append(f"{part['subtotal']} × {part['weight']} = {part['share']}")
    return [part["name"], *_write_products(part), *ends]


def _write_products(part: dict[str, Any]) -> Iterator[str]:
    """Yield a line a product; those with a value of the padding say so."""
    rows = zip(part["values"], part["weights"], part["amounts"], part["inside"], strict=True)
    for row in rows:
        for value, weight, amount, inside in zip(*row, strict=True):
            product = f"{value} × {weight} = {amount}"
            yield product if inside else _mark_padding(product)


def _mark_padding(what: str) -> str:
    return what + " " + translate("(padding)")


def _write_rest(view: dict[str, Any]) -> list[str]:
    shown = len(view["windows"]) or min(MAX_TERMS, len(view["terms"]))
    left, amounts = view["others"]["count"] - shown, view["others"]["amounts"]
    if left < 1:
        return []
    come_to = f": {amounts[shown]}" if amounts else ""
    return [
        translate("the other {count}", count=left) + come_to + " · " + translate("all of them are in the table (CSV)")
    ]


def _write_shares(shares: dict[str, Any] | None) -> list[str]:
    """Return a line a unit of a softmax, and the sum that each is divided by."""
    if shares is None:
        return []
    largest, total, others = shares["largest"], shares["total"], shares["others"]
    less = f"({largest})" if largest.startswith(MINUS) else largest
    lines = []
    for row in shares["rows"]:
        logit, shifted, grown, share = row["texts"]
        steps = (f"{logit} − {less} = {shifted}", f"exp({shifted}) = {grown}", f"{grown} / {total} = {share}")
        lines.append(f"{row['name']}: {'; '.join(steps)}")
    if others["count"]:
        lines.append(translate("the other {count}", count=others["count"]) + f": {others['amount']}")
    return [*lines, translate("sum of all exponentials") + f": {total}"]
