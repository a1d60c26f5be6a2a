"""Transposed convolution by hand, and as the counterpart of a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Conv2DTranspose, Shape
from tests.core import strategies


def row(**arguments: Any) -> Conv2DTranspose:
    return Conv2DTranspose(name="t", filters=1, use_bias=False, **arguments)


def spread(layer: Conv2DTranspose, values: list[float], kernel: list[float]) -> list[float]:
    """Return what the layer makes of one row of one map by a kernel of one row."""
    weights = {"kernel": np.array(kernel, np.float32).reshape(1, -1, 1, 1)}
    found: list[float] = (
        layer.forward(np.array(values, np.float32).reshape(1, 1, -1, 1), weights).after.ravel().tolist()
    )
    return found


def test_windows_that_overlap_add_up() -> None:
    assert spread(row(kernel_size=(1, 3)), [1, 10], [1, 2, 3]) == [1, 12, 23, 30]


def test_windows_lie_strides_apart() -> None:
    assert spread(row(kernel_size=(1, 2), strides=(1, 2)), [1, 10], [1, 2]) == [1, 2, 10, 20]
    assert spread(row(kernel_size=(1, 1), strides=(1, 3)), [1, 10], [2]) == [2, 0, 0, 20, 0, 0]


def test_padding_cuts_the_edges_off() -> None:
    assert spread(row(kernel_size=(1, 3), padding="same"), [1, 10], [1, 2, 3]) == [12, 23]


def test_output_padding_adds_cells_that_windows_do_not_fill() -> None:
    layer = row(kernel_size=(1, 2), strides=(1, 2), output_padding=(0, 1))
    assert spread(layer, [1, 10], [1, 2]) == [1, 2, 10, 20, 0]


def test_a_cell_that_no_window_reaches_has_its_bias_alone() -> None:
    layer = Conv2DTranspose(name="t", filters=1, kernel_size=(1, 1), strides=(2, 2))
    weights = {"kernel": np.ones((1, 1, 1, 1), np.float32), "bias": np.array([0.5], np.float32)}
    made = layer.forward(np.ones((1, 2, 2, 1), np.float32), weights).after[0, :, :, 0]
    assert made.tolist() == [[1.5, 0.5, 1.5, 0.5], [0.5] * 4] * 2
    assert layer.reads((2, 2, 1), 1, 1, 0)[:2] == ((-1,), (-1,))
    assert not layer.place_weights((2, 2, 1), weights, 1, 1, 0).any()


@settings(deadline=None)
@given(data=st.data(), seed=strategies.seeds())
def test_every_value_is_the_sum_of_what_it_reads_times_its_weights(data: st.DataObject, seed: int) -> None:
    shape = data.draw(strategies.image_shapes(largest=5, channels=3))
    layer: Any = data.draw(strategies.layers_for(shape, kind="Conv2DTranspose"))
    weights, x = strategies.weights(layer.weight_shapes(shape), seed), strategies.values(shape, seed, n=1)
    made = layer.forward(x, weights).before[0]
    for place in np.ndindex(made.shape):
        rows, columns, maps = layer.reads(shape, *place)
        factors = layer.place_weights(shape, weights, *place)
        assert factors.shape == (len(rows), len(columns), len(maps))
        found = sum(
            float(x[0, r, c, m] * factors[i, j, k])
            for i, r in enumerate(rows)
            for j, c in enumerate(columns)
            for k, m in enumerate(maps)
            if min(r, c) >= 0
        )
        bias = float(weights["bias"][place[2]]) if layer.use_bias else 0.0
        assert made[place] == pytest.approx(found + bias, abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "formula"),
    [
        ({"strides": 2, "padding": "same"}, "14 × 2 = 28"),
        ({"strides": 2}, "(14 − 1) × 2 + 3 = 29"),
        ({"strides": 2, "padding": "same", "output_padding": 1}, "(14 − 1) × 2 + 1 + 1 = 28"),
    ],
)
def test_sizes_are_explained(arguments: dict[str, Any], formula: str) -> None:
    layer = row(kernel_size=(3, 3), **arguments)
    assert layer.size_formula((14, 14, 8)) == formula
    assert layer.parameter_formula((14, 14, 8)) == "3 × 3 × 8 × 1 = 72"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"strides": 2, "dilation_rate": 2}, "`strides` and `dilation_rate` cannot both"),
        ({"output_padding": 1}, "`output_padding` must be smaller than `strides`"),
        ({"filters": 0}, "`filters` must be a whole number"),
        ({"padding": "full"}, "`padding` must be one of same, valid"),
    ],
)
def test_wrong_settings_are_refused_in_words(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layers.from_json({"kind": "Conv2DTranspose", "name": "t", "filters": 2, "kernel_size": 3, **data})
    assert words in str(refusal.value)


@pytest.mark.parametrize("shape", [(9,), (3, 3, 1)])
def test_an_input_that_does_not_fit_is_refused(shape: Shape) -> None:
    layer = row(kernel_size=(2, 2), strides=(2, 2), padding="same", output_padding=(0, 0))
    with pytest.raises(Refusal, match=r"reads an image|even size needs an `output_padding`"):
        layer.output_shape(shape)
