"""ONNX files as other programs write them, made node by node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

RANDOM = np.random.default_rng(5)

WEIGHTS = {
    "conv.weight": RANDOM.normal(size=(2, 1, 3, 3)).astype(np.float32),
    "conv.bias": RANDOM.normal(size=2).astype(np.float32),
    "fc.weight": (RANDOM.normal(size=(10, 18)) / 4).astype(np.float32),
    "fc.bias": RANDOM.normal(size=10).astype(np.float32),
}
"""Those of `small_nodes`, in the order of PyTorch."""


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    """Return a node that reads the values named in `inputs`, with spaces between."""
    return helper.make_node(operator, inputs.split(" "), [output], name=f"/{output}/{operator}", **attributes)


def small_nodes() -> list[Any]:
    """Return the nodes of a convolutional network for pictures of 8 x 8, as torch.onnx.export writes it."""
    return [
        node("Conv", "x conv.weight conv.bias", "conv", kernel_shape=[3, 3], pads=[0] * 4, strides=[1, 1], group=1),
        node("Relu", "conv", "act"),
        node("MaxPool", "act", "pool", kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4, ceil_mode=0),
        node("Flatten", "pool", "flat", axis=1),
        node("Gemm", "flat fc.weight fc.bias", "y", alpha=1.0, beta=1.0, transB=1),
    ]


def model(
    nodes: Sequence[Any] | None = None,
    weights: dict[str, Any] | None = None,
    shape: Sequence[Any] = ("batch", 1, 8, 8),
    opset: int = 17,
    output: str = "y",
) -> Any:
    """Return a model; weights are arrays by name, or tensors as they are."""
    found = WEIGHTS if weights is None else weights
    tensors = [
        numpy_helper.from_array(array, name) if isinstance(array, np.ndarray) else array
        for name, array in found.items()
    ]
    float32 = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        small_nodes() if nodes is None else list(nodes),
        "main_graph",
        [helper.make_tensor_value_info("x", float32, shape)],
        [helper.make_tensor_value_info(output, float32, None)],
        tensors,
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name="pytorch"
    )


def file(*args: Any, **more: Any) -> bytes:
    data: bytes = model(*args, **more).SerializeToString()
    return data
