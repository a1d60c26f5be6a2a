"""Gradients of a network's logits or probabilities with respect to its input, or to what any layer made of it.

The backward pass goes through the layers in reverse, each with its own vector-Jacobian product (`Layer.backward`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import forward
from cnnviz.core.layers import Layer, Output
from cnnviz.core.networks.network import Network

Answers = Literal["logits", "probabilities"]
INPUT = ""
"""In place of a layer's name: the input of the network."""


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """What a network made of a batch, with all that a backward pass needs.

    Attributes:
        network: The network.
        steps: Every layer with what it read and what it made of that, in order, up to where the pass ended.
    """

    network: Network
    steps: tuple[tuple[Layer, np.ndarray, Output], ...]

    @property
    def logits(self) -> np.ndarray:
        """(n, 10) float32: the inputs of the last softmax."""
        return self.steps[-1][2].before

    @property
    def probabilities(self) -> np.ndarray:
        """(n, 10) float32 in [0, 1]."""
        return self.steps[-1][2].after

    def get_values(self, at: str = INPUT) -> np.ndarray:
        """Return what the layer `at` made of the batch, or the batch itself."""
        if at == INPUT:
            return self.steps[0][1]
        return next(output.after for layer, _, output in self.steps if layer.name == at)


def make_batch(network: Network, digit: np.ndarray) -> np.ndarray:
    """Return an input of a network, (height, width) or (height, width, channels), as a batch of one, float32."""
    return np.asarray(digit, np.float32).reshape(1, *network.architecture.input_shape)


def run_forward(network: Network, x: np.ndarray, until: str = "") -> ForwardPass:
    """Run `x` (n, height, width, channels) float32 through the network, keeping everything.

    Unlike `trace`, any numbers are taken: noise and differences are no digits.

    Args:
        network: The network.
        x: The batch.
        until: Name of the layer at which to end; "" for the last.
    """
    steps = []
    for layer, output in forward(network, x):
        steps.append((layer, x, output))
        if layer.name == until:
            break
        x = output.after
    return ForwardPass(network, tuple(steps))


def compute_gradient(run: ForwardPass, weighting: np.ndarray, *, at: str = INPUT, of: Answers = "logits") -> np.ndarray:
    """Return how a weighted sum of a network's answers changes with its input, or with the values of a layer.

    Args:
        run: What the network made of a batch.
        weighting: (10,) or (n, 10): the weight of each class in the sum; 1 for one class and -1 for another gives
            the gradient of their difference. Of a pass that ended earlier, the weights
            of the sums of its last layer, of a shape that fits them.
        at: Name of the layer with respect to whose output, after the activation; `INPUT` for the network's input.
        of: The logits, which the softmax reads, or the probabilities, which it makes of them.

    Returns:
        float32 of the shape of those values, one gradient for each of the batch.

    Raises:
        Refusal: If the network has no such layer.
    """
    last = run.steps[-1][0]
    if at != INPUT and at not in {layer.name for layer, _, _ in run.steps[:-1]}:
        raise Refusal(
            "`at` must be a layer of {network} before its last. Received: {at}. Choose one of these layers.",
            network=run.network.name,
            at=at,
        )
    gradient = np.broadcast_to(weighting, run.steps[-1][2].before.shape).astype(np.float32)
    for layer, x, output in reversed(run.steps):
        if layer.name == at:
            break
        if layer is not last or of == "probabilities":  # the last softmax lies behind the logits
            gradient = layer.activation_gradient(output, gradient)
        gradient = layer.input_gradient(x, output, gradient, run.network.weights_of(layer.name))
    return gradient
