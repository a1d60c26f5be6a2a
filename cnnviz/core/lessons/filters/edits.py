"""What if a filter were off, or other: a changed copy of a network, and which filters an answer depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace as tracing
from cnnviz.core.inference.trace import Trace
from cnnviz.core.layers.activations import activate
from cnnviz.core.lessons.filters.kernels import list_convolutions
from cnnviz.core.networks.network import Network

STEP = 100
"""Digits after which `count_right` says how far it is."""

MAX_EDITS = 50
"""Changes that can be taken back one by one."""


@dataclass(frozen=True, eq=False)
class Edit:
    """One filter as the visitor wants it.

    Attributes:
        layer: Name of a Conv2D.
        filter: Its number.
        kernel: (rows, columns, inputs) float32.
        bias: 0 where the layer has none.
    """

    layer: str
    filter: int
    kernel: np.ndarray
    bias: float

    @property
    def is_off(self) -> bool:
        """Whether the filter is switched off: all of its weights and its bias are 0."""
        return not self.kernel.any() and self.bias == 0


def read_filter(network: Network, layer: str, number: int) -> Edit:
    """Return a filter as it is. Raises `Refusal` for a layer that is not a plain convolution."""
    weights = network.weights_of(layer)
    if "kernel" not in weights or weights["kernel"].ndim != 4 or not _is_plain(network, layer):
        raise Refusal(
            "Only the filters of a Conv2D can be changed here. Received: {layer}, which shares weights among its maps. "
            "Choose another convolution.",
            layer=layer,
        )
    bias = float(weights["bias"][number]) if "bias" in weights else 0.0
    return Edit(layer, number, weights["kernel"][..., number], bias)


def switch_off(network: Network, layer: str, number: int) -> Edit:
    """Return a filter with all of its weights and its bias 0. Raises `Refusal` as `read_filter`."""
    return Edit(layer, number, np.zeros_like(read_filter(network, layer, number).kernel), 0.0)


def apply_edits(network: Network, edits: Sequence[Edit]) -> Network:
    """Return a copy of a network with the changed filters, in order, and without a card; `network` stays as it is.

    Raises:
        Refusal: If a weight is not a finite number, or an edit does not fit the network.
    """
    weights = {layer: dict(each) for layer, each in network.weights.items()}
    for edit in edits:
        read_filter(network, edit.layer, edit.filter)
        changed = weights[edit.layer]
        changed["kernel"] = changed["kernel"].copy()
        changed["kernel"][..., edit.filter] = edit.kernel
        if "bias" in changed:
            changed["bias"] = changed["bias"].copy()
            changed["bias"][edit.filter] = edit.bias
    return Network(network.architecture, weights)


def count_right(network: Network, pictures: np.ndarray, labels: np.ndarray) -> Iterator[tuple[int, int]]:
    """Read labelled pictures; yield, each `STEP` of them, how many were read and how many of these were right.

    Raises:
        Refusal: If the network's numbers overflow.
    """
    right = 0
    for start in range(0, len(labels), STEP):
        part = slice(start, start + STEP)
        right += int((tracing.predict(network, pictures[part]).argmax(axis=1) == labels[part]).sum())
        yield min(start + STEP, len(labels)), right


@dataclass(frozen=True)
class Absence:
    """What switching off one filter does to an answer.

    Attributes:
        layer: Name of the convolution.
        filter: Its number.
        change: By how much the lead of the answer grows: its logit less the largest other logit.
        answer: The answer without the filter.
        share: The share of that answer, 0 to 1.
    """

    layer: str
    filter: int
    change: float
    answer: int
    share: float


def rank_absences(network: Network, traced: Trace, count: int = 10) -> tuple[Absence, ...]:
    """Return the `count` filters whose absence changes the lead of the answer most, the largest change first.

    A filter that is off has the activation of 0 everywhere. All of a layer are tried in a few batches, since what lies
    before them stays the same.
    """
    lead = float(measure_lead(traced.logits, traced.answer))
    found = [
        Absence(layer, number, float(measure_lead(logits, traced.answer)) - lead, int(row.argmax()), float(row.max()))
        for layer in list_convolutions(network.architecture)
        for number, logits, row in _leave_each_out(network, traced, layer)
    ]
    return tuple(sorted(found, key=lambda each: -abs(each.change))[:count])


def measure_lead(logits: np.ndarray, answer: int) -> np.ndarray:
    """Return by how much the logit of `answer` is larger than the largest other one; `logits` are (..., classes)."""
    return np.asarray(logits[..., answer] - np.delete(logits, answer, axis=-1).max(axis=-1))


def _leave_each_out(network: Network, traced: Trace, layer: str) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield for each filter of a convolution its number, and the logits and shares without it."""
    layers = network.architecture.layers
    place = [each.name for each in layers].index(layer)
    made = traced.layers[place].after
    nothing = activate(np.zeros((1, 1), np.float32), layers[place].activation_name or "linear").after[0, 0]
    filters = made.shape[-1]
    for start in range(0, filters, tracing.MAX_BATCH):
        numbers = np.arange(start, min(start + tracing.MAX_BATCH, filters))
        x = np.repeat(made[np.newaxis], len(numbers), axis=0)
        x[np.arange(len(numbers)), ..., numbers] = nothing
        for each in layers[place + 1 :]:
            output = each.forward(x, network.weights_of(each.name))
            x = output.after
        yield from zip(numbers.tolist(), output.before, output.after, strict=True)


def _is_plain(network: Network, layer: str) -> bool:
    return any(each.name == layer and each.kind == "Conv2D" for each in network.architecture.layers)
