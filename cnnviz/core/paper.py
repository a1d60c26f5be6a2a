"""What is ink and what is paper, on a canvas and in a photograph.

A canvas has exact colours, so its answer is one subtraction. A photograph has shadows, grain and edges of the
table: there the paper's brightness is estimated around every pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

FAINTEST = 16
"""Ink must differ from the paper by at least this much of 255 somewhere, or there is none."""

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
    paper = int(np.bincount(_border(grey)).argmax())
    bright = paper < 128
    ink = np.maximum(grey, paper) - paper if bright else paper - np.minimum(grey, paper)
    return Ink(_stretched(ink.astype(np.uint8)), paper, "bright" if bright else "dark")


def _border(grey: np.ndarray) -> np.ndarray:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _grey(rgba: np.ndarray) -> np.ndarray:
    """Luminance without regard to transparency, `(h, w)` uint16 in [0, 255]."""
    red, green, blue = (rgba[..., channel].astype(np.uint32) for channel in range(3))
    return ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16).astype(np.uint16)


def _stretched(ink: np.ndarray) -> np.ndarray:
    """Make the strongest ink 255. Less than `FAINTEST` is a blank."""
    strongest = int(ink.max())
    if strongest == 255:
        return ink
    if strongest < FAINTEST:
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
    bright = _looks_bright(grey) if polarity == "auto" else polarity == "bright"
    ink = _above_the_paper(grey if bright else 255 - grey)
    return Ink(ink, int(np.median(_border(grey))), "bright" if bright else "dark")


def _forced(found: Ink, rgba: np.ndarray, polarity: str) -> Ink:
    """The reading of a transparent picture, unless the other polarity was asked for."""
    if polarity in ("auto", found.polarity):
        return found
    grey, alpha = _grey(rgba), rgba[..., 3].astype(np.uint16)
    ink = (alpha * (grey if polarity == "bright" else 255 - grey) + 127) // 255
    return Ink(_stretched(ink.astype(np.uint8)), 255, "bright" if polarity == "bright" else "dark")


def _looks_bright(grey: np.ndarray) -> bool:
    """Ink is rarer than paper: the middle value lies nearer to the paper's end."""
    low, middle, high = np.percentile(grey, (1, 50, 99))
    return bool(high - middle > middle - low)


def _above_the_paper(values: np.ndarray) -> np.ndarray:
    """Bright ink on uneven dark paper -> uint8 ink without the grain, the shadows and the table's edge."""
    difference = values.astype(np.float32) - _background(values)
    grain = 1.4826 * float(np.median(np.abs(difference - np.median(difference))))
    strongest = float(np.percentile(difference, 99.5)) if values.size > 400 else float(difference.max())
    strongest = max(strongest, float(difference.max()) * 0.5)
    if strongest < max(FAINTEST, 6 * grain):
        return np.zeros(values.shape, np.uint8)
    floor = max(4 * grain, 0.2 * strongest) if grain > 0.5 else 0.0
    ink = np.clip((difference - floor) / max(0.8 * strongest - floor, 1.0), 0, 1)
    return (_without_specks(ink) * 255 + 0.5).astype(np.uint8)


def _background(values: np.ndarray) -> np.ndarray:
    """Brightness of the paper around each pixel: a low percentile of large blocks, smoothed.

    A picture whose border is of one colour is a drawing or a scan: its paper is that colour everywhere.
    """
    from scipy import ndimage

    border = _border(values)
    if np.percentile(border, 90) - np.percentile(border, 10) < 4 or min(values.shape) < 40:
        return np.float32(np.median(border)) * np.ones(values.shape, np.float32)
    step = max(1, max(values.shape) // 100)
    small = values[::step, ::step].astype(np.float32)
    small = ndimage.median_filter(small, size=3, mode="nearest")
    reach = max(3, max(small.shape) // 3)
    low = ndimage.percentile_filter(small, 35, size=reach, mode="nearest")
    low = ndimage.gaussian_filter(low, reach / 4, mode="nearest")
    rows = np.minimum(np.arange(values.shape[0]) / step, low.shape[0] - 1)
    columns = np.minimum(np.arange(values.shape[1]) / step, low.shape[1] - 1)
    grid = np.meshgrid(rows, columns, indexing="ij")
    whole: np.ndarray = ndimage.map_coordinates(low, grid, order=1, mode="nearest")
    return whole.astype(np.float32)


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """Keep the large connected pieces: a digit is one or a few strokes, dust and the page's edge are not."""
    from scipy import ndimage

    labels, count = ndimage.label(ink > 0.15, structure=np.ones((3, 3)))
    if count < 2:
        return ink
    mass = ndimage.sum_labels(ink, labels, np.arange(1, count + 1))
    inside = np.ones(count, bool)
    inside[np.unique(_border(labels))[np.unique(_border(labels)) > 0] - 1] = False
    if inside.any() and mass[inside].max() > 0.1 * mass.max():
        mass = np.where(inside, mass, 0)
    kept = np.flatnonzero(mass > 0.05 * mass.max()) + 1
    near = ndimage.binary_dilation(np.isin(labels, kept), iterations=2)
    return np.where(near, ink, 0)
