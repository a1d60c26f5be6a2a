"""What a picture file says about itself, read from its first bytes before anything is decoded.

A decoder that is asked to open a file of 260 kB may allocate a gigabyte. So the kind and the size are read here, with
a few comparisons and no allocation, and a file that asks for too much is refused before any decoder sees it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.core.errors import Refusal

MAX_BYTES = 30_000_000
MAX_PIXELS = 16_000_000
MAX_SIDE = 8_000
MIN_SIDE = 4
"""Below this many pixels a side no digit can be told from another."""

JPEG_SEGMENTS = 1_000
"""A camera writes some twenty segments before the picture; more than this is not a photo."""

OTHER_KINDS = (
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "EPS"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"PK\3\4", "ZIP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyp", "HEIC"),
    (4, b"jP  ", "JPEG 2000"),
)
"""Where, which bytes, and the name of kinds that people try but that are not read here."""

OTHER_ENDINGS = {".svg": "SVG", ".eps": "EPS", ".ai": "EPS", ".heic": "HEIC", ".tif": "TIFF", ".tiff": "TIFF"}


@dataclass(frozen=True)
class Header:
    """Kind (Pillow's name of the format), size in pixels and bits per channel, as the file claims them."""

    kind: str
    width: int
    height: int
    depth: int = 8


def read(data: bytes, name_hint: str = "") -> Header:
    """Read kind and size of a PNG, JPEG, GIF, WebP or BMP file and check both against the limits.

    Args:
        data: The whole file.
        name_hint: Its name, used only to say what an unknown file may be; never shown.

    Raises:
        Refusal: If the file is empty, longer than `MAX_BYTES`, of another kind, without a readable size, larger than
            `MAX_SIDE` a side or `MAX_PIXELS` in all, or smaller than `MIN_SIDE` a side.
    """
    _check_length(data)
    kind = _kind(data, name_hint)
    try:
        header = READERS[kind](data)
    except (struct.error, IndexError, ValueError):
        raise _damaged(kind) from None
    check_size(header.kind, header.width, header.height)
    return header


def check_size(kind: str, width: int, height: int) -> None:
    """Raise `Refusal` unless a picture of `width` by `height` pixels is within the limits."""
    if width <= 0 or height <= 0:
        raise _damaged(kind)
    if max(width, height) > MAX_SIDE:
        raise Refusal(
            "This picture has {width} × {height} pixels, but at most {limit} a side are read. "
            "Please make it smaller and try again.",
            width=width,
            height=height,
            limit=MAX_SIDE,
        )
    if width * height > MAX_PIXELS:
        raise Refusal(
            "This picture has {width} × {height} pixels, but at most {limit} million in all are read. "
            "Please make it smaller and try again.",
            width=width,
            height=height,
            limit=MAX_PIXELS // 1_000_000,
        )
    if min(width, height) < MIN_SIDE:
        raise Refusal(
            "There is nothing to read in a picture of {width} × {height} pixels. Please choose a larger one.",
            width=width,
            height=height,
        )


def _check_length(data: bytes) -> None:
    if not data:
        raise Refusal("This file is empty. Please choose another picture.")
    if len(data) > MAX_BYTES:
        raise Refusal(
            "This file has {size} MB, but pictures may have at most {limit} MB. Please make it smaller and try again.",
            size=-(-len(data) // 1_000_000),
            limit=MAX_BYTES // 1_000_000,
        )


def _damaged(kind: str) -> Refusal:
    return Refusal(
        "The beginning of this {kind} file is damaged: it does not say how large the picture is. "
        "Please open it in a picture program, save it again and try once more.",
        kind=kind,
    )


def _kind(data: bytes, name_hint: str) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"BM"):
        return "BMP"
    raise _unknown(data, name_hint)


def _unknown(data: bytes, name_hint: str) -> Refusal:
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    known = (name for at, magic, name in OTHER_KINDS if start.startswith(magic, at))
    ending = next((name for end, name in OTHER_ENDINGS.items() if name_hint.lower().endswith(end)), "")
    kind = next(known, ending)
    if kind:
        return Refusal(
            "This is a file of the kind {kind}, which is not read here. "
            "Please save the picture as PNG or JPEG and try again.",
            kind=kind,
        )
    return Refusal("This is not a picture that can be read here. Please choose a PNG, JPEG, GIF, WebP or BMP file.")


def _png(data: bytes) -> Header:
    length, name, width, height, depth = struct.unpack_from(">I4sIIB", data, 8)
    if length != 13 or name != b"IHDR":
        raise ValueError("no IHDR chunk")
    return Header("PNG", width, height, depth)


def _gif(data: bytes) -> Header:
    return Header("GIF", *struct.unpack_from("<HH", data, 6))


def _bmp(data: bytes) -> Header:
    (length,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if length == 12 else "<ii", data, 18)
    return Header("BMP", width, abs(height))


def _webp(data: bytes) -> Header:
    chunk = data[12:16]
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("WEBP", width & 0x3FFF, height & 0x3FFF)
    if chunk == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8X" and len(data) >= 30:
        return Header("WEBP", int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1)
    raise ValueError("no VP8 chunk")


def _jpeg(data: bytes) -> Header:
    """Walk from marker to marker until the one that starts a frame (ITU-T T.81, table B.1)."""
    at = 2
    for _ in range(JPEG_SEGMENTS):
        at = data.index(b"\xff", at)
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            depth, height, width = struct.unpack_from(">BHH", data, at + 2)
            return Header("JPEG", width, height, depth)
        if marker in (0xD9, 0xDA):
            break
        if marker not in (0x00, 0x01) and not 0xD0 <= marker <= 0xD8:
            at += struct.unpack_from(">H", data, at)[0]
    raise ValueError("no frame header")


READERS: dict[str, Callable[[bytes], Header]] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "GIF": _gif,
    "WEBP": _webp,
    "BMP": _bmp,
}
