"""The chosen cell in the link of the page Layers."""

from __future__ import annotations

from cnnviz.core.ledger import cells
from cnnviz.core.refusals import Refusal
from cnnviz.ui import networks
from cnnviz.ui.inspecting import way

NAME = "cell"


def take(text: str) -> bool:
    """Choose the cell that `text` names, or the nearest; return whether it is the very one.

    Raises `Refusal` where no cell is near: nothing is chosen then.
    """
    network = networks.chosen()
    try:
        way.choose(cells.read(network, text))
    except Refusal:
        nearest = cells.nearest(network, text)
        if nearest is None:
            raise
        way.choose(nearest)
        return False
    return True


def pairs() -> dict[str, str]:
    """Return the link's pair of the chosen cell, if one is."""
    cell = way.here()
    shapes = cells.shapes(networks.chosen())
    return {NAME: cells.write(cell, shapes[cell.layer])} if cell and cell.layer in shapes else {}
