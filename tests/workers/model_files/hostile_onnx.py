"""`.onnx` files that are damaged or a trap, and the words with which each is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tests.workers.model_files.onnx_files import WEIGHTS, file, model, node, small_nodes


def changed(change: Callable[[Any], object]) -> bytes:
    made = model()
    change(made)
    data: bytes = made.SerializeToString()
    return data


def at(place: int, *attributes: str, **values: Any) -> bytes:
    """Return a file with other attributes of one node, those named in `attributes` left out."""
    nodes = small_nodes()
    kept = [each for each in nodes[place].attribute if each.name not in {*attributes, *values}]
    del nodes[place].attribute[:]
    nodes[place].attribute.extend([*kept, *(helper.make_attribute(name, value) for name, value in values.items())])
    return file(nodes)


def instead(place: int, other: Any) -> bytes:
    nodes = small_nodes()
    nodes[place] = other
    return file(nodes)


def weight(name: str, value: Any) -> bytes:
    return file(weights={**WEIGHTS, name: value})


def tensor(**fields: Any) -> Any:
    """Return the first kernel as a tensor with other fields."""
    made = numpy_helper.from_array(WEIGHTS["conv.weight"], "conv.weight")
    for name, value in fields.items():
        if name == "dims":
            made.dims[:] = value
        elif name == "float_data":
            made.ClearField("raw_data")
            made.float_data.extend(value)
        else:
            setattr(made, name, value)
    return made


def external(location: str) -> Any:
    made = tensor(data_location=onnx.TensorProto.EXTERNAL)
    made.ClearField("raw_data")
    made.external_data.add(key="location", value=location)
    return made


def poisoned(value: float) -> np.ndarray:
    array = WEIGHTS["fc.weight"].copy()
    array[3, 4] = value
    return array


def subgraph() -> Any:
    return node("If", "x", "conv", then_branch=model().graph, else_branch=model().graph)


def function(made: Any) -> None:
    body = [helper.make_node("Relu", ["a"], ["b"])]
    made.functions.append(helper.make_function("own", "f", ["a"], ["b"], body, [helper.make_opsetid("", 17)]))


def custom_domain(made: Any) -> None:
    made.opset_import.append(helper.make_opsetid("evil", 1))
    made.graph.node[1].domain = "evil"


def sparse(made: Any) -> None:
    made.graph.sparse_initializer.add().dims.extend([10**9, 10**9])


def second_input(made: Any) -> None:
    made.graph.input.append(helper.make_tensor_value_info("z", 1, [1, 1, 8, 8]))


def second_output(made: Any) -> None:
    made.graph.output.append(helper.make_tensor_value_info("act", 1, None))


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut": (lambda: file()[:-7], "damaged or cut short|an array has more or fewer bytes"),
    "text": (lambda: b"\x08\x08\x12hello" * 9, "damaged or cut short"),
    "nothing in it": (lambda: b"\x08\x08\x12\x00", "opset ?"),
    "no graph": (lambda: changed(lambda made: made.ClearField("graph")), "0 inputs"),
    "old opset": (lambda: file(opset=6), "opset 6; 7 to 26 are read"),
    "new opset": (lambda: file(opset=99), "opset 99"),
    "two opsets": (lambda: changed(lambda made: made.opset_import.add(version=18)), "opset 17, 18"),
    "external weights": (lambda: weight("conv.weight", external("weights.bin")), "lie in another file"),
    "external password file": (lambda: weight("conv.weight", external("../../etc/passwd")), "lie in another file"),
    "function": (lambda: changed(function), "functions, sparse arrays or a training"),
    "training": (lambda: changed(lambda made: made.training_info.add()), "functions, sparse arrays or a training"),
    "sparse": (lambda: changed(sparse), "functions, sparse arrays or a training"),
    "other domain": (lambda: changed(custom_domain), "Node /act/Relu is of the kind Relu"),
    "branches of a program": (lambda: instead(0, subgraph()), "is of the kind If"),
    "loop": (lambda: instead(1, node("Loop", "conv", "act")), "is of the kind Loop"),
    "graph in an attribute": (lambda: at(1, body=model().graph), "has the attribute body"),
    "graph as a known attribute": (lambda: at(0, strides=model().graph), "has the attribute strides"),
    "unknown attribute": (lambda: at(0, secret=1), "has the attribute secret"),
    "attribute of another kind": (lambda: at(0, group="one"), "Node /conv/Conv (Conv) has"),
    "many numbers": (lambda: at(0, strides=[1] * 10_000), "has the attribute strides"),
    "negative pads": (lambda: at(0, pads=[-1] * 4), "(Conv) has"),
    "stride of 0": (lambda: at(0, strides=[0, 0]), "(Conv) has"),
    "pads of gigabytes": (lambda: at(0, pads=[10**9] * 4), "padding"),
    "other kernel": (lambda: at(0, kernel_shape=[5, 5]), "(Conv) has"),
    "infinite": (lambda: at(4, alpha=float("inf")), "has the attribute alpha"),
    "factor": (lambda: at(4, alpha=2.0), "(Gemm) has"),
    "NaN": (lambda: weight("fc.weight", poisoned(np.nan)), "infinite or not a number"),
    "infinity": (lambda: weight("fc.weight", poisoned(np.inf)), "infinite or not a number"),
    "too large for float32": (lambda: weight("fc.bias", np.full(10, 1e300)), "infinite or not a number"),
    "whole numbers": (lambda: weight("fc.bias", np.zeros(10, np.int64)), "no floating-point numbers"),
    "quantized": (lambda: weight("conv.weight", np.zeros((2, 1, 3, 3), np.int8)), "without quantization"),
    "complex": (lambda: weight("fc.bias", np.zeros(10, np.complex64)), "without quantization"),
    "texts": (lambda: weight("fc.bias", np.array(["a"] * 10, object)), "without quantization"),
    "shape bomb": (lambda: weight("conv.weight", tensor(dims=[10**9, 10**9])), "more or fewer bytes"),
    "overflowing shape": (lambda: weight("conv.weight", tensor(dims=[2**62, 4, 4])), "more or fewer bytes"),
    "negative shape": (lambda: weight("conv.weight", tensor(dims=[-2, -9])), "the shape of an array is damaged"),
    "many axes": (lambda: weight("conv.weight", tensor(dims=[1] * 100_000)), "the shape of an array is damaged"),
    "fewer numbers": (lambda: weight("conv.weight", tensor(float_data=[1.0])), "more or fewer numbers"),
    "other shape": (lambda: weight("fc.weight", WEIGHTS["fc.weight"][:, :9]), "(Gemm) has"),
    "other bias": (lambda: weight("fc.bias", np.zeros(9, np.float32)), "(Gemm) has"),
    "missing array": (lambda: changed(lambda made: made.graph.initializer.pop()), "computed after it, or nowhere"),
    "array twice": (
        lambda: changed(lambda made: made.graph.initializer.append(made.graph.initializer[0])),
        "two of its arrays have one name",
    ),
    "value twice": (lambda: instead(1, node("Relu", "conv", "conv")), "two of its values have one name"),
    "loop of nodes": (lambda: file(small_nodes()[::-1]), "computed after it, or nowhere"),
    "reads itself": (lambda: instead(0, node("Relu", "conv", "conv")), "computed after it, or nowhere"),
    "dead end": (lambda: file([*small_nodes(), node("Relu", "y", "z")]), "do not end in its output"),
    "two inputs": (lambda: changed(second_input), "2 inputs"),
    "two outputs": (lambda: changed(second_output), "2 outputs"),
    "no output": (lambda: changed(lambda made: made.graph.output.pop()), "0 outputs"),
    "any size": (lambda: file(shape=("batch", 1, "height", "width")), "pictures of a fixed size"),
    "a row": (lambda: file(shape=("batch", 64)), "pictures of a fixed size"),
    "volume": (lambda: file(shape=("batch", 1, 8, 8, 8)), "pictures of a fixed size"),
    "large picture": (lambda: file(shape=("batch", 1, 10**6, 10**6)), "|"),
    "many nodes": (lambda: file([node("Relu", "x", f"v{place}") for place in range(5_000)]), "5,000 nodes"),
    "empty nodes": (lambda: changed(lambda made: [made.graph.node.add() for _ in range(9_000)]), "9,005 nodes"),
    "many layers": (lambda: file(deep(900), output="v899"), "900 layers"),
    "many inputs of a node": (lambda: instead(1, node("Sum", "conv " * 99 + "conv", "act")), "reads too much"),
    "wide": (lambda: file(wide(), wide_weights()), "at most"),
    "long name": (lambda: instead(1, node("R" * 10**6, "conv", "act")), "is of the kind R"),
    "control characters": (lambda: instead(1, node("\x1b[31m\n", "conv", "act")), "is of the kind ?[31m?"),
    "end in a map": (lambda: file(small_nodes()[:3], output="pool"), "answer|softmax|Dense"),
    "shape of nothing": (lambda: file([node("Reshape", "x x", "y")]), "(Reshape) has"),
    "shape of fractions": (lambda: file([node("Reshape", "x conv.bias", "y")]), "(Reshape) has"),
    "resized to gigabytes": (
        lambda: file([node("Resize", "x  s", "y", mode="linear")], {"s": np.array([1, 1, 1e3, 1e3], np.float32)}),
        "up to|at most|from 1 to",
    ),
}


def deep(number: int) -> list[Any]:
    return [node("Relu", f"v{place - 1}" if place else "x", f"v{place}") for place in range(number)]


def wide() -> list[Any]:
    """Return a network whose maps grow beyond any limit, from small kernels: 8 x 8 pixels to 4096 x 4096."""
    names = ["x", *(f"v{place}" for place in range(9))]
    attributes = {"kernel_shape": [2, 2], "strides": [2, 2]}
    return [node("ConvTranspose", f"{a} k", b, **attributes) for a, b in zip(names, [*names[1:], "y"], strict=True)]


def wide_weights() -> dict[str, Any]:
    return {"k": np.ones((1, 1, 2, 2), np.float32)}
