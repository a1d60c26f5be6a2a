"""Normalizations by hand, along every axis, and PReLU with its learned slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import (
    BatchNormalization,
    GroupNormalization,
    Layer,
    LayerNormalization,
    Normalization,
    PReLU,
    Shape,
)

FOUR = np.array([1, 3, 10, 30], np.float32).reshape(1, 1, 1, 4)


def weigh(**arrays: list[float]) -> dict[str, np.ndarray]:
    return {name: np.array(numbers, np.float32) for name, numbers in arrays.items()}


def apply(layer: Layer, x: np.ndarray, **arrays: list[float]) -> list[float]:
    values: list[float] = layer.forward(x, weigh(**arrays)).after.ravel().tolist()
    return values


def test_the_maps_of_a_place_get_mean_0_and_variance_1_and_are_shifted_and_scaled() -> None:
    layer = LayerNormalization(name="l", epsilon=1e-7)
    made = apply(layer, FOUR[..., :2], gamma=[1, 2], beta=[0, 5])
    assert made == pytest.approx([-1, 7], abs=1e-6)


def test_groups_of_maps_are_normalized_apart() -> None:
    layer = GroupNormalization(name="g", groups=2, epsilon=1e-7, center=False, scale=False)
    assert apply(layer, FOUR) == pytest.approx([-1, 1, -1, 1], abs=1e-6)
    assert layer.reads((5, 2, 4), 3, 1, 2) == ((0, 1, 2, 3, 4), (0, 1), (2, 3))


def test_with_minus_1_every_map_is_a_group() -> None:
    layer = GroupNormalization(name="g", groups=-1, epsilon=1e-7, center=False, scale=False)
    assert apply(layer, FOUR.reshape(1, 2, 1, 2)) == pytest.approx([-1, -1, 1, 1], abs=1e-6)


def test_axes_of_a_layer_normalization_are_taken_together() -> None:
    layer = LayerNormalization(name="l", axis=(1, 2), center=False)
    assert layer.weight_shapes((5, 3, 2)) == {"gamma": (5, 3)}
    assert layer.reads((5, 3, 2), 4, 0, 1) == ((0, 1, 2, 3, 4), (0, 1, 2), (1,))
    assert LayerNormalization(name="l", axis=[3]).axis == (3,)  # type: ignore[arg-type]


def test_batch_normalization_may_have_figures_for_rows() -> None:
    layer = BatchNormalization(name="b", axis=1, center=False, scale=False, epsilon=1e-7)
    x = np.array([1, 2, 3, 4], np.float32).reshape(1, 2, 2, 1)
    made = apply(layer, x, moving_mean=[1, 3], moving_variance=[1, 4])
    assert made == pytest.approx([0, 1, 0, 0.5], abs=1e-6)
    assert layer.weight_shapes((2, 9, 4)) == {"moving_mean": (2,), "moving_variance": (2,)}


def test_stored_descriptions_of_batch_normalization_stay_as_they_are() -> None:
    assert "axis" not in layers.to_json(BatchNormalization(name="b"))
    assert layers.to_json(BatchNormalization(name="b", axis=1))["axis"] == 1
    assert BatchNormalization(name="b", axis=[3]).axis == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("layer", "arrays"),
    [
        (Normalization(name="n", mean=(1, 3, 0, 0), variance=(4, 4, 25, 100)), {}),
        (Normalization(name="n"), {"mean": [1, 3, 0, 0], "variance": [4, 4, 25, 100]}),
    ],
)
def test_figures_are_given_or_stored(layer: Normalization, arrays: dict[str, list[float]]) -> None:
    assert apply(layer, FOUR, **arrays) == pytest.approx([0, 0, 2, 3])
    assert set(layer.weight_shapes((1, 1, 4))) == ({"mean", "variance", "count"} if arrays else set())


def test_an_inverted_normalization_undoes_the_other() -> None:
    there = Normalization(name="n", axis=None, mean=2.0, variance=9.0)
    back = Normalization(name="n", axis=None, mean=2.0, variance=9.0, invert=True)
    assert back.forward(there.forward(FOUR, {}).after, {}).after.ravel().tolist() == pytest.approx([1, 3, 10, 30])


def test_slopes_below_0_are_learned_and_may_be_shared() -> None:
    x = np.array([-2, 4, -6, 8], np.float32).reshape(1, 2, 1, 2)
    layer = PReLU(name="p", shared_axes=(1, 2))
    assert layer.weight_shapes((2, 1, 2)) == {"alpha": (1, 1, 2)}
    weights = {"alpha": np.array([0.5, 9], np.float32).reshape(1, 1, 2)}
    output = layer.forward(x, weights)
    assert output.after.ravel().tolist() == [-1, 4, -3, 8]
    found = layer.backward(x, output, np.ones_like(x), weights)
    assert found.input.ravel().tolist() == [0.5, 1, 0.5, 1]
    assert found.weights["alpha"].ravel().tolist() == [-8, 0]
    assert PReLU(name="p").weight_shapes((2, 1, 2)) == {"alpha": (2, 1, 2)}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "BatchNormalization", "axis": 7}, "`axis` must be a whole number from -3 to 3"),
        ({"kind": "LayerNormalization", "axis": [1, -1]}, "must name each axis once"),
        ({"kind": "LayerNormalization", "epsilon": 0}, "`epsilon` must be a number"),
        ({"kind": "GroupNormalization", "groups": 0}, "`groups` must be a whole number from 1"),
        ({"kind": "Normalization", "mean": 1.0}, "must both be given or both be left out"),
        ({"kind": "Normalization", "mean": 0.0, "variance": -1.0}, "`variance` must be a number from 0.0"),
        ({"kind": "PReLU", "shared_axes": [0]}, "`shared_axes` must be a whole number from 1 to 3"),
    ],
)
def test_wrong_settings_are_refused_in_words(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layers.from_json({"name": "l", **data})
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (BatchNormalization(name="b", axis=2), (9,), "`axis` must be an axis of the input, from 1 to 1"),
        (LayerNormalization(name="l", axis=0), (9,), "Received: 0"),
        (GroupNormalization(name="g", groups=3), (5, 5, 4), "must divide the number of maps"),
        (GroupNormalization(name="g", groups=1, axis=1), (5, 5, 4), "must be the last one"),
        (Normalization(name="n", mean=(1, 2), variance=(1, 1)), (5, 5, 4), "a number for each index of the axis"),
        (PReLU(name="p", shared_axes=(2,)), (9,), "`shared_axes` must be a whole number from 1 to 1"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(layer: Layer, shape: Shape, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layer.output_shape(shape)
    assert words in str(refusal.value)
