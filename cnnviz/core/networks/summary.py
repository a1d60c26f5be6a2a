"""The content of Keras's `model.summary()` as data: one row a layer, and the totals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cnnviz.core.layers import Shape
from cnnviz.core.networks.architecture import Architecture

FLOAT_BYTES = 4
"""Size of a float32."""
STATISTICS = frozenset({"moving_mean", "moving_variance"})
"""Weights that are updated from batch statistics instead of gradients."""


@dataclass(frozen=True)
class Row:
    """Row of one layer.

    Attributes:
        name: Name of the layer.
        kind: Keras class.
        output_shape: Shape without the batch axis.
        parameters: Number of weights.
        share: Share of all weights, in [0, 1].
        counted: Formula of the number of weights, or "".
        multiplications: Number for one image.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    share: float
    counted: str
    multiplications: int


@dataclass(frozen=True)
class Summary:
    """Rows of all layers, and totals.

    Attributes:
        rows: One a layer, in order.
        parameters: Number of weights.
        trainable: Number of weights that are trained.
        multiplications: Number for one image.
    """

    rows: tuple[Row, ...]
    parameters: int
    trainable: int
    multiplications: int

    @property
    def not_trainable(self) -> int:
        """Number of weights that are not trained."""
        return self.parameters - self.trainable


def summarize(architecture: Architecture) -> Summary:
    """Summarize an architecture."""
    fixed = sum(
        math.prod(shape)
        for shapes in architecture.weight_shapes().values()
        for name, shape in shapes.items()
        if name in STATISTICS
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
            output_shape=architecture.output_shape(layer.name),
            parameters=(parameters := layer.parameters(shape)),
            share=parameters / whole,
            counted=layer.parameter_formula(shape),
            multiplications=architecture.count_multiplications(layer),
        )
        for layer, shape in architecture.layers_and_inputs()
    )


def format_memory(parameters: int) -> str:
    """Format the memory of float32 weights as Keras does, such as "4.58 MB"."""
    size = float(FLOAT_BYTES * parameters)
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
