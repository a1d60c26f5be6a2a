"""Drawings as pen strokes, and their rendering to pixels.

A drawing is stored as vectors, which are small enough for a link and can be rendered at any size.
`render` paints them the way a browser's canvas does with `lineCap = lineJoin = "round"`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIDE = 280
"""Width and height of the drawing canvas, in pixels."""

OVERSAMPLING = 4
"""Strokes are painted this many times larger and averaged, which gives 17 grey levels along an edge."""

MAX_COORDINATE = 10 * SIDE
"""Coordinates are clamped to this many canvas pixels before painting; nothing on the canvas looks different."""

MAX_STROKES = 200
"""Strokes of a drawing from the pad, a link or Fabric's JSON."""

MAX_POINTS = 6_000
"""Points of all strokes of a drawing together."""

MIN_BRUSH, MAX_BRUSH = 8, 40
"""Brush widths that can be chosen, in canvas pixels."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """One movement of the pen, from touching the paper to leaving it.

    Attributes:
        points: `(x, y)` in canvas pixels, x to the right and y down. They may lie outside the canvas.
            One point is a dot.
        width: Diameter of the round brush in canvas pixels, above 0 and at most `SIDE`.

    Raises:
        ValueError: If a coordinate is not finite or the width is out of range.
    """

    points: tuple[Point, ...]
    width: float = 20.0

    def __post_init__(self) -> None:
        if not 0 < self.width <= SIDE:
            raise ValueError(f"`width` must be above 0 and at most {SIDE} pixels. Received: {self.width}")
        if not all(math.isfinite(x) and math.isfinite(y) for x, y in self.points):
            raise ValueError("`points` must hold finite coordinates. Received: NaN or infinity.")


@dataclass(frozen=True)
class Drawing:
    """Strokes of a drawing; false without any point.

    Attributes:
        strokes: In the order in which they were drawn.
    """

    strokes: tuple[Stroke, ...] = ()

    def __bool__(self) -> bool:
        """Return whether any stroke has a point."""
        return any(stroke.points for stroke in self.strokes)


def render(drawing: Drawing, side: int = SIDE) -> np.ndarray:
    """Paint a drawing: black ink with round caps and joins, antialiased, on transparent paper.

    Args:
        drawing: The strokes, in canvas pixels.
        side: Width and height of the result in pixels; the canvas is scaled to it.

    Returns:
        `(side, side, 4)` uint8 RGBA, as `CanvasRenderingContext2D.getImageData` returns it.
    """
    rgba = np.zeros((side, side, 4), np.uint8)
    rgba[..., 3] = cover(drawing, side)
    return rgba


def cover(drawing: Drawing, side: int = SIDE) -> np.ndarray:
    """Compute how much of each pixel is under ink: the opacity of what `render` paints.

    Returns:
        `(side, side)` uint8, 255 for all of it.
    """
    coverage = np.zeros((side, side), np.uint8)
    if not drawing:
        return coverage
    large = Image.new("L", (side * OVERSAMPLING, side * OVERSAMPLING))
    brush = ImageDraw.Draw(large)
    for stroke in drawing.strokes:
        _paint(brush, stroke, side / SIDE * OVERSAMPLING)
    left, top, right, bottom = _find_box(drawing, side)
    if left < right and top < bottom:  # averaging takes longer than painting, so only what may have ink is averaged
        box = (left * OVERSAMPLING, top * OVERSAMPLING, right * OVERSAMPLING, bottom * OVERSAMPLING)
        coverage[top:bottom, left:right] = np.asarray(large.reduce(OVERSAMPLING, box))
    return coverage


def _find_box(drawing: Drawing, side: int) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the pixels outside of which there is no ink, at most all of them."""
    scale = side / SIDE
    reach = max(stroke.width for stroke in drawing.strokes) / 2 + 1 / scale  # a pixel more, as coordinates are rounded
    xs, ys = zip(*(point for stroke in drawing.strokes for point in stroke.points), strict=True)
    first = (math.floor(max(0.0, (min(along) - reach) * scale)) for along in (xs, ys))
    last = (math.ceil(min(float(side), (max(along) + reach) * scale)) for along in (xs, ys))
    return *first, *last


def _paint(brush: ImageDraw.ImageDraw, stroke: Stroke, scale: float) -> None:
    """Paint segments for the body and a disc at every point for the caps and joins."""
    points = [(x * scale, y * scale) for x, y in _visible_points(stroke)]
    if len(points) > 1:
        brush.line(points, fill=255, width=max(1, round(stroke.width * scale)))
    # Pillow's ellipse includes its last row and column, so it is a pixel short of the width.
    radius = max(0.0, (stroke.width * scale - 1) / 2)
    for x, y in points:
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _visible_points(stroke: Stroke) -> Iterator[Point]:
    """Yield the points without consecutive repeats, clamped to `MAX_COORDINATE`."""
    before = None
    for x, y in stroke.points:
        point = (min(max(x, -MAX_COORDINATE), MAX_COORDINATE), min(max(y, -MAX_COORDINATE), MAX_COORDINATE))
        if point != before:
            yield point
        before = point
