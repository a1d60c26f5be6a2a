"""What if a filter were switched off, a kernel were another, a bias moved? Always in a copy of the network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.data import colour_digits
from cnnviz.core.data.datasets import Dataset
from cnnviz.core.errors import Refusal
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.inference import network_input
from cnnviz.core.inference.gradients import ForwardPass, make_batch, run_forward
from cnnviz.core.inference.trace import MAX_BATCH, predict
from cnnviz.core.layers import ACTIVATIONS, Layer, Weights, merging
from cnnviz.core.layers.activations.functions import softmax
from cnnviz.core.networks.architecture import DIGITS, PICTURE
from cnnviz.core.networks.network import Network

EXAMPLES = 1_000
"""Test digits by which a changed network is judged: the first of the test set."""


@dataclass(frozen=True, eq=False)
class Change:
    """New weights of one filter of a convolution, or of one unit of a dense layer.

    Attributes:
        layer: Name of the layer.
        of: Number of the filter or unit, from 0 on.
        kernel: Its weights, of the shape that `get_kernel` returns; None leaves them.
        bias: Its bias; None leaves it.
    """

    layer: str
    of: int
    kernel: np.ndarray | None = None
    bias: float | None = None


@dataclass(frozen=True)
class Absence:
    """What a network answers without one filter.

    Attributes:
        layer: Name of the filter's layer.
        of: Its number, from 0 on.
        answer: What is read without it, 0 to 9.
        share: The share of that answer, in [0, 1].
        fall: By how much the contrast falls: above 0 the filter speaks for the class.
    """

    layer: str
    of: int
    answer: int
    share: float
    fall: float


def get_kernel(network: Network, layer: str, of: int) -> np.ndarray:
    """Return the weights of a filter or unit, read-only.

    That is (rows, columns, channels) for a convolution, (rows, columns) for one of each channel by itself, (1, 1, maps)
    for the mixing part of a separable one, and (inputs,) for a unit.

    Raises:
        Refusal: If the layer has no filters or units, or none with that number.
    """
    by_filter = _view_by_filter(_find_layer(network, layer), network.weights_of(layer))
    if not 0 <= of < by_filter.shape[-1]:
        raise Refusal(
            "{layer} has the filters 0 to {last}. Received: {of}. Choose one of these.",
            layer=layer,
            last=by_filter.shape[-1] - 1,
            of=of,
        )
    return by_filter[..., of]


def switch_off(network: Network, layer: str, of: int) -> Change:
    """Return the change that sets all weights of a filter and its bias to 0. Raises `Refusal` as `get_kernel`."""
    bias = 0.0 if "bias" in network.weights_of(layer) else None
    return Change(layer, of, np.zeros_like(get_kernel(network, layer, of)), bias)


def change(network: Network, changes: Sequence[Change]) -> Network:
    """Return a copy of a network with changed filters; a later change of the same filter counts.

    Raises:
        Refusal: If there is no such filter or no bias, its kernel has another shape, or a number is not finite.
    """
    weights = {layer: {name: array.copy() for name, array in of.items()} for layer, of in network.weights.items()}
    for each in changes:
        before, changed = get_kernel(network, each.layer, each.of), weights[each.layer]
        if each.kernel is not None:
            if np.shape(each.kernel) != before.shape:
                raise Refusal(
                    "A kernel of {layer} has the shape {expected}. Received: {received}. Give every weight of it.",
                    layer=each.layer,
                    expected=before.shape,
                    received=np.shape(each.kernel),
                )
            _view_by_filter(_find_layer(network, each.layer), changed)[..., each.of] = each.kernel
        if each.bias is not None:
            if "bias" not in changed:
                raise Refusal(
                    "{layer} was made without biases. Received: {bias}. Leave the bias out.",
                    layer=each.layer,
                    bias=each.bias,
                )
            changed["bias"][each.of] = each.bias
    return Network(network.architecture, weights, title=network.title)


def reads_digits(network: Network) -> bool:
    """Return whether a network reads the test digits as they are, or in colour, and answers with a digit."""
    return network.architecture.classes == DIGITS and network_input.has_usual_shape(network.architecture)


def measure_accuracy(network: Network, data: Dataset) -> float:
    """Return the share of the first `EXAMPLES` test digits that a network reads right, in [0, 1]."""
    digits = prepare_examples(network, data)
    return float((predict(network, digits).argmax(axis=1) == data.y_test[: len(digits)]).mean())


def prepare_examples(network: Network, data: Dataset) -> np.ndarray:
    """Return the first `EXAMPLES` test digits as a network reads them, float32 from 0 to its `highest_input`."""
    images = data.x_test[:EXAMPLES].astype(np.float32) / np.float32(255)
    seen = colour_digits.prepare_inputs(images, network.architecture.input_shape, colour_digits.TEST)
    return seen * np.float32(network.architecture.highest_input)


def rank_filters(network: Network, digit: np.ndarray, contrast: Contrast) -> list[Absence]:
    """Return all filters of all convolutions, those first whose absence changes the contrast most, up or down.

    Without its weights and bias a filter's map is what its activation makes of 0. So the layers before it are computed
    once, and those behind it for many filters at once.

    Args:
        network: The network.
        digit: Its input, (height, width) or (height, width, channels) float32 in [0, 1].
        contrast: What is measured.
    """
    run = run_forward(network, make_batch(network, digit))
    measured = float(contrast.measure(run.logits)[0])
    found = []
    for place, (layer, _, output) in enumerate(run.steps[:-1]):
        if layer.role != "weighted" or output.after.ndim != 4:
            continue
        logits = np.concatenate(list(_run_without_each(run, place)))
        shares = softmax(logits)
        falls = measured - contrast.measure(logits)
        found += [
            Absence(layer.name, of, int(row.argmax()), float(row.max()), float(fall))
            for of, (row, fall) in enumerate(zip(shares, falls, strict=True))
        ]
    return sorted(found, key=lambda absence: -abs(absence.fall))


def _run_without_each(run: ForwardPass, place: int) -> Iterator[np.ndarray]:
    """Yield logits (n, 10) without each map of the layer at `place`, some maps at a time, in order."""
    layer, _, output = run.steps[place]
    architecture, kept = run.network.architecture, {step.layer.name: step.output.after for step in run.steps}
    kept[PICTURE] = run.get_values()
    maps = output.after.shape[-1]
    empty = _activate_zero(layer)
    for start in range(0, maps, MAX_BATCH):
        chosen = range(start, min(start + MAX_BATCH, maps))
        x = output.after.repeat(len(chosen), axis=0)
        for row, of in enumerate(chosen):
            x[row, ..., of] = empty
        changed = {layer.name: x}
        for behind, _, _ in run.steps[place + 1 :]:
            sources = architecture.sources(behind.name)
            if not any(source in changed for source in sources):
                continue  # in another branch, which does not change
            xs = [changed[each] if each in changed else kept[each].repeat(len(chosen), axis=0) for each in sources]
            made = merging.apply(behind, xs, run.network.weights_of(behind.name))
            changed[behind.name] = made.after
        yield made.before


def _activate_zero(layer: Layer) -> np.float32:
    return np.float32(ACTIVATIONS[layer.activation_name](np.zeros(1, np.float32))[0])


def _find_layer(network: Network, name: str) -> Layer:
    """Return the layer `name`, which has filters or units with weights of their own."""
    for layer in network.architecture.layers:
        if layer.name == name and layer.role == "weighted":
            return layer
    raise Refusal(
        "Only layers with kernels can be changed. Received: {layer}. Choose a convolution or a dense layer.",
        layer=name,
    )


def _name_kernel(layer: Layer) -> str:
    return "pointwise_kernel" if layer.kind == "SeparableConv2D" else "kernel"


def _view_by_filter(layer: Layer, weights: Weights) -> np.ndarray:
    """View a layer's weights with its filters or units as the last axis."""
    array = weights[_name_kernel(layer)]
    if layer.kind == "Conv2DTranspose":
        return array.swapaxes(2, 3)
    if layer.kind != "DepthwiseConv2D":
        return array
    rows, columns, channels, multiplier = array.shape  # the maps of one channel lie side by side
    return array.reshape(rows, columns, channels * multiplier)
