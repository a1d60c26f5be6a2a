"""Read Gemm and MatMul of ONNX as Dense layers."""

from __future__ import annotations

import numpy as np

from cnnviz.core import layers as kinds
from cnnviz.workers.model_files.onnx_reading.builder import (
    NHWC,
    Builder,
    Unsupported,
    Value,
)
from cnnviz.workers.model_files.onnx_reading.windows import read_bias


def read_gemm(builder: Builder) -> Value:
    builder.expect(alpha=1.0, beta=1.0, transA=0)
    kernel = builder.constant(1)
    if kernel.ndim != 2:
        raise Unsupported
    return _add_dense(builder, builder.value(), kernel.T if builder.get("transB", 0) else kernel)


def read_product(builder: Builder) -> Value:
    kernel = builder.constant(1)
    value = builder.value()
    if kernel.ndim != 2:
        raise Unsupported
    return _add_dense(builder, value if len(value.shape) == 1 else builder.settle(value, NHWC), kernel)


def _add_dense(builder: Builder, value: Value, kernel: np.ndarray) -> Value:
    """Add a Dense layer; its rows are brought from the order of the file to ours."""
    if kernel.shape[0] != value.shape[-1]:
        raise Unsupported
    if value.mixed:
        rows, columns, maps = value.mixed
        kernel = kernel.reshape(maps, rows, columns, -1).transpose(1, 2, 0, 3).reshape(kernel.shape)
    weights = {"kernel": kernel, **read_bias(builder, kernel.shape[1])}
    return builder.add(
        kinds.Dense, value, axes=value.axes, weights=weights, units=kernel.shape[1], use_bias="bias" in weights
    )
