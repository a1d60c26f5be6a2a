"""Copies of one digit as a training plan's augmentation makes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from cnnviz.core.data import degradation, image_augmentation
from cnnviz.core.messages import gettext_noop

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "affine": gettext_noop("affine"),
        "pen": gettext_noop("pen, second half of the epochs"),
    }
)
"""Augmentation of a plan -> label. With "pen" the first half of the epochs shows digits as "affine" does."""


def draw_copies(image: np.ndarray, label: int, kind: str, count: int, seed: int) -> np.ndarray:
    """Return `count` copies of a digit as a training sees them, deterministic for a `seed`.

    Args:
        image: (28, 28) uint8.
        label: The digit, 0 to 9: some habits of handwriting belong to one digit alone.
        kind: A key of `KINDS`.
        count: How many.
        seed: Any whole number that is not negative.

    Returns:
        (count, 28, 28) uint8.
    """
    random = np.random.default_rng(seed)
    made = image_augmentation.augment_images(
        np.repeat(image[None], count, axis=0), np.full(count, label, np.uint8), random
    )
    if kind == "pen":
        chosen = np.flatnonzero(random.random(count) < degradation.DEGRADED_SHARE)
        if len(chosen):
            made[chosen] = degradation.degrade_images(made[chosen], random)
    return made
