"""What a set of pictures looks like on the whole: how many of each class, their mean and their variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.networks.architecture import CLASSES


@dataclass(frozen=True, eq=False)
class ClassStatistics:
    """All pictures of one class, pixel by pixel.

    Attributes:
        count: How many there are.
        mean: (28, 28) float64 in [0, 1]; all 0 where there are none.
        variance: (28, 28) float64 in [0, 0.25], of the whole class (divided by the count), likewise.
    """

    count: int
    mean: np.ndarray
    variance: np.ndarray


def count_classes(labels: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    """Count the pictures of each class: (classes,) int64 from labels (n,)."""
    return np.bincount(labels, minlength=classes)


def measure_classes(images: np.ndarray, labels: np.ndarray, classes: int = CLASSES) -> tuple[ClassStatistics, ...]:
    """Compute mean and variance of each class over pictures scaled to [0, 1].

    Sums are of whole numbers, so they are exact: mean = Σx / n, variance = Σx² / n − mean².

    Args:
        images: (n, 28, 28) uint8.
        labels: (n,) uint8.
        classes: Number of classes.
    """
    return tuple(_measure(images[labels == label]) for label in range(classes))


def _measure(images: np.ndarray) -> ClassStatistics:
    count = len(images)
    total = images.sum(axis=0, dtype=np.int64)
    squares = np.zeros(total.shape, np.int64)
    for start in range(0, count, 1000):  # a part at a time: squares take four bytes a pixel
        squares += np.square(images[start : start + 1000], dtype=np.uint32).sum(axis=0, dtype=np.int64)
    divisor = max(count, 1)
    # n Σx² − (Σx)² is exact in whole numbers, so no digits cancel.
    variance = (count * squares - total * total) / (divisor * divisor * 255.0**2)
    return ClassStatistics(count, total / (divisor * 255.0), variance)
