"""Apply one kernel to the whole digit, and find the kernels that a network has learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.core.layers import Conv2D, windows
from cnnviz.core.layers.layer import Pair
from cnnviz.core.lessons.number_grid import Grid, to_grid
from cnnviz.core.networks.network import Network

MAX_SIDE = 9
"""Largest side of a learned kernel that can be edited."""


@dataclass(frozen=True, eq=False)
class FilterResult:
    """A picture and the feature map of a kernel on it.

    Attributes:
        picture: (rows, columns) float32 in [0, 1].
        kernel_size: Rows and columns of the kernel.
        padding: "valid" or "same".
        before: (rows, columns) float32: the sums with the bias.
        after: The same after ReLU.
    """

    picture: np.ndarray
    kernel_size: Pair
    padding: str
    before: np.ndarray
    after: np.ndarray

    @property
    def margins(self) -> Pair:
        """Rows above and columns to the left that padding adds."""
        above, left = (
            windows.compute_margins(side, size, 1, self.padding)[0]
            for side, size in zip(self.picture.shape, self.kernel_size, strict=True)
        )
        return above, left

    @property
    def negative(self) -> int:
        """Number of cells that ReLU sets to 0."""
        return int((self.before < 0).sum())


@dataclass(frozen=True, eq=False)
class LearnedKernels:
    """The parameters of the first convolution of a network.

    Attributes:
        layer: Name of the layer.
        strides: Its strides; the page applies kernels with stride 1 all the same.
        kernel: (rows, columns, channels, filters) float32.
        bias: (filters,) float32, 0 where the layer has none.
    """

    layer: str
    strides: Pair
    kernel: np.ndarray
    bias: np.ndarray

    @property
    def filters(self) -> int:
        """Number of filters."""
        return int(self.kernel.shape[3])

    @property
    def channels(self) -> int:
        """Number of input channels."""
        return int(self.kernel.shape[2])

    def weights(self, number: int, channel: int) -> Grid:
        """Return the weights of filter `number` for one of its input channels."""
        return to_grid(self.kernel[:, :, channel, number])


def find_learned_kernels(network: Network) -> LearnedKernels | None:
    """Return the first convolution's parameters, or None without one whose kernels can be shown."""
    for layer in network.architecture.layers:
        if isinstance(layer, Conv2D):
            weights = network.weights_of(layer.name)
            kernel = weights["kernel"]
            bias = weights.get("bias", np.zeros(kernel.shape[3], np.float32))
            fits = max(kernel.shape[:2]) <= MAX_SIDE and layer.groups == 1
            return LearnedKernels(layer.name, layer.strides, kernel, bias) if fits else None
    return None


def to_grey(digit: np.ndarray) -> np.ndarray:
    """Convert (rows, columns, channels) to one channel, the mean; (rows, columns) is returned as it is."""
    picture: np.ndarray = digit if digit.ndim == 2 else digit.mean(axis=2, dtype=np.float32)
    return picture


def apply_kernel(digit: np.ndarray, kernel: Grid, bias: float, padding: str) -> FilterResult:
    """Convolve `digit` with `kernel`, add `bias`, apply ReLU. Raises `Refusal` for a kernel larger than the digit."""
    picture = to_grey(digit)
    size = len(kernel), len(kernel[0])
    layer = Conv2D(name="kernel", filters=1, kernel_size=size, padding=padding, activation="relu")
    image = picture[np.newaxis, ..., np.newaxis]
    layer.output_shape(image.shape[1:])
    weights = {
        "kernel": np.array(kernel, np.float32)[..., np.newaxis, np.newaxis],
        "bias": np.array([bias], np.float32),
    }
    made = layer.forward(image, weights)
    return FilterResult(picture, size, padding, made.before[0, ..., 0], made.after[0, ..., 0])
