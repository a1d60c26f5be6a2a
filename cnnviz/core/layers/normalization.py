"""Batch normalization, as it works once training is over: a fixed scale and shift for every channel."""

# ruff: noqa: ARG002  (all kinds of layers are called alike, whether they read every argument or not)

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnnviz.core.layers import checks
from cnnviz.core.layers.formulas import INPUT, Formula, amount, result, times
from cnnviz.core.layers.layer import Arithmetic, Layer, Output, Role, Shape, Weights
from cnnviz.core.messages import gettext_noop


@dataclass(frozen=True, kw_only=True)
class BatchNormalization(Layer):
    """gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta, along the last axis (arXiv 1502.03167).

    `center` and `scale` say whether there is a beta and a gamma; `momentum` matters in training only.
    """

    kind: ClassVar[str] = "BatchNormalization"
    title: ClassVar[str] = gettext_noop("Batch normalization")
    role: ClassVar[Role] = "elementwise"
    arithmetic: ClassVar[Arithmetic] = "normalize"
    purpose: ClassVar[str] = gettext_noop(
        "[[batch normalization|Shifts and scales]] each [[feature map|map]] by figures learned in training."
    )

    momentum: float = 0.99
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.truth("center", self.center)
        checks.truth("scale", self.scale)
        self._settle(
            momentum=checks.number("momentum", self.momentum, 0, 1),
            epsilon=checks.number("epsilon", self.epsilon, 1e-7, 1),
        )

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        present = {"gamma": self.scale, "beta": self.center, "moving_mean": True, "moving_variance": True}
        return {name: (shape[-1],) for name, there in present.items() if there}

    def forward(self, x: np.ndarray, weights: Weights) -> Output:
        factor = self._find_factor(weights)
        shift = -weights["moving_mean"] * factor
        if self.center:
            shift = shift + weights["beta"]
        values = x * factor
        values += shift
        return Output(values, values)

    def input_gradient(self, x: np.ndarray, output: Output, gradient: np.ndarray, weights: Weights) -> np.ndarray:
        values: np.ndarray = gradient * self._find_factor(weights)
        return values

    def weight_gradients(self, x: np.ndarray, gradient: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
        """Return the gradients at gamma and beta, as in inference; mean and variance are not learned by gradients."""
        rows = gradient.reshape(-1, gradient.shape[-1])
        found = {}
        if self.scale:
            deviation = np.sqrt(weights["moving_variance"] + np.float32(self.epsilon))
            found["gamma"] = (rows * (x.reshape(rows.shape) - weights["moving_mean"]) / deviation).sum(axis=0)
        if self.center:
            found["beta"] = rows.sum(axis=0)
        return found

    def _find_factor(self, weights: Weights) -> np.ndarray:
        """Return by what every channel is multiplied."""
        factor: np.ndarray = 1 / np.sqrt(weights["moving_variance"] + np.float32(self.epsilon))
        if self.scale:
            factor *= weights["gamma"]
        return factor

    def multiplications(self, shape: Shape) -> int:
        return math.prod(shape)

    def parameter_parts(self, shape: Shape) -> Formula:
        each = amount(len(self.weight_shapes(shape)), "center", "scale")
        return result(times(each, amount(shape[-1], INPUT)), self.parameters(shape))
