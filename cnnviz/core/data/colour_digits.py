"""Digits in colour: MNIST's digits on 32x32 with three channels, each with an ink and a paper of its own.

MNIST is grey. A digit's values say how much ink there is, so `colour` mixes paper and ink by them. The colours of a
data set are random, chosen by a seed, and far enough apart to be told: a contrast of at least 3 to 1, what WCAG 2.2
(success criterion 1.4.11) asks of graphics. Ink may be the lighter or the darker of the two.
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
"""How a training plan calls these digits."""

SEED = 1
"""The seed of the colours that networks of the shelf learn from."""
TRAIN, TEST, DRAWN = 0, 1, 2
"""Parts whose digits have colours of their own: what is learned from, what is tested on, what pens drew."""
LEAST_CONTRAST = 3.0

INK, PAPER = "#1d4ed8", "#ffefc2"
"""What a drawing has unless somebody chooses: blue on cream."""

Rgb = tuple[int, int, int] | np.ndarray

_LINEAR = np.where(np.arange(256) <= 10, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def reads_colour(input_shape: Shape) -> bool:
    """Whether a network that reads images of `input_shape` reads digits in colour."""
    return input_shape == INPUT_SHAPE


def colour(digit: np.ndarray, ink: Rgb, paper: Rgb) -> np.ndarray:
    """`digit` (28, 28) in [0, 1] with `ink` on `paper`, each red, green and blue from 0 to 255.

    Returns (32, 32, 3) float32 in [0, 1]: paper where the digit has 0 and on a border of two pixels, ink where it has
    1, in between a mixture of their numbers.
    """
    amount = np.pad(np.asarray(digit, np.float32), BORDER)[..., None]
    low, high = (np.asarray(one, np.float32) / np.float32(255) for one in (paper, ink))
    mixed: np.ndarray = np.clip(low + amount * (high - low), 0, 1)
    return mixed


def as_read(images: np.ndarray, input_shape: Shape, part: int) -> np.ndarray:
    """Grey digits (n, 28, 28) float32 in [0, 1] as a network of `input_shape` reads them, coloured as those of `part`.

    Returns them as they are where the network reads no colour, else (n, 32, 32, 3).
    """
    if not reads_colour(input_shape):
        return images
    inks_and_papers = pairs(len(images), part)
    return np.stack([colour(one, *pair) for one, pair in zip(images, inks_and_papers, strict=True)])


def usual(digit: np.ndarray, input_shape: Shape) -> np.ndarray:
    """One grey digit, likewise, with the usual ink and paper."""
    return of_text(digit, INK, PAPER) if reads_colour(input_shape) else digit


def contrast(ink: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """WCAG's contrast ratio of colours (..., 3), whole numbers from 0 to 255: 1 for equal ones, 21 for black on white.

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    first, second = (_LINEAR[np.asarray(one)] @ _LUMINANCE + 0.05 for one in (ink, paper))
    ratio: np.ndarray = np.maximum(first, second) / np.minimum(first, second)
    return ratio


def pairs(count: int, part: int, seed: int = SEED) -> np.ndarray:
    """Ink and paper of the first `count` digits of a part (`TRAIN`, `TEST` or `DRAWN`), (count, 2, 3) uint8.

    The same for the same `seed`, and the first ones the same for any larger `count`: every round draws a pair for
    every digit, and each digit takes the first of its pairs that has the contrast.
    """
    chosen = np.zeros((count, 2, CHANNELS), np.uint8)
    missing, turn = np.arange(count), 0
    while len(missing):
        drawn = np.random.default_rng([seed, part, turn]).integers(0, 256, chosen.shape, np.uint8)[missing]
        enough = contrast(drawn[:, 0], drawn[:, 1]) >= LEAST_CONTRAST
        chosen[missing[enough]] = drawn[enough]
        missing, turn = missing[~enough], turn + 1
    return chosen


def described(data: Dataset, train: int) -> Dataset:
    """`data` as colour digits are told of, with its grey arrays: name, checksum and source are those of the coloured.

    train: How many training digits there are; a test part alone has none in its arrays.
    """
    return replace(
        data,
        name=name_of(data.name),
        sha256=sha256(data.sha256, train, len(data.y_test)),
        attribution=f"{data.attribution}; coloured by cnnviz with seed {SEED}: 32×32×3, random ink and paper with a "
        f"contrast of at least {LEAST_CONTRAST:g} to 1",
    )


def name_of(grey: str) -> str:
    """How the colour digits that are made from the data set `grey` are called."""
    return f"colour digits from {grey}"


@lru_cache(maxsize=4)
def sha256(grey: str, train: int, test: int) -> str:
    """What identifies the whole content: SHA-256 over that of the grey digits and over all inks and papers."""
    digest = hashlib.sha256(bytes.fromhex(grey))
    for part, count in ((TRAIN, train), (TEST, test)):
        digest.update(pairs(count, part).tobytes())
    return digest.hexdigest()


def rgb(text: object) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a colour such as "#1d4ed8". Raises `Refusal` for anything else."""
    if not isinstance(text, str) or not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise Refusal(
            "A colour must be # and six hexadecimal digits. Received: {value}. Write {example}, for example.",
            value=checks.repr_of(text),
            example=INK,
        )
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def of_text(digit: np.ndarray, ink: str, paper: str) -> np.ndarray:
    """`colour` with colours that are spelled as in links."""
    return colour(digit, rgb(ink), rgb(paper))
