"""Many maps in, one out: one map of a convolution, taken apart by the maps that the layer reads.

Each map that is read has a slice of the kernel of its own. Its partial map holds, at each place, the sum of the
products of one window of it with that slice; all partial maps and the bias add up to the values before the activation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnnviz.core.inference.trace import LayerOutput, Trace
from cnnviz.core.layers import Conv2D, windows
from cnnviz.core.layers.convolution import measure_dilated_spans, view_patches
from cnnviz.core.layers.layer import Pair
from cnnviz.core.networks.network import Network

MAX_SHOWN = 4
"""Maps that are shown one by one; what the others contribute is one more map."""


@dataclass(frozen=True, eq=False)
class MapSum:
    """One map of a convolution and everything that adds up to it.

    Attributes:
        layer: The layer.
        number: Which of its maps it is.
        channels: Numbers of the maps that it reads: all, or those of its group.
        reads: (height, width, n) float32: those maps.
        kernel: (kernel rows, kernel columns, n) float32: their slices of the kernel.
        bias: 0 where the layer has none.
        before: (rows, columns) float32: the network's values before the activation.
        after: (rows, columns) float32: the same after it.
    """

    layer: Conv2D
    number: int
    channels: tuple[int, ...]
    reads: np.ndarray
    kernel: np.ndarray
    bias: float
    before: np.ndarray
    after: np.ndarray

    @cached_property
    def partial(self) -> np.ndarray:
        """(rows, columns, n) float64: what each map that is read contributes."""
        layer = self.layer
        places = view_patches(self.reads[None], layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate)
        added: np.ndarray = np.einsum("rcijn,ijn->rcn", places[0].astype(np.float64), self.kernel.astype(np.float64))
        return added

    @property
    def strongest(self) -> Pair:
        """Row and column of the largest value before the activation."""
        row, column = np.unravel_index(int(self.before.argmax()), self.before.shape)
        return int(row), int(column)

    @property
    def shown(self) -> tuple[int, ...]:
        """Indices in `channels` of the at most `MAX_SHOWN` maps that contribute most to the strongest cell, in order.

        The size of a contribution counts, not its sign; ties keep the order of the maps.
        """
        there = np.abs(self.partial[self.strongest])
        return tuple(int(place) for place in np.argsort(-there, kind="stable")[:MAX_SHOWN])

    @property
    def rest(self) -> np.ndarray:
        """(rows, columns) float64: what the maps contribute together that are not shown."""
        others: np.ndarray = np.delete(self.partial, self.shown, axis=2).sum(axis=2)
        return others

    @property
    def spans(self) -> Pair:
        """Rows and columns that a window covers."""
        return measure_dilated_spans(self.layer.kernel_size, self.layer.dilation_rate)

    @property
    def margins(self) -> Pair:
        """Rows above and columns to the left that padding adds."""
        above, left = (
            windows.compute_margins(side, span, stride, self.layer.padding)[0]
            for side, span, stride in zip(self.reads.shape[:2], self.spans, self.layer.strides, strict=True)
        )
        return above, left


def find_convolution(network: Network) -> Conv2D | None:
    """Return the second convolution of a network, its only one, or None without any."""
    found = [layer for layer in network.architecture.layers if isinstance(layer, Conv2D)]
    return next(iter(found[1:2] or found), None)


def choose_map(output: LayerOutput) -> int:
    """Return the number of the map that holds most of the energy, which is the sum of the squares."""
    return int(np.square(output.after, dtype=np.float64).sum(axis=(0, 1)).argmax())


def take_apart(network: Network, trace: Trace, layer: Conv2D, number: int | None = None) -> MapSum:
    """Take apart map `number` of `layer`, by default that of `choose_map`, for the digit of `trace`."""
    output = next(each for each in trace.layers if each.name == layer.name)
    read = trace.get_values(output.sources[0])
    of = choose_map(output) if number is None else number
    channels = layer.reads(output.input_shape, 0, 0, of)[2]
    weights = network.weights_of(layer.name)
    return MapSum(
        layer=layer,
        number=of,
        channels=channels,
        reads=read[..., list(channels)],
        kernel=weights["kernel"][..., of],
        bias=float(weights["bias"][of]) if "bias" in weights else 0.0,
        before=output.before[..., of],
        after=output.after[..., of],
    )
