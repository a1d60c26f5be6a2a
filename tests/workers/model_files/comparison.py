"""Compare what a network computes here with what Keras computed."""

from __future__ import annotations

import numpy as np

from cnnviz.core.inference.trace import trace
from cnnviz.core.networks.network import Network
from cnnviz.workers.model_files.reader import ReadNetwork

TOLERANCE = 1e-6
"""Of the largest value of the layer."""


def compare(found: ReadNetwork, expected: dict[str, np.ndarray]) -> float:
    """Return the largest difference of any layer, in parts of its largest value."""
    network = Network(found.architecture, found.weights)
    worst = 0.0
    seen = set()
    for at, picture in enumerate(expected["x"]):
        # An activation that has a layer of its own here comes after the layer that has it in the file.
        values = {layer.name.removesuffix(".activate"): layer.after for layer in trace(network, picture).layers}
        for name in values.keys() & expected.keys():
            seen.add(name)
            keras = expected[name][at]
            if keras.shape == (1,) and values[name].shape == (2,) and name == list(values)[-1]:
                keras = np.array([1 - keras[0], keras[0]])  # a single sigmoid is two classes here
            ours = values[name][1:] if keras.shape == (1,) and values[name].shape == (2,) else values[name]
            difference = np.abs(ours.reshape(keras.shape) - keras).max()
            worst = max(worst, float(difference / max(np.abs(keras).max(), 1e-12)))
    assert seen == expected.keys() - {"x"}, "a layer is not compared"
    return worst
