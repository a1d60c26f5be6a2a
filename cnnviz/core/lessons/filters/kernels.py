"""The kernels of a network's convolutions, and how far a training moved each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks.network import Network

HARDLY = 0.5
"""Largest movement of a filter that is said to have hardly changed, as a share of its initial length."""

SOME_HARDLY = gettext_noop(
    "Some [[filter|filters]] hardly change: {hardly} of {count} moved by less than half of their initial length, "
    "filter {least} by {low:.2f} of it alone. Filter {most} moved furthest, by {high:.2f} times its length."
)
NONE_HARDLY = gettext_noop(
    "Here every [[filter]] changed: filter {least} moved least, by {low:.2f} of its initial length, and filter {most} "
    "furthest, by {high:.2f} times its length."
)
ALL_HARDLY = gettext_noop(
    "No [[filter]] has moved by half of its initial length: filter {least} moved least, by {low:.2f} of it, and filter "
    "{most} furthest, by {high:.2f}."
)
KEPT = gettext_noop(
    "Pattern kept: {kept} of {count}, with a cosine of at least {like:g} between before and after: the picture "
    "looks the same, even where its contrast grew."
)
ALIKE = 0.9
"""Least cosine between the weights of a filter before and after with which it is said to have kept its pattern."""


@dataclass(frozen=True, eq=False)
class Movement:
    """How far each filter of a layer moved.

    Attributes:
        shares: (filters,) float64: the Euclidean distance between its weights before and after, all input channels
            together, divided by their length before; infinite for a filter that began at 0 and moved.
        cosines: (filters,) float64: between its weights before and after; 0 where either are all 0.
    """

    shares: np.ndarray
    cosines: np.ndarray

    @property
    def order(self) -> tuple[int, ...]:
        """The filters, the one that moved furthest first; of equal ones the first."""
        return tuple(int(number) for number in np.argsort(-self.shares, kind="stable"))

    @property
    def hardly(self) -> int:
        """Number of filters that moved by less than `HARDLY`."""
        return int((self.shares < HARDLY).sum())


def read_kernels(network: Network, layer: str) -> np.ndarray:
    """Return the factors of every map of a convolution: (rows, columns, input channels, filters) float32, read-only.

    For a depthwise convolution there is one input channel; for a separable one these are the products of its two
    kernels.
    """
    found = next(each for each in network.architecture.layers if each.name == layer)
    weights = network.weights_of(layer)
    if found.kind == "Conv2D":
        return weights["kernel"]
    maps = network.architecture.output_shape(layer)[-1]
    each_map = [factors for of in range(maps) if (factors := found.cell_weights(weights, of)) is not None]
    kernels = np.stack(each_map, axis=-1)
    kernels.flags.writeable = False
    return kernels


def measure_movement(before: np.ndarray, after: np.ndarray) -> Movement:
    """Measure how far each filter moved from kernels `before` to `after`, (rows, columns, inputs, filters)."""
    first, last = (each.reshape(-1, each.shape[-1]).astype(np.float64) for each in (before, after))
    lengths, ends = np.linalg.norm(first, axis=0), np.linalg.norm(last, axis=0)
    moved = np.linalg.norm(last - first, axis=0)
    shares = np.divide(moved, lengths, out=np.where(moved > 0, np.inf, 0.0), where=lengths > 0)
    both = lengths * ends
    cosines = np.divide((first * last).sum(axis=0), both, out=np.zeros_like(both), where=both > 0)
    return Movement(shares, cosines)


def describe_movement(found: Movement) -> tuple[Message, ...]:
    """Return in sentences, with the numbers, whether some filters hardly changed and how many kept their pattern."""
    count, order = len(found.shares), found.order
    template = SOME_HARDLY if 0 < found.hardly < count else ALL_HARDLY if found.hardly else NONE_HARDLY
    values = {
        "hardly": found.hardly,
        "count": count,
        "least": order[-1],
        "most": order[0],
        "low": float(found.shares[order[-1]]),
        "high": float(found.shares[order[0]]),
    }
    kept = int((found.cosines >= ALIKE).sum())
    return Message(template, values), Message(KEPT, {"kept": kept, "count": count, "like": ALIKE})
