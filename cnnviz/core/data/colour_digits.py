"""Colour MNIST's digits: 32x32 with three channels, each digit with its own ink and paper.

MNIST is grey. A pixel's value is the amount of ink, so `colour` blends paper and ink by it. The colours of a data set
are drawn at random from a seed, with a contrast of at least 3 to 1, the minimum of WCAG 2.2 for graphics (success
criterion 1.4.11). Ink may be the lighter or the darker of the two.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import lru_cache

import numpy as np

from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Shape, checks

BORDER = 2
SIDE = 28 + 2 * BORDER
CHANNELS = 3
INPUT_SHAPE: Shape = (SIDE, SIDE, CHANNELS)
DATA = "colour"
"""Name of these digits in a training plan."""

SEED = 1
"""Seed of the colours that the stored networks were trained on."""
TRAIN, TEST, DRAWN = 0, 1, 2
"""Parts with colours of their own: training digits, test digits, digits drawn with a pen."""
MIN_CONTRAST = 3.0
"""WCAG contrast ratio of ink and paper."""

INK, PAPER = "#1d4ed8", "#ffefc2"
"""Default colours of a drawing: blue on cream."""

Rgb = tuple[int, int, int] | np.ndarray

_LINEAR = np.where(np.arange(256) <= 10, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def reads_colour(input_shape: Shape) -> bool:
    """Return whether a network with this `input_shape` takes colour digits."""
    return input_shape == INPUT_SHAPE


def colour(digit: np.ndarray, ink: Rgb, paper: Rgb) -> np.ndarray:
    """Colour `digit` (28, 28) in [0, 1] with `ink` on `paper`, each red, green and blue from 0 to 255.

    Returns (32, 32, 3) float32 in [0, 1]: paper where the digit has 0 and on a border of two pixels, ink where it has
    1, a linear blend between.
    """
    return blend(np.pad(np.asarray(digit, np.float32), BORDER), ink, paper)


def blend(amounts: np.ndarray, ink: Rgb, paper: Rgb) -> np.ndarray:
    """Blend `paper` and `ink`, red, green and blue from 0 to 255, by amounts of ink (rows, columns) float32 in [0, 1].

    Returns (rows, columns, 3) float32 in [0, 1].
    """
    low, high = (np.asarray(one, np.float32) / np.float32(255) for one in (paper, ink))
    mixed: np.ndarray = np.clip(low + amounts[..., None] * (high - low), 0, 1)
    return mixed


def prepare_inputs(images: np.ndarray, input_shape: Shape, part: int, first: int = 0) -> np.ndarray:
    """Prepare grey digits (n, 28, 28) float32 in [0, 1] for a network with this `input_shape`.

    Returns them unchanged for a grey network, else (n, 32, 32, 3) with the colours of `part`, of which the digits are
    those from number `first` on.
    """
    if not reads_colour(input_shape):
        return images
    inks_and_papers = draw_pairs(first + len(images), part)[first:]
    return np.stack([colour(one, *pair) for one, pair in zip(images, inks_and_papers, strict=True)])


def prepare_input(digit: np.ndarray, input_shape: Shape) -> np.ndarray:
    """Prepare one grey digit likewise, with the default ink and paper."""
    return colour_from_hex(digit, INK, PAPER) if reads_colour(input_shape) else digit


def compute_contrast_ratio(ink: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Compute WCAG's contrast ratio of colours (..., 3), integers from 0 to 255: 1 if equal, 21 for black on white.

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    first, second = (_LINEAR[np.asarray(one)] @ _LUMINANCE + 0.05 for one in (ink, paper))
    ratio: np.ndarray = np.maximum(first, second) / np.minimum(first, second)
    return ratio


def draw_pairs(count: int, part: int, seed: int = SEED) -> np.ndarray:
    """Draw ink and paper for the first `count` digits of a part (`TRAIN`, `TEST` or `DRAWN`), (count, 2, 3) uint8.

    Deterministic for a `seed`, and a larger `count` begins with the same pairs: every round draws a pair for every
    digit, and each digit takes the first of its pairs with enough contrast.
    """
    chosen = np.zeros((count, 2, CHANNELS), np.uint8)
    missing, turn = np.arange(count), 0
    while len(missing):
        drawn = np.random.default_rng([seed, part, turn]).integers(0, 256, chosen.shape, np.uint8)[missing]
        enough = compute_contrast_ratio(drawn[:, 0], drawn[:, 1]) >= MIN_CONTRAST
        chosen[missing[enough]] = drawn[enough]
        missing, turn = missing[~enough], turn + 1
    return chosen


def describe(data: Dataset, train: int) -> Dataset:
    """Return `data` with its grey arrays but the name, checksum and attribution of the colour digits.

    train: Number of training digits; a test part alone has none in its arrays.
    """
    return replace(
        data,
        name=name_dataset(data.name),
        sha256=hash_content(data.sha256, train, len(data.y_test)),
        attribution=f"{data.attribution}; coloured by cnnviz with seed {SEED}: 32×32×3, random ink and paper with a "
        f"contrast of at least {MIN_CONTRAST:g} to 1",
    )


def name_dataset(grey: str) -> str:
    """Name the colour digits made from the data set `grey`."""
    return f"colour digits from {grey}"


@lru_cache(maxsize=4)
def hash_content(grey: str, train: int, test: int) -> str:
    """Hash the whole content: SHA-256 over the digest of the grey digits and all inks and papers."""
    digest = hashlib.sha256(bytes.fromhex(grey))
    for part, count in ((TRAIN, train), (TEST, test)):
        digest.update(draw_pairs(count, part).tobytes())
    return digest.hexdigest()


def parse_hex(text: object) -> tuple[int, int, int]:
    """Parse a colour such as "#1d4ed8" to red, green and blue, 0 to 255. Raises `Refusal` for anything else."""
    if not isinstance(text, str) or not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise Refusal(
            "A colour must be # and six hexadecimal digits. Received: {value}. Write {example}, for example.",
            value=checks.repr_of(text),
            example=INK,
        )
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def colour_from_hex(digit: np.ndarray, ink: str, paper: str) -> np.ndarray:
    """Colour `digit` as `colour` does, with colours written as #rrggbb."""
    return colour(digit, parse_hex(ink), parse_hex(paper))
