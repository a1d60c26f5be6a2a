"""Messages between the pad and Python, checked: a browser may send anything.

A stroke on the wire is `[width, x0, y0, x1, y1, ...]` in canvas pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.core.drawing import stroke_file
from cnnviz.core.drawing.strokes import MAX_BRUSH, MAX_POINTS, MAX_STROKES, MIN_BRUSH, Drawing, Stroke

MAX_REACH = 1_000
MIN_WIDTH, MAX_WIDTH = 1, 80
MAX_COUNT = 2**53 - 1
"""JavaScript's largest exact integer; revisions and sequence numbers stay below it."""


@dataclass(frozen=True)
class PadMessage:
    """The last message of the pad.

    Attributes:
        drawing: The strokes so far, the unfinished one included.
        revision: Of the drawing that Python gave and the pen went on from.
        seq: Running number of the message.
        pen_down: True while the pen is on the paper; the message after it is lifted says False.
        brush: Width for the next stroke, in canvas pixels.
        on_sample: Whether the test digit shows that was there before anything was drawn, as after an undo.
        read_with: Name of the task, see `cnnviz.ui.prediction.live`, with which the browser itself reads the drawing as
            a link keeps it; "" where it does not.
    """

    drawing: Drawing
    revision: int
    seq: int
    pen_down: bool
    brush: float
    on_sample: bool = False
    read_with: str = ""


NUMBERS = (float, int)
"""Types of numbers in JSON; those of true and false are others."""

LIMITS = {
    "strokes": MAX_STROKES,
    "points": MAX_POINTS,
    "reach": MAX_REACH,
    "brush": (MIN_BRUSH, MAX_BRUSH),
    "file": stroke_file.MAX_CHARACTERS,
}
"""What the browser keeps to, sent with the drawing."""


def to_wire(drawing: Drawing) -> list[list[float]]:
    """Return the strokes of `drawing` as lists of numbers, to half a pixel, within the limits of `from_wire`."""
    strokes: list[list[float]] = []
    left = MAX_POINTS
    for stroke in drawing.strokes[:MAX_STROKES]:
        points = stroke.points[:left]
        left -= len(points)
        if points:
            # Thousands of coordinates a second: a call for each would be most of the work.
            halves = [
                round((value if -MAX_REACH <= value <= MAX_REACH else _clamp(value)) * 2) / 2
                for point in points
                for value in point
            ]
            strokes.append([_width(stroke.width), *halves])
    return strokes


def _width(value: float) -> float:
    return min(max(value, MIN_WIDTH), MAX_WIDTH)


def _clamp(value: float) -> float:
    return min(max(value, -MAX_REACH), MAX_REACH)


def from_wire(value: object) -> PadMessage | None:
    """Return the message that the browser sent, or None if it is not one that the pad can send.

    Nothing is computed before all types, counts and ranges are known to be good: at most `MAX_STROKES` strokes
    with `MAX_POINTS` points together, coordinates within `MAX_REACH`, widths of `MIN_WIDTH` to `MAX_WIDTH`.
    """
    if not isinstance(value, dict):
        return None
    revision, seq, down, brush = (value.get(name) for name in ("revision", "seq", "down", "brush"))
    strokes, on_sample, read_with = value.get("strokes"), value.get("sample", False), value.get("read", "")
    if not (_is_count(revision) and _is_count(seq) and isinstance(down, bool)):
        return None
    if not (isinstance(on_sample, bool) and isinstance(read_with, str)):
        return None
    if not (_is_number(brush, MIN_WIDTH, MAX_WIDTH) and _are_strokes(strokes)):
        return None
    drawing = Drawing(tuple(_stroke(numbers) for numbers in strokes))  # type: ignore[union-attr]
    return PadMessage(drawing, revision, seq, down, float(brush), on_sample, read_with)  # type: ignore[arg-type]


def sequence(value: object) -> int:
    """Return the running number of any message, good or bad, so that the pad is answered; 0 if it has none."""
    seq = value.get("seq") if isinstance(value, dict) else None
    return seq if _is_count(seq) else 0  # type: ignore[return-value]


def _stroke(numbers: list[float]) -> Stroke:
    values = list(map(float, numbers))
    return Stroke(tuple(zip(values[1::2], values[2::2], strict=True)), values[0])


def _are_strokes(value: object) -> bool:
    if not isinstance(value, list) or len(value) > MAX_STROKES:
        return False
    if not all(isinstance(stroke, list) and len(stroke) >= 3 and len(stroke) % 2 for stroke in value):
        return False
    return sum(len(stroke) // 2 for stroke in value) <= MAX_POINTS and all(map(_is_stroke, value))


def _is_stroke(numbers: list[object]) -> bool:
    width, *coordinates = numbers
    return _is_number(width, MIN_WIDTH, MAX_WIDTH) and all(
        type(number) in NUMBERS and -MAX_REACH <= number <= MAX_REACH  # type: ignore[operator]
        for number in coordinates
    )


def _is_number(value: object, low: float, high: float) -> bool:
    """NaN fails the comparison; an integer too large for a float is compared as an integer."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
