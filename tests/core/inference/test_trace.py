"""The trace of a digit through a network."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnnviz.core.errors import Refusal
from cnnviz.core.inference import trace as tracing
from cnnviz.core.layers import Activation, Conv2D, Flatten
from cnnviz.core.networks.architecture import TUTORIALS, Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.networks import small_network


def test_a_trace_shows_every_layer() -> None:
    trace = tracing.trace(small_network.network(), small_network.digit())
    assert [layer.name for layer in trace.layers] == ["conv2d", "max_pooling2d", "flatten", "dense"]
    first, pool, _, last = trace.layers
    assert (first.kind, first.input_shape, first.output_shape) == ("Conv2D", (28, 28, 1), (26, 26, 3))
    assert first.parameters == 30
    assert first.layer == small_network.ARCHITECTURE.layers[0]
    assert (first.after == np.maximum(first.before, 0)).all()
    assert first.before.min() < 0, "what ReLU removed must be there to see"
    assert pool.before is pool.after
    assert trace.logits is last.before
    assert trace.answer == trace.logits.argmax()
    assert trace.network_name == "small"


@settings(deadline=None)
@given(architecture=strategies.architectures(), seed=strategies.seeds())
def test_a_trace_is_shaped_typed_and_ends_in_probabilities(architecture: Architecture, seed: int) -> None:
    digit = np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)
    trace = tracing.trace(strategies.network(architecture, seed), digit)
    for layer, shape in zip(trace.layers, architecture.shapes()[1:], strict=True):
        for array in (layer.before, layer.after):
            assert array.dtype == np.float32
            assert not array.flags.writeable
        assert layer.after.shape == layer.output_shape == shape
    assert trace.probabilities.shape == (10,)
    assert trace.probabilities.min() >= 0
    assert math.isclose(trace.probabilities.sum(), 1, rel_tol=1e-5)


@pytest.mark.parametrize("n", [0, 1, tracing.MAX_BATCH, 2 * tracing.MAX_BATCH + 1])
def test_predict_gives_the_traces_answers(n: int) -> None:
    network = small_network.network()
    digits = np.random.default_rng(n).random((n, 28, 28), dtype=np.float32)
    together = tracing.predict(network, digits)
    assert together.shape == (n, 10)
    assert together.dtype == np.float32
    for digit, probabilities in zip(digits, together, strict=True):
        np.testing.assert_allclose(tracing.trace(network, digit).probabilities, probabilities, atol=1e-6)


def test_the_digit_is_kept_and_copied() -> None:
    digit = small_network.digit()
    trace = tracing.trace(small_network.network(), digit)
    before = digit.copy()
    digit[:] = 0
    assert (trace.digit == before).all()
    assert trace.digit.shape == (28, 28)
    assert not trace.digit.flags.writeable


def test_the_same_digit_gives_the_same_numbers_again() -> None:
    network = small_network.network()
    first, again = (tracing.trace(network, small_network.digit()) for _ in range(2))
    for one, other in zip(first.layers, again.layers, strict=True):
        np.testing.assert_array_equal(one.after, other.after)


def test_a_digit_of_whole_numbers_is_read() -> None:
    blank = np.zeros((28, 28), np.uint8)
    assert tracing.trace(small_network.network(), blank).digit.dtype == np.float32


@pytest.mark.parametrize(
    ("digit", "words"),
    [
        (
            np.zeros((28, 27), np.float32),
            "reads numbers of shape (28, 28). Received: float32 of shape (28, 27)",
        ),
        (np.zeros(784, np.float32), "Received: float32 of shape (784,)"),
        (np.full((28, 28), 255, np.uint8), "Received: 255.0 to 255.0. Divide pixels by 255."),
        (np.full((28, 28), np.nan, np.float32), "Received: nan"),
        (np.full((28, 28), -0.1, np.float32), "must be numbers from 0 (paper) to 1 (ink)"),
        (np.zeros((28, 28), complex), "Received: complex128"),
        (np.full((28, 28), "a"), "Received: <U1"),
    ],
)
def test_invalid_digit_is_refused(digit: Any, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        tracing.trace(small_network.network(), digit)
    assert words in str(refusal.value)


def test_a_colour_network_reads_colour_only() -> None:
    architecture = replace(small_network.ARCHITECTURE, input_shape=(32, 32, 3))
    network = strategies.network(architecture, 0)
    colour = np.full((32, 32, 3), 0.5, np.float32)
    assert tracing.trace(network, colour).digit.shape == (32, 32, 3)
    with pytest.raises(Refusal, match=r"shape \(32, 32, 3\)"):
        tracing.trace(network, colour[:, :, 0])


def overflowing() -> Network:
    network = small_network.network()
    weights = {layer: dict(each) for layer, each in network.weights.items()}
    weights["conv2d"]["kernel"] = np.full((3, 3, 1, 3), 1e38, np.float32)
    return Network(network.architecture, weights)


@pytest.mark.parametrize("read", [tracing.trace, lambda network, digit: tracing.predict(network, digit[None])])
def test_numbers_beyond_float32_are_refused_in_words(read: Any) -> None:
    with pytest.raises(Refusal, match="beyond what float32 can hold"):
        read(overflowing(), small_network.digit())


@pytest.mark.parametrize("activation", ["tanh", "linear"])
def test_infinite_values_before_a_finite_answer_are_refused(activation: str) -> None:
    """Pages draw what is in between: a tanh makes 1 of it, a layer behind it a probability."""
    first, *others = small_network.ARCHITECTURE.layers
    large = Conv2D(name="large", filters=3, kernel_size=(3, 3), activation=activation)
    layers = (first, large, Activation(name="bound", activation="tanh"), *others)
    network = strategies.network(replace(small_network.ARCHITECTURE, layers=layers), 0)
    weights = {layer: dict(each) for layer, each in network.weights.items()}
    for name, value in (("conv2d", 1e20), ("large", 1e38)):
        weights[name]["kernel"] = np.full_like(weights[name]["kernel"], value)
    network = Network(network.architecture, weights)
    assert np.isfinite(tracing.predict(network, small_network.digit()[None])).all()
    with pytest.raises(Refusal, match="beyond what float32 can hold"):
        tracing.trace(network, small_network.digit())


def test_a_networks_weights_cannot_be_changed() -> None:
    original = {layer: dict(each) for layer, each in small_network.network().weights.items()}
    network = Network(small_network.ARCHITECTURE, original)
    original["dense"]["bias"] = np.zeros(10, np.float32)
    kernel = network.weights["conv2d"]["kernel"]
    with pytest.raises(ValueError, match="read-only"):
        kernel[0] = 0
    with pytest.raises(TypeError):
        network.weights["dense"]["bias"] = kernel  # type: ignore[index]
    assert network.weights_of("flatten") == {}


def test_a_convolution_without_padding_sees_only_its_window() -> None:
    """One changed pixel changes just the places whose window holds it."""
    architecture = Architecture(
        name="one",
        layers=(
            Conv2D(name="conv2d", filters=2, kernel_size=(3, 3)),
            Flatten(name="flatten"),
            TUTORIALS["dense-64"][0].layers[-1],
        ),
    )
    network = strategies.network(architecture, 0)
    digit = small_network.digit()
    changed = digit.copy()
    changed[10, 20] = 1 - changed[10, 20]
    maps = [tracing.trace(network, each).layers[0].after for each in (digit, changed)]
    rows, columns = np.nonzero((maps[0] != maps[1]).any(axis=2))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (8, 10, 18, 20)
