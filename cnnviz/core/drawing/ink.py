"""What is ink and what is paper, on a canvas and in a photograph.

A canvas has exact colours, so its answer is one subtraction. What a photograph needs is in `photograph`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.core.drawing import photo_ink

LARGEST = 400
"""Photographs are reduced to at most about this many pixels a side; a digit needs 28."""


@dataclass(frozen=True, eq=False)
class Ink:
    """Where the ink is.

    Args:
        ink: `(h, w)` uint8, 0 for paper, 255 for the strongest ink.
        paper: Luminance of the paper, 0 to 255; transparent paper counts as white.
        polarity: "dark" ink on lighter paper or "bright" on darker.
    """

    ink: np.ndarray
    paper: int
    polarity: Literal["dark", "bright"]

    @property
    def empty(self) -> bool:
        return not self.ink.any()


def luminance(rgba: np.ndarray) -> np.ndarray:
    """Grey levels on white paper, `(h, w)` uint8: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), over white."""
    grey = _grey(rgba)
    alpha = rgba[..., 3].astype(np.uint16)
    return ((grey * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def on_canvas(rgba: np.ndarray) -> Ink:
    """Find the ink of a drawing with exact colours, whatever they are.

    On transparent paper ink is what is opaque, white ink included; on opaque paper it is what differs from
    the colour that most of the border has.
    """
    words = np.ascontiguousarray(rgba).view("<u4")[..., 0]
    lowest = int(words.min())  # the alpha channel is the highest byte
    if lowest == int(words.max()):
        return Ink(np.zeros(words.shape, np.uint8), int(luminance(rgba[:1, :1])[0, 0]), "dark")
    transparent = lowest < 0xFF000000
    if transparent and not (words & 0x00FFFFFF).any():
        return Ink(_stretched((words >> 24).astype(np.uint8)), 255, "dark")
    return _on_transparent(rgba) if transparent else _on_opaque(_grey(rgba).astype(np.uint8))


def _on_transparent(rgba: np.ndarray) -> Ink:
    alpha, grey = rgba[..., 3].astype(np.uint16), _grey(rgba)
    total = int(alpha.sum(dtype=np.int64))
    bright = bool(total) and int((grey.astype(np.int64) * alpha).sum()) > 127 * total
    ink = (alpha * (grey if bright else 255 - grey) + 127) // 255
    return Ink(_stretched(ink.astype(np.uint8)), 255, "bright" if bright else "dark")


def _on_opaque(grey: np.ndarray) -> Ink:
    """The paper is the most frequent grey of the border: a stroke across the edge does not change it."""
    paper = int(np.bincount(photo_ink.border(grey)).argmax())
    bright = paper < 128
    ink = np.maximum(grey, paper) - paper if bright else paper - np.minimum(grey, paper)
    return Ink(_stretched(ink.astype(np.uint8)), paper, "bright" if bright else "dark")


def _grey(rgba: np.ndarray) -> np.ndarray:
    """Luminance without regard to transparency, `(h, w)` uint16 in [0, 255]."""
    red, green, blue = (rgba[..., channel].astype(np.uint32) for channel in range(3))
    return ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16).astype(np.uint16)


def _stretched(ink: np.ndarray) -> np.ndarray:
    """Make the strongest ink 255. Less than `photograph.FAINTEST` is a blank."""
    strongest = int(ink.max())
    if strongest == 255:
        return ink
    if strongest < photo_ink.FAINTEST:
        return np.zeros_like(ink)
    return (ink.astype(np.float32) * (255 / strongest) + 0.5).astype(np.uint8)


def reduced(rgba: np.ndarray) -> np.ndarray:
    """A picture of at most about `LARGEST` pixels a side, averaged over whole blocks."""
    from PIL import Image

    factor = -(-max(rgba.shape[:2]) // LARGEST)
    if factor == 1:
        return rgba
    return np.asarray(Image.fromarray(rgba).reduce(factor))


def on_picture(rgba: np.ndarray, polarity: str = "auto") -> Ink:
    """Find the ink of a photograph or picture file.

    Args:
        rgba: `(h, w, 4)` uint8, at most `LARGEST` pixels a side or so.
        polarity: "dark", "bright" or "auto".
    """
    if (rgba[..., 3] < 128).mean() > 0.02:
        return _forced(on_canvas(rgba), rgba, polarity)
    grey = luminance(rgba)
    bright = photo_ink.looks_bright(grey) if polarity == "auto" else polarity == "bright"
    ink = photo_ink.ink(grey if bright else 255 - grey)
    return Ink(ink, int(np.median(photo_ink.border(grey))), "bright" if bright else "dark")


def _forced(found: Ink, rgba: np.ndarray, polarity: str) -> Ink:
    """The reading of a transparent picture, unless the other polarity was asked for."""
    if polarity in ("auto", found.polarity):
        return found
    grey, alpha = _grey(rgba), rgba[..., 3].astype(np.uint16)
    ink = (alpha * (grey if polarity == "bright" else 255 - grey) + 127) // 255
    return Ink(_stretched(ink.astype(np.uint8)), 255, "bright" if polarity == "bright" else "dark")
