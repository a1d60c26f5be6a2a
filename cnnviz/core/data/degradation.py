"""Degrade digits as pictures of paper do: grey grounds, blur, thin and thick ink, coarse pixels, specks, rulings.

Images are `(n, 28, 28)` float32 in [0, 1], bright ink on black, as a network reads them. Each degradation changes a
random part of the images by random amounts; `degrade` combines them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from cnnviz.core.data.image_augmentation import BLOCK_SIZE, interpolate

if TYPE_CHECKING:  # NumPy loads its module of random numbers when it is asked for
    Random: TypeAlias = np.random.Generator
    Degradation: TypeAlias = Callable[[np.ndarray, Random], np.ndarray]

SIDE = 28

DEGRADED_SHARE = 0.6
"""Share of the digits that the second half of a training with pen strokes degrades."""

_ROWS, _COLUMNS = np.mgrid[:SIDE, :SIDE].astype(np.float32)
_CENTRED = np.stack([_COLUMNS, _ROWS], axis=-1).reshape(-1, 2) - np.float32(13.5)
_DISC = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)


def degrade_images(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return one degraded copy of every image, uint8 like the original."""
    made = np.empty_like(images)
    for start in range(0, len(images), BLOCK_SIZE):
        part = slice(start, start + BLOCK_SIZE)
        made[part] = np.round(degrade(images[part] / np.float32(255), random) * 255)
    return made


def degrade(images: np.ndarray, random: Random) -> np.ndarray:
    """Return a degraded copy of every image, `(n, 28, 28)` float32 in [0, 1].

    The order is that of a picture's way: how the digit lies, the pen, the camera, the paper, and the file.
    """
    changed = images.astype(np.float32)
    for name, share in SHARES.items():
        chosen = np.flatnonzero(random.random(len(changed)) < share)
        if len(chosen):
            changed[chosen] = DEGRADATIONS[name](changed[chosen], random)
    return np.clip(changed, 0, 1)


def _draw(random: Random, low: float, high: float, count: int) -> np.ndarray:
    """Draw one number an image, `(n, 1, 1)` float32."""
    return random.uniform(low, high, (count, 1, 1)).astype(np.float32)


def misplace(images: np.ndarray, random: Random) -> np.ndarray:
    """Scale to 65 to 120 % and move by up to 3 pixels."""
    scale = np.exp(random.uniform(np.log(0.65), np.log(1.2), (len(images), 1))) * np.exp(
        random.normal(0, 0.06, (len(images), 2))
    )
    offset = random.normal(0, 1.2, (len(images), 2)).clip(-3, 3)
    places = (_CENTRED - offset[:, None]) / scale[:, None] + 13.5
    return interpolate(images, places.astype(np.float32))


def thicken(images: np.ndarray, random: Random) -> np.ndarray:
    """Widen the ink by up to 1.5 pixels on every side; a digit that is heavy already by less."""
    from scipy import ndimage

    wide = ndimage.grey_dilation(images, footprint=_DISC[None])
    wider = ndimage.grey_dilation(wide, footprint=_DISC[None])
    heavy = images.mean(axis=(1, 2), keepdims=True)
    amount = _draw(random, 0.2, 1.5, len(images)) * np.clip((0.3 - heavy) / 0.15, 0, 1)
    once, twice = np.minimum(amount, 1), np.clip(amount - 1, 0, 1)
    thick: np.ndarray = images + once * (wide - images) + twice * (wider - wide)
    return thick


def thin(images: np.ndarray, random: Random) -> np.ndarray:
    """Narrow the ink to a fine line, which keeps at least its middle."""
    from scipy import ndimage

    narrow = ndimage.grey_erosion(images, footprint=_DISC[None])
    # Where erosion would remove a stroke, its ridge stays: what is not below the mean around it.
    ridge = images * (images >= ndimage.uniform_filter(images, size=(1, 3, 3)) * 1.15)
    amount = _draw(random, 0.3, 1, len(images))
    fine: np.ndarray = images + amount * (np.maximum(narrow, ridge) - images)
    return fine


def blur(images: np.ndarray, random: Random) -> np.ndarray:
    """Blur by a Gaussian of 0.4 to 1.3 pixels."""
    from scipy import ndimage

    blurred = images.copy()
    for part in np.array_split(np.arange(len(images)), 8):
        sigma = random.uniform(0.4, 1.3)
        blurred[part] = ndimage.gaussian_filter(images[part], (0, sigma, sigma))
    peak = np.maximum(blurred.max(axis=(1, 2), keepdims=True), 0.3)
    stretched: np.ndarray = np.where(random.random((len(images), 1, 1)) < 0.7, blurred / peak, blurred)
    return stretched


def coarsen(images: np.ndarray, random: Random) -> np.ndarray:
    """Show the digit in 8 to 20 coarse pixels a side, each enlarged into a block, mostly of unequal sizes."""
    coarse = images.copy()
    for part in np.array_split(np.arange(len(images)), 12):
        cells = random.uniform(8, 20)
        across = [np.floor(np.arange(SIDE) * (cells / SIDE) + random.uniform(0, 1)).astype(int) for _ in range(2)]
        means = [(np.equal.outer(np.arange(each.max() + 1), each)).astype(np.float32) for each in across]
        rows, columns = (each / np.maximum(each.sum(axis=1, keepdims=True), 1) for each in means)
        small = np.einsum("ai,nij,bj->nab", rows, images[part], columns, optimize=True)
        if random.random() < 0.5:  # pixel art and fonts without antialiasing: ink or paper
            level = small.max(axis=(1, 2), keepdims=True) * random.uniform(0.3, 0.5)
            small = (small > level).astype(np.float32)
        coarse[part] = small[:, across[0][:, None], across[1][None, :]]
    return coarse


def harden(images: np.ndarray, random: Random) -> np.ndarray:
    """Make ink or paper of almost every pixel, at a threshold of 0.2 to 0.7."""
    count = len(images)
    edge = _draw(random, 2, 20, count)
    hard: np.ndarray = np.clip((images - _draw(random, 0.2, 0.7, count)) * edge + 0.5, 0, 1)
    return hard


def roughen(images: np.ndarray, random: Random) -> np.ndarray:
    """Leave gaps and grain in the ink, as chalk and dry pens do."""
    from scipy import ndimage

    grain = random.normal(0, 1, images.shape).astype(np.float32)
    smooth = ndimage.gaussian_filter(grain, (0, 0.7, 0.7)) * 2.2
    rough: np.ndarray = images * np.clip(1 - _draw(random, 0.1, 0.5, len(images)) * np.maximum(smooth, 0), 0, 1)
    return rough


def fade(images: np.ndarray, random: Random) -> np.ndarray:
    """Weaken the ink to 30 to 100 %, or bend the scale of greys."""
    count = len(images)
    gamma = np.exp(_draw(random, -0.7, 0.7, count))
    faded: np.ndarray = np.clip(images, 0, 1) ** gamma * _draw(random, 0.3, 1, count)
    return faded


def shade(images: np.ndarray, random: Random) -> np.ndarray:
    """Put a grey, uneven ground of up to 40 % below the ink: light that falls off, spots, or the edge of a shadow."""
    from scipy import ndimage

    count = len(images)
    slope = random.normal(0, 1, (count, 2, 1, 1)).astype(np.float32) / SIDE
    plane = slope[:, 0] * (_ROWS - 13.5) + slope[:, 1] * (_COLUMNS - 13.5)
    step = np.clip(plane * _draw(random, 5, 60, count) + _draw(random, -1, 1, count), 0, 1)
    spots = ndimage.gaussian_filter(random.normal(0, 1, images.shape).astype(np.float32), (0, 4, 4)) * 10
    even = np.ones_like(images)
    kind = random.integers(0, 4, (count, 1, 1))
    ground = np.select([kind == 0, kind == 1, kind == 2], [plane + 0.5, step, spots * 0.4 + 0.4], even)
    ground = np.clip(ground, 0, 1) * _draw(random, 0.03, 0.4, count)
    shaded: np.ndarray = ground + (1 - ground) * images
    return shaded


def add_grain(images: np.ndarray, random: Random) -> np.ndarray:
    """Add a camera's grain, of up to 12 % a pixel."""
    noise = random.normal(0, 1, images.shape).astype(np.float32)
    grainy: np.ndarray = np.clip(images + noise * _draw(random, 0.02, 0.12, len(images)), 0, 1)
    return grainy


def add_specks(images: np.ndarray, random: Random) -> np.ndarray:
    """Add one to six specks of one to three pixels anywhere."""
    count = len(images)
    speckled = images.copy()
    number = random.integers(1, 7, count)
    for which in range(6):
        y, x = random.uniform(0, SIDE - 1, (2, count, 1, 1)).astype(np.float32)
        reach = np.hypot((_ROWS - y) * np.exp(_draw(random, -0.4, 0.4, count)), _COLUMNS - x)
        speck = np.clip(_draw(random, 0.5, 1.6, count) + 0.5 - reach, 0, 1) * _draw(random, 0.3, 1, count)
        speckled = np.where((number > which)[:, None, None], np.maximum(speckled, speck), speckled)
    return speckled


def add_lines(images: np.ndarray, random: Random) -> np.ndarray:
    """Add what is left of ruled or squared paper, of a box, or of an edge: straight lines, a pixel or less wide."""
    count = len(images)
    width = _draw(random, 0.3, 0.9, count)
    gap, phase = _draw(random, 5, 16, count), random.uniform(0, 16, (2, count, 1, 1)).astype(np.float32)
    ruled = np.clip(width + 0.5 - np.abs((_ROWS - phase[0]) % gap), 0, 1)
    squared = np.maximum(ruled, np.clip(width + 0.5 - np.abs((_COLUMNS - phase[1]) % gap), 0, 1))
    inset = random.uniform(0, 4, (4, count, 1, 1)).astype(np.float32)
    places = (_ROWS, SIDE - 1 - _ROWS, _COLUMNS, SIDE - 1 - _COLUMNS)
    sides = [np.clip(width + 0.5 - np.abs(at - each), 0, 1) for at, each in zip(places, inset, strict=True)]
    box = np.maximum.reduce(sides)
    kind = random.integers(0, 5, (count, 1, 1))
    lines = np.select([kind == 0, kind == 1, kind == 2, kind == 3], [ruled, squared, box, sides[0]], sides[3])
    lined: np.ndarray = np.maximum(images, lines * _draw(random, 0.1, 0.7, count))
    return lined


DEGRADATIONS: Mapping[str, Degradation] = MappingProxyType(
    {
        "misplace": misplace,
        "thicken": thicken,
        "thin": thin,
        "roughen": roughen,
        "blur": blur,
        "coarsen": coarsen,
        "harden": harden,
        "fade": fade,
        "lines": add_lines,
        "specks": add_specks,
        "shade": shade,
        "grain": add_grain,
    }
)
"""By name, in the order in which `degrade` takes them."""

SHARES: Mapping[str, float] = MappingProxyType(
    {
        "misplace": 0.35,
        "thicken": 0.2,
        "thin": 0.15,
        "roughen": 0.1,
        "blur": 0.25,
        "coarsen": 0.2,
        "harden": 0.15,
        "fade": 0.3,
        "lines": 0.12,
        "specks": 0.15,
        "shade": 0.3,
        "grain": 0.2,
    }
)
"""Share of the images that each degradation changes: about two and a half changes an image."""
