"""What the network makes of the visitor's digit while it learns, by the engine that the pages use."""

from __future__ import annotations

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network

Weights = dict[str, dict[str, np.ndarray]]


def seen(variant: Architecture, weights: Weights, probe: np.ndarray) -> dict[str, np.ndarray]:
    """`probabilities` (10,), `output/<layer>` without batch axis, and the first convolution's kernel as `filters`.

    probe: (28, 28) uint8; a network that reads colour gets it in the usual ink and paper. All results are float32.
    Raises `Refusal` where the weights or what they make are not finite.
    """
    digit = probe.astype(np.float32) / np.float32(255)
    traced = trace(Network(variant, weights), colour_digits.prepare_input(digit, variant.input_shape))
    outputs = {f"output/{one.name}": one.after for one in traced.layers}
    return {"probabilities": traced.probabilities, **outputs, **_filters(variant, weights)}


def _filters(variant: Architecture, weights: Weights) -> dict[str, np.ndarray]:
    first = next((layer.name for layer in variant.layers if layer.kind == "Conv2D"), None)
    return {} if first is None else {"filters": weights[first]["kernel"]}
