"""Perturbations of a digit: shift, rotation, scale, stroke width and noise.

All of them work on the 28x28 that a network reads, never on the strokes: preprocessing fits and centres a drawing and
would undo most of them, and test digits and photos have no strokes. So all digits are treated alike, and the
unperturbed digit is exactly the one that is read elsewhere.

All functions take a digit, (28, 28) float32 in [0, 1], and return a new one of the same kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from cnnviz.core.messages import gettext_noop

MAX_SHIFT = 6
"""Largest shift along one axis, in pixels."""

STEPS = tuple(range(-MAX_SHIFT, MAX_SHIFT + 1))
OFFSETS: tuple[tuple[int, int], ...] = tuple((down, right) for down in STEPS for right in STEPS)
"""All shifts in whole pixels (down, right), row by row: 13 × 13."""

UNMOVED = OFFSETS.index((0, 0))
"""Index of the unshifted digit in `OFFSETS`."""

FINENESS = 4
"""Steps per pixel by which strokes grow: quarters of a pixel."""

NOISE_SEED = 1

Disturb = Callable[[np.ndarray, float], np.ndarray]


def shift(digit: np.ndarray, down: int, right: int) -> np.ndarray:
    """Shift `digit` by whole pixels onto black; pixels that leave the paper are lost, all others keep their value.

    Unlike the other functions it also takes a picture with channels, (rows, columns, channels).
    """
    moved = np.zeros_like(digit)
    rows, columns = digit.shape[:2]
    moved[find_overlap(rows, down), find_overlap(columns, right)] = digit[
        find_overlap(rows, -down), find_overlap(columns, -right)
    ]
    return moved


def find_overlap(side: int, by: int) -> slice:
    """Return the slice of `side` cells that still holds original cells after a shift `by`."""
    return slice(min(side, max(0, by)), max(0, side + min(0, by)))


def shift_grid(digit: np.ndarray) -> np.ndarray:
    """Shift `digit` by each of `OFFSETS`, (169, 28, 28)."""
    return np.stack([shift(digit, down, right) for down, right in OFFSETS])


def rotate(digit: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate `digit` clockwise around the middle of the paper, with bilinear interpolation."""
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    # Maps a place on the new paper to one on the old paper, rows first and rows going down.
    return _transform(digit, np.array([[cosine, -sine], [sine, cosine]]))


def scale(digit: np.ndarray, factor: float) -> np.ndarray:
    """Scale `digit` by `factor`, above 0, around the middle of the paper, with bilinear interpolation."""
    return _transform(digit, np.eye(2) / factor)


def thicken(digit: np.ndarray, pixels: float) -> np.ndarray:
    """Grow the strokes of `digit` by `pixels` on every side, in quarters of a pixel; shrink them if negative.

    Grey dilation (erosion) on a grid four times as fine: every value becomes the largest (smallest) within a disc
    around it. With 0 nothing changes.
    """
    from scipy import ndimage  # not needed by most visitors

    reach = round(abs(pixels) * FINENESS)
    if not reach:
        return digit.copy()
    fine = np.kron(digit, np.ones((FINENESS, FINENESS), np.float32))
    grow = ndimage.grey_dilation if pixels > 0 else ndimage.grey_erosion
    grown = grow(fine, footprint=_disc(reach), mode="constant", cval=0.0)
    rows, columns = digit.shape
    averaged: np.ndarray = grown.reshape(rows, FINENESS, columns, FINENESS).mean(axis=(1, 3))
    return averaged.astype(np.float32)


def add_noise(digit: np.ndarray, strength: float) -> np.ndarray:
    """Add normal noise of standard deviation `strength`, clipped to [0, 1]; the same noise for every strength."""
    noisy: np.ndarray = np.clip(digit + np.float32(strength) * _noise(digit.shape), 0, 1)
    return noisy.astype(np.float32)


@dataclass(frozen=True)
class Perturbation:
    """A kind of perturbation with one amount.

    Attributes:
        label: its name, a key of the catalogue.
        unit: of its amounts, a key of the catalogue.
        amounts: those that are tried, ascending.
        neutral: the one of `amounts` that changes nothing.
        apply: the function of a digit and an amount.
    """

    label: str
    unit: str
    amounts: tuple[float, ...]
    neutral: float
    apply: Disturb

    def series(self, digit: np.ndarray) -> np.ndarray:
        """Perturb `digit` by every amount, (n, 28, 28)."""
        return np.stack([self.apply(digit, amount) for amount in self.amounts])

    @property
    def start(self) -> int:
        """The index of `neutral` in `amounts`."""
        return self.amounts.index(self.neutral)


def _steps(low: float, high: float, count: int) -> tuple[float, ...]:
    return tuple(round(float(amount), 4) for amount in np.linspace(low, high, count))


PERTURBATIONS: Mapping[str, Perturbation] = MappingProxyType(
    {
        "rotate": Perturbation(
            gettext_noop("Rotate"), gettext_noop("degrees clockwise"), _steps(-45, 45, 19), 0.0, rotate
        ),
        "scale": Perturbation(gettext_noop("Scale"), gettext_noop("times as large"), _steps(0.5, 1.5, 21), 1.0, scale),
        "thicken": Perturbation(
            gettext_noop("Thicken or thin"),
            gettext_noop("pixels on every side of a stroke"),
            _steps(-1.5, 3, 19),
            0.0,
            thicken,
        ),
        "noise": Perturbation(
            gettext_noop("Noise"), gettext_noop("standard deviation of the noise"), _steps(0, 1, 21), 0.0, add_noise
        ),
    }
)
"""The perturbations with one amount. A shift has two: see `shift_grid`."""


def _transform(digit: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Resample `digit` by a (2, 2) `matrix` from new to old places, around the middle of the paper."""
    from scipy import ndimage  # not needed by most visitors

    middle = (np.array(digit.shape) - 1) / 2
    offset = middle - matrix @ middle
    mapped = ndimage.affine_transform(digit, matrix, offset, order=1, mode="grid-constant", cval=0.0)
    inside: np.ndarray = np.clip(mapped, 0, 1)
    return inside


@cache
def _disc(reach: int) -> np.ndarray:
    across = np.arange(-reach, reach + 1)
    inside: np.ndarray = across[:, None] ** 2 + across**2 <= (reach + 0.5) ** 2
    return inside


@cache
def _noise(shape: tuple[int, int]) -> np.ndarray:
    noise = np.random.default_rng(NOISE_SEED).standard_normal(shape, dtype=np.float32)
    noise.setflags(write=False)
    return noise
