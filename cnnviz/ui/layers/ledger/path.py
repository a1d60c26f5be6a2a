"""Choose what is accounted for, and the path from the first cell down to the drawing.

A visitor goes in from a layer to one of its maps and to a cell, and from there along the path, which is complete from
the start: below a chosen cell it follows what adds most, until the visitor turns elsewhere. The way back is one step
at a time along the same places.
"""

from __future__ import annotations

from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers import Shape
from cnnviz.core.ledger import INPUT, Cell, Level, cells, descend, is_path
from cnnviz.core.networks.network import Network
from cnnviz.ui.components.ledger import Step
from cnnviz.ui.shell import session

WIDGETS = {"cell_layer": "layer", "cell_map": "map", "cell_row": "row", "cell_column": "column"}
"""Widget -> the cell's side that it chooses."""


def get_cell() -> Cell | None:
    """Return the cell that is accounted for, or None; at a layer or a map one of its cells."""
    path = session.get("cell_path")
    return path[session.get("cell_index")] if path else None


def get_level() -> Level:
    """Return how far the visitor has gone in."""
    level: Level = session.get("cell_level")
    return level


def choose(cell: Cell) -> None:
    """Begin anew with `cell`; the path down is found when it is shown."""
    _put((cell,), 0)


def leave() -> None:
    """Account for nothing."""
    _put((), 0)


def close() -> None:
    """Account for nothing, as a step of the visitor."""
    leave()
    session.put(cell_moves=session.get("cell_moves") + 1)


def stay() -> None:
    """Keep the path, and let the widgets say again where it is."""
    _put(session.get("cell_path"), session.get("cell_index"), get_level())


def take_step(network: Network, step: Step) -> None:
    """Apply a step in the ledger, on a map or in the browser's history; ignore one that does not fit the network."""
    if step.kind == "return":
        _return(network, step.text)
        return
    before = (session.get("cell_path"), session.get("cell_index"), get_level())
    _take(network, step)
    if before != (session.get("cell_path"), session.get("cell_index"), get_level()):
        session.put(cell_moves=session.get("cell_moves") + 1)


def _take(network: Network, step: Step) -> None:
    path, shapes = session.get("cell_path"), cells.list_shapes(network)
    if step.kind == "close":
        leave()
    elif step.kind == "up":
        _go_up(network)
    elif step.kind == "breadcrumb" and step.index < len(path):
        _put(path, step.index)
    elif step.kind in ("layer", "map") and step.layer in shapes and step.layer != INPUT:
        _go_to(step.kind, cells.clamp(Cell(step.layer, step.map), shapes[step.layer]), shapes[step.layer])
    elif step.kind in ("choose", "walk") and step.layer in shapes:
        _go_in(step.kind, cells.clamp(Cell(step.layer, step.map, step.row, step.column), shapes[step.layer]))


def _go_in(kind: str, cell: Cell) -> None:
    path, index = session.get("cell_path"), session.get("cell_index")
    if kind == "choose" or not path or get_level() != "cell":
        choose(cell)
    elif index + 1 < len(path) and path[index + 1] == cell:
        _put(path, index + 1)
    else:
        _put((*path[: index + 1], cell), index + 1)


def _go_to(kind: str, cell: Cell, shape: Shape) -> None:
    """Go to a layer or to a map of it; a unit is a map and a cell at once."""
    path, index = session.get("cell_path"), session.get("cell_index")
    level: Level = "layer" if kind == "layer" else "map" if len(shape) == 3 else "cell"
    if path and path[index].layer == cell.layer and (kind == "layer" or path[index].map == cell.map):
        _put(path, index, level)  # the cell is kept for the way in again
    else:
        _put((cell,), 0, level)


def _go_up(network: Network) -> None:
    """Go back one step: along the path to its first cell, to its map, to its layer, and out."""
    cell, path, index, level = get_cell(), session.get("cell_path"), session.get("cell_index"), get_level()
    if cell is None or level == "layer":
        leave()
    elif level == "cell" and index > 0:
        _put(path, index - 1)
    elif cell.layer == INPUT:
        leave()
    else:
        is_map = len(cells.list_shapes(network)[cell.layer]) == 3 and level == "cell"
        _put(path, index, "map" if is_map else "layer")


def _return(network: Network, text: str) -> None:
    """Go where the browser's history says, along the present path if it leads there."""
    found = cells.parse_place(network, text)
    if found is None:
        leave()
        return
    cell, level = found
    path = session.get("cell_path")
    if level == "cell" and cell in path:
        _put(path, path.index(cell))
    else:
        _put((cell,), 0, level)


def complete(network: Network, trace: Trace) -> Cell | None:
    """Return the cell to show, or None; complete the path, and drop cells that another network does not have."""
    cell = get_cell()
    if cell is None:
        return None
    shapes, level = cells.list_shapes(network), get_level()
    if not is_path(network, session.get("cell_path")):
        if cell.layer not in shapes:
            leave()
            return None
        cell = cells.clamp(cell, shapes[cell.layer])
        _put((cell,), 0, level)
    path, index = session.get("cell_path"), session.get("cell_index")
    if path[-1].layer != INPUT:
        path = (*path, *descend(network, trace, path[-1]))
    if level == "map" and len(shapes[cell.layer]) != 3:
        level = "cell"
    _put(path, index, level)
    return get_cell()


def _put(path: tuple[Cell, ...], index: int, level: Level = "cell") -> None:
    """Remember path and level, and let the widgets say where it is."""
    session.put(cell_path=path, cell_index=index, cell_level=level)
    cell = path[index] if path else None
    for key, side in WIDGETS.items():
        value = session.default(key) if cell is None else getattr(cell, side)
        if session.get(key) != value:
            session.choose(key, value)
