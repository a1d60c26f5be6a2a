"""A stranger's picture file, turned into plain pixels.

The file passes two doors: `picture_header` reads its kind and size without decoding anything, and `workers.gate`
decodes it in a child process with limits. What comes back is checked numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.messages import gettext_noop
from cnnviz.jobs.sandbox import child_process, image_header

SIDE = 1024
"""Larger pictures are reduced to this many pixels on their longer side: a digit needs no more."""

SECONDS = 10.0

NOTES = {
    "first": gettext_noop("first of {frames} frames"),
    "animation": gettext_noop("first frame of an animation"),
    "depth": gettext_noop("16-bit values reduced to 8-bit"),
    "cmyk": gettext_noop("colours turned from CMYK to RGB"),
    "turned": gettext_noop("turned upright as its EXIF data says"),
    "reduced": gettext_noop("reduced from {width} × {height} pixels"),
}
"""What was done to a picture, in words."""

DAMAGED = gettext_noop(
    "This {kind} file is damaged or cut short. Please open it in a picture program, save it again and try once more."
)
STOPPED = gettext_noop(
    "Reading this {kind} file took too much time or memory and was stopped. "
    "Please save it again as a plain PNG or JPEG and try once more."
)


@dataclass(frozen=True)
class Note:
    """One thing that was done to a picture: an English template from `NOTES` and the numbers in it."""

    template: str
    values: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Args:
        rgba: `(height, width, 4)` uint8, at most `SIDE` pixels a side, read-only. Alpha is not premultiplied.
        notes: What was done to the file to get there, in the order in which it was done.
    """

    rgba: np.ndarray
    notes: tuple[Note, ...] = ()


def read(data: bytes, name_hint: str = "") -> Picture:
    """Read a PNG, JPEG, GIF, WebP or BMP file that nobody vouches for.

    Args:
        data: The whole file.
        name_hint: Its name, used only to tell unknown kinds apart; never opened and never shown.

    Raises:
        Refusal: If it is of another kind, too large, too small, damaged, or takes too much time or memory; in words
            for the person who chose the file.
    """
    kind = image_header.read(data, name_hint).kind
    try:
        answer = child_process.ask("decode_image", data, seconds=SECONDS, answer_bytes=SIDE * SIDE * 4 + 1000)
    except child_process.WorkerError:
        raise Refusal(STOPPED, kind=kind) from None
    line, _, pixels = answer.partition(b"\n")
    try:
        return _picture(json.loads(line), pixels)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refusal(DAMAGED, kind=kind) from None


def _picture(told: Mapping[str, Any], pixels: bytes) -> Picture:
    """Build the record from the child's answer; anything but the expected shape raises."""
    width, height = int(told["width"]), int(told["height"])
    if not (1 <= width <= SIDE and 1 <= height <= SIDE):
        raise ValueError(f"`width` and `height` must be 1 to {SIDE}. Received: {width} and {height}.")
    rgba = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)
    return Picture(rgba, tuple(_note(name, numbers) for name, numbers in told["notes"]))


def _note(name: str, numbers: Mapping[str, Any]) -> Note:
    return Note(NOTES[name], {str(key): int(value) for key, value in numbers.items()})
