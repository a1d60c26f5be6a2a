"""Write a network as an ONNX file, with the operators of opset 18 (github.com/onnx/onnx, "Operators.md").

The file reads pictures as the engine does: (batch, rows, columns, channels), called NHWC. Convolutions and poolings of
ONNX have the channels second (NCHW), so axes are swapped where the layout changes; every value ends in its layout.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import onnx
from onnx import helper, numpy_helper

from cnnviz.core import layers as kinds
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer, Shape, Weights
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.networks.architecture import PICTURE
from cnnviz.core.networks.network import Network
from cnnviz.workers.model_files.onnx_writing import activations, merging, normalization, shaping, units, windows
from cnnviz.workers.model_files.onnx_writing.graph import NHWC, Graph, Value

INPUT, OUTPUT = "picture", "probabilities"
"""The graph's input and output. Values of layers have a stroke in their names, so that none of them is called so."""

OPSET = 18
IR_VERSION = 8
"""Versions of operators and of the file: the first that have all we need, so that older programs read it too."""

NO_REMARKS: Mapping[str, str] = MappingProxyType({})


def write(network: Network, remarks: Mapping[str, str] = NO_REMARKS) -> bytes:
    """Return `network` as an ONNX file.

    The input `picture` is float32 (batch, rows, columns, channels), the output `probabilities` (batch, classes). Names
    of classes, title and layout are in the file's `metadata_props`. Layers that work in training only are left out.

    Args:
        network: The network.
        remarks: Further entries of the file's `metadata_props`, such as a title in place of the network's name.

    Raises:
        Refusal: If a layer is of a kind that has no form in ONNX here.
    """
    architecture = network.architecture
    graph = Graph(architecture.layers[0])
    values = {PICTURE: Value(INPUT, architecture.input_shape, NHWC)}
    for layer in architecture.layers:
        graph.layer, graph.count = layer, 0
        inputs = [values[source] for source in architecture.sources(layer.name)]
        shape = architecture.output_shape(layer.name)
        values[layer.name] = _write_layer(graph, layer, inputs, shape, network.weights_of(layer.name))
    answer = values[architecture.layers[-1].name]
    return _finish(network, graph, answer, remarks)


def _finish(network: Network, graph: Graph, answer: Value, remarks: Mapping[str, str]) -> bytes:
    """Return the file of a whole graph."""
    architecture = network.architecture
    for node in graph.nodes:
        for names in (node.input, node.output):
            names[:] = [OUTPUT if name == answer.name else name for name in names]
    described = helper.make_graph(
        graph.nodes,
        architecture.name,
        [_describe(INPUT, ["batch", *architecture.input_shape])],
        [_describe(OUTPUT, ["batch", len(architecture.classes)])],
        [numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
    )
    model = helper.make_model(
        described,
        producer_name="cnnviz",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        doc_string="Reads pictures as (batch, rows, columns, channels); gives a probability for each class.",
    )
    found = {
        "title": architecture.name,
        "classes": json.dumps(list(architecture.classes), ensure_ascii=False),
        "input_layout": "NHWC",
        "input_range": f"0 to {architecture.highest_input:g}",
    }
    helper.set_model_props(model, {**found, **remarks})
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _describe(name: str, shape: Sequence[Any]) -> Any:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def _write_layer(graph: Graph, layer: Layer, inputs: Sequence[Value], shape: Shape, weights: Weights) -> Value:
    """Write one layer; return its output."""
    if isinstance(layer, PassThrough):
        return inputs[0]
    if isinstance(layer, kinds.Merge):
        return merging.write_merge(graph, layer, inputs, shape)
    if type(layer) not in WRITERS:
        raise Refusal(
            "Layer {layer} is of the kind {kind}, which has no form in ONNX here. Export it as .keras instead.",
            layer=layer.name,
            kind=layer.kind,
        )
    return WRITERS[type(layer)](graph, layer, inputs[0], shape, weights)


WRITERS: dict[type[Layer], Callable[[Graph, Any, Value, Shape, Weights], Value]] = {
    kinds.Conv2D: windows.write_conv,
    kinds.DepthwiseConv2D: windows.write_depthwise,
    kinds.SeparableConv2D: windows.write_separable,
    kinds.Conv2DTranspose: windows.write_transposed,
    kinds.MaxPooling2D: windows.write_pooling,
    kinds.AveragePooling2D: windows.write_pooling,
    kinds.GlobalMaxPooling2D: windows.write_global_pooling,
    kinds.GlobalAveragePooling2D: windows.write_global_pooling,
    kinds.Dense: units.write_dense,
    kinds.BatchNormalization: normalization.write_batch_normalization,
    kinds.Normalization: normalization.write_normalization,
    kinds.LayerNormalization: normalization.write_layer_normalization,
    kinds.GroupNormalization: normalization.write_group_normalization,
    kinds.Flatten: shaping.write_reshape,
    kinds.Reshape: shaping.write_reshape,
    kinds.Permute: shaping.write_permute,
    kinds.ZeroPadding2D: shaping.write_padding,
    kinds.Cropping2D: shaping.write_cropping,
    kinds.UpSampling2D: shaping.write_upsampling,
    kinds.Resizing: shaping.write_resizing,
    kinds.Rescaling: shaping.write_rescaling,
    kinds.Activation: activations.write_activation,
    kinds.Softmax: activations.write_activation,
    kinds.ReLU: activations.write_relu,
    kinds.LeakyReLU: activations.write_leaky_relu,
    kinds.ELU: activations.write_elu,
    kinds.PReLU: activations.write_prelu,
}
"""What writes each kind of layer that computes something."""
