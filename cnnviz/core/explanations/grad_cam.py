"""Grad-CAM: which places of a convolution's maps speak for a class.

Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017.
"""

from __future__ import annotations

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.inference.gradients import compute_gradient, make_batch, run_forward
from cnnviz.core.networks.network import Network


def compute_grad_cam(network: Network, digit: np.ndarray, contrast: Contrast, layer: str) -> np.ndarray:
    """Return the weighted sum of a convolution's maps, without what is below 0: (rows, columns) float32, as its maps.

    The weight of a map is the mean of its gradient over all its cells.

    Args:
        network: The network.
        digit: Its input, (height, width) or (height, width, channels) float32 in [0, 1].
        contrast: What is explained.
        layer: One of `Architecture.convolutions`.

    Raises:
        Refusal: If the network has no such convolution.
    """
    if layer not in network.architecture.convolutions:
        raise Refusal(
            "`layer` must be a convolution of {network}. Received: {layer}. Choose one of its convolutions.",
            network=network.title,
            layer=layer,
        )
    run = run_forward(network, make_batch(network, digit))
    gradient = compute_gradient(run, contrast.weighting, at=layer)[0]
    summed: np.ndarray = run.get_values(layer)[0] @ gradient.mean(axis=(0, 1))
    return summed.clip(min=np.float32(0))
