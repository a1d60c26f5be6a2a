"""Example images of any side for the convolution by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.core.lessons.number_grid import Grid, resize, to_grid
from cnnviz.core.messages import gettext_noop

ONE = (
    (0.0, 0.0, 1.0, 0.0, 0.0),
    (0.0, 1.0, 1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0, 0.0, 0.0),
    (0.0, 1.0, 1.0, 1.0, 0.0),
)
"""A 1 on 5 × 5, the initial image."""


def _draw_one(side: int) -> Grid:
    return resize(ONE, side)


def _draw_edge(side: int) -> Grid:
    return to_grid(np.tile(np.where(np.arange(side) >= side // 2, 9, 0), (side, 1)))


def _draw_line(side: int) -> Grid:
    return to_grid(np.tile(np.where(np.arange(side) == side // 2, 9, 0), (side, 1)).T)


def _draw_pixel(side: int) -> Grid:
    values = np.zeros((side, side))
    values[side // 2, side // 2] = 1
    return to_grid(values)


def _count_up(side: int) -> Grid:
    return to_grid(np.arange(1, side * side + 1).reshape(side, side))


def _fill(side: int) -> Grid:
    return to_grid(np.full((side, side), 3))


IMAGES: Mapping[str, tuple[str, Callable[[int], Grid]]] = {
    "one": (gettext_noop("A 1"), _draw_one),
    "edge": (gettext_noop("A vertical edge"), _draw_edge),
    "line": (gettext_noop("A horizontal line"), _draw_line),
    "pixel": (gettext_noop("A single 1"), _draw_pixel),
    "counted": (gettext_noop("1, 2, 3, …"), _count_up),
    "flat": (gettext_noop("All alike"), _fill),
}
"""Name -> (label, function from a side to an image)."""
