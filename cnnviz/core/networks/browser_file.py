"""Pack a network as one file for the browser, which works out the view with it while the pen moves.

Length of the header (uint32, little-endian), the header as JSON, padded so that the weights start at a multiple of
four, then the weights one after the other, float32, little-endian, in C order.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cnnviz.core import layers
from cnnviz.core.layers import Layer
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network

KINDS = frozenset(
    {
        "Activation",
        "AveragePooling2D",
        "BatchNormalization",
        "Conv2D",
        "Dense",
        "DepthwiseConv2D",
        "Dropout",
        "ELU",
        "Flatten",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D",
        "LeakyReLU",
        "MaxPooling2D",
        "ReLU",
        "Rescaling",
        "SeparableConv2D",
        "Softmax",
        "ZeroPadding2D",
    }
)
"""Kinds of layers that the browser can compute; networks with others are computed by the server."""

ACTIVATIONS = frozenset({"", "linear", "relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid", "softmax"})
"""Activations that the browser knows, and "" for layers without one."""


def can_run(architecture: Architecture) -> bool:
    """Return whether `architecture` is a chain of layers and activations that the browser knows."""
    return architecture.is_chain and all(map(_can_run_layer, architecture.layers))


def _can_run_layer(layer: Layer) -> bool:
    known = layer.kind in KINDS and layer.activation_name in ACTIVATIONS
    return known and all(map(layer.is_default, layer.added_later))


def pack(network: Network) -> bytes:
    """Pack the architecture of `network` and its weights."""
    described: list[dict[str, Any]] = []
    parts: list[bytes] = []
    at = 0
    for layer in network.architecture.layers:
        for name, array in network.weights_of(layer.name).items():
            described.append({"layer": layer.name, "name": name, "at": at, "count": array.size})
            parts.append(np.ascontiguousarray(array, "<f4").tobytes())
            at += array.nbytes
    header = {
        "name": network.name,
        "input_shape": network.architecture.input_shape,
        "layers": [layers.to_json(layer) for layer in network.architecture.layers],
        "weights": described,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join((len(text).to_bytes(4, "little"), text, *parts))
