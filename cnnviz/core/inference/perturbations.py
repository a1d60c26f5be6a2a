"""What may happen to a digit before it is read: moved, turned, scaled, thickened, thinned, noised.

Everything works on the 28x28 that a network reads, never on the strokes: a drawing goes through the preparation, which
would undo most of it (it fits and centres), and test digits and photos have no strokes. So all digits are treated
alike, and the unperturbed digit is exactly the one that is read elsewhere.

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
STEPS = tuple(range(-MAX_SHIFT, MAX_SHIFT + 1))
OFFSETS: tuple[tuple[int, int], ...] = tuple((down, right) for down in STEPS for right in STEPS)
"""Whole pixels (down, right), row by row: 13 × 13 moves."""

UNMOVED = OFFSETS.index((0, 0))

FINENESS = 4
"""Strokes grow by quarters of a pixel."""

NOISE_SEED = 1

Disturb = Callable[[np.ndarray, float], np.ndarray]


def shift(digit: np.ndarray, down: int, right: int) -> np.ndarray:
    """`digit` moved by whole pixels onto black; what leaves the paper is gone, every other value stays what it was."""
    moved = np.zeros_like(digit)
    rows, columns = digit.shape
    moved[overlap(rows, down), overlap(columns, right)] = digit[overlap(rows, -down), overlap(columns, -right)]
    return moved


def overlap(side: int, by: int) -> slice:
    """Where, along `side` cells, those lie that a shift `by` brought there and that were on it before."""
    return slice(min(side, max(0, by)), max(0, side + min(0, by)))


def shift_grid(digit: np.ndarray) -> np.ndarray:
    """`digit` moved by all of `OFFSETS`, (169, 28, 28)."""
    return np.stack([shift(digit, down, right) for down, right in OFFSETS])


def rotate(digit: np.ndarray, degrees: float) -> np.ndarray:
    """`digit` turned clockwise around the middle of the paper, bilinear."""
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    # From a place on the new paper to the place on the old one, rows first and rows going down.
    return _transform(digit, np.array([[cosine, -sine], [sine, cosine]]))


def scale(digit: np.ndarray, factor: float) -> np.ndarray:
    """`digit` made `factor` times as large around the middle of the paper, bilinear; `factor` is above 0."""
    return _transform(digit, np.eye(2) / factor)


def thicken(digit: np.ndarray, pixels: float) -> np.ndarray:
    """`digit` with its strokes grown by `pixels` on every side, shrunk where negative, in steps of a quarter.

    On a grid four times as fine every value becomes the largest (smallest) within a disc around it: grey dilation
    (erosion). With 0 nothing changes.
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
    """`digit` plus normal noise of standard deviation `strength`, cut to [0, 1]; the same noise for every strength."""
    noisy: np.ndarray = np.clip(digit + np.float32(strength) * _noise(digit.shape), 0, 1)
    return noisy.astype(np.float32)


@dataclass(frozen=True)
class Perturbation:
    """A kind of perturbation with the amounts that are tried, ascending. `label` and `unit` are marked texts.

    `neutral` is the one of `amounts` that changes nothing.
    """

    label: str
    unit: str
    amounts: tuple[float, ...]
    neutral: float
    apply: Disturb

    def series(self, digit: np.ndarray) -> np.ndarray:
        """`digit` perturbed by every amount, (n, 28, 28)."""
        return np.stack([self.apply(digit, amount) for amount in self.amounts])

    @property
    def start(self) -> int:
        """Where in `amounts` the unperturbed digit is."""
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
"""All that has one amount. Moving has two and is `shift_grid`."""


def _transform(digit: np.ndarray, matrix: np.ndarray) -> np.ndarray:
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
