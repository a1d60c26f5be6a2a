"""A digit's way through a network, every value of every layer kept."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer, Output, Shape
from cnnviz.core.networks.network import Network

MAX_BATCH = 16
"""Digits that `predict` takes at once: more is hardly faster and the windows of a batch fill memory."""


@dataclass(frozen=True, eq=False)
class LayerOutput:
    """What one layer made. Shapes and arrays have no batch axis; the arrays are float32 and read-only.

    `before`: values before the activation, `after`: after it; the same object where the layer has no activation. For an
    activation that is a layer of its own `before` is its input.
    """

    name: str
    kind: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True, eq=False)
class Trace:
    """`digit`: what the network read, (height, width) or (height, width, channels) float32 in [0, 1], read-only."""

    network_name: str
    digit: np.ndarray
    layers: tuple[LayerOutput, ...]

    @property
    def probabilities(self) -> np.ndarray:
        """(10,) float32 in [0, 1] with sum 1: how sure the network is of each answer."""
        return self.layers[-1].after

    @property
    def logits(self) -> np.ndarray:
        """(10,) float32: the numbers that the last softmax turned into probabilities."""
        return self.layers[-1].before

    @property
    def answer(self) -> int:
        """The digit with the largest probability, 0 to 9."""
        return int(self.probabilities.argmax())


def trace(network: Network, digit: np.ndarray) -> Trace:
    """Every layer's values for one `digit`, (28, 28) float32 in [0, 1] (or the network's own input shape).

    Raises `Refusal` for another shape, numbers outside [0, 1], or a network whose numbers overflow.
    """
    read = _validate(network, np.asarray(digit)[np.newaxis])
    outputs = tuple(_layer_outputs(network, read))
    _check_answers(network, outputs[-1].after)
    seen = read[0].reshape(np.shape(digit))
    seen.setflags(write=False)
    return Trace(network.name, seen, outputs)


def predict(network: Network, digits: np.ndarray) -> np.ndarray:
    """Probabilities (n, 10) float32 for `digits` (n, 28, 28) float32 in [0, 1]. Raises `Refusal` as `trace` does."""
    result = np.empty((len(digits), *network.variant.shapes()[-1]), dtype=np.float32)
    for part, layer, after in run(network, digits):
        if layer is network.variant.layers[-1]:
            result[part] = after
    return result


def run(network: Network, digits: np.ndarray) -> Iterator[tuple[slice, Layer, np.ndarray]]:
    """Every layer's output for `digits` (n, 28, 28) float32 in [0, 1], some digits at a time, without keeping any.

    Yields which digits, the layer, and what it made of them, float32 with those digits as first axis; the layers in
    order for the first digits, then for the next. Raises `Refusal` as `trace` does.
    """
    read = _validate(network, np.asarray(digits))
    for start in range(0, len(read), MAX_BATCH):
        part = slice(start, min(start + MAX_BATCH, len(read)))
        for layer, output in _forward(network, read[part]):
            yield part, layer, output.after
        _check_answers(network, output.after)


def _forward(network: Network, x: np.ndarray) -> Iterator[tuple[Layer, Output]]:
    """Each layer in turn with its output for `x` (n, height, width, channels)."""
    with np.errstate(all="ignore"):  # an overflow is refused at the end, in words
        for layer in network.variant.layers:
            output = layer.forward(x, network.weights_of(layer.name))
            yield layer, output
            x = output.after


def _layer_outputs(network: Network, x: np.ndarray) -> Iterator[LayerOutput]:
    shapes = network.variant.shapes()
    for (layer, output), read, made in zip(_forward(network, x), shapes, shapes[1:], strict=False):
        before, after = _drop_batch_axis(output)
        yield LayerOutput(layer.name, layer.kind, layer, read, made, layer.parameters(read), before, after)


def _drop_batch_axis(output: Output) -> tuple[np.ndarray, np.ndarray]:
    """The only image's values, read-only, still one object where there is no activation."""
    before = output.before[0]
    after = before if output.after is output.before else output.after[0]
    before.setflags(write=False)
    after.setflags(write=False)
    return before, after


def _validate(network: Network, digits: np.ndarray) -> np.ndarray:
    """A copy of `digits` as (n, height, width, channels) float32, if the network can read them."""
    height, width, channels = network.variant.input_shape
    accepted = [(height, width, channels), *([(height, width)] if channels == 1 else [])]
    if digits.shape[1:] not in accepted or digits.dtype.kind not in "fiub":
        raise Refusal(
            "{network} reads numbers of shape {expected}. Received: {dtype} of shape {shape}. Prepare the drawing with "
            "digit.from_canvas.",
            network=network.name,
            expected=accepted[-1],
            dtype=str(digits.dtype),
            shape=digits.shape[1:],
        )
    values = digits.astype(np.float32).reshape(-1, height, width, channels)
    if values.size and not (values.min() >= 0 and values.max() <= 1):  # also false for what is not a number
        raise Refusal(
            "`digit` must be numbers from 0 (paper) to 1 (ink). Received: {low} to {high}. Divide pixels by 255.",
            low=float(values.min()),
            high=float(values.max()),
        )
    return values


def _check_answers(network: Network, probabilities: np.ndarray) -> None:
    if not np.isfinite(probabilities).all():
        raise Refusal(
            "The numbers of {network} grow beyond what float32 can hold, so it has no answer. Train it again with a "
            "smaller learning rate.",
            network=network.name,
        )
