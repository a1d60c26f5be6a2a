"""Forms of networks of Keras that are other than ours: a picture in a row, logarithms of probabilities, crops, factors.

That their numbers are those of Keras, `test_keras_equality.py` shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.core.errors import Refusal
from cnnviz.core.layers import Cropping2D, Rescaling
from cnnviz.core.networks.architecture import BYTE
from cnnviz.workers.model_files import keras_graph
from cnnviz.workers.model_files.keras_graph import FileModel
from tests.workers.model_files.make_files import chain, functional, layer, sequential, small_layers

ROW = layer("InputLayer", "row", batch_shape=[None, 64])
PICTURE = layer("InputLayer", "picture", batch_shape=[None, 8, 8, 1])
RESHAPE = layer("Reshape", "reshape", target_shape=[8, 8, 1])
FLATTEN = layer("Flatten", "flatten")
FLAT = ("flat", {"number": 64, "rows": 8, "columns": 8, "channels": 1})


def read(description: dict[str, Any]) -> FileModel:
    return keras_graph.read_model(description, "net.keras")


def refuse(description: dict[str, Any]) -> str:
    with pytest.raises(Refusal) as caught:
        read(description)
    assert len(str(caught.value)) <= 300
    return str(caught.value)


def dense(activation: str, name: str = "answer", units: int = 10) -> dict[str, Any]:
    return layer("Dense", name, units=units, activation=activation)


# A picture in a row


@pytest.mark.parametrize("make", [sequential, lambda found: functional(chain(*found))], ids=["chain", "graph"])
@pytest.mark.parametrize("target", [[8, 8, 1], [-1, 8, 1], [8, 8, -1]])
def test_numbers_in_a_row_are_the_picture_that_reshape_makes_of_them(target: list[int], make: Any):
    reshape = layer("Reshape", "reshape", target_shape=target)
    found = read(make([ROW, reshape, *small_layers()[1:]]))
    assert found.architecture.input_shape == (8, 8, 1)
    assert found.architecture.output_shape("reshape") == (8, 8, 1)
    assert FLAT in found.notes


def test_what_does_the_same_to_every_number_may_come_before_the_reshape():
    scaled = layer("Rescaling", "scaled", scale=1 / 255), layer("Dropout", "drop", rate=0.1)
    found = read(sequential([ROW, *scaled, RESHAPE, *small_layers()[1:]]))
    assert found.architecture.input_shape == (8, 8, 1)
    assert found.architecture.highest_input == BYTE


def test_pixels_keep_their_range_in_another_shape():
    scaled = layer("Rescaling", "scaled", scale=1 / 255)
    assert read(sequential([ROW, RESHAPE, scaled, *small_layers()[1:]])).architecture.highest_input == BYTE
    assert read(sequential([PICTURE, FLATTEN, scaled, dense("softmax")])).architecture.highest_input == BYTE


IN_A_ROW: dict[str, list[dict[str, Any]]] = {
    "no reshape": [dense("softmax")],
    "a layer of units before": [dense("relu", "units", 64), RESHAPE, FLATTEN, dense("softmax")],
    "a softmax before": [layer("Softmax", "soft"), RESHAPE, FLATTEN, dense("softmax")],
    "a reshape to a row": [layer("Reshape", "other", target_shape=[64]), dense("softmax")],
}


@pytest.mark.parametrize("case", IN_A_ROW)
def test_numbers_in_a_row_of_which_nothing_makes_a_picture_are_refused(case: str):
    assert "must be one image of height × width × channels. Received: the shape (64,)" in refuse(
        sequential([ROW, *IN_A_ROW[case]])
    )


def test_two_pictures_of_one_row_are_refused():
    wide = layer("Reshape", "wide", target_shape=[4, 16, 1])
    branches = functional([
        (ROW, ()), (RESHAPE, ("row",)), (wide, ("row",)), (FLATTEN, ("reshape",)),
        (layer("Flatten", "flat"), ("wide",)), (layer("Add", "sum"), ("flatten", "flat")), (dense("softmax"), ("sum",)),
    ])  # fmt: skip
    assert "must be one image" in refuse(branches)


def test_a_reshape_that_does_not_fit_the_row_is_refused_by_name():
    text = refuse(sequential([ROW, layer("Reshape", "square", target_shape=[28, 28, 1]), FLATTEN, dense("softmax")]))
    assert text.startswith("Layer square (Reshape): `target_shape` must have as many values as the input")


# Logarithms of probabilities


LOGARITHMS: dict[str, list[dict[str, Any]]] = {
    "of the last layer": [dense("log_softmax")],
    "a layer of its own": [dense("linear"), layer("Activation", "end", activation="log_softmax")],
    "a function": [dense("linear"), {**dense("x"), "config": {"name": "answer2", "units": 10, "activation": {
        "module": "builtins", "class_name": "function", "config": "log_softmax_v2", "registered_name": "function"}}}],
    "with dropout behind it": [dense("log_softmax"), layer("Dropout", "drop", rate=0.5)],
}  # fmt: skip


@pytest.mark.parametrize("case", LOGARITHMS)
def test_logarithms_of_probabilities_at_the_end_are_probabilities(case: str):
    found = read(sequential([PICTURE, FLATTEN, *LOGARITHMS[case]]))
    assert found.architecture.layers[-1].activation_name == "softmax"
    assert ("logarithms", {}) in found.notes
    assert ("softmax", {}) not in found.notes


INSIDE: dict[str, list[dict[str, Any]]] = {
    "before a layer of units": [dense("log_softmax", "logs"), dense("softmax")],
    "before a softmax": [dense("log_softmax", "logs"), layer("Softmax", "answer")],
    "before another logarithm": [dense("log_softmax", "logs"), layer("Activation", "answer", activation="log_softmax")],
}


@pytest.mark.parametrize("case", INSIDE)
def test_logarithms_inside_a_network_are_refused(case: str):
    text = refuse(sequential([PICTURE, FLATTEN, *INSIDE[case]]))
    assert text.startswith("Layer logs (Dense) makes logarithms of probabilities")


def test_logarithms_that_are_scaled_are_refused():
    assert refuse(sequential([PICTURE, FLATTEN, dense("log_softmax"), layer("Rescaling", "end", scale=-1.0)]))


# The middle of a picture


def crop(height: Any, width: Any) -> dict[str, Any]:
    return layer("CenterCrop", "middle", height=height, width=width, data_format="channels_last")


@pytest.mark.parametrize(
    ("sides", "cropping"),
    [((6, 4), ((1, 1), (2, 2))), ((5, 8), ((1, 2), (0, 0))), ((8, 8), ((0, 0), (0, 0))), ((1, 1), ((3, 4), (3, 4)))],
)
def test_the_middle_is_cut_out_of_what_is_read(sides: tuple[int, int], cropping: Any):
    """`h_start = h_diff // 2` in Keras: of an odd rest one more is cut off at the end."""
    padded = layer("ZeroPadding2D", "wide", padding=1), layer("Cropping2D", "back", cropping=1)
    found = read(sequential([PICTURE, *padded, crop(*sides), FLATTEN, dense("softmax")]))
    assert found.architecture.layers[2] == Cropping2D(name="middle", cropping=cropping)


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        ((9, 8), "Layer middle (CenterCrop) cuts 9 × 8 out of 8 × 8."),
        ((0, 8), "Layer middle (CenterCrop): `height` must be a whole number"),
        ((8, "8"), "Layer middle (CenterCrop): `width` must be a whole number"),
        ((10**9, 8), "Layer middle (CenterCrop): `height` must be a whole number"),
    ],
)
def test_a_middle_that_is_larger_or_no_size_is_refused(sides: tuple[Any, Any], words: str):
    assert refuse(sequential([PICTURE, crop(*sides), FLATTEN, dense("softmax")])).startswith(words)


def test_the_middle_of_units_is_refused():
    text = refuse(sequential([PICTURE, FLATTEN, crop(1, 1), dense("softmax")]))
    assert text.startswith("Layer middle (CenterCrop)")


# A factor for each channel


COLOUR = layer("InputLayer", "picture", batch_shape=[None, 8, 8, 3])
FACTORS = [1 / 58.4, 1 / 57.1, 1 / 57.375]


def rescaled(scale: Any, offset: Any = 0.0) -> dict[str, Any]:
    return sequential([COLOUR, layer("Rescaling", "scaled", scale=scale, offset=offset), FLATTEN, dense("softmax")])


@pytest.mark.parametrize(
    ("scale", "offset", "offsets"),
    [
        (FACTORS, 0.0, (0, 0, 0)),
        (FACTORS, [-2.0, -1.5, -1.75], (-2, -1.5, -1.75)),
        ({"class_name": "__tuple__", "items": FACTORS}, [-2.0], (-2, -2, -2)),
        ({"class_name": "__numpy__", "config": {"value": FACTORS, "dtype": "float64"}}, -2.0, (-2, -2, -2)),
    ],
)
def test_each_channel_may_have_its_own_factor(scale: Any, offset: Any, offsets: tuple[float, ...]):
    found = read(rescaled(scale, offset)).architecture
    x = np.random.default_rng(2).uniform(0, 255, (1, 8, 8, 3)).astype(np.float32)
    made = found.layers[0].forward(x, {}).after
    np.testing.assert_array_equal(made, x * np.array(FACTORS, np.float32) + np.array(offsets, np.float32))
    assert found.highest_input == BYTE


def test_an_offset_may_be_that_of_a_channel_alone():
    found = read(rescaled(1.5, [0.0, 1.0, 2.0])).architecture
    assert found.layers[0].forward(np.ones((1, 1, 1, 3), np.float32), {}).after.ravel().tolist() == [1.5, 2.5, 3.5]
    assert found.highest_input == 1


def test_equal_factors_are_one():
    found = read(rescaled([1 / 127.5] * 3, -1.0)).architecture
    assert found.layers[0] == Rescaling(name="scaled", scale=1 / 127.5, offset=-1.0)
    assert found.highest_input == BYTE


@pytest.mark.parametrize(
    "scale", [[-1.0, 1.0, 2.0], [0.0, 1.0, 2.0], [1.0, 2.0], ["1", 2.0, 3.0], [[1.0, 2.0, 3.0]], []]
)
def test_factors_that_are_negative_or_not_those_of_the_channels_are_refused(scale: Any):
    assert refuse(rescaled(scale, [0.0, 0.5, 1.0])).startswith("Layer scaled (Rescaling)")
