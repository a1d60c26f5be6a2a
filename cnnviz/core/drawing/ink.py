"""Separate ink from paper, on a canvas and in a photograph.

A canvas has exact colours, so one subtraction is enough. Photographs are handled in `photo_ink`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.core.drawing import photo_ink

MAX_SIDE = 400
"""Photographs are shrunk to about this many pixels a side; a digit needs 28."""


@dataclass(frozen=True, eq=False)
class Ink:
    """Ink found in a picture.

    Attributes:
        ink: `(h, w)` uint8, 0 for paper, 255 for the strongest ink.
        paper: Luminance of the paper, 0 to 255; transparent paper counts as white.
        polarity: "dark" ink on lighter paper or "bright" on darker.
    """

    ink: np.ndarray
    paper: int
    polarity: Literal["dark", "bright"]

    @property
    def empty(self) -> bool:
        """Whether there is no ink."""
        return not self.ink.any()


def compute_luminance(rgba: np.ndarray) -> np.ndarray:
    """Compute grey levels over white, `(h, w)` uint8: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601)."""
    grey = _grey(rgba)
    alpha = rgba[..., 3].astype(np.uint16)
    return ((grey * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def find_on_canvas(rgba: np.ndarray) -> Ink:
    """Find the ink of a drawing with exact colours.

    On transparent paper everything opaque is ink, white included; on opaque paper everything that differs from the most
    frequent grey of the border is.
    """
    # One 32-bit word a pixel: comparing words is quicker than comparing channels, and this runs at every pen move.
    words = np.ascontiguousarray(rgba).view("<u4")[..., 0]
    lowest = int(words.min())  # the alpha channel is the highest byte
    if lowest == int(words.max()):
        return Ink(np.zeros(words.shape, np.uint8), int(compute_luminance(rgba[:1, :1])[0, 0]), "dark")
    transparent = lowest < 0xFF000000
    if transparent and not (words & 0x00FFFFFF).any():
        return Ink(_stretch((words >> 24).astype(np.uint8)), 255, "dark")
    return _on_transparent(rgba) if transparent else _on_opaque(_grey(rgba).astype(np.uint8))


def _on_transparent(rgba: np.ndarray) -> Ink:
    """Weight opacity by brightness or darkness, whichever the ink has more of."""
    alpha, grey = rgba[..., 3].astype(np.uint16), _grey(rgba)
    total = int(alpha.sum(dtype=np.int64))
    bright = bool(total) and int((grey.astype(np.int64) * alpha).sum()) > 127 * total
    ink = (alpha * (grey if bright else 255 - grey) + 127) // 255
    return Ink(_stretch(ink.astype(np.uint8)), 255, "bright" if bright else "dark")


def _on_opaque(grey: np.ndarray) -> Ink:
    """Subtract the paper, the most frequent grey of the border: a stroke across the edge does not change it."""
    paper = int(np.bincount(photo_ink.border(grey)).argmax())
    bright = paper < 128
    ink = np.maximum(grey, paper) - paper if bright else paper - np.minimum(grey, paper)
    return Ink(_stretch(ink.astype(np.uint8)), paper, "bright" if bright else "dark")


def _grey(rgba: np.ndarray) -> np.ndarray:
    """Compute luminance, ignoring transparency, `(h, w)` uint16 in [0, 255]."""
    red, green, blue = (rgba[..., channel].astype(np.uint32) for channel in range(3))
    return ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16).astype(np.uint16)


def _stretch(ink: np.ndarray) -> np.ndarray:
    """Scale the strongest ink to 255; below `photo_ink.MIN_CONTRAST` there is none."""
    strongest = int(ink.max())
    if strongest == 255:
        return ink
    if strongest < photo_ink.MIN_CONTRAST:
        return np.zeros_like(ink)
    return (ink.astype(np.float32) * (255 / strongest) + 0.5).astype(np.uint8)


def shrink(rgba: np.ndarray) -> np.ndarray:
    """Shrink a picture to about `MAX_SIDE` pixels a side, averaging over whole blocks."""
    from PIL import Image

    factor = -(-max(rgba.shape[:2]) // MAX_SIDE)
    if factor == 1:
        return rgba
    return np.asarray(Image.fromarray(rgba).reduce(factor))


def find_in_picture(rgba: np.ndarray, polarity: str = "auto") -> Ink:
    """Find the ink of a photograph or an image file.

    Args:
        rgba: `(h, w, 4)` uint8, about `MAX_SIDE` pixels a side at most.
        polarity: "dark", "bright" or "auto".
    """
    if (rgba[..., 3] < 128).mean() > 0.02:
        return _apply_polarity(find_on_canvas(rgba), rgba, polarity)
    grey = compute_luminance(rgba)
    bright = photo_ink.looks_bright(grey) if polarity == "auto" else polarity == "bright"
    ink = photo_ink.find(grey if bright else 255 - grey)
    return Ink(ink, int(np.median(photo_ink.border(grey))), "bright" if bright else "dark")


def _apply_polarity(found: Ink, rgba: np.ndarray, polarity: str) -> Ink:
    """Return `found` unless the other polarity was asked for; then find the ink of a transparent picture again."""
    if polarity in ("auto", found.polarity):
        return found
    grey, alpha = _grey(rgba), rgba[..., 3].astype(np.uint16)
    ink = (alpha * (grey if polarity == "bright" else 255 - grey) + 127) // 255
    return Ink(_stretch(ink.astype(np.uint8)), 255, "bright" if polarity == "bright" else "dark")
