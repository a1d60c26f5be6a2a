"""The ways to explain an answer by a picture, in one table, and how much two pictures are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.grad_cam import compute_grad_cam
from cnnviz.core.explanations.occlusion import occlude
from cnnviz.core.explanations.saliency import (
    compute_integrated_gradients,
    compute_saliency,
    compute_smooth_grad,
)
from cnnviz.core.explanations.untrained import COPIES, make_untrained
from cnnviz.core.networks.network import Network

METHODS = ("occlusion", "saliency", "smoothgrad", "integrated", "grad-cam")


@dataclass(frozen=True, eq=False)
class Explanation:
    """A picture of why a network answers as it does, beside that of an untrained copy.

    Attributes:
        trained: (rows, columns) float32; above 0 a place speaks for the class, below 0 against it.
        untrained: The same of the first copy.
        difference: Of the contrasts of digit and empty paper, for integrated gradients; otherwise 0.
    """

    trained: np.ndarray
    untrained: np.ndarray
    difference: float = 0.0


@dataclass(frozen=True)
class Likeness:
    """How much a picture is like those that the same method finds in untrained copies.

    Attributes:
        correlations: With the picture of each copy, in [-1, 1], without those that have one value throughout.
    """

    correlations: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean of the correlations without their signs, in [0, 1].

        Which class a copy prefers is chance, so that its picture may as well be the negative of what it shows.
        """
        return sum(map(abs, self.correlations)) / len(self.correlations)


def list_methods(network: Network) -> tuple[str, ...]:
    """Return which of `METHODS` a network has: one without a convolution has no Grad-CAM."""
    return METHODS if network.architecture.convolutions else METHODS[:-1]


def explain(
    method: str, network: Network, digit: np.ndarray, blank: np.ndarray, contrast: Contrast, layer: str = ""
) -> Explanation:
    """Explain an answer by one of `METHODS`, and beside it what the method finds in the first untrained copy.

    Args:
        method: One of `list_methods`.
        network: The network.
        digit: Its input, (height, width) or (height, width, channels) float32 in [0, 1].
        blank: The input that an empty paper gives, of the same shape.
        contrast: What is explained.
        layer: The convolution of Grad-CAM.

    Raises:
        Refusal: If the network has no such convolution.
    """
    of_copy, _ = _compute(method, make_untrained(network.architecture), digit, blank, contrast, layer)
    own, difference = _compute(method, network, digit, blank, contrast, layer)
    return Explanation(own, of_copy, difference)


def measure_likeness(
    method: str,
    network: Network,
    digit: np.ndarray,
    blank: np.ndarray,
    contrast: Contrast,
    found: Explanation,
    layer: str = "",
) -> Likeness | None:
    """Compare what `explain` found with the pictures of `COPIES` untrained copies; arguments are those of `explain`.

    Returns:
        None where the picture, or that of every copy, has one value throughout.
    """
    if not found.trained.std():
        return None
    pictures = [found.untrained]
    for number in range(1, COPIES):
        copy = make_untrained(network.architecture, number)
        pictures.append(_compute(method, copy, digit, blank, contrast, layer)[0])
    correlations = tuple(correlate(found.trained, each) for each in pictures if each.std())
    return Likeness(correlations) if correlations else None


def correlate(one: np.ndarray, other: np.ndarray) -> float:
    """Return the correlation of two pictures of one shape, neither of which has one value throughout."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def _compute(
    method: str, network: Network, digit: np.ndarray, blank: np.ndarray, contrast: Contrast, layer: str
) -> tuple[np.ndarray, float]:
    """Return the picture of a method, and the difference that integrated gradients add up to, otherwise 0."""
    if method == "occlusion":
        return occlude(network, digit, blank, contrast), 0.0
    if method == "saliency":
        return compute_saliency(network, digit, contrast), 0.0
    if method == "smoothgrad":
        return compute_smooth_grad(network, digit, contrast), 0.0
    if method == "integrated":
        found = compute_integrated_gradients(network, digit, blank, contrast)
        return found.values, found.difference
    return compute_grad_cam(network, digit, contrast, layer), 0.0
