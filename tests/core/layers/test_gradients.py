"""Backward passes against finite differences of the forward pass in float64, and rules at kinks by hand."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnviz.core.layers import (
    KINDS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    GlobalMaxPooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    Output,
    ReLU,
    Shape,
)
from tests.core import strategies

STEP = 1e-6
TOLERANCE = 1e-4
"""Of the largest value; half of it is the rounding of float32, in which the gradients are computed."""

Weights = dict[str, np.ndarray]


def backward(layer: Layer, x: np.ndarray, weights: Weights, gradient: np.ndarray) -> tuple[np.ndarray, Weights]:
    found = layer.backward(x, layer.forward(x, weights), gradient, weights)
    return found.input, dict(found.weights)


def measure_slope(layer: Layer, x: np.ndarray, weights: Weights, gradient: np.ndarray, along: Weights) -> float:
    """Return how fast the weighted sum of the outputs grows as the input ("") and weights go `along`, in float64."""
    exact = {"": x.astype(float), **{name: array.astype(float) for name, array in weights.items()}}
    ends = []
    for step in (STEP, -STEP):
        moved = {name: array + step * along[name] for name, array in exact.items()}
        ends.append(float((layer.forward(moved.pop(""), moved).after * gradient.astype(float)).sum()))
    return (ends[0] - ends[1]) / (2 * STEP)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), seed=strategies.seeds())
def test_gradients_are_the_slopes_of_the_forward_pass(kind: str, data: st.DataObject, seed: int) -> None:
    shape = data.draw(strategies.image_shapes(largest=7, channels=4))
    layer = data.draw(strategies.layers_for(shape, kind=kind))
    rng = np.random.default_rng(seed)
    x = strategies.values(shape, seed, n=2)
    weights = strategies.weights(layer.weight_shapes(shape), seed)
    gradient = rng.normal(size=(2, *layer.output_shape(shape))).astype(np.float32)
    at_input, at_weights = backward(layer, x, weights, gradient)
    assert at_input.dtype == np.float32
    assert at_input.shape == x.shape
    for name, found in at_weights.items():
        assert found.dtype == np.float32
        assert found.shape == weights[name].shape
    for about in ("", *at_weights):
        found = at_weights.get(about, at_input)
        still = {name: np.zeros_like(array) for name, array in {"": x, **weights}.items()}
        along = {**still, about: rng.normal(size=found.shape)}
        slope = measure_slope(layer, x, weights, gradient, along)
        predicted = float((found * along[about]).sum())
        scale = float(np.abs(found * along[about]).sum()) + 1e-3
        assert abs(slope - predicted) <= TOLERANCE * scale, about


def test_all_weights_but_those_that_training_does_not_learn_have_gradients() -> None:
    for kind in sorted(KINDS):
        layer, shape = make_layer(kind)
        weights = strategies.weights(layer.weight_shapes(shape), 0)
        x = strategies.values(shape, 0)
        _, found = backward(layer, x, weights, np.ones_like(layer.forward(x, weights).after))
        assert set(found) == set(weights) - {"moving_mean", "moving_variance", "mean", "variance", "count"}


def make_layer(kind: str) -> tuple[Layer, Shape]:
    settings: dict[str, dict[str, Any]] = {
        "Conv2D": {"filters": 2, "kernel_size": (3, 3)},
        "DepthwiseConv2D": {"kernel_size": (3, 3)},
        "SeparableConv2D": {"filters": 2, "kernel_size": (3, 3)},
        "Dense": {"units": 3},
        "Dropout": {"rate": 0.5},
        "Rescaling": {"scale": 2.0},
        "Activation": {"activation": "relu"},
        "GroupNormalization": {"groups": 2},
        "Conv2DTranspose": {"filters": 2, "kernel_size": (3, 3), "strides": (2, 2)},
        "Resizing": {"height": 4, "width": 9},
        "Reshape": {"target_shape": (-1,)},
        "Permute": {"dims": (3, 1, 2)},
        "SpatialDropout2D": {"rate": 0.5},
        "GaussianDropout": {"rate": 0.5},
        "AlphaDropout": {"rate": 0.5},
        "GaussianNoise": {"stddev": 0.5},
        "RandomRotation": {"factor": 0.1},
        "RandomZoom": {"height_factor": 0.1},
        "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
        "RandomContrast": {"factor": 0.1},
        "RandomBrightness": {"factor": 0.1},
    }
    return KINDS[kind](name="layer", **settings.get(kind, {})), (6, 6, 2)


def send_back(layer: Layer, rows: list[list[float]], gradient: float = 1.0) -> list[list[float]]:
    """Return the gradient at one small map, all gradients at the output being the same."""
    x = np.array(rows, np.float32)[np.newaxis, :, :, np.newaxis]
    output: Output = layer.forward(x, {})
    found: list[list[float]] = (
        layer.backward(x, output, np.full_like(output.after, gradient), {}).input[0, :, :, 0].tolist()
    )
    return found


def test_max_pooling_sends_the_gradient_to_the_first_of_equal_values() -> None:
    assert send_back(MaxPooling2D(name="p"), [[1, 7], [7, 7]]) == [[0, 1], [0, 0]]


def test_overlapping_windows_add_up() -> None:
    layer = MaxPooling2D(name="p", pool_size=(2, 2), strides=(1, 1))
    assert send_back(layer, [[1, 2, 1], [1, 9, 1], [1, 1, 1]]) == [[0, 0, 0], [0, 4, 0], [0, 0, 0]]


def test_global_max_pooling_shares_the_gradient_among_equal_values() -> None:
    assert send_back(GlobalMaxPooling2D(name="p"), [[1, 7], [7, 2]]) == [[0, 0.5], [0.5, 0]]


def test_average_pooling_divides_by_the_cells_that_are_there() -> None:
    layer = AveragePooling2D(name="p", padding="same")
    assert send_back(layer, [[1, 1, 1], [1, 1, 1], [1, 1, 1]]) == [[0.25, 0.25, 0.5], [0.25, 0.25, 0.5], [0.5, 0.5, 1]]


@pytest.mark.parametrize(
    ("layer", "slopes"),
    [
        (ReLU(name="r"), [0, 0, 1]),
        (ReLU(name="r", max_value=1.0), [0, 0, 0]),
        (ReLU(name="r", negative_slope=0.5), [0.5, 0.5, 1]),
        (LeakyReLU(name="r", negative_slope=0.25), [0.25, 0.25, 1]),
    ],
)
def test_a_kink_at_0_has_the_slope_that_tensorflow_gives_it(layer: Layer, slopes: list[float]) -> None:
    assert send_back(layer, [[-2, 0, 2]]) == [slopes]


HARD: dict[str, tuple[list[float], list[float]]] = {
    "gelu": ([-0.7512195, -0.8243706], [1.0145452, 0.0056961]),
    "silu": ([-1.2784, -1.2785], [1.0, 1.0]),
    "tanh": ([4.25, -9.5], [1.0, 1.0]),
    "sigmoid": ([9.5, 17.5], [1.0, 1.0]),
    "elu": ([-12.5, -16.25], [1.0, 1.0]),
    "softmax": ([9.0, -0.5], [1.0, 1.001]),
}
"""Activation -> values and gradients where parts of the slope nearly cancel, or all but one share are nearly 0."""


def differentiate_exactly(name: str, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the gradient at `x`, two numbers in float64, by formulas in which nothing cancels, or in float64."""
    if name == "softmax":  # of two: ± the product of both shares times the difference of the gradients
        product = 1 / (2 + np.exp(x[0] - x[1]) + np.exp(x[1] - x[0]))
        return np.array([1.0, -1.0]) * float(product * (gradient[0] - gradient[1]))
    normal = statistics.NormalDist()
    slopes: dict[str, Callable[[float], float]] = {
        "gelu": lambda at: normal.cdf(at) + at * normal.pdf(at),
        "silu": lambda at: (1 + at / (1 + math.exp(at))) / (1 + math.exp(-at)),
        "tanh": lambda at: 1 / math.cosh(at) ** 2,
        "sigmoid": lambda at: 1 / (2 * math.cosh(at / 2)) ** 2,
        "elu": math.exp,
    }
    exact: np.ndarray = gradient * [slopes[name](at) for at in x]
    return exact


@pytest.mark.parametrize("name", HARD)
def test_gradients_keep_their_digits_where_parts_of_them_cancel(name: str) -> None:
    x, gradient = (np.array([[each]], np.float32).reshape(1, 1, 1, 2) for each in HARD[name])
    layer = Activation(name="a", activation=name)
    found = backward(layer, x, {}, gradient)[0].ravel()
    expected = differentiate_exactly(name, x.ravel().astype(float), gradient.ravel().astype(float))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-6)


def test_normalization_that_learns_nothing_has_no_gradients_of_weights() -> None:
    layer = BatchNormalization(name="b", center=False, scale=False)
    assert layer.weight_gradients(np.ones((1, 2), np.float32), np.ones((1, 2), np.float32), {}) == {}
