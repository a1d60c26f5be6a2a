"""Grids of numbers on which max and average pooling differ in a telling way, of any side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.core.lessons.number_grid import Grid, grid, resized
from cnnviz.core.lessons.pooling.worked_example import TUTORIAL
from cnnviz.core.messages import gettext_noop


def _tutorial(side: int) -> Grid:
    return resized(TUTORIAL, side)


def _pixel(side: int) -> Grid:
    values = np.zeros((side, side))
    values[side // 2, side // 2 - 1] = 8
    return grid(values)


def _checkerboard(side: int) -> Grid:
    return grid(np.indices((side, side)).sum(axis=0) % 2 * 4)


def _constant(side: int) -> Grid:
    return grid(np.full((side, side), 3))


def _edge(side: int) -> Grid:
    """A bright half with its border inside a window of two."""
    return grid(np.tile(np.where(np.arange(side) >= side // 2 - side // 2 % 2 + 1, 6, 0), (side, 1)))


def _negative(side: int) -> Grid:
    """As before a ReLU: mostly below zero, a few weak ones above."""
    rows, columns = np.indices((side, side))
    return grid(-((3 * rows + 5 * columns) % 7) + 2)


EXAMPLES: Mapping[str, tuple[str, Callable[[int], Grid]]] = {
    "tutorial": (gettext_noop("The tutorials’ 1 2 / 7 1"), _tutorial),
    "pixel": (gettext_noop("One bright pixel"), _pixel),
    "checkerboard": (gettext_noop("Checkerboard"), _checkerboard),
    "edge": (gettext_noop("An edge"), _edge),
    "constant": (gettext_noop("All the same"), _constant),
    "negative": (gettext_noop("Negative numbers"), _negative),
}
"""Name -> (label, grid of a side)."""
