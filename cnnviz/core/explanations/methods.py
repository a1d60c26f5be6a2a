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
from cnnviz.core.explanations.untrained import make_untrained
from cnnviz.core.networks.network import Network

METHODS = ("occlusion", "saliency", "smoothgrad", "integrated", "grad-cam")


@dataclass(frozen=True, eq=False)
class Explanation:
    """A picture of why a network answers as it does, beside that of an untrained copy.

    Attributes:
        trained: (rows, columns) float32; above 0 a place speaks for the class, below 0 against it.
        untrained: The same of the copy.
        difference: Of the contrasts of digit and empty paper, for integrated gradients; otherwise 0.
    """

    trained: np.ndarray
    untrained: np.ndarray
    difference: float = 0.0

    @property
    def likeness(self) -> float | None:
        """The correlation of the two pictures, in [-1, 1]; None where one of them has one value throughout."""
        if not (self.trained.std() and self.untrained.std()):
            return None
        return float(np.corrcoef(self.trained.ravel(), self.untrained.ravel())[0, 1])


def list_methods(network: Network) -> tuple[str, ...]:
    """Return which of `METHODS` a network has: one without a convolution has no Grad-CAM."""
    return METHODS if network.architecture.convolutions else METHODS[:-1]


def explain(
    method: str, network: Network, digit: np.ndarray, blank: np.ndarray, contrast: Contrast, layer: str = ""
) -> Explanation:
    """Explain an answer by one of `METHODS`, and beside it what the method finds in an untrained copy.

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
    pictures, difference = [], 0.0
    for each in (make_untrained(network.architecture), network):
        if method == "occlusion":
            pictures.append(occlude(each, digit, blank, contrast))
        elif method == "saliency":
            pictures.append(compute_saliency(each, digit, contrast))
        elif method == "smoothgrad":
            pictures.append(compute_smooth_grad(each, digit, contrast))
        elif method == "integrated":
            found = compute_integrated_gradients(each, digit, blank, contrast)
            pictures.append(found.values)
            difference = found.difference
        else:
            pictures.append(compute_grad_cam(each, digit, contrast, layer))
    untrained, trained = pictures
    return Explanation(trained, untrained, difference)
