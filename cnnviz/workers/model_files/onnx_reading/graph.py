"""Read a network from an ONNX file: its nodes become layers, its arrays weights, and its end probabilities."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Activation, Conv2D, Flatten, Layer, Softmax
from cnnviz.core.messages import gettext_noop
from cnnviz.core.networks.architecture import DIGITS, MAX_CHANNELS, PICTURE, Architecture
from cnnviz.workers.model_files import class_names, ending, keras_graph, strict_json
from cnnviz.workers.model_files.ending import Note
from cnnviz.workers.model_files.keras_layers import show
from cnnviz.workers.model_files.onnx_reading import normalization, operators
from cnnviz.workers.model_files.onnx_reading.builder import (
    ACTIVATED,
    NCHW,
    NHWC,
    UNITS,
    Axes,
    Builder,
    Unsupported,
    Value,
    refuse,
)
from cnnviz.workers.model_files.onnx_reading.file import MAX_AXES, Node, OnnxFile, read_file, read_node, wrong
from cnnviz.workers.model_files.onnx_writing.activations import ACTIVATIONS
from cnnviz.workers.model_files.onnx_writing.graph import Graph

MAX_COMPUTED = 64
"""Numbers of a constant that is computed, such as a shape."""

MOVED = ("Identity", "Transpose")
"""Operators that leave a constant what it is, however large."""


@dataclass(frozen=True)
class Pattern:
    """The nodes of an activation that is no operator of its own.

    Attributes:
        activation: Its name here.
        nodes: Its nodes; they read "x" and end in "y".
        constants: Their constants, one number each.
    """

    activation: str
    nodes: tuple[Node, ...]
    constants: Mapping[str, float]


Arrays = dict[str, dict[str, np.ndarray]]
"""By layer and name."""


def read_network(data: bytes, file_name: str) -> tuple[Architecture, Arrays, tuple[Note, ...]]:
    """Read a network: its architecture, its weights as float32, and what is different from the file.

    Raises:
        Refusal: If anything is not supported or not as it should be; no array is made before the architecture is known.
    """
    file = read_file(data)
    builder = Builder(file)
    builder.values[file.picture] = _read_picture(file)
    picture = builder.values[file.picture].shape
    nodes = _bring_forward(file)
    at = 0
    while at < len(nodes):
        at += _read_next(builder, nodes, at)
    answer = _finish_answer(builder)
    if answer is None or answer.mixed:
        raise wrong(gettext_noop("its nodes do not end in its output"))
    stack, doubled, notes = ending.complete_answer(builder.layers, builder.sources, builder.names)
    if any(node.operator == "LogSoftmax" for node in file.nodes):
        notes.append(("logarithms", {}))
    classes, renamed = _read_classes(file, answer, bool(doubled))
    architecture = Architecture(
        name=keras_graph.name_network({"name": file.name}, file_name),
        layers=tuple(stack),
        input_shape=picture,
        inputs=tuple(builder.sources),
        classes=classes,
    )
    return architecture, _convert_weights(architecture, builder.weights, doubled), (*notes, *renamed)


def _read_picture(file: OnnxFile) -> Value:
    """Return the input: with channels last if the file says so, or if only that makes pictures of its sides."""
    said = file.metadata.get("input_layout")
    first, _, last = file.sides
    axes: Axes = NHWC if said == "NHWC" or (said is None and last <= MAX_CHANNELS < first) else NCHW
    shape = tuple(file.sides[axes.index(place)] for place in range(3))
    return Value(PICTURE, shape, axes)


def _finish_answer(builder: Builder) -> Value | None:
    """Return the network's output as units: its maps may be 1 × 1, and a softmax along these maps is one of the units.

    None if nothing has that name, or it is not the last that was computed.
    """
    name, last = builder.file.answer, builder.layers[-1] if builder.layers else None
    row = builder.rows.get(name)
    value = row.units if row else builder.values.get(name)
    if value is None or last is None or value.layer != last.name:
        return None
    if value.shape[:2] == (1, 1):
        value = builder.add(Flatten, value, axes=UNITS)
    if isinstance(builder.layers[-1], Flatten) and len(builder.layers) > 1:
        _soften_units(builder)
        value = replace(value, layer=builder.layers[-1].name)
    return value


def _soften_units(builder: Builder) -> None:
    """Put a softmax along 1 × 1 maps, if there is one before the Flatten at the end, behind the Flatten."""
    before, flatten = builder.layers[-2:]
    if builder.sources[-1] != (before.name,) or before.activation_name != "softmax" or not _is_small(builder, before):
        return
    if isinstance(before, (Activation, Softmax)):
        builder.layers[-2:] = [flatten, before]
        builder.sources[-2:] = [builder.sources[-2], (flatten.name,)]
    elif isinstance(before, ACTIVATED):
        builder.layers[-2] = replace(before, activation="linear")
        units = Value(flatten.name, builder.shapes[flatten.name], UNITS)
        builder.add(Activation, units, activation="softmax")


def _is_small(builder: Builder, layer: Layer) -> bool:
    """Return whether a layer gives maps of 1 × 1."""
    return builder.shapes[layer.name][:2] == (1, 1)


def _read_next(builder: Builder, nodes: Sequence[Node], at: int) -> int:
    """Read the next node, or all of an activation; return how many were read."""
    node = builder.node = nodes[at]
    try:
        if (computed := _compute(builder)) is not None:
            builder.constants[node.output] = computed
            return 1
        for pattern in list_patterns():
            name = _match(builder, pattern, nodes[at : at + len(pattern.nodes)])
            if name is not None:
                last = nodes[at + len(pattern.nodes) - 1]
                reads = sum(each.inputs.count("x") for each in pattern.nodes)
                builder.values[last.output] = builder.activate(builder.values[name], name, pattern.activation, reads)
                return len(pattern.nodes)
        if (grouped := normalization.read_groups(builder, nodes[at : at + 3])) is not None:
            builder.values[nodes[at + 2].output] = grouped
            return 3
        if (written := normalization.read_written_out(builder, nodes[at : at + 9])) is not None:
            value, number = written
            builder.values[nodes[at + number - 1].output] = value
            return number
        if node.operator not in operators.READERS:
            raise refuse(node)
        builder.pass_on(operators.READERS[node.operator](builder))
    except Unsupported:
        raise refuse(node) from None
    return 1


# Constants


def _bring_forward(file: OnnxFile) -> list[Node]:
    """Return the nodes with each constant, and each shape, as soon as what it reads is there.

    PyTorch writes them where they are read, between the nodes of an activation or a normalization.
    """
    constant = set(file.constants)
    waiting: list[Node] = []
    others: list[Node] = []
    for node in file.nodes:
        if node.operator in ("Constant", "Shape") or constant.issuperset(filter(None, node.inputs)):
            constant.add(node.output)
            waiting.append(node)
        else:
            others.append(node)
    known = {"", file.picture, *file.constants}
    found: list[Node] = []
    for other in (None, *others):
        later: list[Node] = []
        for node in (*([other] if other else []), *waiting):
            if node is other or known.issuperset(node.inputs):
                found.append(node)
                known.add(node.output)
            else:
                later.append(node)
        waiting = later
    return [*found, *waiting]


def _compute(builder: Builder) -> np.ndarray | None:
    """Return the value of a node that does not depend on the picture, such as a shape; None if it does."""
    node = builder.node
    if node.operator == "Constant":
        return _read_constant(node)
    if node.operator == "Shape" and node.inputs[0] in builder.values:
        whole = np.array([-1, *builder.values[node.inputs[0]].sides], np.int64)
        return whole[builder.get("start", 0) : builder.get("end", len(whole))]
    if not node.inputs or any(name not in builder.constants for name in node.inputs if name):
        return None
    arrays = [builder.constants[name] for name in node.inputs if name]
    if node.operator not in MOVED and (not arrays or max(array.size for array in arrays) > MAX_COMPUTED):
        raise Unsupported
    return _apply(builder, arrays)


def _read_constant(node: Node) -> np.ndarray:
    if len(node.attributes) != 1:
        raise Unsupported
    ((name, value),) = node.attributes.items()
    if isinstance(value, np.ndarray):
        return value
    return np.asarray(value, np.float32 if name.startswith("value_float") else np.int64)


def _apply(builder: Builder, arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Compute the operators with which exporters write the shape that Reshape needs, and what Pad adds."""
    first, node = arrays[0], builder.node
    axes = builder.get("axes", ()) or (tuple(arrays[1].ravel().tolist()) if len(arrays) > 1 else ())
    try:
        match node.operator:
            case "Identity":
                return first
            case "Transpose":
                return first.transpose(builder.get("perm", tuple(reversed(range(first.ndim)))))
            case "Cast" if builder.get("to", 0) in (1, 6, 7):
                return first.astype({1: np.float32, 6: np.int32, 7: np.int64}[builder.get("to", 0)])
            case "Gather" if builder.get("axis", 0) == 0 and first.ndim == 1:
                return np.asarray(first[arrays[1]])
            case "Unsqueeze" if axes and first.ndim + len(axes) <= MAX_AXES:
                return np.expand_dims(first, axes)
            case "Squeeze" if first.size == 1:
                return first.reshape(())
            case "Concat" if builder.get("axis", 0) == 0:
                return np.concatenate(arrays)
            case "ConstantOfShape" if first.ndim == 1 and 0 <= math.prod(first.tolist()) <= MAX_COMPUTED:
                filled = builder.get("value", np.zeros(1, np.float32))
                return np.full(first.tolist(), filled.reshape(1)[0], filled.dtype)
            case "Reshape" if arrays[1].ndim == 1 and arrays[1].all():
                return first.reshape(arrays[1].tolist())
            case "Slice":
                return first[_list_slices(builder, first.ndim)]
    except (ValueError, IndexError, TypeError):
        pass
    raise Unsupported


def _list_slices(builder: Builder, rank: int) -> tuple[slice, ...]:
    """Return what a Slice keeps of each axis of a constant."""
    starts, ends = (builder.constant(place).ravel().tolist() for place in (1, 2))
    axes = builder.constant(3).ravel().tolist() if builder.has(3) else list(range(len(starts)))
    steps = builder.constant(4).ravel().tolist() if builder.has(4) else [1] * len(starts)
    found = [slice(None)] * rank
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        found[axis] = slice(start, end, step)
    return tuple(found)


# Activations of several nodes


@cache
def list_patterns() -> tuple[Pattern, ...]:
    """Return the activations that are written as several nodes: those of our own files, and GELU as PyTorch has it."""
    found = []
    for activation, write in ACTIVATIONS.items():
        graph = Graph(Conv2D(name="layer", filters=1, kernel_size=(1, 1)))
        write(graph, "x", "y")
        if len(graph.nodes) > 1:
            constants = {name: float(array) for name, array in graph.constants.items()}
            found.append(Pattern(activation, tuple(map(read_node, graph.nodes)), constants))
    divided = (
        Node("Div", "", ("x", "root"), "a", {}),
        Node("Erf", "", ("a",), "b", {}),
        Node("Add", "", ("b", "one"), "c", {}),
        Node("Mul", "", ("x", "c"), "d", {}),
        Node("Mul", "", ("d", "half"), "y", {}),
    )
    found.append(Pattern("gelu", divided, {"root": math.sqrt(2), "one": 1.0, "half": 0.5}))
    # The longest first: one may begin as another does.
    return tuple(sorted(found, key=lambda pattern: -len(pattern.nodes)))


def _match(builder: Builder, pattern: Pattern, nodes: Sequence[Node]) -> str | None:
    """Return the name of what an activation reads if nodes are those of its pattern, else None.

    Nobody else may read the values between.
    """
    if [node.operator for node in nodes] != [node.operator for node in pattern.nodes]:
        return None
    bound: dict[str, str] = {}
    for node, wanted in zip(nodes, pattern.nodes, strict=True):
        if len(node.inputs) != len(wanted.inputs) or node.attributes.keys() != wanted.attributes.keys():
            return None
        if any(not _is_close(node.attributes[name], value) for name, value in wanted.attributes.items()):
            return None
        for name, place in zip(node.inputs, wanted.inputs, strict=True):
            if place in pattern.constants:
                array = builder.constants.get(name)
                if array is None or array.size != 1 or not _is_close(float(array.ravel()[0]), pattern.constants[place]):
                    return None
            elif bound.setdefault(place, name) != name:
                return None
        bound[wanted.output] = node.output
    inner = Counter(place for node in pattern.nodes for place in node.inputs)
    alone = all(builder.readers[name] == inner[place] for place, name in bound.items() if place not in ("x", "y"))
    return bound["x"] if alone and bound["x"] in builder.values else None


def _is_close(value: object, wanted: object) -> bool:
    if isinstance(value, float) and isinstance(wanted, float):
        return math.isclose(value, wanted, rel_tol=1e-6)
    return value == wanted


# Weights and classes


def _convert_weights(
    architecture: Architecture, weights: Mapping[str, Mapping[str, np.ndarray]], doubled: str
) -> Arrays:
    """Return all weights as float32 of the shapes that the layers need."""
    found: Arrays = {}
    for layer, shapes in architecture.weight_shapes().items():
        found[layer] = {}
        for name, shape in shapes.items():
            array = weights.get(layer, {}).get(name, np.zeros(0))
            if array.dtype.kind != "f":
                raise Refusal(
                    "The weights of layer {layer} in this file are no floating-point numbers. Export the network in "
                    "float32, without quantization.",
                    layer=show(layer),
                )
            with np.errstate(over="ignore"):
                converted = array.astype(np.float32)
            if layer == doubled:
                converted = np.concatenate([np.zeros_like(converted), converted], axis=-1)
            if converted.shape != shape:
                raise wrong(gettext_noop("an array has another shape than its node needs"))
            if not np.isfinite(converted).all():
                raise Refusal(
                    "Layer {layer} in this file has weights that are infinite or not a number, so the network cannot "
                    "answer. Train it again with a smaller learning rate, and export it.",
                    layer=show(layer),
                )
            found[layer][name] = converted
    return found


def _read_classes(file: OnnxFile, answer: Value, doubled: bool) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """Return the names of the classes, those of the file if they fit, else digits or numbers; and what is different."""
    units = 2 if doubled else answer.shape[0] if len(answer.shape) == 1 else 0
    if "classes" in file.metadata:
        names = strict_json.parse(gettext_noop("The list of classes"), file.metadata["classes"].encode())
        if isinstance(names, list):
            found, notes = class_names.read_names(names, units)
            return found or _number_classes(units), notes
    return _number_classes(units), ()


def _number_classes(units: int) -> tuple[str, ...]:
    return DIGITS if units in (0, len(DIGITS)) else tuple(map(str, range(units)))
