"""Gradients of a network's logits or probabilities with respect to its input, or to what any layer made of it.

The backward pass goes through the layers in reverse, each with its own vector-Jacobian product (`Layer.backward`). The
gradient at an output is the sum of those of all layers that read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import forward
from cnnviz.core.layers import Layer, Output, merging
from cnnviz.core.networks.architecture import PICTURE
from cnnviz.core.networks.network import Network

Answers = Literal["logits", "probabilities"]
INPUT = PICTURE
"""In place of a layer's name: the input of the network."""


class Step(NamedTuple):
    """One layer of a pass.

    Attributes:
        layer: The layer.
        inputs: What it read, each (n, *its shape) float32.
        output: What it made of that.
    """

    layer: Layer
    inputs: tuple[np.ndarray, ...]
    output: Output


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """What a network made of a batch, with all that a backward pass needs.

    Attributes:
        network: The network.
        steps: Every layer with what it read and what it made of that, in order, up to where the pass ended.
    """

    network: Network
    steps: tuple[Step, ...]

    @property
    def logits(self) -> np.ndarray:
        """(n, classes) float32: the inputs of the last softmax."""
        return self.steps[-1].output.before

    @property
    def probabilities(self) -> np.ndarray:
        """(n, classes) float32 in [0, 1]."""
        return self.steps[-1].output.after

    def get_values(self, at: str = INPUT) -> np.ndarray:
        """Return what the layer `at` made of the batch, or the batch itself."""
        if at == INPUT:
            return self.steps[0].inputs[0]  # the first layer can read nothing else
        return next(step.output.after for step in self.steps if step.layer.name == at)


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
    made = {PICTURE: x}
    for layer, output in forward(network, x):
        steps.append(Step(layer, tuple(made[source] for source in network.architecture.sources(layer.name)), output))
        if layer.name == until:
            break
        made[layer.name] = output.after
    return ForwardPass(network, tuple(steps))


def compute_gradient(run: ForwardPass, weighting: np.ndarray, *, at: str = INPUT, of: Answers = "logits") -> np.ndarray:
    """Return how a weighted sum of a network's answers changes with its input, or with the values of a layer.

    Args:
        run: What the network made of a batch.
        weighting: (classes,) or (n, classes): the weight of each class in the sum; 1 for one class and -1 for another
            gives the gradient of their difference. Of a pass that ended earlier, the weights
            of the sums of its last layer, of a shape that fits them.
        at: Name of the layer with respect to whose output, after the activation; `INPUT` for the network's input.
        of: The logits, which the softmax reads, or the probabilities, which it makes of them.

    Returns:
        float32 of the shape of those values, one gradient for each of the batch.

    Raises:
        Refusal: If the network has no such layer.
    """
    last = run.steps[-1].layer
    if at != INPUT and at not in {step.layer.name for step in run.steps[:-1]}:
        raise Refusal(
            "`at` must be a layer of {network} before its last. Received: {at}. Choose one of these layers.",
            network=run.network.title,
            at=at,
        )
    sources = run.network.architecture.sources_by_layer
    depending = _find_depending(run, at)
    gradient = np.broadcast_to(weighting, run.steps[-1].output.before.shape).astype(np.float32)
    gradients = {last.name: gradient}
    for layer, inputs, output in reversed(run.steps):
        if layer.name == at:
            break
        if layer.name not in depending or layer.name not in gradients:
            continue
        gradient = gradients.pop(layer.name)
        if layer is not last or of == "probabilities":  # the last softmax lies behind the logits
            gradient = layer.activation_gradient(output, gradient)
        parts = merging.backpropagate(layer, inputs, output, gradient, run.network.weights_of(layer.name))
        for source, part in zip(sources[layer.name], parts, strict=True):
            gradients[source] = gradients[source] + part if source in gradients else part
    # A pass that ended earlier may have ended in another branch.
    return gradients[at] if at in gradients else np.zeros_like(run.get_values(at))


def _find_depending(run: ForwardPass, at: str) -> set[str]:
    """Return the names of the layers whose values change with those of `at`."""
    found = {at}
    for layer, _, _ in run.steps:
        if found & set(run.network.architecture.sources(layer.name)):
            found.add(layer.name)
    return found - {at}
