"""Convert a drawing or a picture to the 28x28 digit that a network reads, step by step.

The networks were trained on MNIST, whose digits were all normalized in the same way (LeCun et al., "Gradient-based
learning applied to document recognition", 1998, section III.A): scaled with antialiasing to fit a 20x20 box, keeping
the aspect ratio, then placed with their centre of mass at the centre of 28x28. These steps do the same to a drawing.
Each can be switched off, to show what it contributes.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

from cnnviz.core.drawing import ink as ink_detection
from cnnviz.core.drawing.pieces import Box, LeftOut

STEPS: tuple[str, ...] = ("ink", "crop", "antialias", "fit", "centre")
"""All steps, in order.

- ink: bright where there is ink, black where there is paper. Off: the luminance as it is.
- crop: cut off the empty paper around the ink. Off: the whole canvas.
- antialias: average over what becomes one pixel. Off: take the nearest pixel.
- fit: scale to a 20x20 box, keeping the aspect ratio. Off: stretch to 28x28.
- centre: move the centre of mass to the centre of 28x28. Off: move the centre of the box there.
"""

ALL = frozenset(STEPS)
SIDE = 28
BOX = 20

Polarity = Literal["auto", "dark", "bright"]
POLARITIES: tuple[Polarity, ...] = ("auto", "dark", "bright")
"""Ink of a picture: dark on light paper, bright on dark, or whichever is found."""


@dataclass(frozen=True, eq=False)
class Step:
    """Picture after one step.

    Attributes:
        name: One of `STEPS`.
        pixels: `(h, w)` uint8.
        active: Whether the step was applied; False if it was switched off.
    """

    name: str
    pixels: np.ndarray = field(repr=False)
    active: bool

    @cached_property
    def image(self) -> np.ndarray:
        """The picture, `(h, w)` float32 in [0, 1], read-only; converted when asked for, as few steps are shown."""
        return _to_unit(self.pixels)


@dataclass(frozen=True, eq=False)
class Preparation:
    """Digit with the steps that led to it.

    Attributes:
        digit: `(28, 28)` float32 in [0, 1], read-only; bright ink on black unless "ink" was switched off.
        steps: One record for each of `STEPS`, in that order; the last image is the digit.
        empty: Whether there was no ink. The digit is then blank paper.
        polarity: Ink that was found or asked for, "dark" or "bright".
        parts: Boxes of all the digits in a picture, in pixels of the picture and in the order of reading. Two or more
            say that it shows several; empty for a drawing and where there was no ink.
        part: Which of them was read.
        left_out: What else is in the picture and was not read, with boxes in its pixels.
    """

    digit: np.ndarray
    steps: tuple[Step, ...]
    empty: bool
    polarity: Polarity = "dark"
    parts: tuple[Box, ...] = ()
    part: int = 0
    left_out: tuple[LeftOut, ...] = ()


def from_canvas(rgba: np.ndarray, steps: Collection[str] = ALL) -> Preparation:
    """Prepare a drawing: black or white ink, on transparent, white or black paper.

    Args:
        rgba: `(h, w, 4)` uint8, not premultiplied, any size from one pixel.
        steps: Steps to apply, names from `STEPS`.

    Raises:
        ValueError: If the array is not such a picture or a step is unknown.
    """
    _check(rgba, steps)
    found = ink_detection.find_on_canvas(rgba)
    return _prepare(found, None if "ink" in steps else ink_detection.compute_luminance(rgba), frozenset(steps))


def from_coverage(coverage: np.ndarray, steps: Collection[str] = ALL) -> Preparation:
    """Prepare a drawing in black on transparent paper, of which only the opacity is given, as `from_canvas` would.

    Args:
        coverage: `(h, w)` uint8, 255 for what is all under ink, as `strokes.cover` computes it.
        steps: Steps to apply, names from `STEPS`.

    Raises:
        ValueError: If the array is not such a picture or a step is unknown.
    """
    if coverage.dtype != np.uint8 or coverage.ndim != 2 or 0 in coverage.shape:
        raise ValueError(f"`coverage` must be (h, w) uint8. Received: {coverage.shape} {coverage.dtype}")
    _check_steps(steps)
    raw = None if "ink" in steps else ink_detection.put_on_white(np.zeros_like(coverage), coverage)
    return _prepare(ink_detection.find_in_coverage(coverage), raw, frozenset(steps))


def from_picture(
    rgba: np.ndarray, steps: Collection[str] = ALL, polarity: Polarity = "auto", part: int | None = None
) -> Preparation:
    """Prepare a photograph or an image file: any size, uneven light, noise, ink of either polarity.

    A picture with a transparent background is read like a canvas. In all others the sheet or frame with the digit is
    looked for, the paper's brightness is estimated at each pixel of it, and what differs from it is ink.

    Args:
        rgba: `(h, w, 4)` uint8, the right way up (EXIF orientation already applied).
        steps: Steps to apply, names from `STEPS`.
        polarity: One of `POLARITIES`; ask for the other one if "auto" guessed wrong.
        part: Which digit to read, an index into the `parts` of the result; None for the largest. A number beyond the
            last one stands for the last.

    Raises:
        ValueError: If the array is not such a picture, or a step or the polarity is unknown.
    """
    _check(rgba, steps)
    if polarity not in POLARITIES:
        raise ValueError(f"`polarity` must be one of {', '.join(POLARITIES)}. Received: {polarity!r}")
    small = ink_detection.shrink(rgba)
    found = ink_detection.find_in_picture(small, polarity, part)
    raw = None if "ink" in steps else ink_detection.compute_luminance(small)
    return _prepare(_in_pixels_of(rgba, found), raw, frozenset(steps), smooth=True)


def _in_pixels_of(rgba: np.ndarray, found: ink_detection.Ink) -> ink_detection.Ink:
    """Give boxes in the pixels of the picture before it was reduced."""
    factor = ink_detection.shrink_factor(rgba)
    limits = rgba.shape[1::-1] * 2

    def enlarge(box: Box) -> Box:
        left, top, right, bottom = (min(factor * at, limit) for at, limit in zip(box, limits, strict=True))
        return left, top, right, bottom

    left_out = tuple(LeftOut(each.kind, enlarge(each.box)) for each in found.left_out)
    return replace(found, parts=tuple(enlarge(box) for box in found.parts), left_out=left_out)


def _check(rgba: np.ndarray, steps: Collection[str]) -> None:
    if rgba.dtype != np.uint8 or rgba.ndim != 3 or rgba.shape[2] != 4 or 0 in rgba.shape:
        raise ValueError(f"`rgba` must be (h, w, 4) uint8. Received: {rgba.shape} {rgba.dtype}")
    _check_steps(steps)


def _check_steps(steps: Collection[str]) -> None:
    if unknown := set(steps) - ALL:
        raise ValueError(f"`steps` must be names from {', '.join(STEPS)}. Received: {', '.join(sorted(unknown))}")


def _prepare(
    found: ink_detection.Ink, raw: np.ndarray | None, active: frozenset[str], smooth: bool = False
) -> Preparation:
    """Apply the five steps. The ink determines the crop, even where the picture shown is the raw luminance.

    Args:
        found: The ink of all the picture.
        raw: The luminance of the picture, `(h, w)` uint8, where the step "ink" is switched off; else None.
        active: Steps to apply.
        smooth: Whether antialiasing also smooths what is enlarged, as pictures are and drawings are not.
    """
    picture, blank = (found.ink, 0) if raw is None else (raw, found.paper)
    window = _find_window(found.ink) if "crop" in active else (slice(None), slice(None))
    cropped = picture[window]
    size = _target_size(cropped.shape, "fit" in active)
    if "antialias" not in active:
        even = cropped
    else:
        even = _enlarge(cropped, size) if smooth and max(cropped.shape) < max(size) else _blur(cropped, size)
    small = _resample(even, size)
    placed = _place(small, blank, "centre" in active)
    images = (picture, cropped, even, small, placed)
    steps = tuple(Step(name, image, name in active) for name, image in zip(STEPS, images, strict=True))
    return Preparation(steps[-1].image, steps, found.empty, found.polarity, found.parts, found.part, found.left_out)


def _find_window(ink: np.ndarray) -> tuple[slice, slice]:
    """Find the bounding box of the ink; the whole picture when there is none."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return slice(None), slice(None)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _target_size(shape: tuple[int, ...], fit: bool) -> tuple[int, int]:
    """Compute rows and columns after scaling."""
    if not fit:
        return SIDE, SIDE
    longest = max(shape)
    rows, columns = (max(1, round(length * BOX / longest)) for length in shape)
    return rows, columns


def _blur(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Box-blur with the width of one output pixel, so that shrinking loses no thin line."""
    radii = tuple(max(0.0, (old / new - 1) / 2) for old, new in zip(image.shape, size, strict=True))
    if max(radii) == 0:
        return image
    blurred = Image.fromarray(image).filter(ImageFilter.BoxBlur((radii[1], radii[0])))
    return np.asarray(blurred)


def _enlarge(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Enlarge a picture that is smaller than the result, with smooth edges (bicubic)."""
    return np.asarray(Image.fromarray(image).resize(size[::-1], Image.Resampling.BICUBIC))


def _resample(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Take the pixel under the centre of each output pixel."""
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * (old / new)).astype(int), old - 1)
        for old, new in zip(image.shape, size, strict=True)
    )
    nearest: np.ndarray = image[rows[:, None], columns]
    return nearest


def _place(small: np.ndarray, blank: int, by_mass: bool) -> np.ndarray:
    """Place the scaled picture on 28x28 paper, cutting off what lies beyond its edge."""
    placed = np.full((SIDE, SIDE), blank, np.uint8)
    ink = np.abs(small.astype(np.int16) - blank)
    rows, top = _position(ink.sum(axis=1), by_mass)
    columns, left = _position(ink.sum(axis=0), by_mass)
    part = small[rows, columns]
    placed[top : top + part.shape[0], left : left + part.shape[1]] = part
    return placed


def _position(mass: np.ndarray, by_mass: bool) -> tuple[slice, int]:
    """Compute, along one axis, the part of the picture that is kept and the position of its first pixel.

    MNIST's centres of mass lie in pixel 14, 14.0 to 15.0 from the edge, except for one or two of 60,000.
    """
    total = int(mass.sum())
    if by_mass and total:
        first = math.ceil(SIDE / 2 - float(mass @ np.arange(len(mass))) / total - 0.5)
    else:
        first = (SIDE - len(mass) + 1) // 2
    return slice(max(0, -first), max(0, SIDE - first)), max(0, first)


def _to_unit(image: np.ndarray) -> np.ndarray:
    """Convert uint8 to read-only float32 in [0, 1]."""
    unit = image.astype(np.float32)
    unit /= 255
    unit.setflags(write=False)
    return unit
