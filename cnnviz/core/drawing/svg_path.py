"""Convert the commands of an SVG path to absolute lines and Bézier curves (SVG 1.1, section 8.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

Point = tuple[float, float]
Command = tuple[str, list[Point]]
"""One of "M", "L", "Q", "C" and "Z" with its absolute points, the end last; "Z" has the point that it returns to."""

ARGUMENT_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "T": 2, "C": 6, "S": 4, "A": 7, "Z": 0}
"""The commands of a path and how many numbers follow them. In lower case their points are relative."""

MAX_COORDINATE = 1e6
"""Largest magnitude of a coordinate in a path."""

MAX_ARC_ANGLE = math.pi / 2
"""An arc of an ellipse is divided into cubics of at most this angle, which are within 0.03 % of its radius."""


def normalize(path: Sequence[object]) -> Iterator[Command]:
    """Yield the commands of a path as absolute M, L, Q, C and Z; one for each, and up to four for an arc.

    Args:
        path: Commands as Fabric.js writes them, a list of a letter and its numbers each, such as `["l", 10, -5]`.

    Raises:
        ValueError: If there is another command, the wrong number of arguments, an argument that is not finite or beyond
            `MAX_COORDINATE`, or if the path does not begin with a move.
    """
    here = start = (0.0, 0.0)
    begun = False
    before: Command = ("M", [])
    for command in path:
        letter, numbers = _parse(command)
        relative, letter = letter.islower(), letter.upper()
        if not begun and letter != "M":
            raise ValueError('`path` must begin with "M".')
        begun = True
        base = here if relative else (0.0, 0.0)
        for step in _convert(letter, numbers, base, here, start, before):
            yield step
            before = step
            here = step[1][-1]
        if letter == "M":
            start = here
        # T and S reflect the control point of a curve of their own kind alone.
        before = before if letter in "QTCS" else ("L", [here])


def check_number(value: object) -> float:
    """Return `value` as a float.

    Raises:
        ValueError: If it is not a finite number within `MAX_COORDINATE` of 0.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MAX_COORDINATE:
        raise ValueError(f"A number within {MAX_COORDINATE:g} of 0 is needed. Received: {str(value)[:40]}")
    return float(value)


def _parse(command: object) -> tuple[str, list[float]]:
    """Split a command into its letter and its numbers."""
    if not isinstance(command, (list, tuple)) or not command or not isinstance(command[0], str):
        raise ValueError("A command must be a list that begins with a letter.")
    letter, numbers = command[0], [check_number(value) for value in command[1:9]]
    if ARGUMENT_COUNTS.get(letter.upper()) != len(command) - 1:
        known = ", ".join(ARGUMENT_COUNTS)
        raise ValueError(f"`path` may hold {known} with their numbers. Received: {letter[:10]}")
    return letter, numbers


def _convert(
    letter: str, numbers: list[float], base: Point, here: Point, start: Point, before: Command
) -> Iterator[Command]:
    """Convert one command. `base` is added to its points, `start` is that of its part of the path."""
    if letter == "Z":
        yield "Z", [start]
    elif letter == "H":
        yield "L", [(base[0] + numbers[0], here[1])]
    elif letter == "V":
        yield "L", [(here[0], base[1] + numbers[0])]
    elif letter == "A":
        end = base[0] + numbers[5], base[1] + numbers[6]
        yield from _divide_arc(here, end, (abs(numbers[0]), abs(numbers[1])), numbers[2], numbers[3:5])
    else:
        points = [(base[0] + x, base[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        full = {"T": "Q", "S": "C"}.get(letter, letter)
        yield full, ([_reflect(full, here, before)] if full != letter else []) + points


def _reflect(letter: str, here: Point, before: Command) -> Point:
    """Mirror the last control point of a curve of the same kind at its end; the end itself after anything else."""
    if before[0] != letter:
        return here
    control = before[1][-2]
    return 2 * here[0] - control[0], 2 * here[1] - control[1]


def _divide_arc(
    start: Point, end: Point, radii: Point, degrees: float, flags: Sequence[float]
) -> Iterator[tuple[str, list[Point]]]:
    """Convert an arc of an ellipse to cubics (SVG 1.1, appendix F.6).

    Args:
        start: Where it begins.
        end: Where it ends.
        radii: Of the ellipse, at least 0. One of 0 makes a line.
        degrees: Angle from the x-axis of the canvas to that of the ellipse.
        flags: Not 0 for the larger of two arcs, and for the one of increasing angle.
    """
    if start == end:
        return
    if 0 in radii:
        yield "L", [end]
        return
    # 1. Into a plane in which the ellipse is a circle of radius 1 and is not turned.
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    half = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x = (cosine * half[0] + sine * half[1]) / radii[0]
    y = (cosine * half[1] - sine * half[0]) / radii[1]
    # 2. Radii too small to reach from one end to the other are enlarged.
    length = math.hypot(x, y)
    scale = max(1.0, length)
    x, y = x / scale, y / scale
    rx, ry = radii[0] * scale, radii[1] * scale
    # 3. The centre lies on the perpendicular of the chord, and the flags say on which side.
    square = x * x + y * y
    away = math.sqrt(max(0.0, 1 / square - 1)) * (1 if bool(flags[0]) != bool(flags[1]) else -1)
    centre = away * y, -away * x
    first = math.atan2(y - centre[1], x - centre[0])
    turn = math.atan2(-y - centre[1], -x - centre[0]) - first
    turn += math.tau if flags[1] and turn < 0 else -math.tau if not flags[1] and turn > 0 else 0
    # 4. Cubics of equal angle, back on the canvas.
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2

    def place(u: float, v: float) -> Point:
        u, v = (u + centre[0]) * rx, (v + centre[1]) * ry
        return middle[0] + cosine * u - sine * v, middle[1] + sine * u + cosine * v

    count = max(1, math.ceil(abs(turn) / MAX_ARC_ANGLE - 1e-9))
    step = turn / count
    handle = 4 / 3 * math.tan(step / 4)
    for index in range(count):
        a, b = first + index * step, first + (index + 1) * step
        yield (
            "C",
            [
                place(math.cos(a) - handle * math.sin(a), math.sin(a) + handle * math.cos(a)),
                place(math.cos(b) + handle * math.sin(b), math.sin(b) - handle * math.cos(b)),
                place(math.cos(b), math.sin(b)) if index < count - 1 else end,
            ],
        )
