"""Translate the nodes of an ONNX graph to layers, operator by operator.

Each function reads the node of the builder and returns the value that it makes. A form that is not read raises
`Unsupported`; the words for it name the node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnnviz.core import layers as kinds
from cnnviz.core.layers.activations.functions import SELU_ALPHA, SELU_SCALE
from cnnviz.workers.model_files.onnx_reading import activations, merging, normalization, shaping, units, windows
from cnnviz.workers.model_files.onnx_reading.builder import Builder, Row, Value


def _pass_on(builder: Builder) -> Value:
    return builder.value()


def _read_cast(builder: Builder) -> Value:
    builder.expect(to=1)
    return builder.value()


READERS: Mapping[str, Callable[[Builder], Value | Row]] = {
    "Add": merging.read_arithmetic,
    "AveragePool": windows.read_pooling,
    "BatchNormalization": normalization.read_batch_normalization,
    "Cast": _read_cast,
    "Celu": activations.read_activation("celu", alpha=(1.0, 1.0)),
    "Clip": activations.read_clip,
    "Concat": merging.read_concat,
    "Conv": windows.read_conv,
    "ConvTranspose": windows.read_transposed,
    "Div": merging.read_arithmetic,
    "Dropout": _pass_on,
    "Elu": activations.read_elu,
    "Flatten": shaping.read_flatten,
    "Gather": shaping.read_gather,
    "Gelu": activations.read_gelu,
    "Gemm": units.read_gemm,
    "GlobalAveragePool": windows.read_global_pooling,
    "GlobalMaxPool": windows.read_global_pooling,
    "GroupNormalization": normalization.read_group_normalization,
    "HardSigmoid": activations.read_activation("hard_sigmoid", alpha=(0.2, 1 / 6), beta=(0.5, 0.5)),
    "HardSwish": activations.read_activation("hard_silu"),
    "Identity": _pass_on,
    "InstanceNormalization": normalization.read_instance_normalization,
    "LayerNormalization": normalization.read_layer_normalization,
    "LeakyRelu": activations.read_leaky_relu,
    "LogSoftmax": activations.read_log_softmax,
    "MatMul": units.read_product,
    "Max": merging.read_merge(kinds.Maximum),
    "MaxPool": windows.read_pooling,
    "Mean": merging.read_merge(kinds.Average),
    "Min": merging.read_merge(kinds.Minimum),
    "Mish": activations.read_activation("mish"),
    "Mul": merging.read_arithmetic,
    "PRelu": activations.read_prelu,
    "Pad": shaping.read_pad,
    "ReduceMax": windows.read_reduction(kinds.GlobalMaxPooling2D),
    "ReduceMean": windows.read_reduction(kinds.GlobalAveragePooling2D),
    "Relu": activations.read_activation("relu"),
    "Reshape": shaping.read_reshape,
    "Resize": shaping.read_resize,
    "Selu": activations.read_activation("selu", alpha=(1.67326319, SELU_ALPHA), gamma=(1.05070102, SELU_SCALE)),
    "Shrink": activations.read_shrink,
    "Sigmoid": activations.read_activation("sigmoid"),
    "Slice": shaping.read_slice,
    "Softmax": activations.read_softmax,
    "Softplus": activations.read_activation("softplus"),
    "Softsign": activations.read_activation("softsign"),
    "Squeeze": shaping.read_squeeze,
    "Sub": merging.read_arithmetic,
    "Sum": merging.read_merge(kinds.Add),
    "Tanh": activations.read_activation("tanh"),
    "Transpose": shaping.read_transpose,
    "Unsqueeze": shaping.read_unsqueeze,
}
"""Operator -> what reads it. Others are read as parts of an activation, or compute constants."""
