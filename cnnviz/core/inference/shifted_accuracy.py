"""Accuracy on shifted digits: how well a network reads digits that are not where they were in training."""

from __future__ import annotations

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.inference import trace
from cnnviz.core.networks.network import Network

DISTANCE = 3
"""Shift in pixels."""

MAX_DIGITS = 500
"""Digits that are shifted at most. Each is used once, so the cases are independent."""


def shift(images: np.ndarray, distance: int = DISTANCE) -> np.ndarray:
    """Shift `images` (n, 28, 28) by whole pixels onto black: the first up, then down, left, right, and so on."""
    moved = np.zeros_like(images)
    moved[0::4, :-distance] = images[0::4, distance:]
    moved[1::4, distance:] = images[1::4, :-distance]
    moved[2::4, :, :-distance] = images[2::4, :, distance:]
    moved[3::4, :, distance:] = images[3::4, :, :-distance]
    return moved


def measure_accuracy(network: Network, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the accuracy of `network` on the first `MAX_DIGITS` of `images`, (n, 28, 28) uint8, after shifting them.

    A network that reads colour gets each digit in its colours as a test digit. `labels` are (n,) uint8; n is at least
    1. Raises `Refusal` as `trace.predict` does.
    """
    digits = shift(images[:MAX_DIGITS]).astype(np.float32) / np.float32(255)
    seen = colour_digits.prepare_inputs(digits, network.architecture.input_shape, colour_digits.TEST)
    answers = trace.predict(network, seen).argmax(axis=1)
    return float((answers == labels[:MAX_DIGITS]).mean())
