"""Occlusion: cover one patch of the digit after the other with paper, and see what the answer loses.

Zeiler, Fergus, "Visualizing and Understanding Convolutional Networks", 2014.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.inference import trace
from cnnviz.core.networks.network import Network

PATCH = 4
"""Pixels a side that are covered at once, of an input of 28 × 28; in proportion of a larger one."""

STRIDE = 2
"""Pixels from one patch to the next, likewise: 13 × 13 places on 28 × 28 pixels."""

MAX_VALUES = 1 << 24
"""Values of covered inputs that are held at once, 64 MB as float32."""


def occlude(network: Network, digit: np.ndarray, blank: np.ndarray, contrast: Contrast) -> np.ndarray:
    """Return by how much the contrast falls when each patch is covered, (rows, columns) float32, a cell a place.

    Above 0 what is covered speaks for the class, below 0 against it. Where a patch covers nothing but paper
    nothing is computed, for the input stays the same.

    Args:
        network: The network.
        digit: Its input, (height, width) or (height, width, channels) float32 in [0, 1].
        blank: The input that an empty paper gives, of the same shape: what a patch is covered with.
        contrast: What is measured.

    Raises:
        Refusal: As `trace.run`.
    """
    rows, columns = digit.shape[:2]
    patch, stride = choose_patch(rows, columns)
    down, across = count_places(rows, patch, stride), count_places(columns, patch, stride)
    fall = np.zeros(down * across, np.float32)
    changed = (
        (place, image)
        for place, image in enumerate(_cover_each(digit, blank, patch, stride))
        if not np.array_equal(image, digit)
    )
    while part := list(islice(changed, max(1, MAX_VALUES // digit.size))):
        measured = contrast.measure(trace.compute_logits(network, np.stack([digit, *(image for _, image in part)])))
        fall[[place for place, _ in part]] = measured[0] - measured[1:]
    return fall.reshape(down, across)


def choose_patch(rows: int, columns: int) -> tuple[int, int]:
    """Return the side of a patch on an input of this size, and the stride, in pixels.

    Both grow with the longer side, so that the number of places, and with it the time, is bounded: at most 16 a side.
    """
    stride = max(STRIDE, round(STRIDE * max(rows, columns) / 28))
    return stride * PATCH // STRIDE, stride


def count_places(side: int, patch: int = PATCH, stride: int = STRIDE) -> int:
    """Return how many places a patch has along `side` pixels."""
    return max(side - patch, 0) // stride + 1


def _cover_each(digit: np.ndarray, blank: np.ndarray, patch: int, stride: int) -> Iterator[np.ndarray]:
    """Yield the digit with a patch covered, place by place, row by row."""
    rows, columns = digit.shape[:2]
    for row in range(count_places(rows, patch, stride)):
        for column in range(count_places(columns, patch, stride)):
            image = digit.copy()
            down, across = (slice(at * stride, at * stride + patch) for at in (row, column))
            image[down, across] = blank[down, across]
            yield image
