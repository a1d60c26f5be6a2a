"""Tell the kind of an uploaded picture by its first bytes, and state the limits on length and size.

Nothing of the file is parsed here: its size is read by `cnnviz.workers.entry.decode_image`, in a child process.
"""

from __future__ import annotations

import re

from cnnviz.core.errors import Refusal

MAX_BYTES = 30_000_000
MAX_PIXELS = 16_000_000
MAX_SIDE = 8_000
MIN_SIDE = 4
"""Pixels a side below which no digit can be told from another."""

MAX_DECODED_SIDE = 1024
"""Larger pictures are reduced to this many pixels on their longer side: a digit needs no more."""

KINDS = {
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "JPEG": rb"\xff\xd8\xff",
    "GIF": rb"GIF8[79]a",
    "WEBP": rb"RIFF.{4}WEBP",
    "BMP": rb"BM",
}
"""Pillow's name of each format that is read -> a regular expression for how its files begin."""

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
"""Offset, bytes at it, and name of formats that people try but that are not read here."""

OTHER_ENDINGS = {".svg": "SVG", ".eps": "EPS", ".ai": "EPS", ".heic": "HEIC", ".tif": "TIFF", ".tiff": "TIFF"}


def identify(data: bytes, name_hint: str = "") -> str:
    """Return the kind of a PNG, JPEG, GIF, WebP or BMP file, one of `KINDS`.

    Args:
        data: The whole file.
        name_hint: Its name, used only to say what an unknown file may be; never shown.

    Raises:
        Refusal: If the file is empty, longer than `MAX_BYTES` or of another kind.
    """
    _check_length(data)
    for kind, beginning in KINDS.items():
        if re.match(beginning, data, re.DOTALL):
            return kind
    raise _unknown_kind(data, name_hint)


def check_size(kind: str, width: int, height: int) -> None:
    """Raise `Refusal` unless a picture of `width` by `height` pixels is within the limits; 0 stands for unknown."""
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


def _unknown_kind(data: bytes, name_hint: str) -> Refusal:
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
