"""Example grids of any side on which max and average pooling differ clearly."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.core.lessons.number_grid import Grid, resize, to_grid
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL
from cnnviz.core.messages import gettext_noop


def _draw_tutorial(side: int) -> Grid:
    return resize(TUTORIAL, side)


def _draw_pixel(side: int) -> Grid:
    values = np.zeros((side, side))
    values[side // 2, side // 2 - 1] = 8
    return to_grid(values)


def _draw_checkerboard(side: int) -> Grid:
    return to_grid(np.indices((side, side)).sum(axis=0) % 2 * 4)


def _fill(side: int) -> Grid:
    return to_grid(np.full((side, side), 3))


def _draw_edge(side: int) -> Grid:
    """Draw a bright half whose border lies inside a window of two."""
    return to_grid(np.tile(np.where(np.arange(side) >= side // 2 - side // 2 % 2 + 1, 6, 0), (side, 1)))


def _draw_negative(side: int) -> Grid:
    """Draw values as before a ReLU: mostly below zero, a few weak ones above."""
    rows, columns = np.indices((side, side))
    return to_grid(-((3 * rows + 5 * columns) % 7) + 2)


EXAMPLES: Mapping[str, tuple[str, Callable[[int], Grid]]] = {
    "tutorial": (gettext_noop("The tutorials’ 1 2 / 7 1"), _draw_tutorial),
    "pixel": (gettext_noop("One bright pixel"), _draw_pixel),
    "checkerboard": (gettext_noop("Checkerboard"), _draw_checkerboard),
    "edge": (gettext_noop("An edge"), _draw_edge),
    "constant": (gettext_noop("All the same"), _fill),
    "negative": (gettext_noop("Negative numbers"), _draw_negative),
}
"""Name -> (label, function from a side to a grid)."""
