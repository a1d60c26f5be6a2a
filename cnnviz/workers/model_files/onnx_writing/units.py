"""Write Dense layers as ONNX."""

from __future__ import annotations

from typing import Any

from cnnviz.core.layers import Shape, Weights
from cnnviz.workers.model_files.onnx_writing.activations import end_layer
from cnnviz.workers.model_files.onnx_writing.graph import NHWC, Graph, Value, name_value


def write_dense(graph: Graph, layer: Any, x: Value, shape: Shape, weights: Weights) -> Value:
    value = graph.bring(x, NHWC)
    kernel = graph.keep("kernel", weights["kernel"])
    bias = graph.keep("bias", weights["bias"]) if layer.use_bias else ""

    def add(to: str) -> str:
        if bias and len(shape) == 1:
            return graph.add("Gemm", value.name, kernel, bias, to=to)
        if bias:
            return graph.add("Add", graph.add("MatMul", value.name, kernel), bias, to=to)
        return graph.add("MatMul", value.name, kernel, to=to)

    return end_layer(graph, add, name_value(graph, shape, NHWC), layer.activation)
