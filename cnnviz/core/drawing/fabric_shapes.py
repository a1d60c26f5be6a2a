"""Read the shapes of Fabric.js as polylines in their own coordinates: lines, polygons, ellipses and rectangles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.core.drawing.bezier import Line
from cnnviz.core.drawing.svg_path import check_number

Fields = Mapping[str, Any]
"""An object as its JSON says."""

CIRCLE_POINTS = 64
"""Corners of the polygon that replaces a circle."""


def _read_line(one: Fields) -> list[Line]:
    """Read a straight line.

    Its caps are flat and those of a stroke are round, so both ends are moved inwards until the inked area is the same.
    """
    start, end = (np.array([check_number(one.get(f"x{n}")), check_number(one.get(f"y{n}"))]) for n in (1, 2))
    length = math.dist(start, end)
    radius = check_number(one.get("strokeWidth", 1)) / 2
    back = 0.0 if one.get("strokeLineCap") == "round" or not length else min(math.pi / 4 * radius / length, 0.5)
    ends = (start + back * (end - start), end - back * (end - start))
    return [[(float(x), float(y)) for x, y in ends]]


def _read_polyline(one: Fields) -> list[Line]:
    corners = one.get("points")
    if not isinstance(corners, list) or not all(isinstance(corner, Mapping) for corner in corners):
        raise ValueError("`points` must be a list of mappings.")
    return [[(check_number(corner.get("x")), check_number(corner.get("y"))) for corner in corners]]


def _read_polygon(one: Fields) -> list[Line]:
    return [[*line, line[0]] for line in _read_polyline(one) if line]


def _read_circle(one: Fields) -> list[Line]:
    radius = check_number(one.get("radius"))
    return [_follow_ellipse(radius, radius)]


def _read_ellipse(one: Fields) -> list[Line]:
    return [_follow_ellipse(check_number(one.get("rx")), check_number(one.get("ry")))]


def _follow_ellipse(rx: float, ry: float, start: float = 0.0, end: float = math.tau) -> Line:
    """Return points of an ellipse around 0 from one angle to another, in radians."""
    angles = start + np.arange(CIRCLE_POINTS + 1) * ((end - start) / CIRCLE_POINTS)
    return [(rx * math.cos(angle), ry * math.sin(angle)) for angle in angles]


def cut_circle(line: Line, one: Fields, version: int) -> Line:
    """Return the part of a circle that is drawn. Its angles are in degrees since Fabric 5, in radians before."""
    start, end = (
        check_number(one.get("startAngle", 0)),
        check_number(one.get("endAngle", 360 if version > 4 else math.tau)),
    )
    if version > 4:
        start, end = math.radians(start), math.radians(end)
    if abs(end - start) >= math.tau - 1e-3:
        return line
    radius = check_number(one.get("radius"))
    return _follow_ellipse(radius, radius, start, end if end >= start else end + math.tau)


def _read_triangle(one: Fields) -> list[Line]:
    width, height = check_number(one.get("width")), check_number(one.get("height"))
    return [[(0, height), (width / 2, 0), (width, height), (0, height)]]


def _read_rect(one: Fields) -> list[Line]:
    width, height = check_number(one.get("width")), check_number(one.get("height"))
    return [[(0, 0), (width, 0), (width, height), (0, height), (0, 0)]]


READERS: dict[str, Callable[[Fields], list[Line]]] = {
    "line": _read_line,
    "polyline": _read_polyline,
    "polygon": _read_polygon,
    "triangle": _read_triangle,
    "circle": _read_circle,
    "ellipse": _read_ellipse,
    "rect": _read_rect,
}
"""Lower-case Fabric type -> its reader; paths and groups are read by `fabric_json`."""
