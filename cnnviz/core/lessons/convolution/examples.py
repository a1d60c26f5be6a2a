"""Images of any side that show what a kernel does, and the one to begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.core.lessons.number_grid import Grid, grid, resized
from cnnviz.core.messages import gettext_noop

ONE = (
    (0.0, 0.0, 1.0, 0.0, 0.0),
    (0.0, 1.0, 1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0, 0.0, 0.0),
    (0.0, 1.0, 1.0, 1.0, 0.0),
)
"""A 1 on 5 × 5: what is convolved first."""


def _one(side: int) -> Grid:
    return resized(ONE, side)


def _edge(side: int) -> Grid:
    return grid(np.tile(np.where(np.arange(side) >= side // 2, 9, 0), (side, 1)))


def _line(side: int) -> Grid:
    return grid(np.tile(np.where(np.arange(side) == side // 2, 9, 0), (side, 1)).T)


def _pixel(side: int) -> Grid:
    values = np.zeros((side, side))
    values[side // 2, side // 2] = 1
    return grid(values)


def _counted(side: int) -> Grid:
    return grid(np.arange(1, side * side + 1).reshape(side, side))


def _constant(side: int) -> Grid:
    return grid(np.full((side, side), 3))


IMAGES: Mapping[str, tuple[str, Callable[[int], Grid]]] = {
    "one": (gettext_noop("A 1"), _one),
    "edge": (gettext_noop("A vertical edge"), _edge),
    "line": (gettext_noop("A horizontal line"), _line),
    "pixel": (gettext_noop("A single 1"), _pixel),
    "counted": (gettext_noop("1, 2, 3, …"), _counted),
    "flat": (gettext_noop("All alike"), _constant),
}
"""Name -> (label, image of a side)."""
