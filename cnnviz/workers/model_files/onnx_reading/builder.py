"""Build layers of the engine from the nodes of an ONNX graph: values with the order of their axes, names, weights.

ONNX programs keep channels before rows and columns; here they come last. So a value is never moved when a node moves
its axes: what is kept is which axis of ONNX is which one here. Only where a node reads another order than the value
has, a Permute is put between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import (
    Activation,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Layer,
    Permute,
    Shape,
    merging,
)
from cnnviz.core.ledger import cells
from cnnviz.core.messages import gettext_noop
from cnnviz.workers.model_files import keras_graph
from cnnviz.workers.model_files.keras_layers import WRONG_LAYER, show
from cnnviz.workers.model_files.onnx_reading.file import UNSUPPORTED_FORM, Node, OnnxFile, wrong

Axes = tuple[int, ...]

NCHW: Axes = (2, 0, 1)
NHWC: Axes = (0, 1, 2)
UNITS: Axes = (0,)
"""For each axis of a value in ONNX, without that of the batch, the axis here."""

ACTIVATED = (Conv2D, DepthwiseConv2D, Conv2DTranspose, Dense)
"""Kinds that have an activation of their own."""


@dataclass(frozen=True)
class Value:
    """A value of the graph.

    Attributes:
        layer: Name of our layer that gives it; `PICTURE` for the input.
        shape: As our layer gives it.
        axes: For each axis in ONNX the one here.
        mixed: For units: the (rows, columns, maps) that were flattened with maps first; they lie here with maps last.
    """

    layer: str
    shape: Shape
    axes: Axes
    mixed: Shape | None = None

    @property
    def sides(self) -> Shape:
        """The sides in ONNX."""
        return tuple(self.shape[axis] for axis in self.axes)


@dataclass(frozen=True)
class Row:
    """Units that have a side of 1 beside them in the file, as (channels, 1): on the way from or to a picture.

    Attributes:
        units: The units.
        sides: Both sides in ONNX.
    """

    units: Value
    sides: Shape

    @property
    def layer(self) -> str:
        """Name of our layer that gives it."""
        return self.units.layer


class Unsupported(Exception):  # noqa: N818  it is no error of the program
    """A node has a form that is not read; the words name the node."""


@dataclass
class Builder:
    """What is collected while nodes are read.

    Attributes:
        file: The file.
        values: Values by their name in the file.
        rows: Those that have two axes there, which nothing but a change of axes reads.
        constants: Arrays by name: those of the file, and those computed from them.
        readers: How often each value is read.
        layers: Layers, in order.
        sources: What each of them reads.
        weights: Arrays by layer and name, not yet float32.
        names: Names that are taken.
        shapes: Shape of each layer's output.
        node: The node that is read.
    """

    file: OnnxFile
    values: dict[str, Value] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    readers: Counter[str] = field(default_factory=Counter)
    layers: list[Layer] = field(default_factory=list)
    sources: list[tuple[str, ...]] = field(default_factory=list)
    weights: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    names: set[str] = field(default_factory=lambda: {cells.INPUT})
    shapes: dict[str, Shape] = field(default_factory=dict)
    node: Node = field(init=False)

    def __post_init__(self) -> None:
        self.constants.update(self.file.constants)
        self.readers.update(name for node in self.file.nodes for name in node.inputs)
        self.readers[self.file.answer] += 1

    # What a node reads

    def value(self, place: int = 0) -> Value:
        """Return an input that was computed from the picture. Raises `Unsupported` if it is constant or left out."""
        name = self._get_input(place)
        if name in self.values:
            return self.values[name]
        if name in self.constants or name in self.rows or not name:
            raise Unsupported
        raise wrong(gettext_noop("a node reads what is computed after it, or nowhere"))

    def value_or_row(self) -> Value | Row:
        """Return the first input as `value` does, or units with a side of 1 beside them."""
        return self.rows.get(self._get_input(0)) or self.value()

    def is_constant(self, place: int) -> bool:
        """Return whether an input is a constant."""
        return self._get_input(place) in self.constants

    def constant(self, place: int) -> np.ndarray:
        """Return an input that is constant. Raises `Unsupported` if it depends on the picture."""
        name = self._get_input(place)
        if name not in self.constants:
            self.value(place)  # which says so if there is no such value either
            raise Unsupported
        return self.constants[name]

    def has(self, place: int) -> bool:
        """Return whether the node has this input."""
        return bool(self._get_input(place))

    def get(self, attribute: str, default: Any) -> Any:
        """Return an attribute of the node, of the kind of `default`. Raises `Unsupported` for another kind."""
        found = self.node.attributes.get(attribute, default)
        if default is not None and type(found) is not type(default):
            raise Unsupported
        return found

    def expect(self, **attributes: Any) -> None:
        """Raise `Unsupported` unless attributes have these values where they are given."""
        if any(self.node.attributes.get(name, value) != value for name, value in attributes.items()):
            raise Unsupported

    def _get_input(self, place: int) -> str:
        return self.node.inputs[place] if place < len(self.node.inputs) else ""

    # What it makes

    def add(
        self,
        kind: type[Layer],
        *inputs: Value,
        axes: Axes | None = None,
        weights: Mapping[str, np.ndarray] | None = None,
        **settings: Any,
    ) -> Value:
        """Add a layer and return its value.

        Args:
            kind: Its kind.
            inputs: What it reads.
            axes: Order of its axes; that of the first input if it is left out.
            weights: Its weights, of our shapes.
            settings: Its arguments.

        Raises:
            Refusal: If our layer cannot be made or cannot read that; it names the node.
        """
        try:
            layer = kind(name=self._choose_name(), **settings)
            shape = merging.infer_shape(layer, [value.shape for value in inputs])
        except Refusal as reason:
            raise Refusal(
                WRONG_LAYER, layer=show(self.node.name), kind=self.node.operator, reason=reason.message
            ) from None
        self.shapes[layer.name] = shape
        self.layers.append(layer)
        self.sources.append(tuple(value.layer for value in inputs))
        if weights:
            self.weights[layer.name] = dict(weights)
        chosen = inputs[0].axes if axes is None else axes
        return Value(layer.name, shape, chosen if len(shape) == 3 else UNITS)

    def settle(self, value: Value, axes: Axes) -> Value:
        """Return a picture whose axes have the order `axes`: as it is, or behind a Permute."""
        if len(value.shape) != 3:
            raise Unsupported
        if value.axes == axes:
            return value
        # The axis of ONNX that shall be axis k here is now axis `value.axes[...]`.
        dims = tuple(value.axes[axes.index(axis)] + 1 for axis in range(3))
        return self.add(Permute, value, axes=axes, dims=dims)

    def activate(self, value: Value, name: str, activation: str, reads: int = 1) -> Value:
        """Put an activation behind a value: into the layer that gives it, if nothing else reads it, or as a layer.

        Args:
            value: The value.
            name: Its name in the file.
            activation: One of `ACTIVATIONS`.
            reads: How often the activation reads it.
        """
        last = self.layers[-1] if self.layers else None
        alone = last is not None and last.name == value.layer and self.readers[name] == reads
        if alone and isinstance(last, ACTIVATED) and last.activation == "linear":
            self.layers[-1] = replace(last, activation=activation)
            return value
        made = self.add(Activation, value, activation=activation)
        return replace(made, mixed=value.mixed)

    def pass_on(self, value: Value | Row) -> None:
        """Keep the value of the node; who else reads a value that it only gives another name reads that one, too.

        Identity, Dropout, Cast and Transpose make no layer: a layer may take in what follows such a node only if
        nothing else reads what is before the node.
        """
        for name in set(self.node.inputs):
            read = self.values.get(name) or self.rows.get(name)
            if read and read.layer == value.layer:
                self.readers[self.node.output] += self.readers[name] - self.node.inputs.count(name)
        if isinstance(value, Row):
            self.rows[self.node.output] = value
        else:
            self.values[self.node.output] = value

    def find_last(self, value: Value, name: str) -> Layer | None:
        """Return the layer that gives a value, if it is the newest and only this node reads the value."""
        last = self.layers[-1] if self.layers else None
        return last if last and last.name == value.layer and self.readers[name] == 1 else None

    def _choose_name(self) -> str:
        """Return a name of ours for a layer of the node: of "/layers/0/Conv" it is "layers.0"."""
        parts = [part for part in self.node.name.split("/") if part]
        if len(parts) > 1 and parts[-1].rstrip("_0123456789") == self.node.operator:
            parts.pop()
        if len(parts) > 1 and parts[-1].isdigit():
            parts.pop()  # a further node of one layer
        return keras_graph.choose_name(self.names, tuple(parts) or (self.node.operator.lower(),))


def refuse(node: Node) -> Refusal:
    """Return the refusal of a node in a form that is not read."""
    return Refusal(UNSUPPORTED_FORM, node=show(node.name), kind=show(node.operator))


def check_units(value: Value) -> None:
    """Raise `Unsupported` unless a value is a row of units in the order of the file."""
    if len(value.shape) != 1 or value.mixed:
        raise Unsupported


def order_of(values: Sequence[Value]) -> Axes:
    """Return the order of axes that values have, or most of them."""
    orders = [value.axes for value in values]
    return max(orders, key=orders.count)  # Counter.most_common imports a module, when no file can be opened any more
