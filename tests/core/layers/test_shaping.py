"""Layers that move values: where each goes, and what cannot be arranged so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Cropping2D, Permute, Reshape, Shape

COUNTED = np.arange(12, dtype=np.float32).reshape(1, 2, 3, 2)


def make(layer: layers.Layer) -> np.ndarray:
    values: np.ndarray = layer.forward(COUNTED, {}).after[0]
    return values


def test_cropping_keeps_what_is_away_from_the_edges() -> None:
    made = make(Cropping2D(name="c", cropping=((1, 0), (0, 2))))
    assert made.tolist() == [[[6, 7]]]


def test_one_number_crops_all_four_edges() -> None:
    assert Cropping2D(name="c", cropping=2).cropping == ((2, 2), (2, 2))  # type: ignore[arg-type]
    assert Cropping2D(name="c", cropping=(1, 2)).output_shape((9, 9, 1)) == (7, 5, 1)  # type: ignore[arg-type]


def test_reshaped_values_stay_in_reading_order() -> None:
    made = make(Reshape(name="r", target_shape=(3, -1, 1)))
    assert made.shape == (3, 4, 1)
    assert made.ravel().tolist() == list(range(12))
    assert make(Reshape(name="r", target_shape=(12,))).tolist() == list(range(12))


def test_permuted_axes_are_swapped() -> None:
    made = make(Permute(name="p", dims=(3, 1, 2)))
    assert made.shape == (2, 2, 3)
    assert made[1, 0, 2] == COUNTED[0, 0, 2, 1]


@pytest.mark.parametrize("layer", [Reshape(name="r", target_shape=(4, 3, 1)), Permute(name="p", dims=(2, 3, 1))])
def test_every_cell_reads_the_one_cell_that_its_value_comes_from(layer: layers.Layer) -> None:
    made = make(layer)
    for row, column, of in np.ndindex(made.shape):
        (down,), (across,), (map_,) = layer.reads((2, 3, 2), row, column, of)
        assert made[row, column, of] == COUNTED[0, down, across, map_]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": "Cropping2D", "cropping": -1}, "`cropping` must be a whole number from 0"),
        ({"kind": "Reshape", "target_shape": [2, 3]}, "`target_shape` must be one whole number, or height, width"),
        ({"kind": "Reshape", "target_shape": [0]}, "sides above 0"),
        ({"kind": "Reshape", "target_shape": [True]}, "Received: [True]"),
        ({"kind": "Reshape", "target_shape": [-1, -1, 2]}, "may leave one side open"),
        ({"kind": "Permute", "dims": [1, 1, 2]}, "`dims` must name each axis once"),
        ({"kind": "Permute", "dims": 3}, "Received: 3"),
    ],
)
def test_wrong_settings_are_refused_in_words(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layers.from_json({"name": "l", **data})
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Cropping2D(name="c", cropping=((3, 2), (0, 0))), (5, 9, 1), "must leave something of the input"),
        (Reshape(name="r", target_shape=(5, -1, 1)), (2, 3, 2), "which has 12 values"),
        (Permute(name="p", dims=(2, 1, 3)), (12,), "must name every axis of the input"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(layer: layers.Layer, shape: Shape, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layer.output_shape(shape)
    assert words in str(refusal.value)
