"""Choose the cell that is accounted for, and the path from the first one down to the drawing.

The path is complete from the start: below a chosen cell it follows what adds most, until the visitor turns elsewhere.
"""

from __future__ import annotations

from cnnviz.core.inference.trace import Trace
from cnnviz.core.ledger import INPUT, Cell, cells, descend, is_path
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.ledger import Step
from cnnviz.ui.shell import session

WIDGETS = {"cell_layer": "layer", "cell_map": "map", "cell_row": "row", "cell_column": "column"}
"""Widget -> the cell's side that it chooses."""


def get_cell() -> Cell | None:
    """Return the cell that is accounted for, or None."""
    path = session.get("cell_path")
    return path[session.get("cell_index")] if path else None


def choose(cell: Cell) -> None:
    """Begin anew with `cell`; the path down is found when it is shown."""
    _put((cell,), 0)


def leave() -> None:
    """Account for nothing."""
    _put((), 0)


def stay() -> None:
    """Keep the path, and let the widgets say again where it is."""
    _put(session.get("cell_path"), session.get("cell_index"))


def take_step(network: Network, step: Step) -> None:
    """Apply a click in the ledger or on a map; ignore one that does not fit the network."""
    path, index = session.get("cell_path"), session.get("cell_index")
    if step.kind == "close":
        leave()
    elif step.kind == "breadcrumb" and step.index < len(path):
        _put(path, step.index)
    elif step.kind in ("choose", "walk") and step.layer in cells.list_shapes(network):
        cell = cells.clamp(Cell(step.layer, step.map, step.row, step.column), cells.list_shapes(network)[step.layer])
        if step.kind == "choose" or not path:
            choose(cell)
        elif index + 1 < len(path) and path[index + 1] == cell:
            _put(path, index + 1)
        else:
            _put((*path[: index + 1], cell), index + 1)


def complete(network: Network, trace: Trace) -> Cell | None:
    """Return the cell to show, or None; complete the path, and drop cells that another network does not have."""
    cell = get_cell()
    if cell is None:
        return None
    shapes = cells.list_shapes(network)
    if not is_path(network, session.get("cell_path")):
        if cell.layer not in shapes:
            leave()
            return None
        cell = cells.clamp(cell, shapes[cell.layer])
        _put((cell,), 0)
    path, index = session.get("cell_path"), session.get("cell_index")
    if path[-1].layer != INPUT:
        path = (*path, *descend(network, trace, path[-1]))
    _put(path, index)
    return get_cell()


def _put(path: tuple[Cell, ...], index: int) -> None:
    """Remember the path, and let the widgets say where it is."""
    session.put(cell_path=path, cell_index=index)
    cell = path[index] if path else None
    for key, side in WIDGETS.items():
        value = session.default(key) if cell is None else getattr(cell, side)
        if session.get(key) != value:
            session.choose(key, value)
