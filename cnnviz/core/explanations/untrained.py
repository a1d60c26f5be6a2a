"""An untrained copy of a network, to set beside every explanation: what looks the same there explains nothing.

Adebayo et al., "Sanity Checks for Saliency Maps", 2018.
"""

from __future__ import annotations

import math

import numpy as np

from cnnviz.core.layers import Shape
from cnnviz.core.networks.network import Network

SEED = 1
CONSTANTS = {"bias": 0.0, "beta": 0.0, "moving_mean": 0.0, "gamma": 1.0, "moving_variance": 1.0}
"""Weights that begin with one number, by name."""


def make_untrained(network: Network, seed: int = SEED) -> Network:
    """Make a network of the same architecture with the initial weights of Keras's layers, from another seed.

    Kernels are Glorot uniform: between plus and minus sqrt(6 / (inputs + outputs)), where those of a convolution are
    counted over its window (Glorot, Bengio 2010). Biases are 0, and normalization changes nothing.

    Args:
        network: Any network; it is not changed.
        seed: Of the random weights.
    """
    rng = np.random.default_rng(seed)
    weights = {
        layer: {name: _draw(name, shape, rng) for name, shape in shapes.items()}
        for layer, shapes in network.architecture.weight_shapes().items()
    }
    return Network(network.architecture, weights)


def _draw(name: str, shape: Shape, rng: np.random.Generator) -> np.ndarray:
    if name in CONSTANTS:
        return np.full(shape, CONSTANTS[name], np.float32)
    window = math.prod(shape[:-2])
    bound = math.sqrt(6 / (window * (shape[-2] + shape[-1])))
    return rng.uniform(-bound, bound, shape).astype(np.float32)
