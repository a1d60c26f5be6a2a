"""Dense: every unit reads every input value."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.layers import checks
from cnnviz.core.layers.activations import ACTIVATIONS, activated
from cnnviz.core.layers.formulas import INPUT, Formula, Part, amount, result, with_bias
from cnnviz.core.layers.layer import Layer, Output, Shape, Weights


@dataclass(frozen=True, kw_only=True)
class Dense(Layer):
    """`units` weighted sums of the last axis, plus a bias each, through the activation."""

    kind: ClassVar[str] = "Dense"
    positional: ClassVar[tuple[str, ...]] = ("units",)

    units: int
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("units", self.units, 1, checks.LARGEST_UNITS)
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.truth("use_bias", self.use_bias)

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        kernel: dict[str, Shape] = {"kernel": (shape[-1], self.units)}
        return {**kernel, "bias": (self.units,)} if self.use_bias else kernel

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        sums = x @ weights["kernel"]
        if self.use_bias:
            sums += weights["bias"]
        return activated(sums, self.activation)

    def multiplications(self, shape: Shape) -> int:
        return math.prod(shape) * self.units

    def parameter_parts(self, shape: Shape) -> Formula:
        each = with_bias((amount(shape[-1], INPUT),), self.use_bias)
        return result((*each, Part(" × "), amount(self.units, "units")), self.parameters(shape))
