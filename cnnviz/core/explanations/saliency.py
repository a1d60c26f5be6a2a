"""Explanations by gradients at the input: saliency, SmoothGrad, and integrated gradients.

All return one signed number a pixel; of a network that reads colour it is the sum over the three channels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.inference.gradients import compute_gradient, make_batch, run_forward
from cnnviz.core.networks.network import Network

SAMPLES = 16
"""Noisy copies of SmoothGrad."""

NOISE = 0.15
"""Standard deviation of their noise; paper and ink lie 1 apart. The authors advise 0.1 to 0.2."""

NOISE_SEED = 1

STEPS = 16
"""Pictures between the empty paper and the digit at which integrated gradients takes the gradient."""


@dataclass(frozen=True, eq=False)
class IntegratedGradients:
    """What each pixel adds to the contrast on the way from an empty paper to the digit.

    Attributes:
        values: (height, width) float32; they add up to `difference` but for `gap`.
        difference: The contrast of the digit minus that of the empty paper.
    """

    values: np.ndarray
    difference: float

    @property
    def gap(self) -> float:
        """`difference` minus the sum of `values`: the error of the integral in steps."""
        return self.difference - float(self.values.sum(dtype=float))


def compute_saliency(network: Network, digit: np.ndarray, contrast: Contrast) -> np.ndarray:
    """Return how fast the contrast grows with each pixel, (height, width) float32.

    Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks", 2013, with the sign kept.

    Args:
        network: The network.
        digit: Its input, (height, width) or (height, width, channels) float32 in [0, 1].
        contrast: What is explained.
    """
    x = make_batch(network, digit)
    return np.asarray(compute_gradient(run_forward(network, x), contrast.weighting)[0].sum(axis=-1))


def compute_smooth_grad(network: Network, digit: np.ndarray, contrast: Contrast) -> np.ndarray:
    """Return the mean saliency of `SAMPLES` copies of the digit with normal noise, (height, width) float32.

    Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017. The noise is the same each time, and is not
    clipped. Arguments are those of `compute_saliency`.
    """
    x = make_batch(network, digit)
    noise = np.random.default_rng(NOISE_SEED).standard_normal((SAMPLES, *x.shape[1:]), np.float32)
    noisy = x + np.float32(NOISE * network.architecture.highest_input) * noise
    gradient = compute_gradient(run_forward(network, noisy), contrast.weighting)
    return np.asarray(gradient.mean(axis=0).sum(axis=-1))


def compute_integrated_gradients(
    network: Network, digit: np.ndarray, blank: np.ndarray, contrast: Contrast, steps: int = STEPS
) -> IntegratedGradients:
    """Add up the gradients on the straight way from an empty paper to the digit, each times the way's length.

    Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks", 2017, by the midpoint rule. Steps are shorter
    near the paper (they end at squares), because there the gradient of a network trained on empty papers changes most.

    Args:
        network: The network.
        digit: Its input, as for `compute_saliency`.
        blank: The input that an empty paper gives, of the same shape.
        contrast: What is explained.
        steps: Gradients that are taken.
    """
    end, start = make_batch(network, digit), make_batch(network, blank)
    ends = ((np.arange(steps + 1) / steps) ** 2).astype(np.float32).reshape(-1, 1, 1, 1)
    middles, lengths = (ends[1:] + ends[:-1]) / 2, ends[1:] - ends[:-1]
    gradient = compute_gradient(run_forward(network, start + middles * (end - start)), contrast.weighting)
    values = ((end - start)[0] * (lengths * gradient).sum(axis=0)).sum(axis=-1)
    measured = contrast.measure(run_forward(network, np.concatenate([start, end])).logits.astype(float))
    return IntegratedGradients(values, float(measured[1] - measured[0]))
