"""Convolution: a small window of weights slides over the image, one weighted sum at every place.

As everywhere in this field the kernel is not flipped, so it is a cross-correlation.
"""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks, windows
from cnnviz.core.layers.activations.functions import ACTIVATIONS, activate
from cnnviz.core.layers.activations.gradients import ACTIVATION_GRADIENTS
from cnnviz.core.layers.formulas import INPUT, Formula, Part, amount, product, result, times, with_bias
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Pair, Role, Shape, Weights
from cnnviz.core.messages import Message, gettext_noop

MAX_PATCH_BYTES = 2**21
"""Bytes of windows that are multiplied at once: about what a core's second cache holds."""


def view_patches(x: np.ndarray, kernel_size: Pair, strides: Pair, padding: str, dilation_rate: Pair) -> np.ndarray:
    """View the windows of `x` (n, h, w, c) at all places: (n, rows, columns, kernel rows, kernel columns, c)."""
    spans = measure_dilated_spans(kernel_size, dilation_rate)
    image = windows.pad(x, spans, strides, padding, 0.0)
    n, height, width, channels = image.shape
    rows, columns = (
        windows.count_places(side, span, stride, "valid")
        for side, span, stride in zip((height, width), spans, strides, strict=True)
    )
    # Made by hand: `sliding_window_view` takes longer to check its arguments than most layers to copy their windows.
    of_image, of_row, of_column, of_channel = image.strides
    return as_strided(
        image,
        (n, rows, columns, *kernel_size, channels),
        (
            of_image,
            of_row * strides[0],
            of_column * strides[1],
            of_row * dilation_rate[0],
            of_column * dilation_rate[1],
            of_channel,
        ),
        writeable=False,
    )


def correlate(
    x: np.ndarray,
    kernel: np.ndarray,
    strides: Pair = (1, 1),
    padding: str = "valid",
    dilation_rate: Pair = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """Compute a convolution without bias, float32 (n, rows, columns, filters), by one matrix product.

    `x` is (n, h, w, channels), `kernel` (kernel rows, kernel columns, channels / groups, filters). Filter f reads the
    channels of group f // (filters / groups) only.
    """
    rows, columns, depth, filters = kernel.shape
    found = view_patches(x, (rows, columns), strides, padding, dilation_rate)
    places = found.shape[:3]
    if groups == 1:
        return _multiply_patches(found, kernel.reshape(-1, filters)).reshape(*places, filters)
    # One matrix product per group, all groups in one batched call.
    grouped = found.reshape(*places, rows, columns, groups, depth).transpose(5, 0, 1, 2, 3, 4, 6)
    matrix = kernel.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
    sums: np.ndarray = grouped.reshape(groups, -1, rows * columns * depth) @ matrix
    return sums.transpose(1, 0, 2).reshape(*places, filters)


def _multiply_patches(found: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Multiply all windows, as `view_patches` gives them, by (cells of a window, filters): a row for each window.

    Image by image, or a few of them: while they are multiplied, copies of many windows would not stay in the cache.
    """
    n, down, across = found.shape[:3]
    cells, filters = matrix.shape
    sums: np.ndarray = np.empty((n * down * across, filters), np.result_type(found, matrix))
    images = max(1, MAX_PATCH_BYTES // max(1, down * across * cells * found.itemsize))
    for start in range(0, n, images):
        # The reshape copies runs of kernel columns × channels that lie side by side in memory.
        part = found[start : start + images].reshape(-1, cells)
        first = start * down * across
        np.matmul(part, matrix, out=sums[first : first + len(part)])
    return sums


def correlate_input_gradient(
    gradient: np.ndarray,
    kernel: np.ndarray,
    shape: Shape,
    strides: Pair = (1, 1),
    padding: str = "valid",
    dilation_rate: Pair = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """Compute the gradient at the input of `correlate`, (n, *shape), given the one at its result.

    Every cell of the kernel sends the gradients times its weights back to the cells that it has read.
    """
    rows, columns, depth, filters = kernel.shape
    n, down, across, _ = gradient.shape
    spans = measure_dilated_spans((rows, columns), dilation_rate)
    image = windows.make_padded_zeros((n, *shape), spans, strides, padding, gradient.dtype)
    # The gradients by group, and for each cell of the kernel a matrix by group: (cell, group, filters, depth).
    grouped = gradient.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
    matrices = kernel.reshape(rows * columns, depth, groups, filters // groups).transpose(0, 2, 3, 1)
    for cell, matrix in enumerate(matrices):
        row, column = divmod(cell, columns)
        sent = (grouped @ matrix).transpose(1, 0, 2).reshape(n, down, across, groups * depth)
        there = windows.slice_places(row * dilation_rate[0], down, strides[0])
        image[:, there, windows.slice_places(column * dilation_rate[1], across, strides[1])] += sent
    return windows.crop(image, (n, *shape), spans, strides, padding)


def correlate_kernel_gradient(
    x: np.ndarray,
    gradient: np.ndarray,
    kernel_size: Pair,
    strides: Pair = (1, 1),
    padding: str = "valid",
    dilation_rate: Pair = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """Compute the gradient at the kernel of `correlate`, given the one at its result, summed over the batch."""
    rows, columns = kernel_size
    depth, filters = x.shape[3] // groups, gradient.shape[3]
    found = view_patches(x, kernel_size, strides, padding, dilation_rate)
    grouped = found.reshape(*found.shape[:3], rows, columns, groups, depth).transpose(5, 3, 4, 6, 0, 1, 2)
    patches = grouped.reshape(groups, rows * columns * depth, -1)
    by_group: np.ndarray = patches @ gradient.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
    return by_group.transpose(1, 0, 2).reshape(rows, columns, depth, filters)


def measure_dilated_spans(kernel_size: Pair, dilation_rate: Pair) -> Pair:
    """Return the rows and columns that a dilated kernel spans."""
    return (
        windows.measure_dilated_span(kernel_size[0], dilation_rate[0]),
        windows.measure_dilated_span(kernel_size[1], dilation_rate[1]),
    )


@dataclass(frozen=True, kw_only=True)
class Windowed(Layer):
    """Base of the three kinds of convolution: kernel size, strides, padding and dilation."""

    role: ClassVar[Role] = "weighted"
    always_shown: ClassVar[tuple[str, ...]] = ("kernel_size",)

    kernel_size: Pair
    strides: Pair = (1, 1)
    padding: str = "valid"
    dilation_rate: Pair = (1, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.choice("padding", self.padding, windows.PADDINGS)
        self._settle(
            kernel_size=checks.pair("kernel_size", self.kernel_size),
            strides=checks.pair("strides", self.strides),
            dilation_rate=checks.pair("dilation_rate", self.dilation_rate),
        )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise Refusal(
                "`strides` and `dilation_rate` cannot both be larger than 1. Received: strides {strides}, "
                "dilation rate {dilation_rate}. Set one of them to 1.",
                strides=self.strides,
                dilation_rate=self.dilation_rate,
            )

    def size_parts(self, shape: Shape) -> Formula:
        spans = measure_dilated_spans(self.kernel_size, self.dilation_rate)
        of = windows.Arguments(span=("kernel_size", "dilation_rate"))
        return windows.size_parts(shape, spans, self.strides, self.padding, of)

    def _find_covered(self, shape: Shape, row: int, column: int) -> tuple[Indices, Indices]:
        """Return the rows and columns of an input of `shape` under the window of one cell."""
        rows, columns = (
            windows.list_window_indices(
                place, shape[side], self.kernel_size[side], self.strides[side], rate, self.padding
            )
            for side, (place, rate) in enumerate(zip((row, column), self.dilation_rate, strict=True))
        )
        return rows, columns

    def _window(self) -> Part:
        return Part(product(*self.kernel_size), ("kernel_size",))

    def _places(self, shape: Shape) -> Pair:
        """Count the rows and columns of places of the window on an input of `shape`."""
        height, width, _ = checks.image(self.kind, shape)
        spans = measure_dilated_spans(self.kernel_size, self.dilation_rate)
        if self.padding == "valid":
            checks.fits(self.kind, spans, (height, width))
        return (
            windows.count_places(height, spans[0], self.strides[0], self.padding),
            windows.count_places(width, spans[1], self.strides[1], self.padding),
        )

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        return ACTIVATION_GRADIENTS[self.activation_name](output, gradient)

    def _correlate(self, x: np.ndarray, kernel: np.ndarray, groups: int) -> np.ndarray:
        return correlate(x, kernel, self.strides, self.padding, self.dilation_rate, groups)

    def _input_gradient(self, gradient: np.ndarray, kernel: np.ndarray, shape: Shape, groups: int) -> np.ndarray:
        return correlate_input_gradient(gradient, kernel, shape, self.strides, self.padding, self.dilation_rate, groups)

    def _kernel_gradient(self, x: np.ndarray, gradient: np.ndarray, groups: int) -> np.ndarray:
        return correlate_kernel_gradient(
            x, gradient, self.kernel_size, self.strides, self.padding, self.dilation_rate, groups
        )


@dataclass(frozen=True, kw_only=True)
class Conv2D(Windowed):
    """`filters` feature maps; every cell is the sum of a window times a kernel, plus a bias, through the activation.

    With `groups` above 1 the channels and the filters are cut into that many groups that do not see one another.
    """

    kind: ClassVar[str] = "Conv2D"
    title: ClassVar[str] = gettext_noop("Convolution")
    arithmetic: ClassVar[Arithmetic] = "convolution"
    purpose: ClassVar[str] = gettext_noop(
        "Slides small [[kernel|kernels]] over its input. Each [[filter]] makes one [[feature map|map]]: bright where "
        "its pattern is found."
    )
    positional: ClassVar[tuple[str, ...]] = ("filters",)

    filters: int
    groups: int = 1
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("filters", self.filters, 1, checks.MAX_FILTERS)
        checks.whole("groups", self.groups, 1, checks.MAX_FILTERS)
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.truth("use_bias", self.use_bias)
        if self.filters % self.groups:
            self._refuse_groups(gettext_noop("filters"), self.filters)

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = self._places(shape)
        if shape[2] % self.groups:
            self._refuse_groups(gettext_noop("input channels"), shape[2])
        return rows, columns, self.filters

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        kernel: dict[str, Shape] = {"kernel": (*self.kernel_size, shape[2] // self.groups, self.filters)}
        return {**kernel, "bias": (self.filters,)} if self.use_bias else kernel

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        depth = shape[2] // self.groups
        group = of // (self.filters // self.groups)
        return *self._find_covered(shape, row, column), tuple(range(group * depth, (group + 1) * depth))

    @property
    def reads_same_maps(self) -> bool:
        return self.groups == 1 or super().reads_same_maps

    def cell_weights(self, weights: Weights, of: int) -> np.ndarray:
        return weights["kernel"][..., of]

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        sums = self._correlate(x, weights["kernel"], self.groups)
        if self.use_bias:
            sums += weights["bias"]
        return activate(sums, self.activation)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return self._input_gradient(gradient, weights["kernel"], x.shape[1:], self.groups)

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        kernel = {"kernel": self._kernel_gradient(x, gradient, self.groups)}
        return {**kernel, "bias": gradient.sum(axis=(0, 1, 2))} if self.use_bias else kernel

    def multiplications(self, shape: Shape) -> int:
        return math.prod(self._places(shape)) * math.prod(self.weight_shapes(shape)["kernel"])

    def parameter_parts(self, shape: Shape) -> Formula:
        window = times(self._window(), amount(shape[2] // self.groups, INPUT, "groups"))
        each = with_bias(window, self.use_bias)
        counted = (*each, Part(" × "), amount(self.filters, "filters"))
        return result(counted, self.parameters(shape))

    def _refuse_groups(self, what: str, number: int) -> None:
        raise Refusal(
            "`groups` must divide the number of {what}. Received: groups {groups} and {number} {what}. "
            "Use groups=1 or a number that divides both filters and channels.",
            what=Message(what),
            groups=self.groups,
            number=number,
        )
