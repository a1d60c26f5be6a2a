"""Which cell is accounted for, and the way from the first chosen one down to the drawing.

The way is complete from the start: below a chosen cell it follows what adds most, until the visitor turns elsewhere.
"""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st

from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger import INPUT, Cell, cells, down, leads_down
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.ledger import Step
from cnnviz.ui.shell import session

#: Widget -> the cell's side that it chooses.
WIDGETS = {"cell_layer": "layer", "cell_map": "map", "cell_row": "row", "cell_column": "column"}


def here() -> Cell | None:
    """Return the cell that is accounted for, or None."""
    way = session.get("way")
    return way[session.get("hop")] if way else None


def choose(cell: Cell) -> None:
    """Begin anew with `cell`; the way down is found when it is shown."""
    _put((cell,), 0)


def leave() -> None:
    """Account for nothing."""
    _put((), 0)


def follow(network: Network, step: Step) -> None:
    """Do what the visitor did in the ledger or on a map; what cannot be is nothing."""
    way, hop = session.get("way"), session.get("hop")
    if step.kind == "close":
        leave()
    elif step.kind == "crumb" and step.at < len(way):
        _put(way, step.at)
    elif step.kind in ("choose", "walk") and step.layer in cells.shapes(network):
        cell = cells.clamped(Cell(step.layer, step.map, step.row, step.column), cells.shapes(network)[step.layer])
        if step.kind == "choose" or not way:
            choose(cell)
        elif hop + 1 < len(way) and way[hop + 1] == cell:
            _put(way, hop + 1)
        else:
            _put((*way[: hop + 1], cell), hop + 1)


def settle(network: Network, trace: Trace) -> Cell | None:
    """Return the cell to show, or None; complete the way, and give up what another network does not have."""
    cell = here()
    if cell is None:
        return None
    shapes = cells.shapes(network)
    if not leads_down(network, session.get("way")):
        if cell.layer not in shapes:
            leave()
            return None
        cell = cells.clamped(cell, shapes[cell.layer])
        _put((cell,), 0)
    way, hop = session.get("way"), session.get("hop")
    if way[-1].layer != INPUT:
        way = (*way, *down(network, trace, way[-1]))
    _put(way, hop)
    return here()


def _put(way: tuple[Cell, ...], hop: int) -> None:
    """Remember the way, and let the widgets say where it is."""
    session.put(way=way, hop=hop)
    cell = way[hop] if way else None
    for key, side in WIDGETS.items():
        value = session.default(key) if cell is None else getattr(cell, side)
        if session.get(key) != value:
            session.choose(key, value)


def again(digit: np.ndarray, pen_down: bool) -> None:
    """Run the page again if the pen is up, a cell is accounted for, and `digit` is not what it last was.

    For use at the end of the fragment that holds the pad, which the ledger does not stand in.
    """
    if pen_down:
        return
    seen, before = hashlib.sha256(digit.tobytes()).hexdigest(), session.get("accounted")
    session.put(accounted=seen)
    if before and seen != before and here() is not None:
        st.rerun()
