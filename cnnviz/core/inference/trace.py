"""Trace a digit through a network, keeping every value of every layer."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer, Output, Shape, merging
from cnnviz.core.networks.architecture import PICTURE
from cnnviz.core.networks.network import Network
from cnnviz.core.percentages import SIGN, format_percent

MAX_BATCH = 16
"""Digits that `run` takes at once: more is hardly faster, and the windows of a batch fill memory."""

MAX_BATCH_VALUES = 16_000_000
"""Values of one layer's output for a batch, so that one of large pictures is smaller."""


@dataclass(frozen=True, eq=False)
class LayerOutput:
    """The output of one layer. Shapes and arrays have no batch axis; the arrays are float32 and read-only.

    Attributes:
        name: of the layer.
        kind: Keras's name of its class.
        layer: the layer with its settings.
        input_shape, output_shape: of one input and its output; of a layer that reads several, the first input's.
        before: values before the activation; for an activation layer its input.
        after: values after the activation; the same object as `before` if there is no activation.
        sources: names of the layers that it reads, `PICTURE` for the picture.
    """

    name: str
    kind: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    before: np.ndarray
    after: np.ndarray
    sources: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return self.layer.parameters(self.input_shape)


@dataclass(frozen=True, eq=False)
class Trace:
    """All values of a network for one digit.

    Attributes:
        network_name: of the network.
        digit: its input, (height, width) or (height, width, channels) float32 from 0 to `highest`, read-only.
        layers: every layer's output, in order.
        highest: largest value that a pixel can have: 1, or 255 for a network that scales bytes itself.
    """

    network_name: str
    digit: np.ndarray
    layers: tuple[LayerOutput, ...]
    highest: float = 1.0

    @property
    def picture(self) -> np.ndarray:
        """Its input as people see it: (height, width) or (height, width, 3) float32 in [0, 1], without opacity."""
        shown = self.digit if self.highest == 1 else self.digit / np.float32(self.highest)
        if shown.ndim == 2 or shown.shape[2] == 3:
            return shown
        return shown[..., 0] if shown.shape[2] < 3 else shown[..., :3]

    def get_values(self, name: str) -> np.ndarray:
        """Return the output of the layer `name`, or the picture as (height, width, channels) for `PICTURE`."""
        if name == PICTURE:
            return self.digit if self.digit.ndim == 3 else self.digit[:, :, np.newaxis]
        return next(layer.after for layer in self.layers if layer.name == name)

    @property
    def probabilities(self) -> np.ndarray:
        """(classes,) float32 in [0, 1] with sum 1: the probability of each answer."""
        return self.layers[-1].after

    @property
    def logits(self) -> np.ndarray:
        """(classes,) float32: the inputs of the last softmax."""
        return self.layers[-1].before

    @property
    def answer(self) -> int:
        """The number of the class with the largest probability, from 0."""
        return int(self.probabilities.argmax())


def trace(network: Network, digit: np.ndarray) -> Trace:
    """Compute every layer's values for one `digit`, (28, 28) float32 in [0, 1] (or the network's own shape and range).

    Raises `Refusal` for another shape, numbers outside [0, 1], or a network whose numbers overflow.
    """
    read = _validate(network, np.asarray(digit)[np.newaxis])
    outputs = tuple(_layer_outputs(network, read))
    for output in outputs:  # one in between may be infinite although the answer is not: tanh makes 1 of it
        _check_finite(network, output.before)
        if output.after is not output.before:
            _check_finite(network, output.after)
    seen = read[0].reshape(np.shape(digit))
    seen.setflags(write=False)
    return Trace(network.name, seen, outputs, network.architecture.highest_input)


def predict(network: Network, digits: np.ndarray) -> np.ndarray:
    """Return probabilities, (n, classes) float32, for `digits`, (n, 28, 28) float32 in [0, 1].

    Raises `Refusal` as `trace` does.
    """
    result = np.empty((len(digits), len(network.architecture.classes)), dtype=np.float32)
    for part, layer, output in run(network, digits):
        if layer is network.architecture.layers[-1]:
            result[part] = output.after
    return result


def compute_logits(network: Network, digits: np.ndarray) -> np.ndarray:
    """Return the logits, (n, classes) float32, for `digits`, (n, 28, 28) float32 in [0, 1].

    Raises `Refusal` as `trace` does.
    """
    last = network.architecture.layers[-1]
    return np.concatenate([output.before for _, layer, output in run(network, digits) if layer is last])


def run(network: Network, digits: np.ndarray) -> Iterator[tuple[slice, Layer, Output]]:
    """Run `digits`, (n, 28, 28) float32 in [0, 1], through the network batch by batch, without keeping outputs.

    Yields the slice of digits, the layer, and its output, float32 with those digits as first axis: all layers in order
    for the first batch, then for the next. Raises `Refusal` as `trace` does.
    """
    read = _validate(network, np.asarray(digits))
    size = choose_batch(network)
    for start in range(0, len(read), size):
        part = slice(start, min(start + size, len(read)))
        for layer, output in forward(network, read[part]):
            yield part, layer, output
        _check_finite(network, output.after)


def choose_batch(network: Network) -> int:
    """Return how many digits the network takes at once: `MAX_BATCH`, fewer where its layers are large."""
    largest = max(math.prod(shape) for shape in network.architecture.shapes())
    return max(1, min(MAX_BATCH, MAX_BATCH_VALUES // largest))


def forward(network: Network, x: np.ndarray) -> Iterator[tuple[Layer, Output]]:
    """Yield each layer in turn with its output for `x` (n, height, width, channels) float32, which is not checked.

    An output is kept until the last layer that reads it is computed.
    """
    architecture = network.architecture
    kept = {PICTURE: x}
    del x
    with np.errstate(all="ignore"):  # an overflow is refused at the end, in words
        for layer in architecture.layers:
            read = [kept[source] for source in architecture.sources(layer.name)]
            output = merging.apply(layer, read, network.weights_of(layer.name))
            kept[layer.name] = output.after
            for source in architecture.released_by_layer[layer.name]:
                del kept[source]
            del read
            yield layer, output


def _layer_outputs(network: Network, x: np.ndarray) -> Iterator[LayerOutput]:
    architecture = network.architecture
    for (layer, output), (_, read) in zip(forward(network, x), architecture.layers_and_inputs(), strict=True):
        made, sources = architecture.output_shape(layer.name), architecture.sources(layer.name)
        before, after = _drop_batch_axis(output)
        yield LayerOutput(layer.name, layer.kind, layer, read, made, before, after, sources)


def _drop_batch_axis(output: Output) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of a batch of one, read-only; one object if there is no activation."""
    before = output.before[0]
    after = before if output.after is output.before else output.after[0]
    before.setflags(write=False)
    after.setflags(write=False)
    return before, after


def _validate(network: Network, digits: np.ndarray) -> np.ndarray:
    """Check that the network can read `digits`; return a copy as (n, height, width, channels) float32."""
    height, width, channels = network.architecture.input_shape
    accepted = [(height, width, channels), *([(height, width)] if channels == 1 else [])]
    if digits.shape[1:] not in accepted or digits.dtype.kind not in "fiub":
        raise Refusal(
            "{network} reads numbers of shape {expected}. Received: {dtype} of shape {shape}. Prepare the drawing with "
            "digit.from_canvas.",
            network=network.title,
            expected=accepted[-1],
            dtype=str(digits.dtype),
            shape=digits.shape[1:],
        )
    values = digits.astype(np.float32).reshape(-1, height, width, channels)
    highest = network.architecture.highest_input
    if values.size and not (values.min() >= 0 and values.max() <= highest):  # also false for what is not a number
        if highest != 1:
            raise Refusal(
                "{network} reads numbers from 0 to {most}. Received: {low} to {high}. Multiply shares by {most}.",
                network=network.title,
                most=f"{highest:g}",
                low=float(values.min()),
                high=float(values.max()),
            )
        raise Refusal(
            "`digit` must be numbers from 0 (paper) to 1 (ink). Received: {low} to {high}. Divide pixels by 255.",
            low=float(values.min()),
            high=float(values.max()),
        )
    return values


def _check_finite(network: Network, values: np.ndarray) -> None:
    if not np.isfinite(values).all():
        raise Refusal(
            "The numbers of {network} grow beyond what float32 can hold, so it has no answer. Train it again with a "
            "smaller learning rate.",
            network=network.title,
        )


def format_share(share: float) -> str:
    """Return a share in [0, 1] as a percentage with one decimal; never 100 % for less than 1, nor 0 % for more."""
    if 0.9995 <= share < 1:
        return f">99.9{SIGN}"
    return f"<0.1{SIGN}" if 0 < share < 0.0005 else format_percent(share, 1)
