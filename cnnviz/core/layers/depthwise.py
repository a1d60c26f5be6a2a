"""Convolutions of each channel by itself: depthwise, and separable, which then mixes the maps by a 1 × 1 one."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.layers.activations.functions import ACTIVATIONS, activate
from cnnviz.core.layers.convolution import Windowed
from cnnviz.core.layers.formulas import INPUT, Formula, Part, amount, result, times, with_bias
from cnnviz.core.layers.layer import Arithmetic, Indices, Output, Shape, Weights
from cnnviz.core.messages import gettext_noop

MAX_MULTIPLIER = 64
"""Largest `depth_multiplier`."""


@dataclass(frozen=True, kw_only=True)
class _Depthwise(Windowed):
    """Base of both: each channel is convolved by itself into `depth_multiplier` maps."""

    depth_multiplier: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("depth_multiplier", self.depth_multiplier, 1, MAX_MULTIPLIER)
        if self.strides[0] != self.strides[1]:
            raise Refusal(
                "{kind} needs the same step down and across. Received: strides {strides}. Use one number for both.",
                kind=self.kind,
                strides=self.strides,
            )

    def _kernel_shape(self, shape: Shape) -> Shape:
        return (*self.kernel_size, shape[2], self.depth_multiplier)

    def _maps(self, shape: Shape) -> Formula:
        return times(amount(shape[2], INPUT), amount(self.depth_multiplier, "depth_multiplier"))

    def _depthwise(self, x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """Compute the sums (n, rows, columns, channels × depth_multiplier), the maps of one channel side by side."""
        rows, columns, channels, multiplier = kernel.shape
        return self._correlate(x, kernel.reshape(rows, columns, 1, channels * multiplier), channels)

    def _depthwise_input_gradient(self, gradient: np.ndarray, kernel: np.ndarray, shape: Shape) -> np.ndarray:
        rows, columns, channels, multiplier = kernel.shape
        return self._input_gradient(gradient, kernel.reshape(rows, columns, 1, channels * multiplier), shape, channels)

    def _depthwise_kernel_gradient(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        return self._kernel_gradient(x, gradient, x.shape[3]).reshape(self._kernel_shape(x.shape[1:]))


@dataclass(frozen=True, kw_only=True)
class DepthwiseConv2D(_Depthwise):
    """Every channel is convolved by itself into `depth_multiplier` maps."""

    kind: ClassVar[str] = "DepthwiseConv2D"
    title: ClassVar[str] = gettext_noop("Depthwise convolution")
    arithmetic: ClassVar[Arithmetic] = "depthwise"
    purpose: ClassVar[str] = gettext_noop(
        "Slides one small [[kernel]] over [[depthwise convolution|each input map by itself]]."
    )

    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.truth("use_bias", self.use_bias)

    def output_shape(self, shape: Shape) -> Shape:
        return (*self._places(shape), shape[2] * self.depth_multiplier)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        kernel: dict[str, Shape] = {"kernel": self._kernel_shape(shape)}
        return {**kernel, "bias": (shape[2] * self.depth_multiplier,)} if self.use_bias else kernel

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        return *self._find_covered(shape, row, column), (of // self.depth_multiplier,)

    def cell_weights(self, weights: Weights, of: int) -> np.ndarray:
        return weights["kernel"][:, :, *divmod(of, self.depth_multiplier), None]

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        sums = self._depthwise(x, weights["kernel"])
        if self.use_bias:
            sums += weights["bias"]
        return activate(sums, self.activation)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return self._depthwise_input_gradient(gradient, weights["kernel"], x.shape[1:])

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        kernel = {"kernel": self._depthwise_kernel_gradient(x, gradient)}
        return {**kernel, "bias": gradient.sum(axis=(0, 1, 2))} if self.use_bias else kernel

    def multiplications(self, shape: Shape) -> int:
        return math.prod(self._places(shape)) * math.prod(self._kernel_shape(shape))

    def parameter_parts(self, shape: Shape) -> Formula:
        each = with_bias((self._window(),), self.use_bias)
        return result((*each, Part(" × "), *self._maps(shape)), self.parameters(shape))


@dataclass(frozen=True, kw_only=True)
class SeparableConv2D(_Depthwise):
    """A depthwise convolution, then a 1 × 1 convolution that mixes its maps into `filters` maps."""

    kind: ClassVar[str] = "SeparableConv2D"
    title: ClassVar[str] = gettext_noop("Separable convolution")
    arithmetic: ClassVar[Arithmetic] = "separable"
    purpose: ClassVar[str] = gettext_noop(
        "Slides one [[kernel]] over [[depthwise convolution|each map by itself]], then "
        "[[separable convolution|mixes the maps]] cell by cell."
    )
    positional: ClassVar[tuple[str, ...]] = ("filters",)

    filters: int
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("filters", self.filters, 1, checks.MAX_FILTERS)
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.truth("use_bias", self.use_bias)

    def output_shape(self, shape: Shape) -> Shape:
        return (*self._places(shape), self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        kernels = {
            "depthwise_kernel": self._kernel_shape(shape),
            "pointwise_kernel": (1, 1, shape[2] * self.depth_multiplier, self.filters),
        }
        return {**kernels, "bias": (self.filters,)} if self.use_bias else kernels

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        return *self._find_covered(shape, row, column), tuple(range(shape[2]))

    @property
    def reads_same_maps(self) -> bool:
        return True

    def cell_weights(self, weights: Weights, of: int) -> np.ndarray:
        kernel = weights["depthwise_kernel"]
        mixing = weights["pointwise_kernel"][0, 0, :, of].reshape(kernel.shape[2:])
        return np.asarray((kernel * mixing).sum(axis=-1))

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        maps = self._depthwise(x, weights["depthwise_kernel"])
        sums = maps @ weights["pointwise_kernel"][0, 0]
        if self.use_bias:
            sums += weights["bias"]
        return activate(sums, self.activation)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        at_maps = gradient @ weights["pointwise_kernel"][0, 0].T
        return self._depthwise_input_gradient(at_maps, weights["depthwise_kernel"], x.shape[1:])

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        mixing = weights["pointwise_kernel"]
        maps = self._depthwise(x, weights["depthwise_kernel"])  # not kept by `forward`
        rows = gradient.reshape(-1, self.filters)
        kernels = {
            "depthwise_kernel": self._depthwise_kernel_gradient(x, gradient @ mixing[0, 0].T),
            "pointwise_kernel": (maps.reshape(len(rows), -1).T @ rows).reshape(mixing.shape),
        }
        return {**kernels, "bias": rows.sum(axis=0)} if self.use_bias else kernels

    def multiplications(self, shape: Shape) -> int:
        weights = self.weight_shapes(shape)
        each_place = math.prod(weights["depthwise_kernel"]) + math.prod(weights["pointwise_kernel"])
        return math.prod(self._places(shape)) * each_place

    def parameter_parts(self, shape: Shape) -> Formula:
        depthwise = (self._window(), Part(" × "), *self._maps(shape))
        mixed = (amount(shape[2] * self.depth_multiplier, INPUT, "depth_multiplier"),)
        each = with_bias(mixed, self.use_bias)
        counted = (*depthwise, Part(" + "), *each, Part(" × "), amount(self.filters, "filters"))
        return result(counted, self.parameters(shape))
