"""Gradients through whole networks, against those of `tf.GradientTape`, an independent implementation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnnviz.core.data import datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.inference.gradients import Answers, compute_gradient, run_forward
from cnnviz.core.layers import KINDS, Conv2DTranspose, Dense, Layer, ReLU
from cnnviz.core.layers.normalization import Standardization
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies

TOLERANCE = 1e-4
"""Of the largest value of a gradient."""

KINK = 1e-5
"""Share by which an input is moved to see whether a gradient jumps there, where rounding decides on which side."""

SLOW_BY_NATURE = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
)
QUIET = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:tensorflow", "ignore:.*softmax over axis -1.*size 1:UserWarning"
)


def assert_same(ours: np.ndarray, theirs: np.ndarray, rounding: float = 0.0) -> None:
    assert ours.dtype == np.float32
    assert ours.shape == theirs.shape
    worst, largest = np.abs(ours - theirs).max(initial=0), np.abs(theirs).max(initial=0)
    assert worst <= TOLERANCE * largest + 1e-9 + rounding, f"{worst:.1e} off, largest value {largest:.1e}"


def is_same(one: np.ndarray, other: np.ndarray) -> bool:
    largest = max(np.abs(one).max(initial=0), np.abs(other).max(initial=0))
    return bool(np.abs(one - other).max(initial=0) <= 0.5 * TOLERANCE * largest + 1e-9)


def build(layer: Layer, shape: tuple[int, ...], weights: dict[str, np.ndarray]) -> Any:
    """Return Keras's layer in float64: so what differs is our rounding, and not that of both."""
    from cnnviz.workers import keras_model

    theirs = keras_model.to_keras_layer(layer)
    theirs.dtype_policy = "float64"
    theirs.build((None, *shape))
    keras_model.set_weights(theirs, weights)
    return theirs


def can_record(layer: Layer) -> bool:
    """Return whether TensorFlow has the gradients on a processor: not of a transposed convolution with dilation."""
    return not (isinstance(layer, Conv2DTranspose) and max(layer.dilation_rate) > 1)


def standard_rounding(layer: Layer, x: np.ndarray, weights: dict[str, np.ndarray]) -> float:
    """Bound what rounding leaves of the gradients of values that are all nearly their mean."""
    if not isinstance(layer, Standardization):
        return 0.0
    grouped, axes = layer.group(x)
    deviation = np.sqrt(grouped.var(axis=axes).min() + layer.epsilon)
    return 2.0**-21 * float((1 + np.abs(x).max()) / deviation * np.abs(weights.get("gamma", np.ones(1))).max())


def record_layer(theirs: Any, x: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return TensorFlow's gradients at the input and at the weights, image by image as in `test_oracle`."""
    import tensorflow as tf

    at_input, at_weights = [], dict[str, Any]()
    for image, given_gradient in zip(x, gradient, strict=True):
        read = tf.constant(image[np.newaxis], tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(read)
            made = theirs(read, training=False)
        wanted = [read, *theirs.trainable_variables]
        sent = tf.constant(given_gradient[np.newaxis], tf.float64)
        found = tape.gradient(made, wanted, output_gradients=sent, unconnected_gradients="zero")
        at_input.append(np.asarray(found[0])[0])
        for variable, values in zip(wanted[1:], found[1:], strict=True):
            at_weights[variable.name] = at_weights.get(variable.name, 0) + np.asarray(values)
    return np.stack(at_input), at_weights


@pytest.mark.train
@QUIET
@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(8))
@given(data=st.data(), seed=strategies.seeds(), whole=st.booleans())
def test_a_layer_gives_the_gradients_of_tensorflow(kind: str, data: st.DataObject, seed: int, *, whole: bool) -> None:
    shape = data.draw(strategies.image_shapes(largest=9))
    layer = data.draw(strategies.layers_for(shape, kind=kind).filter(can_record))
    weights = strategies.weights(layer.weight_shapes(shape), seed)
    x = strategies.values(shape, seed, n=2)
    if whole and kind in ("MaxPooling2D", "GlobalMaxPooling2D", "ReLU", "LeakyReLU", "ELU", "Activation"):
        x = np.rint(x)  # many equal values, and zeros: so the rules at kinks are compared too
    gradient = strategies.values(layer.output_shape(shape), seed + 1, n=2)
    ours = layer.backward(x, layer.forward(x, weights), gradient, weights)
    at_input, at_weights = record_layer(build(layer, shape, weights), x, gradient)
    assert_same(ours.input, at_input, standard_rounding(layer, x, weights) * float(np.abs(gradient).max()))
    assert set(ours.weights) == set(at_weights)
    for name, theirs in at_weights.items():
        assert_same(ours.weights[name], theirs, standard_rounding(layer, x, {}) * float(np.abs(gradient).sum()))


def record_network(network: Network, x: np.ndarray, weighting: np.ndarray, of: str, at: str = "") -> np.ndarray:
    """Return TensorFlow's gradient of a weighted sum of the answers at the input or at a layer's output."""
    import tensorflow as tf

    from cnnviz.workers import keras_model

    model = keras_model.to_model(network)
    gradients = []
    for image in x:
        values = watched = tf.constant(image[np.newaxis])
        with tf.GradientTape() as tape:
            tape.watch(watched)
            for layer in model.layers:
                if layer is model.layers[-1] and of == "logits":
                    values = without_softmax(layer, values)
                else:
                    values = layer(values, training=False)
                if layer.name == at:
                    watched = values
                    tape.watch(watched)
            total = tf.reduce_sum(values * tf.constant(weighting, tf.float32))
        gradients.append(np.asarray(tape.gradient(total, watched, unconnected_gradients="zero"))[0])
    return np.stack(gradients)


def without_softmax(layer: Any, values: Any) -> Any:
    """Return what a network's last layer makes of `values` before its softmax."""
    if not hasattr(layer, "kernel"):
        return values
    activation, layer.activation = layer.activation, lambda x: x
    made = layer(values, training=False)
    layer.activation = activation
    return made


@pytest.mark.train
@QUIET
@settings(SLOW_BY_NATURE, max_examples=strategies.count_examples(12))
@given(data=st.data(), architecture=strategies.architectures(), seed=strategies.seeds())
def test_a_whole_network_gives_the_gradients_of_tensorflow(
    data: st.DataObject, architecture: Architecture, seed: int
) -> None:
    assume(all(map(can_record, architecture.layers)))
    network = strategies.network(architecture, seed)
    rng = np.random.default_rng(seed)
    x = rng.random((2, *architecture.input_shape), dtype=np.float32)
    of: Answers = data.draw(st.sampled_from(["logits", "probabilities"]))
    at = data.draw(st.sampled_from(["", *(layer.name for layer in architecture.layers[:-1])]))
    weighting = rng.normal(size=10).astype(np.float32)
    ours = compute_gradient(run_forward(network, x), weighting, of=of, at=at)
    moved = run_forward(network, x * np.float32(1 + KINK)), run_forward(network, x * np.float32(1 - KINK))
    for run in moved:
        assume(is_same(ours, compute_gradient(run, weighting, of=of, at=at)))
    assert_same(ours, record_network(network, x, weighting, of, at))


@pytest.mark.train
@QUIET
@pytest.mark.parametrize("name", ["pen", "cnn-32-64-64", "dense-64", "pool-average"])
def test_stored_networks_give_the_gradients_of_tensorflow_on_digits(name: str) -> None:
    network = model_store.load(name)
    digits = np.stack([sample.image for sample in datasets.draw_samples(3, seed=2)])
    # A little noise: on paper that is 0 throughout, sums are equal but for their rounding, which decides.
    x = digits[..., np.newaxis] + np.random.default_rng(0).random((3, 28, 28, 1), dtype=np.float32) / 100
    weighting = np.eye(10, dtype=np.float32)[3] - np.eye(10, dtype=np.float32)[8]
    ours = compute_gradient(run_forward(network, x), weighting)
    assert_same(ours, record_network(network, x, weighting, "logits"))


def make_network() -> Network:
    layers = (
        KINDS["Flatten"](name="flatten"),
        Dense(name="hidden", units=4),
        ReLU(name="relu"),
        Dense(name="answer", units=10, activation="softmax"),
    )
    return strategies.network(Architecture(name="small", layers=layers, input_shape=(3, 3, 1)), 7)


def test_the_gradient_of_a_probability_is_the_slope_of_the_probability() -> None:
    network, rng = make_network(), np.random.default_rng(0)
    x, along = rng.random((1, 3, 3, 1), dtype=np.float32), rng.normal(size=(1, 3, 3, 1)).astype(np.float32)
    step, chosen = np.float32(1e-2), np.eye(10, dtype=np.float32)[3]
    ends = [run_forward(network, x + sign * step * along).probabilities[0, 3] for sign in (1, -1)]
    slope = (ends[0] - ends[1]) / (2 * step)
    found = compute_gradient(run_forward(network, x), chosen, of="probabilities")
    assert float((found * along).sum()) == pytest.approx(float(slope), rel=1e-2)


def test_the_gradients_of_all_probabilities_cancel() -> None:
    x = np.random.default_rng(1).random((2, 3, 3, 1), dtype=np.float32)
    found = compute_gradient(run_forward(make_network(), x), np.ones(10, np.float32), of="probabilities")
    assert np.abs(found).max() < 1e-6


def test_the_gradient_at_the_last_hidden_layer_is_the_difference_of_two_columns() -> None:
    network = make_network()
    x = np.random.default_rng(1).random((2, 3, 3, 1), dtype=np.float32)
    weighting = np.zeros(10, np.float32)
    weighting[[3, 8]] = 1, -1
    kernel = network.weights["answer"]["kernel"]
    found = compute_gradient(run_forward(network, x), weighting, at="relu")
    np.testing.assert_allclose(found, np.tile(kernel[:, 3] - kernel[:, 8], (2, 1)), rtol=1e-6)


@pytest.mark.parametrize("at", ["nowhere", "answer"])
def test_a_gradient_at_no_layer_before_the_last_is_refused(at: str) -> None:
    run = run_forward(make_network(), np.zeros((1, 3, 3, 1), np.float32))
    with pytest.raises(Refusal, match="before its last"):
        compute_gradient(run, np.ones(10), at=at)
