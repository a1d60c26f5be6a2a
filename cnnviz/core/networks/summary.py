"""What `model.summary()` prints, as data: a row a layer, and the totals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cnnviz.core.layers import Shape
from cnnviz.core.networks.architecture import Architecture

BYTES = 4
"""Of a float32."""
NOT_TRAINED = frozenset({"moving_mean", "moving_variance"})
"""Weights that follow the data while a network learns, and are not learned."""


@dataclass(frozen=True)
class Row:
    """One layer: `share` is its part of all parameters, in [0, 1]; `counted` is how they are counted, or ""."""

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    share: float
    counted: str
    multiplications: int


@dataclass(frozen=True)
class Summary:
    """All layers in order, and what they come to; multiplications are those that one image costs."""

    rows: tuple[Row, ...]
    parameters: int
    trainable: int
    multiplications: int

    @property
    def not_trainable(self) -> int:
        return self.parameters - self.trainable


def summary(architecture: Architecture) -> Summary:
    """The summary of `architecture`."""
    fixed = sum(
        math.prod(shape)
        for shapes in architecture.weight_shapes().values()
        for name, shape in shapes.items()
        if name in NOT_TRAINED
    )
    return Summary(
        _rows(architecture), architecture.parameters, architecture.parameters - fixed, architecture.multiplications
    )


def _rows(architecture: Architecture) -> tuple[Row, ...]:
    whole = max(1, architecture.parameters)
    return tuple(
        Row(
            name=layer.name,
            kind=layer.kind,
            output_shape=layer.output_shape(shape),
            parameters=(parameters := layer.parameters(shape)),
            share=parameters / whole,
            counted=layer.parameter_formula(shape),
            multiplications=layer.multiplications(shape),
        )
        for layer, shape in architecture.layers_and_inputs()
    )


def memory(parameters: int) -> str:
    """The memory of so many float32 numbers as Keras writes it, such as "4.58 MB"."""
    size = float(BYTES * parameters)
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
