"""An uploaded picture, with a frame to be drawn around what is to be read, and boxes around what was found in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnnviz.ui.components import browser_state
from cnnviz.ui.components.encode import encode
from cnnviz.ui.components.mount import mount
from cnnviz.ui.i18n import gettext_noop, translate_all

Box = tuple[int, int, int, int]

MAX_SHOWN_SIDE = 640
"""Pixels of the longer side of the picture that is sent; it is shown at about half of that on a fine screen."""

QUALITY = 85
"""Of the JPEG that is sent."""

PAPER = (255, 255, 255)
"""What shows through transparent places."""

LABELS: Mapping[str, str] = {
    "hint": gettext_noop(
        "Drag over the picture to cut out the digit. With the keyboard: arrow keys move a corner or the frame."
    ),
    "frame": gettext_noop("Frame: {left} to {right} % across, {top} to {bottom} % down"),
    "start": gettext_noop("Top left corner of the frame: {left} % across, {top} % down"),
    "end": gettext_noop("Bottom right corner of the frame: {right} % across, {bottom} % down"),
}
"""Name in the browser -> text."""


@dataclass(frozen=True)
class Mark:
    """A box around something in the picture.

    Attributes:
        kind: "read" for the digit that is read, "other" for another one, "left" for what was left out.
        box: Left, top, right and bottom in pixels of the picture.
    """

    kind: str
    box: Box


def picture_crop(
    key: str,
    rgba: np.ndarray,
    crop: Box | None,
    marks: Sequence[Mark],
    *,
    label: str,
    on_crop: Callable[[], None],
    labels: Mapping[str, str] = LABELS,
) -> None:
    """Show a picture with a frame that can be drawn anew, moved and resized.

    Args:
        key: Key of the element; `cropped(key)` reads the new frame.
        rgba: `(h, w, 4)` uint8.
        crop: The frame; None around all of the picture.
        marks: What else is marked.
        label: What the picture is, for screen readers.
        on_crop: Called when the visitor has changed the frame.
        labels: Those of `LABELS`, or others in their place.
    """
    height, width = rgba.shape[:2]
    header = {
        "width": width,
        "height": height,
        "crop": crop or (0, 0, width, height),
        "marks": [{"kind": mark.kind, "box": mark.box} for mark in marks],
        "label": label,
        "labels": translate_all(labels),
        "ack": browser_state.get_sequence(browser_state.read(key, "crop")),
    }
    mount("picture_crop", key=key, data=encode(header, [_encode(rgba)]), on_crop_change=on_crop)


def read_crop(key: str) -> Box | None:
    """Return the frame that the visitor has drawn, whatever its corners are; None for anything else."""
    message = browser_state.read(key, "crop")
    box = message.get("box") if isinstance(message, Mapping) else None
    if not isinstance(box, list) or len(box) != 4 or not all(type(at) is int and abs(at) < 100_000 for at in box):
        return None
    return box[0], box[1], box[2], box[3]


def _encode(rgba: np.ndarray) -> bytes:
    """Return the picture as a small JPEG on white paper."""
    image = Image.fromarray(rgba)
    image.thumbnail((MAX_SHOWN_SIDE, MAX_SHOWN_SIDE))
    paper = Image.new("RGB", image.size, PAPER)
    paper.paste(image, mask=image.getchannel("A"))
    file = io.BytesIO()
    paper.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
