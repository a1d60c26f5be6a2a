"""Collect the nodes, arrays and values of an ONNX graph while layers are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import helper

from cnnviz.core.layers import Layer, Shape

NHWC, NCHW, UNITS = "nhwc", "nchw", "units"
"""Order of the axes of a value: channels last, channels first, or one row of numbers."""

TO_NCHW, TO_NHWC = (0, 3, 1, 2), (0, 2, 3, 1)


@dataclass(frozen=True)
class Value:
    """A value in the graph.

    Attributes:
        name: Its name there.
        shape: As in the engine: rows, columns, channels, or units.
        layout: Of the axes in the graph.
    """

    name: str
    shape: Shape
    layout: str

    @property
    def rank(self) -> int:
        """Number of axes in the graph, with that of the batch."""
        return len(self.shape) + 1

    def find_axis(self, place: int) -> int:
        """Return the axis in the graph of the axis `place` of the shape."""
        return (2, 3, 1)[place] if self.layout == NCHW else place + 1

    def sides(self) -> list[int]:
        """Return the sides in the graph, without that of the batch."""
        return [self.shape[axis - 1] for axis in TO_NCHW[1:]] if self.layout == NCHW else list(self.shape)


@dataclass
class Graph:
    """What is collected while layers are written.

    Attributes:
        layer: The layer that is being written; nodes and values carry its name.
        nodes: Nodes in order.
        constants: Arrays by name.
        known: Values that were brought into another layout, by name and layout.
        count: Nodes of this layer so far.
    """

    layer: Layer
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    known: dict[tuple[str, str], Value] = field(default_factory=dict)
    count: int = 0

    def add(self, operator: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        """Add a node; return the name of its output, `to` where that is given."""
        name = self.layer.name if not self.count else f"{self.layer.name}/{self.count}"
        self.count += 1
        made = to or f"{name}/value"
        self.nodes.append(helper.make_node(operator, list(inputs), [made], name=name, **attributes))
        return made

    def keep(self, name: str, array: Any, dtype: Any = np.float32) -> str:
        """Keep an array of the layer; return its name in the graph."""
        found = f"{self.layer.name}/{name}"
        while found in self.constants:
            found += "_"
        self.constants[found] = np.array(array, dtype, order="C")
        return found

    def bring(self, value: Value, layout: str) -> Value:
        """Return a value of a picture in `layout`; its axes are swapped once, whoever reads it."""
        if value.layout in (layout, UNITS):
            return value
        if (value.name, layout) not in self.known:
            made = f"{value.name.removesuffix('/' + value.layout)}/{layout}"
            order = TO_NCHW if layout == NCHW else TO_NHWC
            self.nodes.append(helper.make_node("Transpose", [value.name], [made], name=f"{made}/swap", perm=order))
            self.known[value.name, layout] = Value(made, value.shape, layout)
        return self.known[value.name, layout]


def name_value(graph: Graph, shape: Shape, layout: str) -> Value:
    """Return the output of the current layer."""
    layout = layout if len(shape) == 3 else UNITS
    return Value(f"{graph.layer.name}/{layout}", shape, layout)
