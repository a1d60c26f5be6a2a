"""A batch of pictures as a drawing: its four axes, and the one number at a place along all of them."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cnnviz.figures import svg

SMALL, GAP = 62, 8
"""Side of a picture of the batch, and what is between two of them."""

LARGE = 224
"""Side of the chosen channel."""

PLANE = 62
"""Side of each channel of the chosen picture."""

LEFT, TOP = 64, 30
"""Room at the left of the drawing and above each of its two rows."""


@dataclass(frozen=True)
class Words:
    """The texts of the drawing in the visitor's language, plain text.

    Attributes:
        title: Its accessible name.
        samples: Name of the first axis, and so on.
        rows: Of the second.
        columns: Of the third.
        channels: Of the fourth.
    """

    title: str
    samples: str
    rows: str
    columns: str
    channels: str


def draw(batch: np.ndarray, place: tuple[int, int, int, int], words: Words) -> str:
    """Draw the pictures of a batch in a row, the channels of one of them, and one channel with one pixel marked.

    Args:
        batch: (samples, rows, columns, channels) uint8, one channel or three.
        place: Sample, row, column and channel of the marked number.
        words: The texts.
    """
    sample, row, column, channel = place
    chosen = batch[sample]
    top = TOP + SMALL + 2 * TOP
    body = [
        *_draw_line(batch, sample, LEFT, TOP),
        _name(f"{words.samples}: {sample}", LEFT, TOP - 10),
        *_draw_large(chosen[..., channel], (row, column), LEFT, top),
        _name(f"{words.columns}: {column}", LEFT + 34, top - 10),
        svg.arrow((LEFT, top - 14), (LEFT + 28, top - 14)),
        svg.text(LEFT - 8, top + 16, svg.span(f"{words.rows}:"), anchor="end"),
        svg.text(LEFT - 8, top + 30, svg.span(str(row)), anchor="end"),
        svg.arrow((LEFT - 14, top + 38), (LEFT - 14, top + 66)),
    ]
    below = top + LARGE + TOP
    planes = np.moveaxis(chosen, -1, 0)[..., None]
    body += _draw_line(planes, channel, LEFT, below)
    body.append(_name(f"{words.channels}: {channel}", LEFT, below - 10))
    width = LEFT + max(len(batch) * (SMALL + GAP), LARGE) + GAP
    return svg.document(body, width=width, height=below + PLANE + GAP, title=words.title)


def _name(words: str, x: float, y: float) -> str:
    return svg.text(x, y, svg.span(words), anchor="start")


def _draw_line(pictures: np.ndarray, chosen: int, x: float, y: float) -> list[str]:
    """Draw pictures (n, h, w, 1 or 3) in a row, the chosen one framed."""
    drawn = []
    for number, picture in enumerate(pictures):
        left = x + number * (SMALL + GAP)
        drawn.append(_image(picture, left, y, SMALL))
        if number == chosen:
            drawn.append(_frame(left - 2, y - 2, SMALL + 4, SMALL + 4))
    return drawn


def _draw_large(plane: np.ndarray, cell: tuple[int, int], x: float, y: float) -> list[str]:
    """Draw one channel with its chosen row and column framed, and where they cross."""
    rows, columns = plane.shape
    high, wide = LARGE / rows, LARGE / columns
    row, column = cell
    return [
        _image(plane[..., None], x, y, LARGE),
        _frame(x, y + row * high, LARGE, high),
        _frame(x + column * wide, y, wide, LARGE),
    ]


def _image(picture: np.ndarray, x: float, y: float, side: float) -> str:
    shown = np.ascontiguousarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    file = io.BytesIO()
    Image.fromarray(shown).save(file, "png")
    address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return svg.element(
        "image",
        x=float(x),
        y=float(y),
        width=float(side),
        height=float(side),
        href=address,
        style="image-rendering: pixelated",
        preserveAspectRatio="none",
    )


def _frame(x: float, y: float, width: float, height: float) -> str:
    """Return a frame that is seen on any ground: a light line within a dark one."""
    lines = ("#000", 4), ("#ff9f1c", 2)
    return svg.group(
        *(svg.rect(x, y, width, height, "", fill="none", stroke=colour, stroke_width=thick) for colour, thick in lines)
    )
