"""Encode a drawing, a digit or a small picture as a short text for a URL, and decode it.

The text is a version, then base64url without padding of a checksum and a deflated body. A drawing's body holds, for
each stroke, its width in half pixels, its number of points and the steps from point to point in whole pixels, all as
variable-length integers: a handwritten digit takes 60 to 200 characters. A digit's body is 28x28 grey levels of 4 bits.
A picture's is its rows and columns, then the red, green and blue of each pixel with 4 bits, less those to its left.

The text comes from a link, so decoding treats it as untrusted.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from cnnviz.core.drawing.simplify import Point, simplify
from cnnviz.core.drawing.strokes import MAX_POINTS, MAX_STROKES, SIDE, Drawing, Stroke
from cnnviz.core.errors import Refusal
from cnnviz.core.messages import Message, gettext_noop

VERSION = "1"

MAX_CHARACTERS = 2_000
"""Browsers, chat and mail programs all accept URLs of about 2,000 characters."""

MAX_STROKE_POINTS = 1_500
"""A stroke of more points would not fit: a point takes two bytes before deflating."""

MAX_COORDINATE = 1_000
"""Largest magnitude of a coordinate, in canvas pixels."""

TOLERANCES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Simplification tolerances in pixels. The first whose text fits `MAX_CHARACTERS` is used."""

WIDTH_STEP = 0.5
"""Resolution of brush widths, in canvas pixels."""

DIGIT = (28, 28)
MAX_GREY = 15

PICTURE_SIDES = (48, 40, 32, 24, 16, 8)
"""Longest sides of a picture. The first whose text fits `MAX_CHARACTERS` is used; noise of 24 pixels a side does."""

MAX_BODY_BYTES = 32_000
"""More than the body of any drawing within the limits; inflating stops here."""

MAX_TEXTS = 256
"""Texts that are remembered."""

_texts: dict[Drawing, str] = {}
"""Drawing as a link keeps it -> its text: what was just drawn is put into the address bar next."""

DAMAGED = gettext_noop(
    "The {what} in this link is damaged, so it was left out. Please ask for the link again, or draw anew."
)


def encode(drawing: Drawing) -> str:
    """Encode a drawing as letters, digits, `-` and `_`; an empty one as "".

    Points are rounded to whole pixels and dropped where the line stays within half a pixel without them, or within a
    few pixels for very long drawings. Encoding a decoded drawing gives the same text again.

    Raises:
        Refusal: If the drawing exceeds `MAX_CHARACTERS` even at the largest tolerance.
    """
    strokes = [stroke for stroke in drawing.strokes if stroke.points]
    if not strokes:
        return ""
    if (known := _texts.get(drawing)) is not None:
        return known
    for tolerance in TOLERANCES:
        text = _try_encode(strokes, tolerance)
        if text:
            return text
    raise Refusal(
        "This drawing is too long for a link. It stays on this page; to share one, clear it and draw something shorter."
    )


def decode(text: str) -> Drawing:
    """Decode the text of `encode`.

    Raises:
        Refusal: If it is too long, has other characters, is damaged, or exceeds a limit of strokes, points, widths or
            coordinates.
    """
    if not text:
        return Drawing()
    try:
        return Drawing(tuple(_decode_strokes(_unpack("drawing", text))))
    except ValueError:
        raise Refusal(DAMAGED, what=Message(gettext_noop("drawing"))) from None


def quantize(drawing: Drawing) -> Drawing:
    """Return `drawing` as its link decodes, so that a reload changes nothing; unchanged if it has no link."""
    try:
        text = encode(drawing)
    except Refusal:
        return drawing
    kept = decode(text)
    if len(_texts) >= MAX_TEXTS:
        _texts.clear()
    _texts[kept] = text
    return kept


def encode_digit(digit: np.ndarray) -> str:
    """Encode a digit, `(28, 28)` in [0, 1], with 16 grey levels a pixel.

    Raises:
        ValueError: If it has another shape or a value that is not finite.
    """
    digit = np.asarray(digit)
    if digit.shape != DIGIT or not np.isfinite(digit).all():
        raise ValueError(f"`digit` must have shape {DIGIT} and finite values. Received: shape {digit.shape}.")
    levels = np.rint(np.clip(digit, 0, 1) * MAX_GREY).astype(np.uint8)
    return _pack("digit", (levels[:, ::2] << 4 | levels[:, 1::2]).tobytes())


def decode_digit(text: str) -> np.ndarray:
    """Decode the text of `encode_digit`: `(28, 28)` float32 in [0, 1], in steps of 1/15.

    Raises:
        Refusal: If the text is damaged.
    """
    try:
        pairs = np.frombuffer(_unpack("digit", text), np.uint8).reshape(DIGIT[0], DIGIT[1] // 2)
    except ValueError:
        raise Refusal(DAMAGED, what=Message(gettext_noop("digit"))) from None
    levels = np.stack([pairs >> 4, pairs & 15], axis=-1).reshape(DIGIT)
    return levels.astype(np.float32) / np.float32(MAX_GREY)


def encode_picture(rgba: np.ndarray) -> str:
    """Encode a picture, (h, w, 4) uint8, over white, reduced to one of `PICTURE_SIDES` and to 16 levels a channel.

    Encoding a decoded picture gives the same text again, where that is short enough.
    """
    paper = Image.new("RGBA", rgba.shape[1::-1], "white")
    image = Image.alpha_composite(paper, Image.fromarray(np.ascontiguousarray(rgba))).convert("RGB")
    for side in PICTURE_SIDES:
        factor = min(1.0, side / max(image.size))
        size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
        small = np.asarray(image if factor == 1 else image.resize(size, Image.Resampling.BILINEAR))
        levels = np.rint(small.astype(np.float32) * (MAX_GREY / 255)).astype(np.int16)
        steps = np.diff(levels, axis=1, prepend=np.int16(0)).astype(np.uint8).ravel() & 15
        pairs = np.append(steps, np.zeros(steps.size % 2, np.uint8)).reshape(-1, 2)
        text = _pack("picture", bytes(small.shape[:2]) + (pairs[:, 0] << 4 | pairs[:, 1]).tobytes())
        if len(text) <= MAX_CHARACTERS:
            break
    return text


def decode_picture(text: str) -> np.ndarray:
    """Decode the text of `encode_picture`: (h, w, 4) uint8, opaque, in steps of 17.

    Raises:
        Refusal: If the text is damaged.
    """
    try:
        body = _unpack("picture", text)
        rows, columns = body[:2]
        number = rows * columns * 3
        if not (1 <= rows <= PICTURE_SIDES[0] and 1 <= columns <= PICTURE_SIDES[0]):
            raise ValueError("another size")
        pairs = np.frombuffer(body, np.uint8, offset=2)
        if len(pairs) != (number + 1) // 2:
            raise ValueError("another number of pixels")
    except ValueError:
        raise Refusal(DAMAGED, what=Message(gettext_noop("picture"))) from None
    steps = np.stack([pairs >> 4, pairs & 15], axis=-1).ravel()[:number].reshape(rows, columns, 3)
    levels = np.cumsum(steps, axis=1, dtype=np.uint8) & 15
    return np.dstack([levels * np.uint8(17), np.full((rows, columns), 255, np.uint8)])


def _pack(what: str, body: bytes) -> str:
    """Add checksum and version to a body, and deflate it to text."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = _checksum(what, body) + deflate.compress(body) + deflate.flush()
    return VERSION + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def _unpack(what: str, text: str) -> bytes:
    """Inflate and check the body of a text. Raises `ValueError` where anything is wrong."""
    if len(text) > MAX_CHARACTERS or not re.fullmatch(VERSION + "[A-Za-z0-9_-]+", text, re.ASCII):
        raise ValueError("not a text of this version")
    packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    inflate = zlib.decompressobj(-15)
    try:
        body = inflate.decompress(packed[2:], MAX_BODY_BYTES)
    except zlib.error:
        raise ValueError("not deflated") from None
    if not inflate.eof or inflate.unused_data or packed[:2] != _checksum(what, body):
        raise ValueError("too long, cut short or changed")
    return body


def _checksum(what: str, body: bytes) -> bytes:
    """Compute two bytes that detect a changed body, and a digit in place of a drawing."""
    return (zlib.crc32(what.encode() + body) & 0xFFFF).to_bytes(2, "big")


def _try_encode(strokes: list[Stroke], tolerance: float) -> str:
    """Encode with this tolerance; return "" if the text would be too long."""
    if len(strokes) > MAX_STROKES:
        return ""
    try:
        lines = [(stroke.width, _quantize_points(stroke, tolerance)) for stroke in strokes]
    except ValueError:
        return ""
    text = _pack("drawing", b"".join(_encode_strokes(lines)))
    fits = len(text) <= MAX_CHARACTERS and sum(len(points) for _, points in lines) <= MAX_POINTS
    return text if fits else ""


def _quantize_points(stroke: Stroke, tolerance: float) -> list[Point]:
    """Simplify a stroke to whole pixels, before rounding too, because rounding turns slopes into stairs."""
    rounded = [
        (_quantize_coordinate(x), _quantize_coordinate(y))
        for x, y in simplify(stroke.points, tolerance, MAX_STROKE_POINTS)
    ]
    return simplify(rounded, tolerance, MAX_STROKE_POINTS)


def _quantize_coordinate(coordinate: float) -> int:
    return round(min(max(coordinate, -MAX_COORDINATE), MAX_COORDINATE))


def _encode_strokes(lines: list[tuple[float, list[Point]]]) -> Iterator[bytes]:
    x, y = 0, 0
    for width, points in lines:
        yield _encode_number(max(1, round(width / WIDTH_STEP)))
        yield _encode_number(len(points))
        for next_x, next_y in points:
            yield _encode_number(_zigzag(int(next_x) - x)) + _encode_number(_zigzag(int(next_y) - y))
            x, y = int(next_x), int(next_y)


def _decode_strokes(body: bytes) -> Iterator[Stroke]:
    """Decode the strokes of a body. Raises `ValueError` where a limit is exceeded."""
    numbers = _decode_numbers(body)
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
        if any(max(abs(a), abs(b)) > MAX_COORDINATE for a, b in points):
            raise ValueError("too far away")
        yield Stroke(tuple(points), width * WIDTH_STEP)


def _encode_number(value: int) -> bytes:
    """Encode a non-negative integer as LEB128: seven bits a byte, lowest first, the high bit set if more follow."""
    low = bytearray()
    while value > 127:
        low.append(value & 127 | 128)
        value >>= 7
    low.append(value)
    return bytes(low)


def _decode_numbers(body: bytes) -> Iterator[int]:
    """Decode LEB128 integers of at most four bytes. Raises `ValueError` for longer ones and a truncated last one."""
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
    """Map signed to unsigned integers, keeping small ones small: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4."""
    return value * 2 if value >= 0 else -value * 2 - 1


def _unzigzag(value: int) -> int:
    return value // 2 if value % 2 == 0 else -(value + 1) // 2
