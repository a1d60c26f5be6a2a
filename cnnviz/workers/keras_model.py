"""Convert an architecture or a network to a Keras model, and read the weights of a model."""

import os
from collections.abc import Mapping

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow: a worker's stderr is for errors
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Without oneDNN TensorFlow refuses transposed convolutions with dilation, and it switches oneDNN on by itself only on
# processors with instructions for networks.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Layer, Merge, to_json
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.core.networks.network import Network


def to_keras_layer(layer: Layer) -> keras.layers.Layer:
    """Return the Keras layer of the same kind, name and settings, not built yet."""
    settings = to_json(layer)
    return getattr(keras.layers, settings.pop("kind"))(**settings)


def build(architecture: Architecture) -> keras.Model:
    """Build an architecture as a Keras model with new random weights, not compiled: a chain as a Sequential."""
    name = architecture.name.replace("-", "_")
    made = [to_keras_layer(layer) for layer in architecture.layers]
    if architecture.is_chain:
        return keras.Sequential([keras.layers.Input(architecture.input_shape), *made], name=name)
    outputs = {PICTURE: keras.Input(architecture.input_shape, name=_name_input(architecture))}
    for layer, theirs in zip(architecture.layers, made, strict=True):
        read = [outputs[source] for source in architecture.sources(layer.name)]
        outputs[layer.name] = theirs(read if isinstance(layer, Merge) else read[0])
    return keras.Model(outputs[PICTURE], outputs[architecture.layers[-1].name], name=name)


def _name_input(architecture: Architecture) -> str:
    """Return a name for the picture that no layer has."""
    name = "input_layer"
    while name in architecture.sources_by_layer:
        name += "_"
    return name


def to_model(network: Network) -> keras.Model:
    """Convert a network to a Keras model with its weights, not compiled."""
    model = build(network.architecture)
    for layer in model.layers:
        weights = network.weights_of(layer.name)
        set_weights(layer, weights)
    return model


def set_weights(layer: keras.layers.Layer, weights: Mapping[str, np.ndarray]) -> None:
    """Give a built Keras layer its weights, by name."""
    layer.set_weights([weights[variable.name] for variable in layer.weights if variable.name in weights])
    if isinstance(layer, keras.layers.Normalization):
        layer.finalize_state()  # it computes with copies of its weights


def read_weights(model: keras.Model) -> dict[str, dict[str, np.ndarray]]:
    """Read the weights of a model by layer and name, float32 copies whatever precision the model has."""
    return {layer.name: _read_weights_of(layer) for layer in model.layers if layer.weights}


def _read_weights_of(layer: keras.layers.Layer) -> dict[str, np.ndarray]:
    names = [variable.name for variable in layer.weights]
    if len(set(names)) != len(names):
        raise Refusal(
            "Every weight of a layer needs its own name. Received: {names}. Use a layer kind that cnnviz knows.",
            names=", ".join(names),
        )
    arrays = layer.get_weights()
    return {name: np.asarray(array, dtype=np.float32) for name, array in zip(names, arrays, strict=True)}
