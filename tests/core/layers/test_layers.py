"""Layers' texts and numbers against those that the tutorials publish, and their JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core import layers
from cnnviz.core.errors import Refusal
from cnnviz.core.layers import (
    KINDS,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    SeparableConv2D,
    Shape,
    ZeroPadding2D,
    convolution,
    windows,
)
from tests.core import strategies

CONV = Conv2D(name="conv2d", filters=32, kernel_size=(3, 3), activation="relu")
POOL = MaxPooling2D(name="pool")
NINE = np.arange(1, 10, dtype=np.float32).reshape(1, 3, 3, 1)


@pytest.mark.parametrize(
    ("layer", "shape", "formula"),
    [
        (CONV, (28, 28, 1), "(3 × 3 × 1 + 1) × 32 = 320"),
        (CONV, (26, 26, 32), "(3 × 3 × 32 + 1) × 32 = 9,248"),
        (Dense(name="d", units=128), (9216,), "(9,216 + 1) × 128 = 1,179,776"),
        (Dense(name="d", units=4, use_bias=False), (3,), "3 × 4 = 12"),
        (BatchNormalization(name="b"), (28, 28, 32), "4 × 32 = 128"),
        (
            SeparableConv2D(name="s", filters=8, kernel_size=(3, 3)),
            (9, 9, 4),
            "3 × 3 × 4 × 1 + (4 + 1) × 8 = 76",
        ),
        (POOL, (26, 26, 32), ""),
    ],
)
def test_parameters_are_counted_out(layer: layers.Layer, shape: Shape, formula: str) -> None:
    assert layer.parameter_formula(shape) == formula


@settings(deadline=None)  # the first gelu imports SciPy
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_formulas_end_in_the_number_that_they_explain(data: st.DataObject, kind: str) -> None:
    shape = data.draw(strategies.image_shapes())
    layer = data.draw(strategies.layers_for(shape, kind=kind))
    formula = layer.parameter_formula(shape)
    if layer.parameters(shape):
        counted, _, result = formula.replace(",", "").replace("×", "*").partition(" = ")
        assert eval(counted) == int(result) == layer.parameters(shape)
    else:
        assert formula == ""
    sizes = layer.size_formula(shape).replace(",", "")
    if sizes:
        made = layer.output_shape(shape)
        expected = made[:1] if kind == "Flatten" else made[:2]
        assert {int(size.rpartition(" = ")[2]) for size in sizes.split(" ; ")} == set(expected)


@pytest.mark.parametrize(
    ("layer", "shape", "formula"),
    [
        (CONV, (28, 28, 1), "(28 − 3) / 1 + 1 = 26"),
        (POOL, (11, 11, 64), "⌊(11 − 2) / 2⌋ + 1 = 5"),
        (MaxPooling2D(name="p", padding="same"), (11, 8, 1), "⌈11 / 2⌉ = 6 ; ⌈8 / 2⌉ = 4"),
        (Flatten(name="f"), (12, 12, 64), "12 × 12 × 64 = 9,216"),
        (ZeroPadding2D(name="z", padding=((1, 2), (1, 2))), (5, 5, 1), "1 + 5 + 2 = 8"),
        (Dropout(name="d", rate=0.5), (5, 5, 1), ""),
    ],
)
def test_sizes_are_explained(layer: layers.Layer, shape: Shape, formula: str) -> None:
    assert layer.size_formula(shape) == formula


@pytest.mark.parametrize(
    ("layer", "line"),
    [
        (CONV, 'Conv2D(32, kernel_size=(3, 3), activation="relu", name="conv2d")'),
        (POOL, 'MaxPooling2D(pool_size=(2, 2), name="pool")'),
        (
            AveragePooling2D(name="p", pool_size=(3, 3), strides=(2, 2), padding="same"),
            'AveragePooling2D(pool_size=(3, 3), strides=(2, 2), padding="same", name="p")',
        ),
        (Dropout(name="d", rate=0.25), 'Dropout(0.25, name="d")'),
    ],
)
def test_the_line_of_code_leaves_defaults_out(layer: layers.Layer, line: str) -> None:
    assert layer.keras_line() == line


def test_convolution_matches_a_manual_computation() -> None:
    kernel = np.array([[1, 2], [3, 4]], np.float32).reshape(2, 2, 1, 1)
    layer = Conv2D(name="c", filters=1, kernel_size=(2, 2), activation="relu")
    output = layer.forward(NINE, {"kernel": kernel, "bias": np.array([-40], np.float32)})
    # 1*1 + 2*2 + 4*3 + 5*4 = 37, then one pixel to the right and one down 10 and 30 more
    assert output.before.reshape(2, 2).tolist() == [[-3, 7], [27, 37]]
    assert output.after.reshape(2, 2).tolist() == [[0, 7], [27, 37]]


def test_images_multiplied_a_few_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 6, 7, 3)).astype(np.float32)
    kernel = rng.normal(size=(3, 2, 3, 4)).astype(np.float32)
    whole = convolution.correlate(x, kernel)
    of_an_image = whole[0, ..., 0].size * kernel[..., 0].nbytes
    for images in (0, 1, 2, 3):
        monkeypatch.setattr(convolution, "MAX_PATCH_BYTES", images * of_an_image)
        np.testing.assert_allclose(convolution.correlate(x, kernel), whole, rtol=1e-5, atol=1e-6)
    assert convolution.correlate(x[:0], kernel).shape == (0, 4, 6, 4)


@given(
    size=st.tuples(st.integers(5, 9), st.integers(5, 9)),
    kernel_size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    dilation_rate=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    padding=st.sampled_from(["valid", "same"]),
)
def test_windows_are_the_cells_that_the_geometry_names(
    size: tuple[int, int],
    kernel_size: tuple[int, int],
    strides: tuple[int, int],
    dilation_rate: tuple[int, int],
    padding: str,
) -> None:
    # Every other column of a larger picture, whose rows do not lie side by side in memory.
    x = np.arange(1, 2 * size[0] * 2 * size[1] * 3 + 1, dtype=np.float32).reshape(2, size[0], 2 * size[1], 3)[:, :, ::2]
    found = convolution.view_patches(x, kernel_size, strides, padding, dilation_rate)
    assert not found.flags.writeable
    spans = convolution.measure_dilated_spans(kernel_size, dilation_rate)
    places = [windows.count_places(*each, padding) for each in zip(size, spans, strides, strict=True)]
    assert found.shape == (2, *places, *kernel_size, 3)
    for row, column in np.ndindex(*places):
        rows, columns = (
            windows.list_window_indices(place, side, cells, stride, rate, padding)
            for place, side, cells, stride, rate in zip(
                (row, column), size, kernel_size, strides, dilation_rate, strict=True
            )
        )
        expected = [[_read_cell(x, at, across) for across in columns] for at in rows]
        np.testing.assert_array_equal(found[:, row, column].transpose(1, 2, 0, 3), expected)


def _read_cell(x: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the cell of both pictures, (2, 3), zeros outside of them."""
    inside = 0 <= row < x.shape[1] and 0 <= column < x.shape[2]
    return x[:, row, column] if inside else np.zeros((2, 3), np.float32)


def test_pooling_by_hand_keeps_7_of_1_2_7_1() -> None:
    x = np.array([[1, 2], [7, 1]], np.float32).reshape(1, 2, 2, 1)
    assert POOL.forward(x, {}).after.item() == 7
    assert AveragePooling2D(name="a").forward(x, {}).after.item() == 2.75


def test_average_pooling_does_not_count_padding() -> None:
    layer = AveragePooling2D(name="a", padding="same")
    assert layer.forward(NINE, {}).after.reshape(2, 2).tolist() == [[3, 4.5], [7.5, 9]]


def test_an_output_without_activation_is_one_array() -> None:
    output = POOL.forward(NINE, {})
    assert output.before is output.after


@settings(deadline=None)  # the first gelu imports SciPy
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_a_layer_comes_back_from_json(data: st.DataObject, kind: str) -> None:
    layer = data.draw(strategies.layers_for(data.draw(strategies.image_shapes()), kind=kind))
    assert layers.from_json(json.loads(json.dumps(layers.to_json(layer)))) == layer


@settings(deadline=None)  # the first gelu imports SciPy
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_a_layer_does_not_change_what_it_reads(data: st.DataObject, kind: str) -> None:
    shape = data.draw(strategies.image_shapes())
    layer = data.draw(strategies.layers_for(shape, kind=kind))
    x = strategies.values(shape, 1)
    x.setflags(write=False)
    weights = strategies.weights(layer.weight_shapes(shape), 2)
    for array in weights.values():
        array.setflags(write=False)
    output = layer.forward(x, weights)
    assert output.after.shape == (4, *layer.output_shape(shape))
    assert output.after.dtype == output.before.dtype == np.float32


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "Lambda", "name": "l"}, "`kind` must be one of"),
    ({"kind": ["Conv2D"], "name": "l"}, "`kind` must be one of"),
    ({"kind": "Dense", "name": "a/b", "units": 1}, "A layer's `name` must be"),
    ({"kind": "Dense", "name": "d"}, "missing units"),
    ({"kind": "Dense", "name": "d", "units": 1, "lora_rank": 2}, "unknown lora_rank"),
    (
        {"kind": "Dense", "name": "d", "units": True},
        "`units` must be a whole number from 1 to 65536. Received: True",
    ),
    ({"kind": "Dense", "name": "d", "units": 10**6}, "Received: 1000000"),
    ({"kind": "Dense", "name": "d", "units": 1, "activation": "lambda"}, "`activation` must be one of"),
    ({"kind": "Dense", "name": "d", "units": 1, "use_bias": 1}, "`use_bias` must be true or false"),
    (
        {"kind": "Dropout", "name": "d", "rate": float("nan")},
        "`rate` must be a number from 0 to 0.99. Received: nan",
    ),
    ({"kind": "Dropout", "name": "d", "rate": "0.5"}, "Received: '0.5'"),
    ({"kind": "MaxPooling2D", "name": "p", "pool_size": 0}, "`pool_size` must be a whole number"),
    ({"kind": "MaxPooling2D", "name": "p", "padding": "full"}, "`padding` must be one of same, valid"),
    (
        {"kind": "ZeroPadding2D", "name": "z", "padding": [[1, -1], 0]},
        "`padding` must be a whole number from 0",
    ),
    (
        {"kind": "Conv2D", "name": "c", "filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2},
        "`strides` and `dilation_rate` cannot both",
    ),
    ({"kind": "Conv2D", "name": "c", "filters": 3, "kernel_size": 3, "groups": 2}, "`groups` must divide"),
    (
        {"kind": "DepthwiseConv2D", "name": "c", "kernel_size": 3, "strides": [1, 2]},
        "same step down and across",
    ),
]


@pytest.mark.parametrize(("data", "words"), WRONG)
def test_wrong_settings_are_refused_in_words(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layers.from_json(data)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (CONV, (784,), "Conv2D reads an image of height × width × channels. Received: shape (784,)"),
        (CONV, (2, 9, 1), "a window of 3 × 3 on an input of 2 × 9"),
        (POOL, (1, 1, 8), "a window of 2 × 2 on an input of 1 × 1"),
        (
            Conv2D(name="c", filters=2, kernel_size=(1, 1), groups=2),
            (5, 5, 3),
            "groups 2 and 3 input channels",
        ),
    ],
)
def test_an_input_that_does_not_fit_is_refused(layer: layers.Layer, shape: Shape, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layer.output_shape(shape)
    assert words in str(refusal.value)


@pytest.mark.parametrize("name", sorted(layers.ACTIVATIONS))
def test_activations_accept_numbers_of_any_size(name: str) -> None:
    x = np.array([[-1e30, -100, -1, 0, 1, 100, 1e30]], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(layers.ACTIVATIONS[name](x)).all()
