"""Random networks with branches against Keras 3, an independent implementation: every layer, and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core.inference.gradients import compute_gradient, run_forward
from cnnviz.core.inference.trace import predict, trace
from cnnviz.core.layers import (
    MERGES,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Multiply,
    SeparableConv2D,
    Shape,
    merging,
)
from cnnviz.core.networks import keras_source
from cnnviz.core.networks.architecture import PICTURE, Architecture
from cnnviz.core.networks.training_plan import TrainingPlan
from tests.core import strategies

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorflow"),
]

WITHIN = 1e-6
"""Of the largest value of a layer, each implementation reading what the other read."""

GRADIENTS_WITHIN = 1e-4
"""Of the largest value of a gradient."""

NETWORKS = 12


class Builder:
    """Puts layers together that fit, with random settings: residual, inception and gated blocks."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        side = self.random.integers(6, 13, 2)
        self.picture: Shape = (int(side[0]), int(side[1]), int(self.random.integers(1, 5)))
        self.layers: list[Layer] = []
        self.inputs: list[tuple[str, ...]] = []
        self.shapes: dict[str, Shape] = {PICTURE: self.picture}

    def add(self, layer: Layer, *sources: str) -> str:
        self.layers.append(layer)
        self.inputs.append(sources)
        self.shapes[layer.name] = merging.infer_shape(layer, [self.shapes[source] for source in sources])
        return layer.name

    def name(self) -> str:
        return f"layer_{len(self.layers)}"

    def choose(self, *choices: Any) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def convolve(self, source: str, filters: int = 0) -> str:
        settings: dict[str, Any] = {
            "name": self.name(),
            "kernel_size": self.choose((1, 1), (3, 3), (1, 3), (3, 1)),
            "padding": "same",
            "activation": self.choose("relu", "tanh", "silu", "linear"),
            "use_bias": bool(self.random.integers(2)),
        }
        filters = filters or int(self.random.integers(1, 6))
        kind = self.choose(Conv2D, Conv2D, SeparableConv2D)
        return self.add(kind(**settings, filters=filters), source)

    def block(self, source: str) -> str:
        return str(self.choose(self.residual, self.inception, self.gated, self.merged)(source))

    def residual(self, source: str) -> str:
        inner = self.add(DepthwiseConv2D(name=self.name(), kernel_size=(3, 3), padding="same"), source)
        inner = self.add(BatchNormalization(name=self.name()), inner)
        inner = self.convolve(inner, self.shapes[source][-1])
        joined = self.add(Add(name=self.name()), *self.choose((source, inner), (inner, source), (inner, source, inner)))
        return self.add(Activation(name=self.name(), activation="relu"), joined)

    def inception(self, source: str) -> str:
        pooled = self.add(
            self.choose(MaxPooling2D, AveragePooling2D)(
                name=self.name(), pool_size=(3, 3), strides=(1, 1), padding="same"
            ),
            source,
        )
        branches = [self.convolve(source), self.convolve(self.convolve(source)), self.convolve(pooled), source]
        return self.add(Concatenate(name=self.name(), axis=self.choose(-1, 3)), *branches)

    def gated(self, source: str) -> str:
        """Scale channels by what their means say, as squeeze and excitation do."""
        means = self.add(GlobalAveragePooling2D(name=self.name(), keepdims=self.choose(True, False)), source)
        gate = self.add(Dense(name=self.name(), units=self.shapes[source][-1], activation="sigmoid"), means)
        return self.add(Multiply(name=self.name()), source, gate)

    def merged(self, source: str) -> str:
        kind = self.choose(*(each for name, each in MERGES.items() if name != "Concatenate"))
        filters = self.shapes[source][-1]
        read = self.convolve(source, filters), self.convolve(source, filters)
        return self.add(kind(name=self.name()), *read)

    def finish(self, source: str) -> Architecture:
        if self.choose(True, False):
            source = self.add(MaxPooling2D(name=self.name(), pool_size=(2, 2)), source)
        flat = self.add(self.choose(Flatten, GlobalAveragePooling2D)(name=self.name()), source)
        classes = tuple(f"class {number}" for number in range(int(self.random.integers(2, 12))))
        self.add(Dense(name="answer", units=len(classes), activation="softmax"), flat)
        return Architecture("random", tuple(self.layers), self.picture, tuple(self.inputs), classes)


def draw(seed: int) -> Architecture:
    builder = Builder(seed)
    at = builder.convolve(PICTURE)
    for _ in range(int(builder.random.integers(1, 4))):
        at = builder.block(at)
    return builder.finish(at)


def assert_close(ours: np.ndarray, theirs: np.ndarray, within: float) -> None:
    assert ours.shape == theirs.shape
    largest = np.abs(theirs).max(initial=0)
    assert np.abs(ours - theirs).max(initial=0) <= within * max(largest, 1e-6), (ours, theirs)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_every_layer_and_the_gradients_are_those_of_keras(seed: int) -> None:
    from cnnviz.workers import keras_model  # first, as it quiets TensorFlow

    import keras  # isort: skip
    import tensorflow as tf  # isort: skip

    architecture = draw(seed)
    network = strategies.network(architecture, seed)
    digit = np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)
    model = keras_model.to_model(network)
    assert model.count_params() == architecture.parameters
    names = [layer.name for layer in architecture.layers]
    # 1. Every layer, each reading what ours read.
    traced = trace(network, digit)
    for ours in traced.layers:
        read = [tf.constant(traced.get_values(source)[np.newaxis]) for source in ours.sources]
        theirs = model.get_layer(ours.name)(read if ours.layer.role == "merging" else read[0], training=False)
        assert_close(ours.after, np.asarray(theirs)[0], WITHIN)
    # 2. The whole, and the gradients at the picture and at every layer that the answer depends on.
    whole = keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    last = model.get_layer(names[-1])
    last.activation = keras.activations.linear
    watched = tf.Variable(digit[np.newaxis])
    with tf.GradientTape(persistent=True) as tape:
        made = dict(zip(names, whole(watched, training=False), strict=True))
        weighting = np.random.default_rng(seed + 1).normal(size=len(architecture.classes)).astype(np.float32)
        total = tf.reduce_sum(made[names[-1]] * weighting)
    run = run_forward(network, digit[np.newaxis])
    assert_close(run.logits, np.asarray(made[names[-1]]), 1e-5)
    np.testing.assert_allclose(predict(network, digit[np.newaxis]), tf.nn.softmax(made[names[-1]]), atol=1e-5)
    for at in (PICTURE, *names[:-1]):
        theirs = tape.gradient(total, watched if at == PICTURE else made[at], unconnected_gradients="zero")
        assert_close(compute_gradient(run, weighting, at=at), np.asarray(theirs), GRADIENTS_WITHIN)


@pytest.mark.parametrize("seed", range(2))
def test_the_written_program_builds_the_same_graph(seed: int) -> None:
    from cnnviz.workers import keras_model  # first, as it quiets TensorFlow

    import keras  # isort: skip

    architecture = draw(seed)
    script = keras_source.write_script(architecture, TrainingPlan())
    program = script[script.index("inputs = keras.Input") : script.index("model.summary()")]
    scope: dict[str, Any] = {"keras": keras, "layers": keras.layers}
    exec(program, scope)
    ours, theirs = keras_model.build(architecture), scope["model"]
    assert [each.name for each in theirs.layers[1:]] == [each.name for each in ours.layers[1:]]
    weights = strategies.network(architecture, seed).weights
    for model in (ours, theirs):
        for layer in model.layers:
            found = weights.get(layer.name, {})
            layer.set_weights([found[variable.name] for variable in layer.weights if variable.name in found])
    x = np.random.default_rng(seed).random((2, *architecture.input_shape), dtype=np.float32)
    np.testing.assert_array_equal(ours(x, training=False), theirs(x, training=False))
