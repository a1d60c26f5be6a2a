"""Evidence for a class and against it: what each unit or map of the last hidden layer adds to a difference of logits.

Behind its last activation or maximum a network only weighs and adds up. So the difference of two logits is exactly a
sum: each value there times a factor, and a constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.inference.gradients import ForwardPass, Step, make_batch, run_forward
from cnnviz.core.layers import Layer, merging
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network

AFFINE_KINDS = frozenset(
    {
        "Activation",
        "Add",
        "Average",
        "AveragePooling2D",
        "BatchNormalization",
        "Concatenate",
        "Conv2D",
        "Conv2DTranspose",
        "Cropping2D",
        "Dense",
        "DepthwiseConv2D",
        "Flatten",
        "GlobalAveragePooling2D",
        "Normalization",
        "Permute",
        "Rescaling",
        "Reshape",
        "Resizing",
        "SeparableConv2D",
        "Subtract",
        "UpSampling2D",
        "ZeroPadding2D",
    }
)
"""Kinds of layers that only weigh and add up, where their activation, if any, is linear; `PassThrough` is one too."""


@dataclass(frozen=True, eq=False)
class Contributions:
    """A contrast as a sum.

    Attributes:
        layer: Name of the layer whose values are weighed: the last that does more than weigh and add up; `PICTURE` for
            the digit itself.
        of_maps: Whether each entry is a map, all of its cells together; otherwise it is a unit.
        values: (maps or units,) float64: what each adds; above 0 it speaks for the class.
        constant: What the biases behind that layer add.
        total: The contrast: the sum of `values` and `constant`.
    """

    layer: str
    of_maps: bool
    values: np.ndarray
    constant: float
    total: float

    def rank(self) -> np.ndarray:
        """Return the indices of the entries, those that speak for the class most first, against it most last."""
        return np.argsort(-self.values, kind="stable")


def compute_contributions(network: Network, digit: np.ndarray, contrast: Contrast) -> Contributions:
    """Take the contrast apart by the units or maps of the last hidden layer, in float64.

    Args:
        network: The network.
        digit: Its input, (height, width) or (height, width, channels) float32 in [0, 1].
        contrast: What is taken apart.
    """
    run = run_forward(network, make_batch(network, digit))
    layer, head = _find_head(network.architecture)
    values = run.get_values(layer).astype(float)
    ends = _apply(network, layer, head, values), _apply(network, layer, head, np.zeros_like(values))
    total, constant = (float(contrast.measure(end.logits)[0]) for end in ends)
    each = values * _find_factors(ends[0], layer, contrast.weighting.astype(float))
    of_maps = each.ndim == 4
    return Contributions(layer, of_maps, each[0].sum(axis=(0, 1)) if of_maps else each[0], constant, total)


def _find_head(architecture: Architecture) -> tuple[str, tuple[Layer, ...]]:
    """Return the layer that the head reads, and the head: the layers at the end that only weigh and add up.

    Branches that join behind the last activation belong to the head as far as all of them begin at one layer.
    """
    layers = architecture.layers
    first = len(layers) - 1
    read, head = architecture.sources(layers[first].name)[0], layers[first:]
    while first and _is_affine(layers[first - 1]):
        first -= 1
        inside = {layer.name for layer in layers[first:]}
        outside = {source for name in inside for source in architecture.sources(name)} - inside
        if len(outside) == 1:
            read, head = outside.pop(), layers[first:]
    return read, head


def _is_affine(layer: Layer) -> bool:
    return (layer.kind in AFFINE_KINDS or isinstance(layer, PassThrough)) and layer.activation_name in ("", "linear")


def _apply(network: Network, read: str, head: tuple[Layer, ...], x: np.ndarray) -> ForwardPass:
    """Run the values `x` of the layer `read` through the head in float64."""
    steps = []
    made = {read: x}
    for layer in head:
        inputs = tuple(made[source] for source in network.architecture.sources(layer.name))
        output = merging.apply(layer, inputs, _weights_of(network, layer))
        steps.append(Step(layer, inputs, output))
        made[layer.name] = output.after
    return ForwardPass(network, tuple(steps))


def _find_factors(run: ForwardPass, read: str, gradient: np.ndarray) -> np.ndarray:
    """Return the factor of each value that the head reads, of their shape."""
    found = {run.steps[-1].layer.name: np.broadcast_to(gradient, run.logits.shape)}
    for layer, inputs, output in reversed(run.steps):  # activations are linear, and the last one is behind the logits
        parts = merging.backpropagate(layer, inputs, output, found.pop(layer.name), _weights_of(run.network, layer))
        for source, part in zip(run.network.architecture.sources(layer.name), parts, strict=True):
            found[source] = found[source] + part if source in found else part
    return found[read]


def _weights_of(network: Network, layer: Layer) -> dict[str, np.ndarray]:
    return {name: array.astype(float) for name, array in network.weights_of(layer.name).items()}
