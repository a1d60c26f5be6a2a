"""Tell the kind of an uploaded picture by its first bytes, and state the limits on length and size.

Nothing of the file is parsed here: its size is read by `cnnviz.workers.entry.decode_image`, in a child process.
"""

from __future__ import annotations

import re

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop

MAX_BYTES = 30_000_000

MAX_DECODING_BYTES = 880_000_000
"""Memory that decoding one picture may take. The child's own limit is above it by what Python and Pillow take."""

DECODING_BYTES_A_PIXEL = {"JPEG": 8}
"""Kind -> memory for each pixel of the file, for its most expensive variant; `OTHER_BYTES_A_PIXEL` for the others.

A JPEG is decoded at a half, a quarter or an eighth of its size, so only the coefficients of a progressive file are kept
for each pixel: two bytes for each of up to four channels (ITU-T T.81, G.1)."""

OTHER_BYTES_A_PIXEL = 20
"""All pixels of these are decoded; a grey file of 16 bits with a transparent level needs the most."""

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

OTHER_ENDINGS = {
    ".svg": "SVG",
    ".eps": "EPS",
    ".ai": "EPS",
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".avif": "AVIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".pdf": "PDF",
    ".psd": "Photoshop",
}


TOO_LARGE = gettext_noop(
    "This picture has {width} × {height} pixels; a {kind} file of this size takes more memory than one picture "
    "gets here. Please save it as JPEG, or make it smaller (up to {limit} million pixels are read), and try again."
)
TOO_LARGE_JPEG = gettext_noop(
    "This picture has {width} × {height} pixels and takes more memory than one picture gets here. "
    "Please make it smaller (up to {limit} million pixels of a {kind} file are read) and try again."
)


def identify(data: bytes, name_hint: str = "") -> str:
    """Return the kind of a PNG, JPEG, GIF, WebP or BMP file, one of `KINDS`.

    Args:
        data: The whole file.
        name_hint: Its name, used only to say what an unknown file may be; never shown.

    Raises:
        Refusal: If the file is empty, longer than `MAX_BYTES` or of another kind.
    """
    _check_length(len(data))
    for kind, beginning in KINDS.items():
        if re.match(beginning, data, re.DOTALL):
            return kind
    raise _unknown_kind(data, name_hint)


def explain_refusal(length: int, name_hint: str) -> Refusal:
    """Return why a file is not read of which only the length in bytes and the name are known."""
    try:
        _check_length(length)
    except Refusal as reason:
        return reason
    return _unknown_kind(b"", name_hint)


def estimate_decoding_bytes(kind: str, width: int, height: int) -> int:
    """Return how much memory decoding a picture of one of `KINDS` takes at most."""
    return width * height * DECODING_BYTES_A_PIXEL.get(kind, OTHER_BYTES_A_PIXEL)


def compute_max_pixels(kind: str) -> int:
    """Return how many pixels of this kind `MAX_DECODING_BYTES` are enough for."""
    return MAX_DECODING_BYTES // DECODING_BYTES_A_PIXEL.get(kind, OTHER_BYTES_A_PIXEL)


def check_size(kind: str, width: int, height: int) -> None:
    """Raise `Refusal` unless a picture of `width` by `height` pixels is within the limits; 0 stands for unknown."""
    if width <= 0 or height <= 0:
        raise _damaged(kind)
    if estimate_decoding_bytes(kind, width, height) > MAX_DECODING_BYTES:
        raise Refusal(
            TOO_LARGE_JPEG if kind == "JPEG" else TOO_LARGE,
            width=width,
            height=height,
            kind=kind,
            limit=compute_max_pixels(kind) // 1_000_000,
        )
    if min(width, height) < MIN_SIDE:
        raise Refusal(
            "There is nothing to read in a picture of {width} × {height} pixels. Please choose a larger one.",
            width=width,
            height=height,
        )


def _check_length(length: int) -> None:
    if not length:
        raise Refusal("This file is empty. Please choose another picture.")
    if length > MAX_BYTES:
        raise Refusal(
            "This file has {size} MB, but pictures may have at most {limit} MB. Please make it smaller and try again.",
            size=-(-length // 1_000_000),
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
