"""Draw activations to scale: feature maps as a slab, a vector as a bar."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cnnviz.core.layers import Shape
from cnnviz.figures import svg

MIN_SIDE = 3.0
"""Smallest width and height of a slab's front."""
BAR_WIDTH = 7.0


@dataclass(frozen=True)
class Slab:
    """A slab or bar.

    Rows and columns are to scale. The depth of a slab and the height of a bar grow logarithmically, because 9,216
    numbers and 10 have to fit in one drawing.

    Attributes:
        shape: (rows, columns, channels) for a slab, (length,) for a bar.
        scale: Pixels a cell of a map.
        x: Left edge of the front.
        y: Upper edge of the front.
    """

    shape: Shape
    scale: float
    x: float = 0.0
    y: float = 0.0

    @property
    def is_bar(self) -> bool:
        """Whether it is drawn as a bar."""
        return len(self.shape) == 1

    @property
    def front(self) -> tuple[float, float]:
        """Width and height of the front."""
        if self.is_bar:
            return BAR_WIDTH, 8 + 4.2 * math.log2(self.shape[0] + 1)
        return max(MIN_SIDE, self.shape[1] * self.scale), max(MIN_SIDE, self.shape[0] * self.scale)

    @property
    def depth(self) -> float:
        """Offset of the back from the front, to the right and upwards."""
        return 0.0 if self.is_bar else 1 + 2.2 * math.log2(self.shape[2])

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, depth included."""
        return self.front[0] + self.depth, self.front[1] + self.depth

    def centre(self, x: float, y: float) -> Slab:
        """Return a copy centred on the point (x, y)."""
        width, height = self.size
        return Slab(self.shape, self.scale, x - width / 2, y - height / 2 + self.depth)

    def cell(self, row: float, column: float) -> tuple[float, float]:
        """Return the upper left corner of a cell of the front."""
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
    """Return the pixels a cell with which the longest side of all maps among `shapes` is `most` pixels."""
    sides = [side for shape in shapes if len(shape) == 3 for side in shape[:2]]
    return most / max(sides, default=1)
