"""Pictures with a known name, such as an edge that is bright on the right, to find out what a filter answers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.core.messages import gettext_noop

MIN_SIDE = 3
"""Smallest side of a receptive field in which patterns can be told apart."""

MAX_THICKNESS = 3
"""Pixels of the thickest bar, about that of a stroke of MNIST."""

PAPER, INK = "paper", "ink"
"""The names of what is no pattern: nothing at all, and ink everywhere."""

NAMES = {
    PAPER: gettext_noop("empty paper: every pattern lowers its value"),
    INK: gettext_noop("ink, wherever it is"),
    "edge right": gettext_noop("an edge, bright on the right"),
    "edge top right": gettext_noop("an edge, bright at the top right"),
    "edge top": gettext_noop("an edge, bright at the top"),
    "edge top left": gettext_noop("an edge, bright at the top left"),
    "edge left": gettext_noop("an edge, bright on the left"),
    "edge bottom left": gettext_noop("an edge, bright at the bottom left"),
    "edge bottom": gettext_noop("an edge, bright at the bottom"),
    "edge bottom right": gettext_noop("an edge, bright at the bottom right"),
    "bar level": gettext_noop("a level bar"),
    "bar rising": gettext_noop("a bar that rises to the right"),
    "bar upright": gettext_noop("an upright bar"),
    "bar falling": gettext_noop("a bar that falls to the right"),
    "gap level": gettext_noop("a level gap between ink"),
    "gap rising": gettext_noop("a gap between ink that rises to the right"),
    "gap upright": gettext_noop("an upright gap between ink"),
    "gap falling": gettext_noop("a gap between ink that falls to the right"),
    "end right": gettext_noop("the end of a stroke that comes from the right"),
    "end top right": gettext_noop("the end of a stroke that comes from the top right"),
    "end top": gettext_noop("the end of a stroke that comes from the top"),
    "end top left": gettext_noop("the end of a stroke that comes from the top left"),
    "end left": gettext_noop("the end of a stroke that comes from the left"),
    "end bottom left": gettext_noop("the end of a stroke that comes from the bottom left"),
    "end bottom": gettext_noop("the end of a stroke that comes from the bottom"),
    "end bottom right": gettext_noop("the end of a stroke that comes from the bottom right"),
    "spot": gettext_noop("a bright spot"),
    "hole": gettext_noop("a dark spot in ink"),
}
"""The name of a pattern -> what it is in words."""

DIRECTIONS = {
    "right": (0, 1),
    "top right": (-1, 1),
    "top": (-1, 0),
    "top left": (-1, -1),
    "left": (0, -1),
    "bottom left": (1, -1),
    "bottom": (1, 0),
    "bottom right": (1, 1),
}
"""The name of a direction -> its step in rows and columns, against the clock."""

LINES = {"level": (0, 1), "rising": (-1, 1), "upright": (-1, 0), "falling": (1, 1)}
"""The name of a line -> a step along it."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """A picture of something.

    Attributes:
        name: A key of `NAMES`; several pictures may share it.
        image: (rows, columns) float32, 1 is ink, read-only.
    """

    name: str
    image: np.ndarray


@lru_cache(maxsize=32)
def make_patterns(rows: int, columns: int) -> tuple[Pattern, ...]:
    """Make all patterns that fill a field of this size; none where a side is shorter than `MIN_SIDE`."""
    if min(rows, columns) < MIN_SIDE:
        return ()
    y = np.arange(rows)[:, np.newaxis] - (rows - 1) / 2
    x = np.arange(columns) - (columns - 1) / 2
    thick = _choose_thickness(min(rows, columns))
    made = []
    for name, picture in _draw(y, x, thick):
        image = np.broadcast_to(picture, (rows, columns)).astype(np.float32)
        image.flags.writeable = False
        if image.any():
            made.append(Pattern(name, image))
    return tuple(made)


def _choose_thickness(side: int) -> int:
    """Return the pixels of a bar's thickness: odd in an odd field, even in an even one, to lie in the middle."""
    wanted = max(1, min(MAX_THICKNESS, round(side / 4)))
    return wanted if wanted % 2 == side % 2 else max(2, wanted - 1)


def _draw(y: np.ndarray, x: np.ndarray, thick: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every pattern as booleans over the coordinates `y` and `x`, which are 0 in the middle."""
    half = thick / 2
    yield INK, (y == y) & (x == x)
    for name, (down, right) in DIRECTIONS.items():
        along = down * y + right * x
        for start in (0, 1):  # the edge lies in the middle, or a pixel further on
            yield f"edge {name}", along >= start
        yield f"end {name}", _lie_on_line(down, right, half)(y, x) & (along > -half * (abs(down) + abs(right)))
    for name, (down, right) in LINES.items():
        line = _lie_on_line(down, right, half)(y, x)
        yield f"bar {name}", line
        yield f"gap {name}", ~line
    spot = (abs(y) < half) & (abs(x) < half)
    yield "spot", spot
    yield "hole", ~spot


def _lie_on_line(down: int, right: int, half: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return what says whether a place lies on a line through the middle, by its distance across."""
    reach = half if not (down and right) else max(2 * half - 1, 0.5)
    return lambda y, x: abs(right * y - down * x) <= reach - (0 if down and right else 1e-6)
