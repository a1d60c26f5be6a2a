"""Read an uploaded picture, an untrusted file, as plain pixels.

Its length and first bytes are checked here; `cnnviz.workers.entry.decode_image` reads its size and decodes it in a
child process with limits. The answer is untrusted too, and checked.
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
from cnnviz.jobs.sandbox.image_header import MAX_DECODED_SIDE

MAX_SECONDS = 10.0
"""Wall time of the child process."""

MAX_STATED_SIDE = 2**32 - 1
"""The largest number of pixels that a header of any kind can state."""

NOTES = {
    "first": gettext_noop("first of {frames} frames"),
    "animation": gettext_noop("first frame of an animation"),
    "depth": gettext_noop("16-bit values reduced to 8-bit"),
    "bits": gettext_noop("brightened: only {bits} of 16 bits are in use"),
    "cmyk": gettext_noop("colours turned from CMYK to RGB"),
    "turned": gettext_noop("turned upright as its EXIF data says"),
    "reduced": gettext_noop("reduced from {width} × {height} pixels"),
}
"""Steps of the conversion -> their description."""

DAMAGED = gettext_noop(
    "This {kind} file is damaged or cut short. Please open it in a picture program, save it again and try once more."
)
STOPPED = gettext_noop(
    "Reading this {kind} file took too much time or memory and was stopped. "
    "Please save it again as a plain PNG or JPEG and try once more."
)


@dataclass(frozen=True)
class Note:
    """One step of the conversion.

    Attributes:
        template: English template from `NOTES`.
        values: The numbers in it.
    """

    template: str
    values: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Attributes:
        rgba: `(height, width, 4)` uint8, at most `MAX_DECODED_SIDE` pixels a side, read-only. Alpha is not
            premultiplied.
        notes: Steps of the conversion, in order.
    """

    rgba: np.ndarray
    notes: tuple[Note, ...] = ()


def read(data: bytes, name_hint: str = "", whose: str = "") -> Picture:
    """Read a PNG, JPEG, GIF, WebP or BMP file that is not trusted.

    Args:
        data: The whole file.
        name_hint: Its name, used only to tell unknown kinds apart; never opened and never shown.
        whose: Id of the visitor, of whose files one is read at a time.

    Raises:
        Refusal: If it is of another kind, too large, too small, damaged, or takes too much time or memory; in words
            for the person who chose the file.
    """
    kind = image_header.identify(data, name_hint)
    try:
        answer = child_process.ask(
            "decode_image",
            data,
            seconds=MAX_SECONDS,
            answer_bytes=MAX_DECODED_SIDE**2 * 4 + 1000,
            whose=whose,
        )
    except child_process.WorkerError as error:
        raise child_process.refuse_stopped(error, STOPPED, kind=kind) from None
    line, _, pixels = answer.partition(b"\n")
    try:
        header = json.loads(line)
        if "refused_size" in header:
            _refuse_size(kind, *header["refused_size"])
        return _build_picture(header, pixels)
    except Refusal:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refusal(DAMAGED, kind=kind) from None


def _refuse_size(kind: str, width: int, height: int) -> None:
    """Raise `Refusal` for a size that the child has refused to decode; an absurd size is left to the caller."""
    if 0 <= int(width) <= MAX_STATED_SIDE and 0 <= int(height) <= MAX_STATED_SIDE:
        image_header.check_size(kind, int(width), int(height))


def _build_picture(header: Mapping[str, Any], pixels: bytes) -> Picture:
    """Build the record from the child's answer; anything but the expected form raises."""
    width, height = int(header["width"]), int(header["height"])
    if not (1 <= width <= MAX_DECODED_SIDE and 1 <= height <= MAX_DECODED_SIDE):
        raise ValueError(f"`width` and `height` must be 1 to {MAX_DECODED_SIDE}. Received: {width} and {height}.")
    rgba = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)
    return Picture(rgba, tuple(_build_note(name, numbers) for name, numbers in header["notes"]))


def _build_note(name: str, numbers: Mapping[str, Any]) -> Note:
    return Note(NOTES[name], {str(key): int(value) for key, value in numbers.items()})
