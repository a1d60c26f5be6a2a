"""A network at one moment of its training, shown the visitor's digit: what it answers, its maps, its first filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.network import Network
from cnnviz.core.training.protocol import Event


@dataclass(frozen=True, eq=False)
class Moment:
    """After `step` batches.

    Attributes:
        step: Batches since the training began.
        epoch: Finished epochs.
        probabilities: (10,) float32: what it makes of the digit.
        outputs: layer name -> its values after the activation, without batch axis, float32.
        filters: Kernel of the first convolution, (rows, columns, input channels, filters); None without one.
    """

    step: int
    epoch: int
    probabilities: np.ndarray
    outputs: Mapping[str, np.ndarray]
    filters: np.ndarray | None

    @property
    def answer(self) -> int:
        """The digit with the largest probability."""
        return int(self.probabilities.argmax())


def from_view(event: Event) -> Moment:
    """Read the worker's newest view of the network."""
    prefix = "output/"
    outputs = {name.removeprefix(prefix): a for name, a in event.arrays.items() if name.startswith(prefix)}
    return Moment(
        step=int(event.payload["step"]),
        epoch=int(event.payload["epoch"]),
        probabilities=event.arrays["probabilities"],
        outputs=outputs,
        filters=event.arrays.get("filters"),
    )


def from_network(network: Network, digit: np.ndarray, step: int, epoch: int) -> Moment:
    """Trace `digit`, (28, 28) float32 in [0, 1], through a snapshot, in the usual colours if it reads any.

    Raises:
        Refusal: if its numbers overflow, as those of a training that went wrong may.
    """
    seen = trace(network, colour_digits.prepare_input(digit, network.architecture.input_shape))
    outputs = {layer.name: layer.after for layer in seen.layers}
    return Moment(step, epoch, seen.probabilities, outputs, get_first_filters(network))


def get_first_filters(network: Network) -> np.ndarray | None:
    """Return the kernel of the first convolution, None where there is none."""
    for layer in network.architecture.layers:
        if layer.kind == "Conv2D":
            return network.weights_of(layer.name)["kernel"]
    return None


def filter_maps(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel (rows, columns, inputs, filters) as pictures (rows, columns, inputs × filters), a filter's
    inputs side by side."""
    rows, columns, inputs, filters = kernel.shape
    return kernel.transpose(0, 1, 3, 2).reshape(rows, columns, filters * inputs)
