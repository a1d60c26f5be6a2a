"""Convert drawings from and to the JSON of Fabric.js 7, which `streamlit-drawable-canvas` sends.

The canvas sends one object per tool action: a path of curves for a movement of the pen, a line, a circle and so on,
each with the translation, scale and rotation of its edit tool. They are converted to plain strokes, so that the app has
one kind of drawing. The JSON comes from a browser and is untrusted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.drawing import bezier
from cnnviz.core.drawing.bezier import Line
from cnnviz.core.drawing.fabric_shapes import READERS, Fields, cut_circle
from cnnviz.core.drawing.strokes import MAX_POINTS, MAX_STROKES, SIDE, Drawing, Stroke
from cnnviz.core.drawing.svg_path import check_number
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

MAX_COORDINATE = 1_000
"""Objects that extend beyond this many canvas pixels are left out."""

MAX_DEVIATION = 0.1
"""Largest distance, in pixels, between a curve and the polyline that replaces it."""

DOT_HALF_LENGTH = 0.02
"""Fabric's pen writes a dot as a line of twice this length, because a line of length 0 has no caps."""

ORIGINS = {"left": -0.5, "top": -0.5, "center": 0.0, "right": 0.5, "bottom": 0.5}
"""Origin name -> the point that `left` or `top` locates, as a fraction of the object's size from its centre."""

MAX_GROUPS = MAX_STROKES
"""Of groups of objects, one within another or side by side."""

MAX_DEPTH = 20
"""Of groups within groups; what lies deeper is left out."""

LEFT_OUT: Mapping[str, str] = {
    "picture": gettext_noop("pictures"),
    "text": gettext_noop("text"),
    "fill": gettext_noop("areas without an outline"),
    "hidden": gettext_noop("hidden objects"),
    "damaged": gettext_noop("objects that are damaged or lie far off the canvas"),
    "unknown": gettext_noop("objects of another kind"),
}
"""Reason for which an object is not read -> what such objects are called."""

LEFT_OUT_TYPES = {"image": "picture", "text": "text", "i-text": "text", "itext": "text", "textbox": "text"}
"""Lower-case Fabric type -> its reason in `LEFT_OUT`."""

GROUPS = ("group", "activeselection")
"""Lower-case Fabric types of objects that hold others."""


@dataclass(frozen=True)
class ParsedCanvas:
    """Drawing read from a canvas.

    Attributes:
        drawing: Its strokes, in canvas pixels.
        skipped: Number of objects left out because they are not strokes or are malformed.
        left_out: Reason, one of `LEFT_OUT` -> number of such objects; together they are `skipped`.
    """

    drawing: Drawing
    skipped: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Frame:
    """Coordinate system in which an object is given.

    Attributes:
        matrix: `(2, 2)` float64; turns and scales its coordinates to canvas pixels.
        origin: `(2,)` float64; its origin in canvas pixels.
        scale: Canvas pixels to a pixel of the canvas that was saved.
    """

    matrix: np.ndarray
    origin: np.ndarray
    scale: float


def read(json_data: object) -> ParsedCanvas:
    """Convert the `json_data` of a canvas to strokes in canvas pixels; fills are ignored.

    A canvas that states another `width` and `height` is scaled to fit ours, and lies in its middle.

    Args:
        json_data: A mapping whose `objects` are Fabric objects of type Path, Line, Polyline, Polygon, Triangle, Circle,
            Ellipse, Rect or Group, or None while the canvas has not answered.

    Raises:
        Refusal: If it is not such a mapping, or holds more than `MAX_STROKES` objects, `MAX_GROUPS` groups or
            `MAX_POINTS` points. Reading stops at the first that is too many.
    """
    if json_data is None:
        return ParsedCanvas(Drawing())
    objects = json_data.get("objects", []) if isinstance(json_data, Mapping) else None
    if not isinstance(json_data, Mapping) or not isinstance(objects, list):
        raise Refusal("The drawing could not be read. Please clear the canvas and draw again.")
    reader = _Reader(_major(json_data.get("version")))
    for name in ("backgroundImage", "overlayImage"):
        if isinstance(json_data.get(name), Mapping):
            reader.left_out["picture"] += 1
    reader.read_all(objects, _fit_canvas(json_data), 0)
    return ParsedCanvas(Drawing(tuple(reader.strokes)), reader.left_out.total(), dict(reader.left_out))


def from_drawing(drawing: Drawing, stroke_color: str = "#000000") -> dict[str, Any]:
    """Convert a drawing to the `initial_drawing` of a canvas, each stroke an editable path.

    `read` returns the same drawing again.
    """
    return {"objects": [_path_object(stroke, stroke_color) for stroke in drawing.strokes if stroke.points]}


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


def _too_many() -> Refusal:
    return Refusal(
        "This drawing has more than {limit} strokes, and more are not read. Please undo some or clear it.",
        limit=MAX_STROKES,
    )


def _major(version: object) -> int:
    """Return the number before the first dot of Fabric's version; 7 where it is missing."""
    number = version.partition(".")[0] if isinstance(version, str) else ""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else 7


def _fit_canvas(json_data: Fields) -> Frame:
    """Scale a canvas of another size, where it is stated, to fit ours, and put it into the middle."""
    sides = [json_data.get(name) for name in ("width", "height")]
    try:
        size = np.array([check_number(side) for side in sides])
    except ValueError:
        size = np.full(2, float(SIDE))
    if size.min() < 1:
        size = np.full(2, float(SIDE))
    scale = SIDE / size.max()
    return Frame(np.eye(2) * scale, (SIDE - scale * size) / 2, float(scale))


class _Reader:
    """Reads objects one by one until there are too many of them, or of their points.

    Attributes:
        strokes: What was read so far.
        left_out: Reason -> number of objects that were not read.
    """

    def __init__(self, version: int) -> None:
        """Read objects as the Fabric of this major version wrote them."""
        self.strokes: list[Stroke] = []
        self.left_out: Counter[str] = Counter()
        self._version = version
        self._objects = 0
        self._groups = 0
        self._points = 0

    def read_all(self, objects: list[Any], frame: Frame, depth: int) -> None:
        """Read the objects of a canvas or of a group."""
        if len(objects) > MAX_STROKES - self._objects + MAX_GROUPS - self._groups:
            raise _too_many()
        if depth > MAX_DEPTH:
            raise ValueError(f"Groups may be nested at most {MAX_DEPTH} deep.")
        for one in objects:
            self._read(one, frame, depth)

    def _read(self, one: object, frame: Frame, depth: int) -> None:
        """Read one object, or count why it is left out."""
        kind = str(one.get("type"))[:20].lower() if isinstance(one, Mapping) else ""
        self._groups += kind in GROUPS
        self._objects += kind not in GROUPS
        if self._objects > MAX_STROKES or self._groups > MAX_GROUPS:
            raise _too_many()
        try:
            if not isinstance(one, Mapping):
                raise ValueError("An object must be a mapping.")
            reason = _find_reason(one, kind)
            if reason:
                self.left_out[reason] += 1
            elif kind in GROUPS:
                self._read_group(one, frame, depth)
            else:
                self.strokes += self._read_strokes(one, kind, frame)
        except bezier.LengthError:
            raise _too_long() from None
        except Refusal:
            raise
        except (ValueError, OverflowError):
            self.left_out["damaged"] += 1

    def _read_group(self, one: Fields, frame: Frame, depth: int) -> None:
        """Read the objects of a group, whose places are told from its centre."""
        objects = one.get("objects")
        if not isinstance(objects, list):
            raise ValueError("`objects` must be a list.")
        size = np.array([check_number(one.get(name, 0)) for name in ("width", "height")])
        matrix = _compose_matrix(one)
        centre = _find_centre(one, size, matrix, check_number(one.get("strokeWidth", 0)))
        inner = Frame(frame.matrix @ matrix, frame.origin + frame.matrix @ centre, frame.scale)
        self.read_all(objects, inner, depth + 1)

    def _read_strokes(self, one: Fields, kind: str, frame: Frame) -> list[Stroke]:
        if kind == "path":
            lines, outline = self._read_path(one)
        else:
            corners = one.get("points")
            known = len(corners) if isinstance(corners, list) else 0
            self._count(known)
            outline = lines = READERS[kind](one)
            if kind == "circle":
                lines = [cut_circle(lines[0], one, self._version)]
            self._count(max(0, sum(map(len, lines)) - known))
        return _place(one, lines, outline, frame)

    def _read_path(self, one: Fields) -> tuple[list[Line], list[Line]]:
        """Read a path as polylines and the points that span its bounding box."""
        path = one.get("path")
        if not isinstance(path, list):
            raise ValueError("`path` must be a list of commands.")
        # Counted before they are looked at: each command makes at least a point, but for arcs that lead nowhere.
        self._count(len(path))
        lines = bezier.flatten(path, MAX_DEVIATION, MAX_POINTS - self._points + len(path))
        self._count(max(0, sum(map(len, lines)) - len(path)))
        return lines, [bezier.find_extremes(path)]

    def _count(self, points: int) -> None:
        self._points += points
        if self._points > MAX_POINTS:
            raise _too_long()


def _find_reason(one: Fields, kind: str) -> str:
    """Return why an object is left out, one of `LEFT_OUT`, or "" if it is not."""
    if one.get("visible") is False or one.get("opacity") == 0:
        return "hidden"
    if kind in LEFT_OUT_TYPES:
        return LEFT_OUT_TYPES[kind]
    if kind not in READERS and kind != "path" and kind not in GROUPS:
        return "unknown"
    shows_outline = "stroke" not in one or one["stroke"] not in (None, "", "transparent")
    return "" if kind in GROUPS or shows_outline else "fill"


def _place(one: Fields, lines: list[Line], outline: list[Line], frame: Frame) -> list[Stroke]:
    """Transform polylines from an object's own coordinates to canvas pixels, with the width of its brush.

    The object's centre is that of the bounding box of `outline`.
    """
    # 1. Read the transform.
    centre, size = _box(outline)
    matrix = _compose_matrix(one)
    width = check_number(one.get("strokeWidth", 1))
    # An object without a place lies where its own points say.
    here = {name: float(at) for name, at in zip(("left", "top"), centre, strict=True) if name not in one}
    if here and str(one.get("type")).lower() in PLACED_BY_POINTS:
        one = {**one, **here, **{ORIGIN_OF[name]: "center" for name in here}}
    place = frame.origin + frame.matrix @ _find_centre(one, size, matrix, width)
    # 2. Scale the brush. Where the two scales differ it becomes an ellipse; a circle of the same area replaces it.
    whole = frame.matrix @ matrix
    uniform = one.get("strokeUniform") is True
    width *= frame.scale if uniform else math.sqrt(abs(float(np.linalg.det(whole))))
    # 3. Transform the points.
    moved = [place + (np.array(line) - centre) @ whole.T for line in lines]
    if any(np.abs(line).max() > MAX_COORDINATE for line in moved):
        raise ValueError("too far away")
    return [Stroke(_points(line), min(width, SIDE)) for line in moved]


PLACED_BY_POINTS = ("path", "line", "polyline", "polygon")
"""Lower-case Fabric types whose points say where they lie."""

ORIGIN_OF = {"left": "originX", "top": "originY"}


def _compose_matrix(one: Fields) -> np.ndarray:
    """Compose rotation, scale and skew of an object, `(2, 2)`, as Fabric's `calcTransformMatrix` does."""
    angle, skew_x, skew_y = (math.radians(check_number(one.get(name, 0))) for name in ("angle", "skewX", "skewY"))
    scale = np.diag([_signed_scale(one, "scaleX", "flipX"), _signed_scale(one, "scaleY", "flipY")])
    skewed = np.array([[1, math.tan(skew_x)], [0, 1]]) @ np.array([[1, 0], [math.tan(skew_y), 1]])
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(turn @ scale @ skewed)


def _signed_scale(one: Fields, scale: str, flip: str) -> float:
    return check_number(one.get(scale, 1)) * (-1 if one.get(flip) is True else 1)


def _find_centre(one: Fields, size: np.ndarray, matrix: np.ndarray, width: float) -> np.ndarray:
    """Compute the centre of an object from `left` and `top`, which may locate a corner or an edge of it."""
    place = np.array([check_number(one.get("left", 0)), check_number(one.get("top", 0))])
    origin = np.array([_origin(one, "originX", "left"), _origin(one, "originY", "top")])
    angle = math.radians(check_number(one.get("angle", 0)))
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
