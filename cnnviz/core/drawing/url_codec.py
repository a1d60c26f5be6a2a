"""A drawing or a digit as a short text for the address bar, and back.

The text is a version, then base64url without padding of a checksum and a deflated body. A drawing's body is, for each
stroke, its width in half pixels, how many points it has, and the steps from point to point in whole pixels, all as
variable-length integers: a digit takes 60 to 200 characters. A digit's body is 28x28 grey levels of 4 bits.

Reading trusts nothing: the text came with a link that anybody may have written.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

import numpy as np

from cnnviz.core.drawing.simplify import Point, simplify
from cnnviz.core.drawing.strokes import MAX_POINTS, MAX_STROKES, SIDE, Drawing, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

VERSION = "1"

MAX_CHARACTERS = 2_000
"""Addresses of some 2,000 characters pass every browser, chat and mail program."""

WORTHWHILE = 1_500
"""A point takes two bytes before deflating: a stroke of more points than this would not fit."""

FARTHEST = 1_000
"""Coordinates are kept within this many canvas pixels of the corner."""

TOLERANCES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How far, in pixels, a line may move to become shorter. The first that fits `MAX_CHARACTERS` is taken."""

WIDTH_STEP = 0.5

DIGIT = (28, 28)
GREYS = 15

BODY_BYTES = 32_000
"""More than the body of any drawing within the limits; reading stops here."""

DAMAGED = gettext_noop(
    "The {what} in this link is damaged, so it was left out. Please ask for the link again, or draw anew."
)


def encode(drawing: Drawing) -> str:
    """Write a drawing as text of letters, digits, `-` and `_`; nothing for an empty one.

    Points are rounded to whole pixels and left out where the line stays within half a pixel without them, or within a
    few pixels for very long drawings. Encoding a decoded drawing gives the same text again.

    Raises:
        Refusal: If the strokes are too many for `MAX_CHARACTERS` even so.
    """
    strokes = [stroke for stroke in drawing.strokes if stroke.points]
    if not strokes:
        return ""
    for tolerance in TOLERANCES:
        text = _attempt(strokes, tolerance)
        if text:
            return text
    raise Refusal(
        "This drawing is too long for a link. It stays on this page; to share one, clear it and draw something shorter."
    )


def decode(text: str) -> Drawing:
    """Read what `encode` wrote.

    Raises:
        Refusal: If it is too long, has other characters, is damaged, or breaks a limit of strokes, points, widths or
            coordinates.
    """
    if not text:
        return Drawing()
    try:
        return Drawing(tuple(_strokes(_body("drawing", text))))
    except ValueError:
        raise Refusal(DAMAGED, what="drawing") from None


def carried(drawing: Drawing) -> Drawing:
    """Return `drawing` as a link carries it, so that a reload reads exactly this; as it is, if no link can."""
    try:
        return decode(encode(drawing))
    except Refusal:
        return drawing


def encode_digit(digit: np.ndarray) -> str:
    """Write a digit, `(28, 28)` in [0, 1], as text with 16 grey levels a pixel.

    Raises:
        ValueError: If it has another shape or a value that is not finite.
    """
    digit = np.asarray(digit)
    if digit.shape != DIGIT or not np.isfinite(digit).all():
        raise ValueError(f"`digit` must have shape {DIGIT} and finite values. Received: shape {digit.shape}.")
    levels = np.rint(np.clip(digit, 0, 1) * GREYS).astype(np.uint8)
    return _text("digit", (levels[:, ::2] << 4 | levels[:, 1::2]).tobytes())


def decode_digit(text: str) -> np.ndarray:
    """Read what `encode_digit` wrote: `(28, 28)` float32 in [0, 1], in steps of a fifteenth.

    Raises:
        Refusal: If the text is damaged.
    """
    try:
        pairs = np.frombuffer(_body("digit", text), np.uint8).reshape(DIGIT[0], DIGIT[1] // 2)
    except ValueError:
        raise Refusal(DAMAGED, what="digit") from None
    levels = np.stack([pairs >> 4, pairs & 15], axis=-1).reshape(DIGIT)
    return levels.astype(np.float32) / np.float32(GREYS)


def _text(what: str, body: bytes) -> str:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = _checksum(what, body) + deflate.compress(body) + deflate.flush()
    return VERSION + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def _body(what: str, text: str) -> bytes:
    """The inflated and checked body. Raises `ValueError` where anything is wrong."""
    if len(text) > MAX_CHARACTERS or not re.fullmatch(VERSION + "[A-Za-z0-9_-]+", text, re.ASCII):
        raise ValueError("not a text of this version")
    packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    inflate = zlib.decompressobj(-15)
    try:
        body = inflate.decompress(packed[2:], BODY_BYTES)
    except zlib.error:
        raise ValueError("not deflated") from None
    if not inflate.eof or inflate.unused_data or packed[:2] != _checksum(what, body):
        raise ValueError("too long, cut short or changed")
    return body


def _checksum(what: str, body: bytes) -> bytes:
    """Two bytes that differ if the body was changed, or is a digit's where a drawing's was expected."""
    return (zlib.crc32(what.encode() + body) & 0xFFFF).to_bytes(2, "big")


def _attempt(strokes: list[Stroke], tolerance: float) -> str:
    """The text with this tolerance, empty if it would be too long."""
    if len(strokes) > MAX_STROKES:
        return ""
    try:
        lines = [(stroke.width, _whole(stroke, tolerance)) for stroke in strokes]
    except ValueError:
        return ""
    text = _text("drawing", b"".join(_stroke_bytes(lines)))
    fits = len(text) <= MAX_CHARACTERS and sum(len(points) for _, points in lines) <= MAX_POINTS
    return text if fits else ""


def _whole(stroke: Stroke, tolerance: float) -> list[Point]:
    """The points that matter, in whole pixels. Simplified before rounding, too, because steps look like corners."""
    rounded = [(_rounded(x), _rounded(y)) for x, y in simplify(stroke.points, tolerance, WORTHWHILE)]
    return simplify(rounded, tolerance, WORTHWHILE)


def _rounded(coordinate: float) -> int:
    return round(min(max(coordinate, -FARTHEST), FARTHEST))


def _stroke_bytes(lines: list[tuple[float, list[Point]]]) -> Iterator[bytes]:
    x, y = 0, 0
    for width, points in lines:
        yield _number(max(1, round(width / WIDTH_STEP)))
        yield _number(len(points))
        for next_x, next_y in points:
            yield _number(_zigzag(int(next_x) - x)) + _number(_zigzag(int(next_y) - y))
            x, y = int(next_x), int(next_y)


def _strokes(body: bytes) -> Iterator[Stroke]:
    """The strokes of a body. Raises `ValueError` where a limit is broken."""
    numbers = _numbers(body)
    x = y = total = 0
    for count, width in enumerate(numbers, 1):
        length = _next(numbers)
        total += length
        if count > MAX_STROKES or length == 0 or total > MAX_POINTS or not 0 < width * WIDTH_STEP <= SIDE:
            raise ValueError("too many strokes or points, or too wide")
        points = []
        for _ in range(length):
            x += _unzigzag(_next(numbers))
            y += _unzigzag(_next(numbers))
            points.append((float(x), float(y)))
        if any(max(abs(a), abs(b)) > FARTHEST for a, b in points):
            raise ValueError("too far away")
        yield Stroke(tuple(points), width * WIDTH_STEP)


def _number(value: int) -> bytes:
    """A whole number from 0, seven bits a byte, the lowest first; the high bit says that more follow (LEB128)."""
    low = bytearray()
    while value > 127:
        low.append(value & 127 | 128)
        value >>= 7
    low.append(value)
    return bytes(low)


def _numbers(body: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in body:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0
        elif shift > 21:
            raise ValueError("a number that is too long")
    if shift:
        raise ValueError("cut short")


def _next(numbers: Iterator[int]) -> int:
    for number in numbers:
        return number
    raise ValueError("cut short")


def _zigzag(value: int) -> int:
    """Signed to unsigned with small numbers staying small: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4."""
    return value * 2 if value >= 0 else -value * 2 - 1


def _unzigzag(value: int) -> int:
    return value // 2 if value % 2 == 0 else -(value + 1) // 2
