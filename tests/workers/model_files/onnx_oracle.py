"""Compute networks with ONNX Runtime, an independent implementation of what an ONNX file says."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime

from cnnviz.core.inference.trace import trace
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.networks.network import Network
from cnnviz.workers.model_files.onnx_writing import writer
from cnnviz.workers.model_files.onnx_writing.graph import NCHW, NHWC, UNITS
from cnnviz.workers.model_files.onnx_writing.writer import OUTPUT


def run(data: bytes, pictures: np.ndarray, *names: str) -> list[np.ndarray]:
    """Return values of a file by name, its output if none is named, for pictures (n, rows, columns, channels)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    found: list[np.ndarray] = session.run(list(names) or None, {session.get_inputs()[0].name: pictures})
    return found


def compare_layers(network: Network, picture: np.ndarray, least: float = 1e-12) -> dict[str, float]:
    """Return for each layer that is written how far the two are apart, in parts of its largest value, or of `least`.

    The last layer's value is the output; those of the others become outputs as well.
    """
    model = onnx.load_from_string(writer.write(network))
    onnx.checker.check_model(model, full_check=True)
    steps = trace(network, picture).layers
    names = {step.name: find_value(model, step.name) for step in steps[:-1] if step.name not in left_out(network)}
    assert all(names.values()), "a layer is not compared"
    for name in names.values():
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    names[steps[-1].name] = OUTPUT
    values = run(model.SerializeToString(), picture[np.newaxis], *names.values())
    ours = {step.name: step.after for step in steps}
    found = {}
    for (layer, name), value in zip(names.items(), values, strict=True):
        theirs = value[0].transpose(1, 2, 0) if name.endswith(NCHW) else value[0]
        assert theirs.shape == ours[layer].shape
        largest = max(float(np.abs(ours[layer]).max()), least)
        found[layer] = float(np.abs(theirs - ours[layer]).max()) / largest
    return found


def left_out(network: Network) -> set[str]:
    """Return the names of the layers that work in training only."""
    return {layer.name for layer in network.architecture.layers if isinstance(layer, PassThrough)}


def find_value(model: onnx.ModelProto, layer: str) -> str:
    """Return the name of a layer's output as it was first made, "" if the file has none."""
    found = [name for node in model.graph.node for name in node.output]
    possible = [f"{layer}/{layout}" for layout in (NCHW, NHWC, UNITS)]
    return next((name for name in found if name in possible), "")
