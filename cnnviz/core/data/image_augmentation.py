"""Augment MNIST's digits: other handwriting, other pens, other slants; many images at a time.

Images are `(n, 28, 28)` float32 in [0, 1]; places are `(x, y)` in pixels, with the centre of the first pixel at 0.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

Random: TypeAlias = "np.random.Generator"

SIDE = 28
BOX = 20
CENTRE = 14.0
"""MNIST centres the mass at pixel 14, see `cnnviz.core.drawing.preprocessing`."""

BLOCK_SIZE = 1000
"""Images augmented or degraded at once."""

UNCHANGED = 0.15
"""Share of MNIST's digits that a copy contains as they are."""

_PLACES = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).astype(np.float32)
_ALL = _PLACES.reshape(-1, 2)


def augment_images(images: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return one augmented copy of every image, uint8 like the original."""
    made = images.copy()
    for start in range(0, len(images), BLOCK_SIZE):
        part = slice(start, start + BLOCK_SIZE)
        augmented = augment(images[part] / np.float32(255), labels[part], random)
        made[part] = np.round(augmented * 255)
    same = random.random(len(images)) < UNCHANGED
    made[same] = images[same]
    return made


def augment(images: np.ndarray, labels: np.ndarray, random: Random) -> np.ndarray:
    """Add habits of handwriting, change the pen, rotate, shear and bend, then fit and centre as MNIST does."""
    images = images.astype(np.float32).copy()
    for label, habit in HABITS.items():
        chosen = np.flatnonzero((labels == label) & (random.random(len(labels)) < 0.35))
        if len(chosen):
            images[chosen] = habit(images[chosen], random)
    images = _change_pen_width(images, random)
    return _raise_contrast(_transform(images, random), random)


def _find_box(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the middle and half the size of the ink: two `(n, 2)` arrays."""
    low, high = [], []
    for axis in (1, 2):
        ink = images.max(axis=axis) > 0.3
        low.append(ink.argmax(axis=1))
        high.append(SIDE - 1 - ink[:, ::-1].argmax(axis=1))
    lowest, highest = np.stack(low, axis=1), np.stack(high, axis=1)
    return (lowest + highest) / 2, np.maximum((highest - lowest) / 2, 1.0)


def _measure_radius(images: np.ndarray) -> np.ndarray:
    """Estimate half the width of the pen, `(n,)`: the ink's area divided by the length of its outline."""
    dy = np.diff(images, axis=1)[:, :, :-1]
    dx = np.diff(images, axis=2)[:, :-1, :]
    outline = np.hypot(dx, dy).sum(axis=(1, 2))
    radius: np.ndarray = np.clip(images.sum(axis=(1, 2)) / np.maximum(outline, 1), 0.5, 2.5)
    return radius


def _draw_line(images: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Draw one line into each image with that image's pen; `start` and `end` are `(n, 2)`."""
    along = (end - start)[:, None, None]
    away = _PLACES[None] - start[:, None, None]
    length = np.maximum((along**2).sum(axis=-1), 1e-6)
    place = np.clip((away * along).sum(axis=-1) / length, 0, 1)
    distance = np.sqrt(((away - place[..., None] * along) ** 2).sum(axis=-1))
    line = np.clip(_measure_radius(images)[:, None, None] + 0.5 - distance, 0, 1)
    drawn: np.ndarray = np.maximum(images, line.astype(np.float32))
    return drawn


def _find_row_middle(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Find the middle of the ink in one row of each image, `(n, 2)`."""
    ink = images[np.arange(len(images)), rows] + 1e-6
    return np.stack([(ink @ np.arange(SIDE)) / ink.sum(axis=1), rows], axis=1)


def _add_slash(images: np.ndarray, random: Random) -> np.ndarray:
    """Put a stroke through zeros."""
    middle, half = _find_box(images)
    length = random.uniform(0.5, 1.5, (len(images), 1))
    reach = half * length * random.uniform(0.75, 1.25, half.shape) * [1, -1]
    reach[random.random(len(images)) < 0.15] *= [-1, 1]
    return _draw_line(images, middle - reach, middle + reach)


def _add_serifs(images: np.ndarray, random: Random) -> np.ndarray:
    """Add an upstroke, a foot line, or both to ones."""
    middle, half = _find_box(images)
    count = len(images)
    top = _find_row_middle(images, np.round(middle[:, 1] - half[:, 1] + 1).astype(int))
    foot = _find_row_middle(images, np.round(middle[:, 1] + half[:, 1] - 1).astype(int))
    angle = np.radians(random.uniform(22, 66, count))
    # A steep upstroke may be of any length; a long flat one would make a seven.
    longest = np.where(angle < 0.87, 0.7, 0.4)
    reach = 2 * half[:, 1] * random.uniform(0.18, longest) * (random.random(count) < 0.7)
    flag = np.stack([-np.sin(angle), np.cos(angle)], axis=1) * reach[:, None]
    left, right = 2 * half[:, 1] * random.uniform(0.1, 0.4, (2, count)) * (random.random(count) < 0.6)
    tilt = random.normal(0, 0.8, count)
    images = _draw_line(images, top, top + flag)
    return _draw_line(images, foot + np.stack([-left, tilt], axis=1), foot + np.stack([right, -tilt], axis=1))


def _add_bar(images: np.ndarray, random: Random) -> np.ndarray:
    """Put a bar through the stem of sevens."""
    middle, half = _find_box(images)
    rows = np.round(middle[:, 1] + half[:, 1] * random.uniform(-0.1, 0.35, len(images))).astype(int)
    stem = _find_row_middle(images, rows)
    left, right = 2 * half[:, 1] * random.uniform(0.12, 0.3, (2, len(images)))
    tilt = random.normal(0, 1, len(images))
    return _draw_line(images, stem + np.stack([-left, tilt], axis=1), stem + np.stack([right, -tilt], axis=1))


HABITS = {0: _add_slash, 1: _add_serifs, 7: _add_bar}
"""Label -> a habit of some writers of that digit."""


def _change_pen_width(images: np.ndarray, random: Random) -> np.ndarray:
    """Thicken the pen of a third of the images and thin that of another third, by up to a pixel on both sides."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    crosses = [padded[:, 1 + y : 29 + y, 1 + x : 29 + x] for x, y in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]
    kind = random.integers(0, 3, len(images))[:, None, None]
    amount = random.uniform(0, 1, (len(images), 1, 1)).astype(np.float32)
    other = np.where(kind == 0, np.maximum.reduce(crosses), np.minimum.reduce(crosses))
    # A thin digit must not vanish, and the loops of a thick one must not close.
    heavy = images.mean(axis=(1, 2), keepdims=True)
    amount = np.where(kind == 0, amount * np.clip((0.26 - heavy) / 0.12, 0, 1), amount)
    amount = np.where(kind == 1, amount * np.clip((heavy - 0.06) / 0.08, 0, 0.85), amount)
    amount = np.where(kind == 2, 0, amount)
    mixed: np.ndarray = images + amount * (other - images)
    return mixed.astype(np.float32)


def _transform(images: np.ndarray, random: Random) -> np.ndarray:
    """Rotate, shear and stretch each image, fit it into 20x20 by its new size, centre it by mass, and bend it."""
    forward = _draw_matrices(len(images), random)
    weight = images.reshape(len(images), -1)
    mass = (weight @ _ALL) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-3)
    turned = np.einsum("nij,npj->npi", forward, _ALL[None] - mass[:, None])
    inked = (weight > 0.3)[..., None]
    extent = np.where(inked, turned, -99).max(axis=1) - np.where(inked, turned, 99).min(axis=1) + 1
    scale = BOX / np.clip(extent.max(axis=1), 5, 60) * np.exp(random.normal(-0.01, 0.03, len(images)))
    centre = CENTRE + random.uniform(-0.8, 0.8, (len(images), 2))
    back = np.linalg.inv(forward) / scale[:, None, None]
    places = np.einsum("nij,npj->npi", back, _ALL[None] - centre[:, None]) + mass[:, None]
    places += _draw_bends(len(images), random)
    return interpolate(images, places.astype(np.float32))


def _draw_matrices(count: int, random: Random) -> np.ndarray:
    """Draw random matrices of rotation, shear and aspect, `(n, 2, 2)`."""
    angle, shear = np.radians(random.normal(0, 8, count)), random.normal(0, 0.16, count)
    aspect = np.exp(random.normal(0, 0.12, count))
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    lean = np.stack([aspect, shear, np.zeros(count), np.ones(count)], axis=1).reshape(-1, 2, 2)
    matrices: np.ndarray = turn @ lean
    return matrices


def _draw_bends(count: int, random: Random) -> np.ndarray:
    """Draw smooth displacements of every place, `(n, 784, 2)`, about a pixel at most."""
    wave = random.normal(0, 0.13, (count, 3, 2)).astype(np.float32)
    phase = random.uniform(0, 2 * np.pi, (count, 3)).astype(np.float32)
    push = random.normal(0, 1, (count, 3, 2)) * random.uniform(0, 0.6, (count, 1, 1))
    waves = np.sin(np.einsum("pj,nkj->npk", _ALL, wave) + phase[:, None])
    bends: np.ndarray = np.einsum("npk,nkj->npj", waves, push.astype(np.float32))
    return bends


def interpolate(images: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Interpolate bilinearly at `places` `(n, 784, 2)`; outside the image is black."""
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    wide = padded.shape[2]
    x, y = np.clip(places[..., 0] + 1, 0, SIDE + 1), np.clip(places[..., 1] + 1, 0, SIDE + 1)
    left, top = x.astype(np.intp), y.astype(np.intp)
    right_share, lower_share = x - np.floor(x), y - np.floor(y)
    first = np.arange(len(images))[:, None] * (wide * wide) + top * wide + left
    flat = padded.ravel()
    upper = flat[first] * (1 - right_share) + flat[first + 1] * right_share
    lower = flat[first + wide] * (1 - right_share) + flat[first + wide + 1] * right_share
    mixed: np.ndarray = upper * (1 - lower_share) + lower * lower_share
    return mixed.reshape(images.shape)


def _raise_contrast(images: np.ndarray, random: Random) -> np.ndarray:
    """Undo the blur of interpolation, by random amounts."""
    gain = random.uniform(1.0, 1.6, (len(images), 1, 1)).astype(np.float32)
    sharper: np.ndarray = np.clip((images - 0.5) * gain + 0.5 + 0.03 * (gain - 1), 0, 1)
    return sharper * (images > 0.02)
