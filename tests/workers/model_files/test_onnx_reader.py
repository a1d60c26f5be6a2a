"""ONNX files that are read: our own, and those of PyTorch and of converters from TensorFlow, node by node."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.trace import trace
from cnnviz.core.layers import ACTIVATIONS, KINDS, MERGES, BatchNormalization, Layer
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from cnnviz.jobs.sandbox import model_upload
from cnnviz.workers.model_files.onnx_reading import graph
from cnnviz.workers.model_files.onnx_writing import writer
from tests.core import strategies
from tests.workers.model_files.onnx_files import RANDOM, WEIGHTS, file, model, node
from tests.workers.model_files.onnx_oracle import run
from tests.workers.model_files.test_onnx_writer import build, picture

WITHIN = 1e-5
"""Probabilities against ONNX Runtime, which sums in another order."""

Shape = tuple[int, ...]


def read(data: bytes, name: str = "net.onnx") -> Network:
    architecture, weights, _ = graph.read_network(data, name)
    return Network(architecture, weights)


def answer(network: Network, values: np.ndarray) -> np.ndarray:
    return trace(network, values).layers[-1].after


def kinds(network: Network) -> list[str]:
    return [layer.kind for layer in network.architecture.layers]


# Our own files


@pytest.mark.parametrize("name", model_store.names())
def test_a_network_of_the_app_comes_back_bit_by_bit(name: str):
    network = model_store.load(name)
    found = read(writer.write(network), f"{name}.onnx")
    kept = [layer for layer in network.architecture.layers if not isinstance(layer, PassThrough)]
    assert list(found.architecture.layers) == kept
    assert found.architecture.classes == network.architecture.classes
    assert found.architecture.name == name
    for layer, arrays in network.weights.items():
        for key, array in arrays.items():
            np.testing.assert_array_equal(found.weights[layer][key], array)


UNREAD: dict[str, Callable[[Any], str]] = {
    "ReLU": lambda layer: (
        "Greater" if layer.threshold or (layer.negative_slope and layer.max_value is not None) else ""
    ),
    "Resizing": lambda layer: "Gather" if layer.interpolation == "nearest" else "",
}
"""Kinds that are written in a form that is not read, and the operator of that form; "" where it is read."""

SOME_UNREAD = {"LayerNormalization", "Normalization"}
"""Kinds that are not read along rows or columns alone, or of a single value."""


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_kind_comes_back_or_is_refused_by_name(kind: str, data: st.DataObject):
    shape = data.draw(strategies.image_shapes(channels=4))
    layer = data.draw(strategies.layers_for(shape, name="layer", kind=kind))
    network = build(shape, layer, seed=data.draw(strategies.seeds()))
    written = writer.write(network)
    if operator := UNREAD.get(kind, lambda _: "")(layer):
        with pytest.raises(Refusal, match=operator):
            read(written)
        return
    try:
        found = read(written)
    except Refusal:
        if kind not in SOME_UNREAD:
            raise
        return
    np.testing.assert_allclose(answer(found, picture(shape)), answer(network, picture(shape)), atol=WITHIN)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation_comes_back_as_one(activation: str):
    conv = layers.Conv2D(name="conv", filters=3, kernel_size=(3, 3), activation=activation)
    apart = layers.Activation(name="apart", activation=activation)
    network = build((6, 5, 3), conv, layers.ZeroPadding2D(name="frame"), apart)
    found = read(writer.write(network)).architecture.layers
    same = {"celu": "elu"}.get(activation, activation)
    assert found[1] == layers.Conv2D(name="conv", filters=3, kernel_size=(3, 3), activation=same)
    assert same == "linear" or found[3] == layers.Activation(name="apart", activation=same)


@pytest.mark.parametrize("kind", MERGES)
def test_every_merge_comes_back(kind: str):
    convs = [layers.Conv2D(name=f"c{i}", filters=3, kernel_size=(3, 3), padding="same") for i in range(2)]
    merge = MERGES[kind](name="merge")
    network = build((5, 4, 3), *convs, merge, inputs=(("scaled",), ("scaled",), ("c0", "c1")))
    found = read(writer.write(network)).architecture
    assert found.layers[:-1] == network.architecture.layers[:-2]  # the softmax joins the layer before it
    assert found.inputs[:-1] == network.architecture.inputs[:-2]


# Files of PyTorch


def compare(data: bytes, shape: Shape, seed: int = 1) -> Network:
    """Read a file whose pictures have channels first; compare with ONNX Runtime, behind a softmax as we add it."""
    values = np.random.default_rng(seed).random((1, *shape), np.float32)
    (expected,) = run(data, values)
    network = read(data)
    assert network.architecture.input_shape == (*shape[1:], shape[0])
    found = answer(network, values[0].transpose(1, 2, 0))
    logits = expected.ravel().astype(np.float64)
    if not np.isclose(np.exp(logits).sum(), 1) and not np.isclose(logits.sum(), 1):
        logits = np.exp(logits - logits.max())
        logits /= logits.sum()
    elif not np.isclose(logits.sum(), 1):
        logits = np.exp(logits)
    np.testing.assert_allclose(found, logits, atol=WITHIN)
    return network


def weights(**shapes: Shape) -> dict[str, Any]:
    return {
        name.replace("__", "."): (RANDOM.normal(size=shape) / 3).astype(np.float32) for name, shape in shapes.items()
    }


def test_a_convolutional_network_with_the_rows_of_its_dense_layer_in_another_order():
    network = compare(file(), (1, 8, 8))
    assert kinds(network) == ["Conv2D", "MaxPooling2D", "Flatten", "Dense", "Softmax"]
    assert network.architecture.layers[0].name == "conv"
    assert network.architecture.layers[0].activation_name == "relu"
    np.testing.assert_array_equal(network.weights["conv"]["kernel"], WEIGHTS["conv.weight"].transpose(2, 3, 1, 0))


def test_a_residual_block_with_padding_that_is_not_that_of_keras():
    nodes = [
        node("Conv", "x a", "c1", kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]),
        node("BatchNormalization", "c1 g b m v", "n1", epsilon=1e-5, momentum=0.9),
        node("Relu", "n1", "r1"),
        node("MaxPool", "r1", "p", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4),
        node("Conv", "p k", "c2", kernel_shape=[3, 3], pads=[1] * 4, group=4),
        node("Clip", "c2 low high", "r2"),
        node("Add", "r2 p", "sum"),
        node("Concat", "sum p", "both", axis=1),
        node("GlobalAveragePool", "both", "mean"),
        node("Flatten", "mean", "flat"),
        node("Gemm", "flat w bias", "logits", transB=1),
        node("LogSoftmax", "logits", "y", axis=1),
    ]
    found = weights(a=(4, 3, 3, 3), k=(4, 1, 3, 3), g=(4,), b=(4,), m=(4,), w=(5, 8), bias=(5,))
    found |= {"v": np.abs(RANDOM.normal(size=4)).astype(np.float32) + 0.2}
    found |= {"low": np.float32(0).reshape(()), "high": np.array(6, np.float32)}
    found = {name: np.asarray(array) for name, array in found.items()}
    network = compare(file(nodes, found, ("batch", 3, 17, 14)), (3, 17, 14))
    assert kinds(network)[:4] == ["ZeroPadding2D", "Conv2D", "BatchNormalization", "Activation"]
    assert "DepthwiseConv2D" in kinds(network)
    assert network.architecture.classes == ("0", "1", "2", "3", "4")


def test_a_pooling_with_a_border_after_values_below_0_is_refused():
    nodes = [node("MaxPool", "x", "p", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), node("Flatten", "p", "y")]
    with pytest.raises(Refusal, match=r"MaxPool \(MaxPool\) has"):
        read(file(nodes, {}))


@pytest.mark.parametrize(("pads", "counted"), [([0] * 4, 0), ([1] * 4, 1), ([0, 0, 1, 1], 0)])
def test_averages_count_padding_or_do_not(pads: list[int], counted: int):
    nodes = [
        node("AveragePool", "x", "p", kernel_shape=[3, 3], strides=[2, 2], pads=pads, count_include_pad=counted),
        node("Flatten", "p", "flat"),
        node("MatMul", "flat w", "product"),
        node("Add", "product b", "y"),
    ]
    size = 4 if pads[2] else 3
    found = weights(w=(2 * size * size, 4), b=(4,))
    network = compare(file(nodes, found, (1, 2, 8, 8)), (2, 8, 8))
    assert network.architecture.layers[-2].use_bias  # type: ignore[attr-defined]


def test_functions_of_pytorch_that_are_several_nodes():
    """GELU, SiLU, group normalization, and a view whose shape is computed."""
    nodes = [
        node("Conv", "x a", "c", kernel_shape=[3, 3]),
        node("Div", "c root", "g1"),
        node("Erf", "g1", "g2"),
        node("Add", "g2 one", "g3"),
        node("Mul", "c g3", "g4"),
        node("Mul", "g4 half", "gelu"),
        node("Reshape", "gelu groups", "r1"),
        node("InstanceNormalization", "r1 ones zeros", "r2", epsilon=1e-5),
        node("Shape", "gelu", "old"),
        node("Reshape", "r2 old", "r3"),
        node("Mul", "r3 gamma", "r4"),
        node("Add", "r4 beta", "n"),
        node("Sigmoid", "n", "s"),
        node("Mul", "n s", "silu"),
        node("Shape", "silu", "shape"),
        node("Gather", "shape zero", "batch", axis=0),
        node("Unsqueeze", "batch axis", "batch1"),
        node("Concat", "batch1 rest", "target", axis=0),
        node("Reshape", "silu target", "flat"),
        node("Gemm", "flat w bias", "y", transB=1),
    ]
    found = weights(a=(4, 1, 3, 3), gamma=(4, 1, 1), beta=(4, 1, 1), w=(3, 64), bias=(3,))
    found |= {"root": np.array(2**0.5, np.float32), "one": np.array(1, np.float32), "half": np.array(0.5, np.float32)}
    found |= {"groups": np.array([0, 2, -1]), "ones": np.ones(2, np.float32), "zeros": np.zeros(2, np.float32)}
    found |= {"zero": np.array(0), "axis": np.array([0]), "rest": np.array([-1])}
    at = [each.name for each in nodes].index("/r1/Reshape")
    moved = [*nodes[: at + 2], *nodes[at + 3 :]]  # the old shape is known before
    moved.insert(at, nodes[at + 2])
    network = compare(file(moved, found, ("batch", 1, 6, 6)), (1, 6, 6))
    assert kinds(network) == ["Conv2D", "GroupNormalization", "Activation", "Flatten", "Dense", "Softmax"]
    assert [layer.activation_name for layer in network.architecture.layers][:3] == ["gelu", "", "silu"]


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("pad", [0, 1])
def test_a_transposed_convolution(extra: int, pad: int):
    attributes = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [pad] * 4, "output_padding": [extra] * 2}
    side = 2 * 4 + 3 - 2 * pad + extra
    nodes = [node("ConvTranspose", "x a b", "c", **attributes), node("Flatten", "c", "f"), node("MatMul", "f w", "y")]
    found = weights(a=(2, 3, 3, 3), b=(3,), w=(3 * side * side, 4))
    compare(file(nodes, found, ("batch", 2, 5, 5)), (2, 5, 5))


def test_channels_that_are_scaled_before_the_network():
    nodes = [
        node("Sub", "x mean", "a"),
        node("Div", "a deviation", "b"),
        node("Mul", "b factor", "c"),
        node("Flatten", "c", "flat"),
        node("MatMul", "flat w", "logits"),
        node("Softmax", "logits", "y"),
    ]
    found = weights(mean=(1, 3, 1, 1), w=(3 * 16, 6)) | {"factor": np.array(0.5, np.float32)}
    found["deviation"] = np.array([0.2, 0.3, 0.4], np.float32).reshape(3, 1, 1)
    network = compare(file(nodes, found, ("batch", 3, 4, 4)), (3, 4, 4))
    assert isinstance(network.architecture.layers[0], BatchNormalization)
    mean = network.weights[network.architecture.layers[0].name]
    variance = mean["moving_variance"] + np.float32(network.architecture.layers[0].epsilon)
    assert (1 / np.sqrt(variance) == 1).all()


def test_one_sigmoid_is_two_classes():
    nodes = [node("Flatten", "x", "f"), node("Gemm", "f w b", "z", transB=1), node("Sigmoid", "z", "y")]
    data = file(nodes, weights(w=(1, 64), b=(1,)))
    values = np.random.default_rng(1).random((1, 1, 8, 8), np.float32)
    (expected,) = run(data, values)
    found = answer(read(data), values[0].transpose(1, 2, 0))
    np.testing.assert_allclose(found, [1 - expected[0, 0], expected[0, 0]], atol=WITHIN)


# Files of converters from TensorFlow


def test_channels_last_are_told_from_the_sides():
    nodes = [
        node("Transpose", "x", "t", perm=[0, 3, 1, 2]),
        node("Conv", "t a", "c", auto_pad="SAME_UPPER", strides=[2, 2]),
        node("Transpose", "c", "back", perm=[0, 2, 3, 1]),
        node("Reshape", "back shape", "flat"),
        node("MatMul", "flat w", "y"),
    ]
    found = weights(a=(4, 3, 3, 3), w=(4 * 4 * 4, 5)) | {"shape": np.array([-1, 64])}
    data = file(nodes, found, ("batch", 7, 8, 3))
    values = np.random.default_rng(1).random((1, 7, 8, 3), np.float32)
    (logits,) = run(data, values)
    network = read(data)
    assert kinds(network) == ["Conv2D", "Flatten", "Dense", "Softmax"]
    powers = np.exp(logits[0] - logits[0].max())
    np.testing.assert_allclose(answer(network, values[0]), powers / powers.sum(), atol=WITHIN)


def test_names_of_classes_and_of_the_network_come_from_the_file():
    made = model()
    made.graph.name = "Kana Reader"
    names = [f"あ{number}" for number in range(10)]
    onnx.helper.set_model_props(made, {"classes": json.dumps(names)})
    data = made.SerializeToString()
    assert read(data).architecture.classes == tuple(names)
    assert read(data, "☃.onnx").architecture.name == "kana-reader"
    onnx.helper.set_model_props(made, {"classes": json.dumps(names[:3])})
    assert read(made.SerializeToString()).architecture.classes == tuple("0123456789")


def test_half_precision_and_numbers_one_by_one_are_read():
    halved = {name: array.astype(np.float16) for name, array in WEIGHTS.items()}
    found = read(file(weights=halved))
    np.testing.assert_array_equal(found.weights["conv"]["bias"], halved["conv.bias"].astype(np.float32))
    tensor = onnx.helper.make_tensor("conv.bias", onnx.TensorProto.FLOAT, [2], [1.5, -2.0])
    assert read(file(weights=WEIGHTS | {"conv.bias": tensor})).weights["conv"]["bias"].tolist() == [1.5, -2.0]


def test_layers_of_the_engine_cover_every_operator_of_the_gate():
    """An operator that the gate lets through is read, or part of an activation or of a constant shape."""
    from cnnviz.workers.model_files.onnx_reading import file, normalization, operators

    parts = {each.operator for pattern in graph.list_patterns() for each in pattern.nodes}
    shapes = {"Constant", "ConstantOfShape", "Shape"}
    assert file.OPERATORS.keys() == operators.READERS.keys() | parts | shapes | set(normalization.WRITTEN_OUT)


def layer_names(found: list[Layer]) -> list[str]:
    return [layer.name for layer in found]


def test_names_of_modules_become_names_of_layers():
    made = model()
    for each, name in zip(
        made.graph.node, ["/features/0/Conv", "/features/1/Relu", "", "Flatten_7", "/fc/Gemm"], strict=True
    ):
        each.name = name
    network = read(made.SerializeToString())
    assert layer_names(list(network.architecture.layers)) == ["features", "pool", "Flatten_7", "fc", "softmax"]
    assert isinstance(network.architecture, Architecture)


@pytest.mark.process
def test_the_limited_child_reads_a_network_with_branches():
    """It can import nothing once it has limited itself, so this needs the child itself."""
    branches = [
        node("Relu", "x", "relu"),
        node("Concat", "x relu", "both", axis=1),
        node("Flatten", "both", "flat"),
        node("MatMul", "flat w", "y"),
    ]
    data = file(branches, {"w": RANDOM.normal(size=(128, 10)).astype(np.float32)})
    assert "Concatenate" in kinds(model_upload.read(data, "net.onnx"))


def shaped(*nodes: Any, units: int, opset: int = 17, **weights: Any) -> bytes:
    """Return a file whose nodes end in a value "v" of so many numbers, behind a convolution that reads the picture."""
    weights |= {"k": RANDOM.normal(size=(2, 1, 3, 3)), "w": RANDOM.normal(size=(units, 10)) / 4}
    given = {name: each.astype(np.float32) if each.dtype == float else each for name, each in weights.items()}
    ends = [node("Flatten", "v", "flat"), node("MatMul", "flat w", "y")]
    return file([node("Conv", "x k", "c"), *nodes, *ends], given, opset=opset)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1)])
def test_softmax_along_joined_axes_of_older_opsets_is_not_taken_for_one_along_maps(order: tuple[int, ...]):
    moved = node("Transpose", "c", "t", perm=order)
    with pytest.raises(Refusal, match="Softmax"):
        read(shaped(moved, node("Softmax", "t", "v"), units=72, opset=11))
    along = order.index(1)
    assert "Softmax" in kinds(read(shaped(moved, node("Softmax", "t", "v", axis=along), units=72, opset=13)))


@pytest.mark.parametrize("rounding", ["floor", "ceil"])
def test_enlarging_that_does_not_repeat_pixels_is_refused(rounding: str):
    sizes = np.array([1, 2, 12, 12])
    with pytest.raises(Refusal, match="Resize"):
        read(shaped(node("Resize", "c   s", "v", nearest_mode=rounding), units=288, s=sizes))
    assert "UpSampling2D" in kinds(read(shaped(node("Resize", "c   s", "v"), units=288, s=sizes)))


@pytest.mark.parametrize("scale", [1.3, 2.1])
def test_a_scale_that_does_not_give_whole_sides_is_refused(scale: float):
    side = int(6 * scale)
    resized = node("Resize", "c  s", "v", mode="linear")
    with pytest.raises(Refusal, match="Resize"):
        read(shaped(resized, units=2 * side * side, s=np.array([1, 1, scale, scale])))


def test_a_resize_of_maps_is_refused():
    with pytest.raises(Refusal, match="Resize"):
        read(shaped(node("Resize", "c   s", "v", mode="linear"), units=576, s=np.array([1, 4, 12, 12])))


def test_steps_of_a_slice_are_not_taken_for_its_axes():
    """Every other side of (batch, 2, 6, 6), from the second on, is (2, 6)."""
    sides = node("Shape", "c", "whole"), node("Slice", "whole from to  step", "some")
    joined = node("Concat", "batch some rest", "form", axis=0)
    found: dict[str, Any] = {"from": np.array([1]), "to": np.array([9]), "step": np.array([2]), "rest": np.array([6])}
    found["batch"] = np.array([-1])
    network = compare(shaped(*sides, joined, node("Reshape", "c form", "v"), units=72, **found), (1, 8, 8))
    assert kinds(network) == ["Conv2D", "Flatten", "Dense", "Softmax"]


def test_constants_between_the_nodes_of_an_activation_are_none_of_its_nodes():
    """As PyTorch writes GELU before opset 20."""
    nodes = [
        node("Constant", "", "root", value_float=2**0.5),
        node("Div", "c root", "g1"),
        node("Erf", "g1", "g2"),
        node("Constant", "", "one", value_float=1.0),
        node("Add", "g2 one", "g3"),
        node("Mul", "c g3", "g4"),
        node("Constant", "", "half", value_float=0.5),
        node("Mul", "g4 half", "v"),
    ]
    for each in nodes:
        if each.op_type == "Constant":
            del each.input[:]
    network = compare(shaped(*nodes, units=72), (1, 8, 8))
    assert [layer.activation_name for layer in network.architecture.layers][:2] == ["gelu", ""]


def test_a_shape_may_begin_and_end_where_it_likes():
    nodes = [
        node("Shape", "c", "sides", start=1, end=3),
        node("Concat", "batch sides rest", "form", axis=0),
        node("Reshape", "c form", "v"),
    ]
    found: dict[str, Any] = {"batch": np.array([-1]), "rest": np.array([6])}
    network = compare(shaped(*nodes, units=72, **found), (1, 8, 8))
    assert kinds(network) == ["Conv2D", "Flatten", "Dense", "Softmax"]


def pad_of_pytorch(*sides: int) -> list[Any]:
    """Return the nodes that `torch.onnx.export` writes for `nn.ZeroPad2d((left, right, top, bottom))`."""
    nodes = [
        node("Constant", "", "four", value_ints=[4]),
        node("Constant", "", "stated", value_ints=sides),
        node("ConstantOfShape", "four", "zeros", value=onnx.numpy_helper.from_array(np.zeros(1, np.int64))),
        node("Concat", "stated zeros", "eight", axis=0),
        node("Constant", "", "pairs", value_ints=[-1, 2]),
        node("Reshape", "eight pairs", "by_axis"),
        node("Constant", "", "axis", value_ints=[0]),
        node("Constant", "", "last", value_ints=[-1]),
        node("Constant", "", "end", value_ints=[-(2**63) + 1]),
        node("Constant", "", "back", value_ints=[-1]),
        node("Slice", "by_axis last end axis back", "turned"),
        node("Transpose", "turned", "by_end", perm=[1, 0]),
        node("Constant", "", "row", value_ints=[-1]),
        node("Reshape", "by_end row", "in_line"),
        node("Cast", "in_line", "pads", to=7),
        node("Constant", "", "fill", value_float=0.0),
        node("Pad", "c pads fill", "v", mode="constant"),
    ]
    for each in nodes:
        if each.op_type == "Constant":
            del each.input[:]
    return nodes


def test_a_border_whose_sides_are_computed_in_the_file():
    network = compare(shaped(*pad_of_pytorch(1, 2, 0, 3), units=2 * 9 * 9, opset=13), (1, 8, 8))
    assert network.architecture.layers[1] == layers.ZeroPadding2D(name="v", padding=((0, 3), (1, 2)))


@pytest.mark.parametrize("side", [-1, 10**6])
def test_a_border_that_cuts_or_is_gigabytes_wide_is_refused(side: int):
    with pytest.raises(Refusal, match="Pad"):
        read(shaped(*pad_of_pytorch(1, side, 0, 0), units=72, opset=13))


PASSED_ON: dict[str, tuple[Any, ...]] = {
    "Identity": (node("Identity", "c", "d"),),
    "Dropout": (node("Dropout", "c", "d"),),
    "Cast": (node("Cast", "c", "d", to=1),),
    "Transpose": (node("Transpose", "c", "t", perm=[0, 2, 3, 1]), node("Transpose", "t", "d", perm=[0, 3, 1, 2])),
    "Identity twice": (node("Identity", "c", "e"), node("Identity", "e", "d")),
}
"""Nodes that give the value "c" another name, "d"."""

TAKEN_IN: dict[str, tuple[Any, ...]] = {
    "activation": (node("Relu", "d", "r"),),
    "activation of two nodes": (node("Sigmoid", "d", "s"), node("Mul", "d s", "r")),
    "bias": (node("Add", "d b", "r"),),
}
"""Nodes behind "d" that a convolution takes in where nothing else reads its value."""


@pytest.mark.parametrize("passed", PASSED_ON)
@pytest.mark.parametrize("taken", TAKEN_IN)
def test_a_layer_takes_in_nothing_that_others_read_under_another_name(passed: str, taken: str):
    bias: dict[str, Any] = {"b": RANDOM.normal(size=(1, 2, 1, 1))}
    behind = (*PASSED_ON[passed], *TAKEN_IN[taken])
    assert "Add" in kinds(compare(shaped(*behind, node("Add", "c r", "v"), units=72, **bias), (1, 8, 8)))
    alone = compare(shaped(*behind, node("Identity", "r", "v"), units=72, **bias), (1, 8, 8))
    assert kinds(alone)[:2] == ["Conv2D", "Flatten"]


@pytest.mark.parametrize(
    ("form", "read_as_it_is"), [([1, 72], True), ([-1, 72], True), ([1, -1], True), ([0, -1], False)]
)
def test_allowzero_means_nothing_where_no_side_is_0(form: list[int], read_as_it_is: bool):
    flattened = node("Reshape", "c form", "flat", allowzero=1)
    found = {"k": WEIGHTS["conv.weight"], "fc.weight": RANDOM.normal(size=(72, 10)).astype(np.float32)}
    data = file(
        [node("Conv", "x k", "c"), flattened, node("MatMul", "flat fc.weight", "y")],
        found | {"form": np.array(form)},
        opset=18,
    )
    if read_as_it_is:
        assert kinds(compare(data, (1, 8, 8))) == ["Conv2D", "Flatten", "Dense", "Softmax"]
    else:
        with pytest.raises(Refusal, match="Reshape"):
            read(data)


def pooled(*nodes: Any, output: str = "y", opset: int = 17, **more: Any) -> bytes:
    """Return a file whose nodes read "g", the mean of each of ten maps, (batch, 10, 1, 1)."""
    given = {"k": RANDOM.normal(size=(10, 1, 3, 3)), "w": RANDOM.normal(size=(10, 5)), **more}
    found = {name: each.astype(np.float32) if each.dtype == float else each for name, each in given.items()}
    found |= {"last": np.array([-1]), "both": np.array([2, 3]), "first": np.array(0), "third": np.array([2])}
    found |= {"from": np.array([0, 0]), "to": np.array([1, 1]), "all": np.array([0, 2, 3])}
    nodes = (node("Conv", "x k", "c"), node("Relu", "c", "r"), node("GlobalAveragePool", "r", "g"), *nodes)
    return file(nodes, found, (1, 1, 8, 8), opset=opset, output=output)


TO_UNITS: dict[str, tuple[Any, ...]] = {
    "squeeze(-1).squeeze(-1)": (node("Squeeze", "g last", "s"), node("Squeeze", "s last", "u")),
    "squeeze(2).squeeze(2)": (node("Squeeze", "g third", "s"), node("Squeeze", "s third", "u")),
    "[:, :, 0, 0]": (node("Gather", "g first", "s", axis=2), node("Gather", "s first", "u", axis=2)),
    "[..., 0][..., 0]": (node("Gather", "g first", "s", axis=-1), node("Gather", "s first", "u", axis=-1)),
    "[:, :, 0:1, 0:1].squeeze((2, 3))": (node("Slice", "g from to both", "s"), node("Squeeze", "s both", "u")),
    "squeeze(-1).flatten(1)": (node("Squeeze", "g last", "s"), node("Flatten", "s", "u", axis=1)),
    "squeeze(-1).reshape(-1, 10)": (node("Squeeze", "g last", "s"), node("Reshape", "s form", "u")),
    "squeeze(-1).unsqueeze(-1)": (
        node("Squeeze", "g last", "s"), node("Unsqueeze", "s last", "t"), node("Flatten", "t", "u", axis=1),
    ),
    "permuted": (node("Transpose", "g", "p", perm=[0, 2, 3, 1]), node("Squeeze", "p one", "s"),
                 node("Squeeze", "s one", "u")),
}  # fmt: skip
"""Ways from (batch, 10, 1, 1), "g", to (batch, 10), "u"."""


@pytest.mark.parametrize("way", TO_UNITS)
def test_sides_of_1_are_taken_away_one_after_the_other(way: str):
    more: dict[str, Any] = {"one": np.array([1]), "form": np.array([-1, 10])}
    inside = compare(pooled(*TO_UNITS[way], node("MatMul", "u w", "y"), **more), (1, 8, 8))
    assert kinds(inside)[-2:] == ["Dense", "Softmax"]
    compare(pooled(*TO_UNITS[way], output="u", **more), (1, 8, 8))


def test_sides_of_1_are_attributes_before_opset_13():
    squeezed = node("Squeeze", "g", "s", axes=[3]), node("Squeeze", "s", "u", axes=[2])
    compare(pooled(*squeezed, node("MatMul", "u w", "y"), opset=11), (1, 8, 8))


@pytest.mark.parametrize("axes", ["g", "g all"])
def test_the_batch_is_taken_away_at_the_end_alone(axes: str):
    compare(pooled(node("Squeeze", axes, "y")), (1, 8, 8))
    with pytest.raises(Refusal, match="Squeeze"):
        read(pooled(node("Squeeze", axes, "s"), node("MatMul", "s w", "y")))


def test_a_single_number_may_lose_its_axis():
    nodes = [node("Flatten", "g", "f"), node("MatMul", "f one", "z"), node("Sigmoid", "z", "p")]
    data = pooled(*nodes, node("Squeeze", "p last", "y"), one=RANDOM.normal(size=(10, 1)))
    values = np.random.default_rng(1).random((1, 1, 8, 8), np.float32)
    (expected,) = run(data, values)
    np.testing.assert_allclose(answer(read(data), values[0].transpose(1, 2, 0))[1], expected[0], atol=WITHIN)


@pytest.mark.parametrize(
    "bad",
    [
        (node("Squeeze", "g third", "s"), node("Relu", "s", "t"), node("Squeeze", "t third", "y")),
        (node("Gather", "r first", "s", axis=2), node("Gather", "s first", "y", axis=2)),
        (node("Gather", "g first", "s", axis=0), node("Flatten", "s", "y")),
        (node("Squeeze", "r third", "y"),),
    ],
    ids=["an activation between", "a row of a map", "a picture of a batch", "a side that is not 1"],
)
def test_axes_that_no_layer_has_are_refused(bad: tuple[Any, ...]):
    with pytest.raises(Refusal, match=r"\((Squeeze|Gather|Relu)\) has"):
        read(pooled(*bad))


def test_gates_of_maps_get_their_sides_of_1_one_after_the_other():
    """`x * gate.unsqueeze(-1).unsqueeze(-1)`, as in squeeze and excitation."""
    nodes = [
        node("Flatten", "g", "f"),
        node("MatMul", "f square", "z"),
        node("Sigmoid", "z", "gate"),
        node("Unsqueeze", "gate last", "s"),
        node("Unsqueeze", "s last", "t"),
        node("Mul", "r t", "m"),
        node("GlobalAveragePool", "m", "h"),
        node("Flatten", "h", "i"),
        node("MatMul", "i w", "y"),
    ]
    network = compare(pooled(*nodes, square=RANDOM.normal(size=(10, 10))), (1, 8, 8))
    assert "Permute" not in kinds(network)


END_IN_MAPS: dict[str, tuple[Any, ...]] = {
    "logits": (node("Relu", "g", "y"),),
    "a softmax": (node("Softmax", "g", "y", axis=1),),
    "a softmax, flattened": (node("Softmax", "g", "s", axis=1), node("Flatten", "s", "y")),
    "a softmax of a convolution": (node("Conv", "g q", "q1"), node("Softmax", "q1", "s", axis=1),
                                   node("Squeeze", "s both", "y")),
    "log_softmax": (node("LogSoftmax", "g", "y", axis=1),),
}  # fmt: skip


@pytest.mark.parametrize("opset", [11, 17])
@pytest.mark.parametrize("end", END_IN_MAPS)
def test_maps_of_one_cell_may_be_the_answer(end: str, opset: int):
    nodes = [
        node("Squeeze", "s", "y", axes=[2, 3]) if opset < 13 and each.op_type == "Squeeze" else each
        for each in END_IN_MAPS[end]
    ]
    network = compare(pooled(*nodes, opset=opset, q=RANDOM.normal(size=(10, 10, 1, 1))), (1, 8, 8))
    assert network.architecture.output_shape(network.architecture.layers[-1].name) == (10,)


@pytest.mark.parametrize("axis", [2, 3])
def test_a_softmax_along_rows_or_columns_is_refused(axis: int):
    with pytest.raises(Refusal, match="Softmax"):
        read(pooled(node("Softmax", "g", "y", axis=axis)))


@pytest.mark.parametrize("policy", ["stretch", "not_larger"])
def test_a_resize_says_how_it_keeps_sides_in_proportion(policy: str):
    """PyTorch's newer exporter writes every attribute, at its default."""
    more = {"keep_aspect_ratio_policy": policy, "exclude_outside": 0, "extrapolation_value": 0.0, "antialias": 0}
    resized = node("Resize", "c   s", "v", mode="linear", cubic_coeff_a=-0.75, nearest_mode="floor", **more)
    data = shaped(resized, units=2 * 9 * 12, s=np.array([1, 2, 9, 12]), opset=18)
    if policy == "stretch":
        assert "Resizing" in kinds(compare(data, (1, 8, 8)))
    else:
        with pytest.raises(Refusal, match="Resize"):
            read(data)


CEILED = [
    ("MaxPool", 14, 3, 2, 0), ("MaxPool", 15, 2, 2, 0), ("MaxPool", 28, 3, 3, 0), ("MaxPool", 13, 3, 2, 1),
    ("MaxPool", 14, 3, 2, 1), ("MaxPool", 15, 3, 2, 0), ("AveragePool", 14, 3, 2, 0), ("AveragePool", 15, 2, 2, 0),
]  # fmt: skip
"""Operator, side of the picture, window, stride and padding: their number of windows is rounded up but for one."""


@pytest.mark.parametrize(("operator", "side", "size", "stride", "pad"), CEILED)
def test_the_number_of_windows_may_be_rounded_up(operator: str, side: int, size: int, stride: int, pad: int):
    attributes = {"kernel_shape": [size] * 2, "strides": [stride] * 2, "pads": [pad] * 4, "ceil_mode": 1}
    made = -(-(side + 2 * pad - size) // stride) + 1
    nodes = [node("Relu", "x", "r"), node(operator, "r", "p", **attributes), node("Flatten", "p", "f")]
    data = file([*nodes, node("MatMul", "f w", "y")], weights(w=(2 * made * made, 3)), (1, 2, side, side))
    compare(data, (2, side, side))


@pytest.mark.parametrize("pad", [0, 1])
def test_an_average_that_counts_padding_counts_nothing_beyond_it(pad: int):
    """Since opset 19; before, ONNX Runtime counts what PyTorch does not count."""
    attributes = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [pad] * 4, "ceil_mode": 1, "count_include_pad": 1}
    nodes = [node("AveragePool", "x", "p", **attributes), node("Flatten", "p", "f"), node("MatMul", "f w", "y")]
    side = 7 + pad
    found = weights(w=(side * side, 3))
    compare(file(nodes, found, (1, 1, 14, 14), opset=19), (1, 14, 14))
    with pytest.raises(Refusal, match="AveragePool"):
        read(file(nodes, found, (1, 1, 14, 14), opset=18))


@pytest.mark.parametrize(
    ("operator", "size", "stride", "side"), [("MaxPool", 3, 3, 28), ("AveragePool", 3, 3, 28), ("MaxPool", 1, 2, 6)]
)
def test_windows_rounded_up_that_no_layer_has_are_refused(operator: str, size: int, stride: int, side: int):
    """Two rows beyond the picture, behind values below 0 or for a mean; and a window that begins there."""
    attributes = {"kernel_shape": [size] * 2, "strides": [stride] * 2, "ceil_mode": 1}
    with pytest.raises(Refusal, match=operator):
        read(file([node(operator, "x", "p", **attributes), node("Flatten", "p", "y")], {}, (1, 1, side, side)))
