"""Read the files of strokes that the pad saves, and drawings that were saved with Fabric.js.

A file is JSON: `{"format": "cnnviz-drawing", "version": 1, "side": 280, "strokes": [{"width": 20, "points": [[x, y],
...]}, ...]}` in canvas pixels. It comes from a visitor and is untrusted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from cnnviz.core.drawing import fabric_json
from cnnviz.core.drawing.fabric_json import ParsedCanvas
from cnnviz.core.drawing.strokes import MAX_POINTS, MAX_STROKES, SIDE, Drawing, Point, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

FORMAT = "cnnviz-drawing"

VERSION = 1

MAX_CHARACTERS = 400_000
"""A drawing of `MAX_POINTS` points takes 100,000; Fabric's JSON has more words."""

MAX_COORDINATE = 1_000
"""Largest magnitude of a coordinate, in canvas pixels."""

MIN_WIDTH, MAX_WIDTH = 1, 80
"""Widths of strokes, in canvas pixels, that the pad paints."""

NO_DRAWING = gettext_noop(
    "This file is no drawing that can be read. Choose a JSON file that was saved on the pad or with Fabric.js."
)
DAMAGED = gettext_noop(
    "Stroke {number} in this file is damaged, so nothing was opened. Save the drawing again where it came from."
)


def read(text: str) -> ParsedCanvas:
    """Read the text of a file as strokes in canvas pixels.

    Args:
        text: JSON of ours, or of a Fabric.js canvas, which `cnnviz.core.drawing.fabric_json` reads.

    Raises:
        Refusal: If it is longer than `MAX_CHARACTERS`, is neither of the two, has no stroke or more than `MAX_STROKES`
            or `MAX_POINTS`, or a number that is no number or out of range.
    """
    if len(text) > MAX_CHARACTERS:
        raise Refusal(
            "This file is too large for a drawing: it has more than {limit:,} characters. Choose a JSON file that was "
            "saved on the pad.",
            limit=MAX_CHARACTERS,
        )
    data = _parse(text)
    if not isinstance(data, dict):
        raise Refusal(NO_DRAWING)
    reading = fabric_json.read(data) if "format" not in data and "objects" in data else ParsedCanvas(_read_ours(data))
    if not reading.drawing:
        raise Refusal("There is no stroke in this file, so nothing was opened. Choose a file with a drawing.")
    return reading


def _parse(text: str) -> object:
    """Parse strict JSON, without NaN and infinity."""
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refusal(NO_DRAWING) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _read_ours(data: Mapping[str, Any]) -> Drawing:
    strokes = data.get("strokes")
    if data.get("format") != FORMAT or not isinstance(strokes, list):
        raise Refusal(NO_DRAWING)
    if type(data.get("version")) is not int or data["version"] != VERSION or data.get("side") != SIDE:
        raise Refusal(
            "This drawing was saved by another version and cannot be read. Open it where it was saved, and save it as "
            "a picture instead."
        )
    # Counted before they are looked at.
    if len(strokes) > MAX_STROKES:
        raise Refusal("This drawing has more than {limit} strokes, and more are not read.", limit=MAX_STROKES)
    points = [stroke.get("points") if isinstance(stroke, dict) else None for stroke in strokes]
    if sum(len(each) for each in points if isinstance(each, list)) > MAX_POINTS:
        raise Refusal("This drawing has more than {limit} points, and more are not read.", limit=MAX_POINTS)
    return Drawing(tuple(_read_stroke(stroke, number) for number, stroke in enumerate(strokes, 1)))


def _read_stroke(stroke: object, number: int) -> Stroke:
    match stroke:
        case {"width": int() | float() as width, "points": [_, *_] as points}:
            if _is_number(width, MIN_WIDTH, MAX_WIDTH) and all(map(_is_point, points)):
                return Stroke(tuple(_point(point) for point in points), float(width))
    raise Refusal(DAMAGED, number=number)


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(_is_number(value, -MAX_COORDINATE, MAX_COORDINATE) for value in point)
    )


def _is_number(value: object, low: float, high: float) -> bool:
    """Return whether it is a number of this range; True is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _point(pair: list[float]) -> Point:
    return float(pair[0]), float(pair[1])
