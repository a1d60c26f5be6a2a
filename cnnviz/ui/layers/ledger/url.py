"""The chosen cell in the link of the page Layers."""

from __future__ import annotations

from cnnviz.core.errors import Refusal
from cnnviz.core.ledger import cells
from cnnviz.ui.layers.ledger import path
from cnnviz.ui.prediction import network_picker

NAME = "cell"


def take(text: str) -> bool:
    """Choose the cell that `text` names, or the nearest; return whether it is the very one.

    Raises `Refusal` where no cell is near: nothing is chosen then.
    """
    network = network_picker.chosen()
    try:
        path.choose(cells.read(network, text))
    except Refusal:
        nearest = cells.nearest(network, text)
        if nearest is None:
            raise
        path.choose(nearest)
        return False
    return True


def pairs() -> dict[str, str]:
    """Return the link's pair of the chosen cell, if one is."""
    cell = path.here()
    shapes = cells.shapes(network_picker.chosen())
    return {NAME: cells.write(cell, shapes[cell.layer])} if cell and cell.layer in shapes else {}
