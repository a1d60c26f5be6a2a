"""Dense: every unit reads every input value."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.layers import checks
from cnnviz.core.layers.activations.functions import ACTIVATIONS, activate
from cnnviz.core.layers.activations.gradients import ACTIVATION_GRADIENTS
from cnnviz.core.layers.formulas import INPUT, Formula, Part, amount, result, with_bias
from cnnviz.core.layers.layer import Arithmetic, Indices, Layer, Output, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop


@dataclass(frozen=True, kw_only=True)
class Dense(Layer):
    """`units` weighted sums of the last axis, plus a bias each, through the activation."""

    kind: ClassVar[str] = "Dense"
    title: ClassVar[str] = gettext_noop("Dense layer")
    role: ClassVar[Role] = "weighted"
    arithmetic: ClassVar[Arithmetic] = "dense"
    purpose: ClassVar[str] = gettext_noop(
        "Each [[unit]] adds up all inputs, each times a [[weight]] of its own, and a [[bias]]."
    )
    positional: ClassVar[tuple[str, ...]] = ("units",)

    units: int
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("units", self.units, 1, checks.MAX_UNITS)
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.truth("use_bias", self.use_bias)

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        kernel: dict[str, Shape] = {"kernel": (shape[-1], self.units)}
        return {**kernel, "bias": (self.units,)} if self.use_bias else kernel

    def reads(self, shape: Shape, row: int, column: int, of: int) -> tuple[Indices, Indices, Indices]:
        return (row,), (column,), tuple(range(shape[-1]))

    @property
    def reads_same_maps(self) -> bool:
        return True

    def cell_weights(self, weights: Weights, of: int) -> np.ndarray:
        return weights["kernel"][None, None, :, of]

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        sums = x @ weights["kernel"]
        if self.use_bias:
            sums += weights["bias"]
        return activate(sums, self.activation)

    def activation_gradient(self, output: Output, gradient: np.ndarray) -> np.ndarray:
        return ACTIVATION_GRADIENTS[self.activation](output, gradient)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        return gradient @ weights["kernel"].T

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        rows = gradient.reshape(-1, self.units)
        kernel = {"kernel": x.reshape(-1, x.shape[-1]).T @ rows}
        return {**kernel, "bias": rows.sum(axis=0)} if self.use_bias else kernel

    def multiplications(self, shape: Shape) -> int:
        return math.prod(shape) * self.units

    def parameter_parts(self, shape: Shape) -> Formula:
        each = with_bias((amount(shape[-1], INPUT),), self.use_bias)
        return result((*each, Part(" × "), amount(self.units, "units")), self.parameters(shape))
