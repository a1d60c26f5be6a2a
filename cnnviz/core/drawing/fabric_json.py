"""Convert drawings from and to the JSON of Fabric.js 7, which `streamlit-drawable-canvas` sends.

The canvas sends one object per tool action: a path of curves for a movement of the pen, a line, a circle and so on,
each with the translation, scale and rotation of its edit tool. They are converted to plain strokes, so that the app has
one kind of drawing. The JSON comes from a browser and is untrusted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.core.drawing import bezier
from cnnviz.core.drawing.bezier import Line
from cnnviz.core.drawing.strokes import MAX_POINTS, MAX_STROKES, SIDE, Drawing, Stroke
from cnnviz.core.errors import Refusal

MAX_COORDINATE = 1_000
"""Objects that extend beyond this many canvas pixels are left out."""

MAX_DEVIATION = 0.1
"""Largest distance, in pixels, between a curve and the polyline that replaces it."""

DOT_HALF_LENGTH = 0.02
"""Fabric's pen writes a dot as a line of twice this length, because a line of length 0 has no caps."""

CIRCLE_POINTS = 64
"""Corners of the polygon that replaces a circle."""

ORIGINS = {"left": -0.5, "top": -0.5, "center": 0.0, "right": 0.5, "bottom": 0.5}
"""Origin name -> the point that `left` or `top` locates, as a fraction of the object's size from its centre."""

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """Drawing read from a canvas.

    Attributes:
        drawing: Its strokes, in canvas pixels.
        skipped: Number of objects left out because they are not strokes or are malformed.
    """

    drawing: Drawing
    skipped: int = 0


def read(json_data: object) -> Reading:
    """Convert the `json_data` of a canvas to strokes in canvas pixels; fills are ignored.

    Args:
        json_data: A mapping whose `objects` are Fabric objects of type Path, Line, Polyline, Polygon, Circle or Rect,
            or None while the canvas has not answered.

    Raises:
        Refusal: If it is not such a mapping, or holds more than `MAX_STROKES` objects or `MAX_POINTS` points.
    """
    if json_data is None:
        return Reading(Drawing())
    objects = json_data.get("objects", []) if isinstance(json_data, Mapping) else None
    if not isinstance(objects, list):
        raise Refusal("The drawing could not be read. Please clear the canvas and draw again.")
    if len(objects) > MAX_STROKES:
        raise Refusal(
            "This drawing has more than {limit} strokes, and more are not read. Please undo some or clear it.",
            limit=MAX_STROKES,
        )
    found = [_read_object(one) for one in objects]
    strokes = tuple(stroke for some in found for stroke in some)
    _check_points(sum(len(stroke.points) for stroke in strokes))
    return Reading(Drawing(strokes), sum(not some for some in found))


def from_drawing(drawing: Drawing, stroke_color: str = "#000000") -> dict[str, Any]:
    """Convert a drawing to the `initial_drawing` of a canvas, each stroke an editable path.

    `read` returns the same drawing again.
    """
    return {"objects": [_path_object(stroke, stroke_color) for stroke in drawing.strokes if stroke.points]}


def _check_points(count: int) -> None:
    if count > MAX_POINTS:
        raise _too_long()


def _too_long() -> Refusal:
    return Refusal(
        "This drawing has more than {limit} points, and more are not read. Please undo some strokes or clear it.",
        limit=MAX_POINTS,
    )


def _path_object(stroke: Stroke, stroke_color: str) -> dict[str, Any]:
    """Write a stroke as a Fabric Path."""
    line = list(stroke.points)
    if len(set(line)) == 1:
        x, y = line[0]
        line = [(x - DOT_HALF_LENGTH, y), (x + DOT_HALF_LENGTH, y)]
    centre, size = _box([line])
    return {
        "type": "Path",
        "originX": "center",
        "originY": "center",
        "left": float(centre[0]),
        "top": float(centre[1]),
        "width": float(size[0]),
        "height": float(size[1]),
        "fill": None,
        "stroke": stroke_color,
        "strokeWidth": stroke.width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
        "path": [["L" if index else "M", x, y] for index, (x, y) in enumerate(line)],
    }


def _read_object(one: object) -> list[Stroke]:
    """Read the strokes of one object; none if it is not a stroke or is malformed."""
    if not isinstance(one, Mapping) or one.get("visible") is False:
        return []
    kind = str(one.get("type"))[:20].lower()
    try:
        lines = READERS.get(kind, _read_nothing)(one)
        return _place(one, lines, [bezier.find_extremes(one["path"])] if kind == "path" else lines)
    except bezier.LengthError:
        raise _too_long() from None
    except Refusal:
        raise
    except (ValueError, OverflowError):
        return []


def _place(one: Fields, lines: list[Line], outline: list[Line]) -> list[Stroke]:
    """Transform polylines from an object's own coordinates to canvas pixels, with the width of its brush.

    The object's centre is that of the bounding box of `outline`.
    """
    # 1. Read the transform.
    centre, size = _box(outline)
    matrix = _compose_matrix(one)
    width = bezier.check_number(one.get("strokeWidth", 1))
    place = _find_centre(one, size, matrix, width)
    if one.get("strokeUniform") is not True:
        # 2. Scale the brush. Where the two scales differ it becomes an ellipse; a circle of the same area replaces it.
        width *= math.sqrt(abs(float(np.linalg.det(matrix))))
    # 3. Transform the points.
    moved = [place + (np.array(line) - centre) @ matrix.T for line in lines]
    if any(np.abs(line).max() > MAX_COORDINATE for line in moved):
        raise ValueError("too far away")
    return [Stroke(_points(line), min(width, SIDE)) for line in moved]


def _compose_matrix(one: Fields) -> np.ndarray:
    """Compose rotation, scale and skew of an object, `(2, 2)`, as Fabric's `calcTransformMatrix` does."""
    angle, skew_x, skew_y = (
        math.radians(bezier.check_number(one.get(name, 0))) for name in ("angle", "skewX", "skewY")
    )
    scale = np.diag([_signed_scale(one, "scaleX", "flipX"), _signed_scale(one, "scaleY", "flipY")])
    skewed = np.array([[1, math.tan(skew_x)], [0, 1]]) @ np.array([[1, 0], [math.tan(skew_y), 1]])
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(turn @ scale @ skewed)


def _signed_scale(one: Fields, scale: str, flip: str) -> float:
    return bezier.check_number(one.get(scale, 1)) * (-1 if one.get(flip) is True else 1)


def _find_centre(one: Fields, size: np.ndarray, matrix: np.ndarray, width: float) -> np.ndarray:
    """Compute the centre of an object from `left` and `top`, which may locate a corner or an edge of it."""
    place = np.array([bezier.check_number(one.get("left", 0)), bezier.check_number(one.get("top", 0))])
    origin = np.array([_origin(one, "originX", "left"), _origin(one, "originY", "top")])
    angle = math.radians(bezier.check_number(one.get("angle", 0)))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    uniform = one.get("strokeUniform") is True
    # Fabric's size of an object is its bounding box before rotation, brush included.
    box = np.abs(turn.T @ matrix) @ (size if uniform else size + width) + (width if uniform else 0)
    return np.asarray(place - turn @ (origin * box))


def _origin(one: Fields, name: str, otherwise: str) -> float:
    value = one.get(name, otherwise)
    if not isinstance(value, str) or value not in ORIGINS:
        raise ValueError(f"`{name}` must be one of {', '.join(ORIGINS)}.")
    return ORIGINS[value]


def _points(line: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Convert a polyline to the points of a stroke; one of almost no length becomes a dot."""
    if np.ptp(line, axis=0).max() <= 3 * DOT_HALF_LENGTH:
        line = line.mean(axis=0, keepdims=True)
    return tuple((float(x), float(y)) for x, y in line)


def _box(lines: list[Line]) -> tuple[np.ndarray, np.ndarray]:
    """Compute centre and size of the bounding box of all points. Raises `ValueError` if there are none."""
    points = np.array([point for line in lines for point in line], np.float64).reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, high - low


def _read_nothing(_: Fields) -> list[Line]:
    return []


def _read_path(one: Fields) -> list[Line]:
    path = one.get("path")
    if not isinstance(path, list):
        raise ValueError("`path` must be a list of commands.")
    _check_points(len(path))
    return bezier.flatten(path, MAX_DEVIATION, MAX_POINTS)


def _read_line(one: Fields) -> list[Line]:
    """Read a straight line.

    Its caps are flat and those of a stroke are round, so both ends are moved inwards until the inked area is the same.
    """
    start, end = (
        np.array([bezier.check_number(one.get(f"x{n}")), bezier.check_number(one.get(f"y{n}"))]) for n in (1, 2)
    )
    length = math.dist(start, end)
    radius = bezier.check_number(one.get("strokeWidth", 1)) / 2
    back = 0.0 if one.get("strokeLineCap") == "round" or not length else min(math.pi / 4 * radius / length, 0.5)
    ends = (start + back * (end - start), end - back * (end - start))
    return [[(float(x), float(y)) for x, y in ends]]


def _read_polyline(one: Fields) -> list[Line]:
    corners = one.get("points")
    if not isinstance(corners, list) or not all(isinstance(corner, Mapping) for corner in corners):
        raise ValueError("`points` must be a list of mappings.")
    _check_points(len(corners))
    return [[(bezier.check_number(corner.get("x")), bezier.check_number(corner.get("y"))) for corner in corners]]


def _read_polygon(one: Fields) -> list[Line]:
    return [[*line, line[0]] for line in _read_polyline(one) if line]


def _read_circle(one: Fields) -> list[Line]:
    radius = bezier.check_number(one.get("radius"))
    angles = np.arange(CIRCLE_POINTS + 1) * (2 * math.pi / CIRCLE_POINTS)
    return [[(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]]


def _read_rect(one: Fields) -> list[Line]:
    width, height = bezier.check_number(one.get("width")), bezier.check_number(one.get("height"))
    return [[(0, 0), (width, 0), (width, height), (0, height), (0, 0)]]


READERS: dict[str, Callable[[Fields], list[Line]]] = {
    "path": _read_path,
    "line": _read_line,
    "polyline": _read_polyline,
    "polygon": _read_polygon,
    "circle": _read_circle,
    "rect": _read_rect,
}
"""Lower-case Fabric type -> its reader."""
