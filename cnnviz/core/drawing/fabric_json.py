"""Drawings as `streamlit-drawable-canvas` sends them, in the JSON of Fabric.js 7, and back.

The canvas sends what its tools made: a path of curves for each movement of the pen, straight lines, circles, and so
on, each with the move, scale and turn that its edit tool gave it. Here they become plain strokes, so that there is one
kind of drawing in the app. The JSON comes from a browser and is believed only where it makes sense.
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

FARTHEST = 1_000
"""An object that reaches farther than this many canvas pixels is left out."""

TOLERANCE = 0.1
"""How far, in pixels, straight lines may be from the curve that they replace."""

DOT = 0.02
"""Fabric's pen writes a dot as a line of twice this length, because a line without length has no ends to round."""

CIRCLE_POINTS = 64

ORIGINS = {"left": -0.5, "top": -0.5, "center": 0.0, "right": 0.5, "bottom": 0.5}
"""Which place of an object `left` and `top` tell, as a share of its size from its centre."""

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """A drawing, and how many objects of the canvas are not in it because they are no strokes or make no sense."""

    drawing: Drawing
    skipped: int = 0


def read(json_data: object) -> Reading:
    """Turn the `json_data` of a canvas into strokes in canvas pixels; fillings are left out.

    Args:
        json_data: A mapping whose `objects` are Fabric objects of type Path, Line, Polyline, Polygon, Circle or Rect,
            or None for a canvas that has not answered yet.

    Raises:
        Refusal: If it is no such mapping, or holds more than `MAX_STROKES` objects or `MAX_POINTS` points.
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
    found = [_strokes(one) for one in objects]
    strokes = tuple(stroke for some in found for stroke in some)
    _check_points(sum(len(stroke.points) for stroke in strokes))
    return Reading(Drawing(strokes), sum(not some for some in found))


def from_drawing(drawing: Drawing, stroke_color: str = "#000000") -> dict[str, Any]:
    """The `initial_drawing` that puts a drawing on a canvas, each stroke a path that can be edited.

    `read` gives the same drawing again.
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
    line = list(stroke.points)
    if len(set(line)) == 1:
        x, y = line[0]
        line = [(x - DOT, y), (x + DOT, y)]
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


def _strokes(one: object) -> list[Stroke]:
    """The strokes of one object, none if it is no stroke or makes no sense."""
    if not isinstance(one, Mapping) or one.get("visible") is False:
        return []
    kind = str(one.get("type"))[:20].lower()
    try:
        lines = READERS.get(kind, _nothing)(one)
        return _placed(one, lines, [bezier.extremes(one["path"])] if kind == "path" else lines)
    except bezier.LengthError:
        raise _too_long() from None
    except Refusal:
        raise
    except (ValueError, OverflowError):
        return []


def _placed(one: Fields, lines: list[Line], outline: list[Line]) -> list[Stroke]:
    """Lines in an object's own coordinates as strokes where its transform puts them on the canvas.

    The middle of the box around `outline` is the object's centre.
    """
    centre, size = _box(outline)
    matrix = _matrix(one)
    width = bezier.number(one.get("strokeWidth", 1))
    place = _centre_on_canvas(one, size, matrix, width)
    if one.get("strokeUniform") is not True:
        # The brush itself is scaled; where the two scales differ it is no circle any more, but has the same area.
        width *= math.sqrt(abs(float(np.linalg.det(matrix))))
    moved = [place + (np.array(line) - centre) @ matrix.T for line in lines]
    if any(np.abs(line).max() > FARTHEST for line in moved):
        raise ValueError("too far away")
    return [Stroke(_points(line), min(width, SIDE)) for line in moved]


def _matrix(one: Fields) -> np.ndarray:
    """Turn, scale and skew of an object: `(2, 2)`, as Fabric's `calcTransformMatrix` composes them."""
    angle, skew_x, skew_y = (math.radians(bezier.number(one.get(name, 0))) for name in ("angle", "skewX", "skewY"))
    scale = np.diag([_scale(one, "scaleX", "flipX"), _scale(one, "scaleY", "flipY")])
    skewed = np.array([[1, math.tan(skew_x)], [0, 1]]) @ np.array([[1, 0], [math.tan(skew_y), 1]])
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(turn @ scale @ skewed)


def _scale(one: Fields, scale: str, flip: str) -> float:
    return bezier.number(one.get(scale, 1)) * (-1 if one.get(flip) is True else 1)


def _centre_on_canvas(one: Fields, size: np.ndarray, matrix: np.ndarray, width: float) -> np.ndarray:
    """Where the middle of an object lies, from `left` and `top`, which may tell a corner or an edge of it."""
    place = np.array([bezier.number(one.get("left", 0)), bezier.number(one.get("top", 0))])
    origin = np.array([_origin(one, "originX", "left"), _origin(one, "originY", "top")])
    angle = math.radians(bezier.number(one.get("angle", 0)))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    uniform = one.get("strokeUniform") is True
    # Fabric's size of an object is the box around it before it is turned, with its brush.
    box = np.abs(turn.T @ matrix) @ (size if uniform else size + width) + (width if uniform else 0)
    return np.asarray(place - turn @ (origin * box))


def _origin(one: Fields, name: str, otherwise: str) -> float:
    value = one.get(name, otherwise)
    if not isinstance(value, str) or value not in ORIGINS:
        raise ValueError(f"`{name}` must be one of {', '.join(ORIGINS)}.")
    return ORIGINS[value]


def _points(line: np.ndarray) -> tuple[tuple[float, float], ...]:
    """The points of a stroke; a line of no length is a dot."""
    if np.ptp(line, axis=0).max() <= 3 * DOT:
        line = line.mean(axis=0, keepdims=True)
    return tuple((float(x), float(y)) for x, y in line)


def _box(lines: list[Line]) -> tuple[np.ndarray, np.ndarray]:
    """Centre and size of the box around all points. Raises `ValueError` if there are none."""
    points = np.array([point for line in lines for point in line], np.float64).reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, high - low


def _nothing(_: Fields) -> list[Line]:
    return []


def _path(one: Fields) -> list[Line]:
    path = one.get("path")
    if not isinstance(path, list):
        raise ValueError("`path` must be a list of commands.")
    _check_points(len(path))
    return bezier.flatten(path, TOLERANCE, MAX_POINTS)


def _line(one: Fields) -> list[Line]:
    """A straight line. Its ends are cut straight; ours are round, so each is drawn back until the ink is as much."""
    start, end = (np.array([bezier.number(one.get(f"x{n}")), bezier.number(one.get(f"y{n}"))]) for n in (1, 2))
    length = math.dist(start, end)
    radius = bezier.number(one.get("strokeWidth", 1)) / 2
    back = 0.0 if one.get("strokeLineCap") == "round" or not length else min(math.pi / 4 * radius / length, 0.5)
    ends = (start + back * (end - start), end - back * (end - start))
    return [[(float(x), float(y)) for x, y in ends]]


def _polyline(one: Fields) -> list[Line]:
    corners = one.get("points")
    if not isinstance(corners, list) or not all(isinstance(corner, Mapping) for corner in corners):
        raise ValueError("`points` must be a list of mappings.")
    _check_points(len(corners))
    return [[(bezier.number(corner.get("x")), bezier.number(corner.get("y"))) for corner in corners]]


def _polygon(one: Fields) -> list[Line]:
    return [[*line, line[0]] for line in _polyline(one) if line]


def _circle(one: Fields) -> list[Line]:
    radius = bezier.number(one.get("radius"))
    angles = np.arange(CIRCLE_POINTS + 1) * (2 * math.pi / CIRCLE_POINTS)
    return [[(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]]


def _rect(one: Fields) -> list[Line]:
    width, height = bezier.number(one.get("width")), bezier.number(one.get("height"))
    return [[(0, 0), (width, 0), (width, height), (0, height), (0, 0)]]


READERS: dict[str, Callable[[Fields], list[Line]]] = {
    "path": _path,
    "line": _line,
    "polyline": _polyline,
    "polygon": _polygon,
    "circle": _circle,
    "rect": _rect,
}
"""What a Fabric type is read with."""
