"""Compare what a network computes here with what Keras computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass

import numpy as np

from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.architecture import PICTURE
from cnnviz.core.networks.network import Network
from cnnviz.workers.model_files.reader import ReadNetwork

TOLERANCE = 1e-6
"""Of the largest value of the layer."""


@dataclass(frozen=True)
class Distances:
    """How far apart values of one layer are, in parts of its largest value.

    Attributes:
        keras: Ours and those of Keras in float32.
        exact: Ours and those of Keras in float64; as `keras` if these were not kept.
        keras_exact: Those of Keras in float32 and in float64.
        terms: Sum of the sizes of what a weighted layer adds up, at its largest, in parts of its largest value: from 10
            on, digits are lost because terms cancel. 1 for other layers.
    """

    keras: float = 0.0
    exact: float = 0.0
    keras_exact: float = 0.0
    terms: float = 1.0


def compare(found: ReadNetwork, expected: dict[str, np.ndarray]) -> float:
    """Return the largest difference of any layer from Keras's float32, in parts of its largest value."""
    return max(each.keras for each in measure(found, expected).values())


def measure(found: ReadNetwork, expected: dict[str, np.ndarray]) -> dict[str, Distances]:
    """Return the largest distances of each layer, in the order of the layers."""
    network = Network(found.architecture, found.weights)
    measured: dict[str, Distances] = {}
    for at, read in enumerate(expected["x"]):
        picture = read.reshape(found.architecture.input_shape) if read.ndim == 1 else read
        layers = trace(network, picture).layers
        # An activation that has a layer of its own here comes after the layer that has it in the file.
        values = {layer.name.removesuffix(".activate"): layer.after for layer in layers}
        inputs = {layer.name: layer.after for layer in layers} | {PICTURE: picture}
        for name in (name for name in values if name in expected):
            keras, exact = (
                expected[key][at] for key in (name, f"exact/{name}" if f"exact/{name}" in expected else name)
            )
            ours = values[name]
            if keras.shape == (1,) and ours.shape == (2,):
                if name == list(values)[-1]:  # a single sigmoid is two classes here
                    keras, exact = (np.array([1 - each[0], each[0]]) for each in (keras, exact))
                else:
                    ours = ours[1:]
            if ("logarithms", {}) in found.notes and name == list(values)[-1]:
                keras, exact = np.exp(keras), np.exp(exact)
            largest = max(float(np.abs(keras).max()), 1e-12)
            apart = [
                float(np.abs(a.reshape(keras.shape).astype(np.float64) - b).max()) / largest
                for a, b in ((ours, keras), (ours, exact), (keras, exact))
            ]
            terms = _add_sizes(found, name, inputs) / largest
            before = measured.get(name, Distances())
            measured[name] = Distances(
                *(max(pair) for pair in zip((*apart, terms), astuple(before), strict=True)),
            )
    kept = {name for name in expected if name != "x" and not name.startswith("exact/")}
    assert measured.keys() == kept, "a layer is not compared"
    return measured


def _add_sizes(found: ReadNetwork, name: str, inputs: Mapping[str, np.ndarray]) -> float:
    """Return the largest sum of the sizes of the terms of a weighted layer's cell; 0 for other layers."""
    layer = next(each for each in found.architecture.layers if each.name == name)
    if layer.role != "weighted":
        return 0.0
    (source,) = found.architecture.sources(name)
    weights = {key: np.abs(array) for key, array in found.weights[name].items()}
    return float(layer.forward(np.abs(inputs[source])[None], weights).before.max())
