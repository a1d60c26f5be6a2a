"""Write layers that read several values as ONNX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.core.layers import Shape
from cnnviz.workers.model_files.onnx_writing.graph import NCHW, NHWC, Graph, Value, name_value


def write_merge(graph: Graph, layer: kinds.Merge, inputs: Sequence[Value], shape: Shape) -> Value:
    layout = NCHW if all(value.layout == NCHW for value in inputs) else NHWC
    read = [_align(graph, graph.bring(value, layout), len(shape)) for value in inputs]
    made = name_value(graph, shape, layout)
    names = [value.name for value in read]
    if isinstance(layer, kinds.Concatenate):
        graph.add("Concat", *names, to=made.name, axis=read[0].find_axis(layer.find_axis(len(shape))))
        return made
    operator = TOGETHER.get(type(layer))
    if operator and not (len(names) == 2 and isinstance(layer, kinds.Add)):
        graph.add(operator, *names, to=made.name)
        return made
    first, *others = names
    for place, name in enumerate(others, 1):
        first = graph.add(TWO[type(layer)], first, name, to=made.name if place == len(others) else "")
    return made


def _align(graph: Graph, value: Value, rank: int) -> Value:
    """Return a value with as many axes as the merge's output; missing ones come first, as in the engine."""
    if len(value.shape) == rank:
        return value
    sides = (1,) * (rank - len(value.shape)) + value.shape
    name = graph.add("Reshape", value.name, graph.keep("aligned", [-1, *sides], np.int64))
    return Value(name, sides, NHWC)


TOGETHER = {kinds.Add: "Sum", kinds.Average: "Mean", kinds.Maximum: "Max", kinds.Minimum: "Min"}
"""Merges that ONNX has for any number of inputs."""

TWO = {kinds.Add: "Add", kinds.Subtract: "Sub", kinds.Multiply: "Mul"}
"""Merges that combine two inputs at a time."""
