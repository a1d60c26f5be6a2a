"""Compare every number of our layers with Keras, an independent implementation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnnviz.core.data import colour_digits, datasets
from cnnviz.core.inference import trace as tracing
from cnnviz.core.layers import KINDS, Conv2D, Dense, Layer, Output
from cnnviz.core.layers.activations.functions import elu
from cnnviz.core.layers.activations.kinds import ELU
from cnnviz.core.layers.augmentation import PassThrough
from cnnviz.core.layers.normalization import Standardization
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning:tensorflow", "ignore:.*softmax over axis -1.*size 1:UserWarning"
    ),
]

TOLERANCE = 1e-5
ELU_ROUNDING = 2.0**-23
"""Keras takes 1 from exp(x) in float32, which rounds at 1 however small x is; ours does not."""
RANDOM = {kind for kind, of in KINDS.items() if issubclass(of, PassThrough)} - {"ActivityRegularization"}
"""Kinds that draw random numbers in training, for which Keras keeps a state among the weights."""
MOVING = ("Flatten", "Reshape", "Permute", "Cropping2D", "ZeroPadding2D")
EXACT = ("MaxPooling2D", "GlobalMaxPooling2D", "ActivityRegularization", *MOVING, *RANDOM)
SLOW_BY_NATURE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def built(layer: Layer, shape: tuple[int, ...], weights: dict[str, np.ndarray]) -> Any:
    from cnnviz.workers import keras_model

    theirs = keras_model.to_keras_layer(layer)
    theirs.build((None, *shape))
    keras_model.set_weights(theirs, weights)
    return theirs


def keras_output(theirs: Any, x: np.ndarray) -> Output:
    """Return Keras's values after the activation, and before it, by removing the activation temporarily."""
    after = called(theirs, x)
    activation = getattr(theirs, "activation", None)
    if activation is None or type(theirs).__name__ == "Activation":
        return Output(x, after)
    theirs.activation = _linear
    before = called(theirs, x)
    theirs.activation = activation
    return Output(before, after)


def called(theirs: Any, x: np.ndarray) -> np.ndarray:
    """Apply the layer or model to one image after the other.

    With several at once oneDNN in TensorFlow 2.21 leaves values uninitialised where images of one channel are convolved
    with strides (1, 2) or (1, 3); without oneDNN they are ours.
    """
    return np.concatenate([np.asarray(theirs(image[np.newaxis], training=False)) for image in x])


def _linear(x: Any) -> Any:
    return x


def assert_same(ours: np.ndarray, theirs: np.ndarray, exact: bool, rounding: float = 0.0) -> None:
    """Assert equality within `TOLERANCE` of the largest value plus Keras's own rounding."""
    assert ours.dtype == np.float32
    assert ours.shape == theirs.shape
    largest = np.abs(theirs).max(initial=0)
    worst = np.abs(ours - theirs).max(initial=0)
    allowed = 0 if exact else TOLERANCE * largest + rounding
    assert worst <= allowed, f"{worst:.1e} off, largest value {largest:.1e}"


CANCELLING = (
    "selu",
    "soft_shrink",
    "tanh_shrink",
    "squareplus",
    "softplus",
    "log_sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "mish",
)
"""Activations whose small values are differences of larger ones, or read one that has been rounded."""


def rounding(layer: Layer) -> float:
    """Bound the distance of Keras's value from the true one, beyond float32's usual rounding."""
    name = getattr(layer, "activation", None)
    if name in CANCELLING:
        return 4 * ELU_ROUNDING
    if name == "elu":
        return ELU_ROUNDING
    return ELU_ROUNDING * abs(layer.alpha) if isinstance(layer, ELU) else 0.0


def standard_rounding(layer: Layer, x: np.ndarray, weights: Mapping[str, np.ndarray]) -> float:
    """Bound what is left of values that are nearly their mean: it is divided by their small deviation."""
    if not isinstance(layer, Standardization):
        return 0.0
    grouped, axes = layer.group(x)
    deviation = np.sqrt(grouped.var(axis=axes).min() + layer.epsilon)
    return 2 * ELU_ROUNDING * float(np.abs(x).max() / deviation * np.abs(weights.get("gamma", np.ones(1))).max())


def elu_of_keras(before: np.ndarray, alpha: float) -> np.ndarray:
    """Compute elu of Keras's own sums in float64, which is exact near 0, so no allowance is made for it."""
    import keras

    values: np.ndarray = np.asarray(keras.activations.elu(before.astype(float), alpha))
    return values


def test_elu_difference_is_the_rounding_of_keras() -> None:
    """Ours has seven digits of the true value everywhere; near 0 Keras lacks some, never more than is allowed for."""
    from cnnviz.workers import keras_model  # noqa: F401 (first, as it quiets TensorFlow)

    import keras  # isort: skip

    x = -np.logspace(-7, 1, 2000).astype(np.float32)
    true = np.expm1(x.astype(float))
    theirs = np.asarray(keras.activations.elu(x), float)
    assert (np.abs(elu(x) - true) <= 2e-7 * np.abs(true)).all()
    assert np.abs(theirs - true).max() <= ELU_ROUNDING
    assert (np.abs(theirs - true) > TOLERANCE * np.abs(true)).any(), "the allowance is needed"


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(20))
@given(data=st.data(), seed=strategies.seeds())
def test_a_layer_gives_the_numbers_of_keras(kind: str, data: st.DataObject, seed: int) -> None:
    shape = data.draw(strategies.image_shapes())
    if kind not in strategies.IMAGE_ONLY and data.draw(st.booleans()):
        shape = shape[-1:]
    layer = data.draw(strategies.layers_for(shape, kind=kind))
    weights = strategies.weights(layer.weight_shapes(shape), seed)
    x = strategies.values(shape, seed)
    ours, theirs = layer.forward(x, weights), keras_output(built(layer, shape, weights), x)
    allowed = rounding(layer) + standard_rounding(layer, x, weights)
    assert_same(ours.after, theirs.after, exact=kind in EXACT, rounding=allowed)
    if "elu" in (getattr(layer, "activation", ""), kind.lower()):
        assert_same(ours.after, elu_of_keras(theirs.before, getattr(layer, "alpha", 1.0)), exact=False)
    if hasattr(layer, "activation"):
        assert_same(ours.before, theirs.before, exact=False)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(8))
@given(data=st.data())
def test_a_layer_has_the_shapes_and_parameters_of_keras(kind: str, data: st.DataObject) -> None:
    shape = data.draw(strategies.image_shapes())
    layer = data.draw(strategies.layers_for(shape, kind=kind))
    theirs = built(layer, shape, strategies.weights(layer.weight_shapes(shape), 0))
    shapes = {variable.name: tuple(variable.shape) for variable in theirs.weights}
    shapes.pop("seed_generator_state", None)  # Dropout's dice
    assert layer.output_shape(shape) == tuple(theirs.compute_output_shape((None, *shape)))[1:]
    assert list(layer.weight_shapes(shape).items()) == list(shapes.items())
    if kind not in RANDOM:
        assert layer.parameters(shape) == theirs.count_params()


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(6))
@given(data=st.data())
def test_the_shown_line_of_code_makes_the_layer(kind: str, data: st.DataObject) -> None:
    from cnnviz.workers import keras_model  # first, as it quiets TensorFlow

    import keras  # isort: skip

    layer = data.draw(strategies.layers_for(data.draw(strategies.image_shapes()), kind=kind))
    made = eval(layer.keras_line(), vars(keras.layers))
    assert made.get_config() == keras_model.to_keras_layer(layer).get_config()


def flops(theirs: Any, shape: tuple[int, ...]) -> int:
    """Return TensorFlow's own count for one image; a multiplication and a sum are two."""
    import tensorflow as tf
    from tensorflow.python.profiler.model_analyzer import profile
    from tensorflow.python.profiler.option_builder import ProfileOptionBuilder

    graph = tf.function(theirs).get_concrete_function(tf.TensorSpec((1, *shape), tf.float32)).graph
    options = ProfileOptionBuilder(ProfileOptionBuilder.float_operation()).with_empty_output().build()
    return int(profile(graph, options=options).total_float_ops)


@pytest.mark.parametrize("kind", ["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense"])
@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(6))
@given(data=st.data())
def test_multiplications_are_those_that_tensorflow_counts(kind: str, data: st.DataObject) -> None:
    from dataclasses import replace

    shape = data.draw(strategies.image_shapes())
    shape = shape[-1:] if kind == "Dense" else shape
    layer = data.draw(strategies.layers_for(shape, kind=kind))
    bare: Any = replace(layer, activation="linear", use_bias=False)  # type: ignore[call-arg]
    if kind != "Dense":
        bare = replace(bare, dilation_rate=(1, 1))  # TensorFlow emulates it by rearranging the image
    if kind == "Conv2D":
        bare = replace(bare, groups=1)  # Keras compiles groups away from TensorFlow's counter
    theirs = built(bare, shape, strategies.weights(bare.weight_shapes(shape), 0))
    assert 2 * bare.multiplications(shape) == flops(theirs, shape)


def assert_same_network(network: Network, digits: np.ndarray) -> None:
    """Assert equal values of every layer, each implementation reading its own, and equal answers."""
    from cnnviz.workers import keras_model

    model = keras_model.to_model(network)
    for digit in digits:
        x = digit.reshape(1, *network.architecture.input_shape)
        trace = tracing.trace(network, digit)
        for ours, theirs in zip(trace.layers, model.layers, strict=True):
            output = keras_output(theirs, x)
            assert_same(ours.after, output.after[0], exact=False, rounding=rounding(ours.layer))
            if hasattr(ours.layer, "activation"):
                assert_same(ours.before, output.before[0], exact=False)
            x = output.after
        assert trace.answer == x[0].argmax()
    together = called(model, digits.reshape(-1, *network.architecture.input_shape))
    predicted = tracing.predict(network, digits)
    np.testing.assert_allclose(predicted, together, atol=TOLERANCE)
    assert (predicted.argmax(axis=1) == together.argmax(axis=1)).all()


@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(25))
@given(architecture=strategies.architectures(), seed=strategies.seeds())
@example(
    architecture=Architecture(
        name="one-pixel",
        input_shape=(1, 1, 1),
        layers=(
            Conv2D(name="c", filters=2, kernel_size=(3, 3), padding="same"),
            Conv2D(name="d", filters=10, kernel_size=(1, 1), activation="softmax"),
            KINDS["Flatten"](name="f"),
            Dense(name="e", units=10, activation="softmax"),
        ),
    ),
    seed=0,
)
def test_a_whole_network_gives_the_numbers_and_answers_of_keras(architecture: Architecture, seed: int) -> None:
    digits = np.random.default_rng(seed).random((2, *architecture.input_shape), dtype=np.float32)
    assert_same_network(strategies.network(architecture, seed), digits)


@pytest.mark.parametrize("name", sorted(TUTORIALS))
def test_a_published_network_gives_the_numbers_and_answers_of_keras(name: str) -> None:
    architecture = TUTORIALS[name][0]
    digits = np.random.default_rng(3).random((3, *architecture.input_shape), dtype=np.float32)
    assert_same_network(strategies.network(architecture, 3), digits)


def test_the_colour_network_of_the_store_gives_the_numbers_of_keras_on_colour_digits() -> None:
    network = model_store.load("cnn-rgb")
    grey = np.stack([sample.image for sample in datasets.draw_samples(10, seed=1)])
    digits = colour_digits.prepare_inputs(grey, network.architecture.input_shape, colour_digits.TEST)
    assert_same_network(network, digits)


@pytest.mark.parametrize("name", sorted(TUTORIALS))
def test_a_published_network_has_the_parameters_of_keras(name: str) -> None:
    from cnnviz.workers import keras_model

    architecture = TUTORIALS[name][0]
    assert architecture.parameters == keras_model.build(architecture).count_params()


@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(6))
@given(architecture=strategies.architectures(), seed=strategies.seeds())
def test_network_survives_a_round_trip_through_keras(architecture: Architecture, seed: int) -> None:
    from cnnviz.workers import keras_model

    network = strategies.network(architecture, seed)
    back = keras_model.read_weights(keras_model.to_model(network))
    assert {name: set(each) for name, each in back.items()} == {
        name: set(each) for name, each in network.weights.items()
    }
    for layer, weights in network.weights.items():
        for name, array in weights.items():
            np.testing.assert_array_equal(back[layer][name], array)
