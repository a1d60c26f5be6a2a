"""Parse an ONNX file that a stranger made: one graph of operators that are known, and constants that lie in the file.

Protobuf parses the bytes; they may be anything. Nothing but what is listed here is looked at, and no size that the file
states is believed before it is compared with the bytes that are there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import checks
from cnnviz.core.messages import Message, gettext_noop
from cnnviz.core.networks.architecture import MAX_SOURCES
from cnnviz.workers.model_files.keras_layers import show

MIN_OPSET, MAX_OPSET = 7, 26
"""Versions of the operators that are read; in older ones attributes have another meaning."""

MAX_NODES = 1_000
MAX_CONSTANTS = 2_000
MAX_NUMBERS = 16
"""Numbers of one attribute."""

MAX_TEXT = 200
"""Bytes of a text in an attribute."""

MAX_AXES = 6
MAX_METADATA_BYTES = 200_000

DOMAINS = ("", "ai.onnx")

DTYPES: Mapping[int, str] = {
    onnx.TensorProto.FLOAT: "<f4",
    onnx.TensorProto.FLOAT16: "<f2",
    onnx.TensorProto.DOUBLE: "<f8",
    onnx.TensorProto.INT32: "<i4",
    onnx.TensorProto.INT64: "<i8",
    onnx.TensorProto.BOOL: "|b1",
}

POOLING = frozenset({"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "strides"})
CONVOLUTION = frozenset({"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"})

OPERATORS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("Add", "Div", "Erf", "Exp", "GlobalAveragePool", "GlobalMaxPool", "Greater", "HardSwish", "Identity"),
            *("Less", "MatMul", "Max", "Mean", "Min", "Mish", "Mul", "Neg", "PRelu", "Relu", "Sigmoid", "Softplus"),
            *("Abs", "Pow", "Softsign", "Sqrt", "Sub", "Sum", "Tanh", "Where"),
        ),
        frozenset[str](),
    ),
    "AveragePool": POOLING | {"count_include_pad"},
    "BatchNormalization": frozenset({"epsilon", "momentum", "spatial", "training_mode"}),
    "Cast": frozenset({"to"}),
    "Celu": frozenset({"alpha"}),
    "Clip": frozenset({"max", "min"}),
    "Concat": frozenset({"axis"}),
    "Constant": frozenset({"value", "value_float", "value_floats", "value_int", "value_ints"}),
    "ConstantOfShape": frozenset({"value"}),
    "Conv": CONVOLUTION,
    "ConvTranspose": CONVOLUTION | {"output_padding"},
    "Dropout": frozenset({"ratio", "seed"}),
    "Elu": frozenset({"alpha"}),
    "Flatten": frozenset({"axis"}),
    "Gather": frozenset({"axis"}),
    "Gelu": frozenset({"approximate"}),
    "Gemm": frozenset({"alpha", "beta", "transA", "transB"}),
    "HardSigmoid": frozenset({"alpha", "beta"}),
    "GroupNormalization": frozenset({"epsilon", "num_groups", "stash_type"}),
    "InstanceNormalization": frozenset({"epsilon"}),
    "LayerNormalization": frozenset({"axis", "epsilon", "stash_type"}),
    "LeakyRelu": frozenset({"alpha"}),
    "LogSoftmax": frozenset({"axis"}),
    "MaxPool": POOLING | {"storage_order"},
    "Pad": frozenset({"mode", "pads", "value"}),
    "ReduceMax": frozenset({"axes", "keepdims", "noop_with_empty_axes"}),
    "ReduceMean": frozenset({"axes", "keepdims", "noop_with_empty_axes"}),
    "Reshape": frozenset({"allowzero"}),
    "Resize": frozenset(
        {
            *("antialias", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside"),
            *("extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode"),
        }
    ),
    "Selu": frozenset({"alpha", "gamma"}),
    "Shape": frozenset({"start", "end"}),
    "Shrink": frozenset({"bias", "lambd"}),
    "Slice": frozenset[str](),
    "Softmax": frozenset({"axis"}),
    "Squeeze": frozenset({"axes"}),
    "Transpose": frozenset({"perm"}),
    "Unsqueeze": frozenset({"axes"}),
}
"""Operators that are read -> their attributes."""

WRONG = gettext_noop("This .onnx file is not sound: {reason}. Export the network again and try once more.")
UNSUPPORTED = gettext_noop(
    "Node {node} is of the kind {kind}, which is not supported here. Supported are operators for images: convolutions, "
    "poolings, Gemm, normalizations, activations, Add, Concat and the like. Export a network of these."
)
UNSUPPORTED_FORM = gettext_noop(
    "Node {node} ({kind}) has attributes, inputs or sizes in a form that is not supported here. Export the network for "
    "inference, with plain layers for images."
)
UNKNOWN_ATTRIBUTE = gettext_noop(
    "Node {node} ({kind}) has the attribute {argument}, which is not supported here. Export the network without it."
)


@dataclass(frozen=True)
class Node:
    """One node of the graph.

    Attributes:
        operator: What it computes.
        name: Its name in the file, or that of its output.
        inputs: Names of what it reads; "" for one that is left out.
        output: Name of its value.
        attributes: Numbers, texts and arrays by name.
    """

    operator: str
    name: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class OnnxFile:
    """The content of a file.

    Attributes:
        nodes: Nodes, in the order of the file.
        constants: Arrays by name; views of the file where they can be.
        picture: Name of the input.
        sides: Its sides without that of the batch.
        answer: Name of the output.
        metadata: Texts by key.
        name: Name of the graph.
        opset: Version of the operators.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, np.ndarray]
    picture: str
    sides: tuple[int, ...]
    answer: str
    metadata: Mapping[str, str]
    name: str
    opset: int


def read_file(data: bytes) -> OnnxFile:
    """Parse a file.

    Raises:
        Refusal: If it is not sound, or has anything that is not supported.
    """
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  protobuf has errors of its own
        raise wrong(gettext_noop("it is damaged or cut short")) from None
    _check_model(model)
    graph = model.graph
    constants = {}
    for tensor in graph.initializer:
        if tensor.name in constants:
            raise wrong(gettext_noop("two of its arrays have one name"))
        constants[tensor.name] = read_tensor(tensor)
    inputs = [each for each in graph.input if each.name not in constants]
    for what, number in ((gettext_noop("inputs"), len(inputs)), (gettext_noop("outputs"), len(graph.output))):
        if number != 1:
            raise Refusal(
                "This network has {number} {what}, but one picture goes in here and one answer comes out. Export a "
                "network with one input and one output.",
                number=number,
                what=Message(what),
            )
    known = {*constants, inputs[0].name}
    nodes = []
    for node in graph.node:
        found = read_node(node)
        if found.output in known:
            raise wrong(gettext_noop("two of its values have one name"))
        known.add(found.output)
        nodes.append(found)
    return OnnxFile(
        tuple(nodes),
        constants,
        inputs[0].name,
        _read_sides(inputs[0]),
        graph.output[0].name,
        _read_metadata(model),
        graph.name[:MAX_TEXT],
        next(each.version for each in model.opset_import if each.domain in DOMAINS),
    )


def _check_model(model: Any) -> None:
    graph = model.graph
    if len(model.functions) or len(model.training_info) or len(graph.sparse_initializer):
        raise Refusal(
            "This .onnx file has functions, sparse arrays or a training in it, which are not supported here. Export "
            "the network for inference, with plain operators."
        )
    for what, number, most in (
        (gettext_noop("nodes"), len(graph.node), MAX_NODES),
        (gettext_noop("arrays"), len(graph.initializer), MAX_CONSTANTS),
        (gettext_noop("inputs"), len(graph.input), MAX_CONSTANTS + 1),
    ):
        if number > most:
            raise Refusal(
                "This network has {number:,} {what}; up to {most:,} are read. Export a smaller network.",
                number=number,
                what=Message(what),
                most=most,
            )
    versions = [each.version for each in model.opset_import if each.domain in DOMAINS]
    if len(versions) != 1 or not MIN_OPSET <= versions[0] <= MAX_OPSET:
        raise Refusal(
            "The operators of this .onnx file are of opset {found}; {least} to {most} are read. Export the network "
            "again, with opset_version=18 for example.",
            found=", ".join(map(str, versions[:3])) or "?",
            least=MIN_OPSET,
            most=MAX_OPSET,
        )


def read_node(node: Any) -> Node:
    """Return a node whose operator and attributes are known. Raises `Refusal` for any other."""
    outputs = [name for name in node.output if name]
    name = node.name or (outputs[0] if outputs else node.op_type)
    if node.domain not in DOMAINS or node.op_type not in OPERATORS:
        raise Refusal(UNSUPPORTED, node=show(name), kind=show(node.op_type))
    if not outputs or (len(node.output) > 1 and node.op_type not in ("Dropout", "BatchNormalization", "MaxPool")):
        raise wrong(gettext_noop("one of its nodes has no value, or several"))
    if len(node.input) > _count_inputs(node.op_type):
        raise wrong(gettext_noop("one of its nodes reads too much"))
    attributes = {}
    for each in node.attribute:
        if each.name not in OPERATORS[node.op_type]:
            raise Refusal(UNKNOWN_ATTRIBUTE, node=show(name), kind=node.op_type, argument=show(each.name))
        attributes[each.name] = _read_attribute(each, name, node.op_type)
    return Node(node.op_type, name[:MAX_TEXT], tuple(node.input), node.output[0], attributes)


def _count_inputs(operator: str) -> int:
    """Return how many inputs a node may have."""
    return MAX_SOURCES if operator in ("Concat", "Sum", "Mean", "Max", "Min") else 6


def _read_attribute(attribute: Any, node: str, operator: str) -> Any:
    kinds = onnx.AttributeProto
    match attribute.type:
        case kinds.INT:
            return int(attribute.i)
        case kinds.FLOAT if math.isfinite(attribute.f):
            return float(attribute.f)
        case kinds.STRING if len(attribute.s) <= MAX_TEXT:
            return attribute.s.decode("ascii", "replace")
        case kinds.INTS if len(attribute.ints) <= MAX_NUMBERS:
            return tuple(map(int, attribute.ints))
        case kinds.FLOATS if len(attribute.floats) <= MAX_NUMBERS:
            return tuple(map(float, attribute.floats))
        case kinds.TENSOR:
            return read_tensor(attribute.t)
    raise Refusal(UNKNOWN_ATTRIBUTE, node=show(node), kind=operator, argument=show(attribute.name))


def read_tensor(tensor: Any) -> np.ndarray:
    """Return an array that lies in the file, of floating-point or whole numbers. Raises `Refusal` for any other."""
    if tensor.data_location != onnx.TensorProto.DEFAULT or len(tensor.external_data):
        raise Refusal(
            "The weights of this network lie in another file ({name}), which is not read here. Export it with all "
            "weights inside, for PyTorch with external_data=False.",
            name=show(tensor.name),
        )
    if tensor.data_type not in DTYPES or tensor.HasField("segment"):
        raise Refusal(
            "{name} in this file is no array of floating-point or whole numbers. Export the network in float32, "
            "without quantization.",
            name=show(tensor.name),
        )
    dtype = np.dtype(DTYPES[tensor.data_type])
    shape = tuple(tensor.dims[: MAX_AXES + 1])
    if len(shape) > MAX_AXES or min(shape, default=0) < 0:
        raise wrong(gettext_noop("the shape of an array is damaged"))
    count = math.prod(shape)
    typed = {"<f4": tensor.float_data, "<f8": tensor.double_data, "<i8": tensor.int64_data, "<i4": tensor.int32_data}
    typed["|b1"] = tensor.int32_data
    numbers = typed.get(dtype.str, ())
    if tensor.HasField("raw_data"):
        if len(tensor.raw_data) != count * dtype.itemsize:
            raise wrong(gettext_noop("an array has more or fewer bytes than its shape needs"))
        array = np.frombuffer(tensor.raw_data, dtype)
    elif len(numbers) == count:
        array = np.fromiter(numbers, dtype, count)
    else:
        raise wrong(gettext_noop("an array has more or fewer numbers than its shape needs"))
    return array.reshape(shape)


def _read_sides(value: Any) -> tuple[int, ...]:
    """Return the sides of the input without the batch."""
    kind = value.type.tensor_type
    sides = [side.dim_value if side.HasField("dim_value") else 0 for side in kind.shape.dim[: MAX_AXES + 1]]
    if kind.elem_type != onnx.TensorProto.FLOAT or len(sides) != 4 or min(sides[1:]) < 1:
        named = tuple(side.dim_param[:8] or side.dim_value for side in kind.shape.dim[:MAX_AXES])
        raise Refusal(
            "The input of this network has the shape {shape}; float32 pictures of a fixed size are read here: batch, "
            "channels, height and width, or channels last. Export it with such an example.",
            shape=checks.repr_of(tuple(show(each) for each in named)),
        )
    return tuple(sides[1:])


def _read_metadata(model: Any) -> dict[str, str]:
    if len(model.metadata_props) > MAX_NUMBERS * 4:
        return {}
    found = {each.key: each.value for each in model.metadata_props}
    return found if sum(map(len, found.values())) <= MAX_METADATA_BYTES else {}


def wrong(reason: str) -> Refusal:
    """Return the refusal of a file that is not sound; `reason` is a key of the catalogue."""
    return Refusal(WRONG, reason=Message(reason))
