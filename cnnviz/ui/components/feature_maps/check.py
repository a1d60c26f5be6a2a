"""Signed sums by which the browser tells whether its own values of a layer are those of the NumPy engine.

Each sum adds all values of a block, about half of them with a minus sign, which eight fixed sequences of signs choose.
Two blocks that differ in one value differ in every sum by as much. If they differ in many, each sum of the difference
is about as large as its Euclidean norm, and that all eight are small by chance is a matter of millionths. So eight
numbers take the place of up to 21,632. `browser/feature_maps/check.js` does the same.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

SUMS = 8
MIN_VALUES = 1_000
"""Values of a block below which it is sent whole: its numbers are read more often than they weigh."""
SIGNIFICANT = 9
"""Digits with which a float32 can be told from any other."""


def add_signed(values: np.ndarray) -> list[float]:
    """Return the `SUMS` signed sums of a float32 array, in C order, as they are sent."""
    sums = _make_signs(values.size) @ values.ravel()
    return [float(f"{value:.{SIGNIFICANT}g}") for value in sums.tolist()]


@lru_cache(maxsize=64)
def _make_signs(count: int) -> np.ndarray:
    """Make the signs of `count` values, (SUMS, count) float32 of 1 and -1: the highest bits of a hash of the index."""
    mixed = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x9E3779B1)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x85EBCA77)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE3D)
    bits = mixed >> np.uint32(32 - SUMS) >> np.arange(SUMS, dtype=np.uint32)[:, np.newaxis] & np.uint32(1)
    return 1 - 2 * bits.astype(np.float32)
