"""What flows between layers, drawn to scale: maps as a slab, a row of numbers as a bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cnnviz.core.layers import Shape
from cnnviz.figures import svg

LEAST = 3.0
BAR = 7.0


@dataclass(frozen=True)
class Slab:
    """A slab or bar of `shape`, its front's upper left corner at (x, y); `scale` is pixels a cell of a map.

    Rows and columns are to scale. The depth of a slab and the height of a bar grow with the logarithm, since 9,216
    beside 10 could not be drawn otherwise.
    """

    shape: Shape
    scale: float
    x: float = 0.0
    y: float = 0.0

    @property
    def is_bar(self) -> bool:
        return len(self.shape) == 1

    @property
    def front(self) -> tuple[float, float]:
        """Width and height of the front."""
        if self.is_bar:
            return BAR, 8 + 4.2 * math.log2(self.shape[0] + 1)
        return max(LEAST, self.shape[1] * self.scale), max(LEAST, self.shape[0] * self.scale)

    @property
    def depth(self) -> float:
        """How far the back lies to the right of the front and above it."""
        return 0.0 if self.is_bar else 1 + 2.2 * math.log2(self.shape[2])

    @property
    def size(self) -> tuple[float, float]:
        """Width and height with the depth."""
        return self.front[0] + self.depth, self.front[1] + self.depth

    def centred(self, x: float, y: float) -> Slab:
        """The same around the point (x, y)."""
        width, height = self.size
        return Slab(self.shape, self.scale, x - width / 2, y - height / 2 + self.depth)

    def cell(self, row: float, column: float) -> tuple[float, float]:
        """Where the upper left corner of a cell of the front is."""
        return self.x + column * self.scale, self.y + row * self.scale

    def draw(self, **more: Any) -> str:
        """Return the slab as SVG."""
        (width, height), back = self.front, self.depth
        left, right, top, bottom = self.x, self.x + width, self.y, self.y + height
        lid = [(left, top), (left + back, top - back), (right + back, top - back), (right, top)]
        flank = [(right, top), (right + back, top - back), (right + back, bottom - back), (right, bottom)]
        faces = (svg.path(lid, "top line", closed=True), svg.path(flank, "side line", closed=True))
        return svg.group(
            *(faces if back else ()),
            svg.rect(left, top, width, height, "front line"),
            stroke_width=0.8,
            stroke_linejoin="round",
            **more,
        )


def scale_for(shapes: list[Shape], most: float) -> float:
    """Return the pixels a cell with which the largest map among `shapes` has a side of `most` pixels."""
    sides = [side for shape in shapes if len(shape) == 3 for side in shape[:2]]
    return most / max(sides, default=1)
