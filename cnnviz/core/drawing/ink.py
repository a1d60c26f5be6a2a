"""Separate ink from paper, on a canvas and in a photograph.

A canvas has exact colours, so one subtraction is enough. Photographs are handled in `photo_ink`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cnnviz.core.drawing import panels, photo_ink, pieces
from cnnviz.core.drawing.pieces import Box, LeftOut

MAX_SIDE = 400
"""Photographs are shrunk to about this many pixels a side; a digit needs 28."""

MAX_DEPTH = 3
"""A photograph pasted on a page may show a sheet with a frame: as many panels within each other are opened."""

MIN_IN_PANEL = 0.2
"""Share of a panel's larger side that a digit in it has at least; what is smaller is a mark on something else."""

PURE = 0.95
"""Share of a panel's ink that is the digit's from which no other panel is looked at."""

MIN_TILE = 0.4
"""Share of a picture that is opaque from which the opaque part may be paper with ink on it."""

IMPURE = 0.6
"""The same up to which all of the picture is read too, and preferred if it shows little but a digit: the edge of a
shadow may have been taken for that of a sheet."""

MAX_INK_IN_PANEL = 0.4
"""Share of a panel that is ink at most."""


@dataclass(frozen=True, eq=False)
class Ink:
    """Ink found in a picture.

    Attributes:
        ink: `(h, w)` uint8, 0 for paper, 255 for the strongest ink.
        paper: Luminance of the paper, 0 to 255; transparent paper counts as white.
        polarity: "dark" ink on lighter paper or "bright" on darker.
        parts: Boxes of all the digits in a picture, in the order of reading; empty for a drawing.
        part: Which of them the ink is.
        left_out: What else was in the picture.
        purity: Share of a picture's ink that belongs to one of the digits, not to what was left out.
    """

    ink: np.ndarray
    paper: int
    polarity: Literal["dark", "bright"]
    parts: tuple[Box, ...] = ()
    part: int = 0
    left_out: tuple[LeftOut, ...] = ()
    purity: float = 1.0

    @property
    def empty(self) -> bool:
        """Whether there is no ink."""
        return not self.ink.any()


def compute_luminance(rgba: np.ndarray) -> np.ndarray:
    """Compute grey levels over white, `(h, w)` uint8: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601)."""
    return put_on_white(_grey(rgba), rgba[..., 3])


def put_on_white(values: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Blend grey levels or colours with white by their opacity, all from 0 to 255; return uint8, rounded."""
    if alpha.min(initial=255) == 255:  # as photographs are: nothing is to be blended
        return values.astype(np.uint8)
    opacity = alpha.astype(np.uint16)
    return ((values * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)


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
        return find_in_coverage((words >> 24).astype(np.uint8))
    return _on_transparent(rgba) if transparent else _on_opaque(_grey(rgba).astype(np.uint8))


def find_in_coverage(coverage: np.ndarray) -> Ink:
    """Find the ink of a drawing in black on transparent paper, of which `coverage` is the opacity, `(h, w)` uint8."""
    lowest = int(coverage.min())
    if lowest == int(coverage.max()):  # an even surface is paper
        return Ink(np.zeros_like(coverage), 255 - lowest, "dark")
    return Ink(_stretch(coverage), 255, "dark")


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

    factor = shrink_factor(rgba)
    if factor == 1:
        return rgba
    return np.asarray(Image.fromarray(rgba).reduce(factor))


def shrink_factor(rgba: np.ndarray) -> int:
    """Compute by how much `shrink` divides the sides of a picture."""
    longest: int = max(rgba.shape[:2])
    return -(-longest // MAX_SIDE)


def find_in_picture(rgba: np.ndarray, polarity: str = "auto", part: int | None = None) -> Ink:
    """Find the ink of a photograph or an image file.

    Args:
        rgba: `(h, w, 4)` uint8, about `MAX_SIDE` pixels a side at most.
        polarity: "dark", "bright" or "auto".
        part: Which digit, in the order of reading, where there are several; None for the largest.
    """
    if (rgba[..., 3] < 128).mean() > 0.02:
        if not _is_tile(rgba):
            return _apply_polarity(find_on_canvas(rgba), rgba, polarity)
        rgba = _fill_transparent(rgba)
    found = _read(compute_luminance(rgba), polarity, part, colours=rgba[..., :3])
    if not found.empty:
        return found
    in_colour = _read(photo_ink.project_colour(rgba), polarity, part)
    return found if in_colour.empty else in_colour


def _is_tile(rgba: np.ndarray) -> bool:
    """Return whether a picture with transparent places shows ink on opaque paper: an icon, a window with its shadow."""
    opaque = rgba[..., 3] > 127
    if opaque.mean() < MIN_TILE:
        return False
    grey = _grey(rgba).astype(np.uint8)
    level, separation = photo_ink.split(grey[opaque])
    bright = opaque & (grey > level)
    if separation < photo_ink.CLEAR_SPLIT or not bright.any():
        return False
    means = grey[bright].mean(), grey[opaque & ~bright].mean()
    return bool(means[0] - means[1] > 2 * photo_ink.MIN_CONTRAST)


def _fill_transparent(rgba: np.ndarray) -> np.ndarray:
    """Continue the opaque pixels into the transparent ones beside them."""
    from scipy import ndimage

    clear = rgba[..., 3] < 250
    nearest = ndimage.distance_transform_edt(clear, return_distances=False, return_indices=True)
    filled: np.ndarray = rgba[tuple(nearest)].copy()
    filled[..., 3] = 255
    return filled


def _read(
    grey: np.ndarray,
    polarity: str,
    part: int | None,
    depth: int = 0,
    sheets: bool = True,
    colours: np.ndarray | None = None,
) -> Ink:
    """Read the inside of a sheet, an area or a frame if there is one with something in it, else all of the picture."""
    best = _read_panels(grey, polarity, part, depth, sheets, colours) if depth < MAX_DEPTH else None
    if best is not None and best.purity > IMPURE:
        return best
    whole = _read_whole(grey, polarity, part)
    return whole if best is None or whole.purity > PURE else best


def _read_whole(grey: np.ndarray, polarity: str, part: int | None) -> Ink:
    bright = photo_ink.looks_bright(grey) if polarity == "auto" else polarity == "bright"
    choice = pieces.choose(photo_ink.find(grey if bright else 255 - grey), part)
    ink = (photo_ink.widen(choice.ink) * 255 + 0.5).astype(np.uint8)
    paper = int(np.median(photo_ink.border(grey)))
    return Ink(ink, paper, "bright" if bright else "dark", choice.parts, choice.part, choice.left_out, choice.purity)


def _read_panels(
    grey: np.ndarray, polarity: str, part: int | None, depth: int, sheets: bool, colours: np.ndarray | None
) -> Ink | None:
    """Read the panel whose ink is the digit's alone more than that of the others; None if no panel has a digit."""
    best = None
    for panel in panels.find(grey, sheets, colours):
        # On a sheet there may be a frame, but no other sheet; a page may show a photograph of one.
        found = _read(panel.cut(grey), polarity, part, depth + 1, sheets and panel.on_page and not panel.framed)
        if _is_digit_in(found, panel) and (best is None or found.purity > best.purity):
            best = _put_back(found, panel, grey.shape)
            if best.purity > PURE:
                break
    return best


def _is_digit_in(found: Ink, panel: panels.Panel) -> bool:
    """Return whether a panel's inside shows something as large as a digit, which neither fills it nor runs along it."""
    if found.empty:
        return False
    left, top, right, bottom = found.parts[found.part]
    large = max(right - left, bottom - top) > MIN_IN_PANEL * max(panel.inside.shape)
    return large and float((found.ink > 127).mean()) < MAX_INK_IN_PANEL


def _put_back(found: Ink, panel: panels.Panel, shape: tuple[int, ...]) -> Ink:
    """Put what was found inside a panel into the picture that the panel lies in."""
    x, y = int(panel.columns.start), int(panel.rows.start)
    ink = np.zeros(shape, np.uint8)
    ink[panel.rows, panel.columns] = found.ink
    left_out = tuple(LeftOut(each.kind, _move(each.box, x, y)) for each in found.left_out)
    around = LeftOut("frame" if panel.framed else "surroundings", _move((0, 0, *panel.inside.shape[::-1]), x, y))
    parts = tuple(_move(box, x, y) for box in found.parts)
    return replace(found, ink=ink, parts=parts, left_out=(around, *left_out))


def _move(box: Box, x: int, y: int) -> Box:
    left, top, right, bottom = box
    return left + x, top + y, right + x, bottom + y


def _apply_polarity(found: Ink, rgba: np.ndarray, polarity: str) -> Ink:
    """Return `found` unless the other polarity was asked for; then find the ink of a transparent picture again."""
    if polarity in ("auto", found.polarity):
        return found
    grey, alpha = _grey(rgba), rgba[..., 3].astype(np.uint16)
    ink = (alpha * (grey if polarity == "bright" else 255 - grey) + 127) // 255
    return Ink(_stretch(ink.astype(np.uint8)), 255, "bright" if polarity == "bright" else "dark")
