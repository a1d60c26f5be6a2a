"""Occlusion: cover one patch of the digit after the other with paper, and see what the answer loses.

Zeiler, Fergus, "Visualizing and Understanding Convolutional Networks", 2014.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.inference import trace
from cnnviz.core.networks.network import Network

PATCH = 4
"""Pixels a side that are covered at once."""

STRIDE = 2
"""Pixels from one patch to the next: 13 × 13 places on 28 × 28 pixels."""


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
    covered = list(_cover_each(digit, blank))
    changed = [place for place, image in enumerate(covered) if not np.array_equal(image, digit)]
    logits = trace.compute_logits(network, np.stack([digit, *(covered[place] for place in changed)]))
    measured = contrast.measure(logits)
    fall = np.zeros(len(covered), np.float32)
    fall[changed] = measured[0] - measured[1:]
    return fall.reshape(count_places(digit.shape[0]), count_places(digit.shape[1]))


def count_places(side: int) -> int:
    """Return how many places a patch has along `side` pixels."""
    return max(side - PATCH, 0) // STRIDE + 1


def _cover_each(digit: np.ndarray, blank: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the digit with a patch covered, place by place, row by row."""
    for row in range(count_places(digit.shape[0])):
        for column in range(count_places(digit.shape[1])):
            image = digit.copy()
            down, across = slice(row * STRIDE, row * STRIDE + PATCH), slice(column * STRIDE, column * STRIDE + PATCH)
            image[down, across] = blank[down, across]
            yield image
