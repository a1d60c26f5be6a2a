"""What is said of each layer, on networks and digits of which it is known."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings

from cnnviz.core.inference.trace import trace
from cnnviz.core.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    ReLU,
    Shape,
    Softmax,
    ZeroPadding2D,
)
from cnnviz.core.lessons.layers import findings, sentences
from cnnviz.core.lessons.layers.findings import Place, locate
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.inference.test_graphs import BRANCHED
from tests.marked_text import plain

VERTICAL_EDGE = np.array([[-1, 0, 1]] * 3, np.float32)
"""Answers where the picture becomes brighter from the left to the right."""

CLASSES = 10


def stroke(rows: slice = slice(4, 24), columns: slice = slice(13, 15)) -> np.ndarray:
    """Return a digit with one stroke; by default upright in the middle."""
    digit = np.zeros((28, 28), np.float32)
    digit[rows, columns] = 1
    return digit


def convolution(*kernels: np.ndarray, bias: float = 0.0) -> tuple[Layer, dict[str, np.ndarray]]:
    """Return a layer with one filter for each 3 × 3 kernel, and its weights."""
    layer = Conv2D(name="conv2d", filters=len(kernels), kernel_size=(3, 3), activation="relu")
    kernel = np.stack(kernels, axis=-1)[:, :, np.newaxis].astype(np.float32)
    return layer, {"kernel": kernel, "bias": np.full(len(kernels), bias, np.float32)}


def say(
    digit: np.ndarray, *layers: tuple[Layer, dict[str, np.ndarray]] | Layer, output: np.ndarray | None = None
) -> Mapping[str, str]:
    """Return what is said of each layer of a network with these layers, which ends in a dense softmax layer.

    The kernel of that is `output`, or 0; its biases rise from class to class.
    """
    pairs = [each if isinstance(each, tuple) else (each, {}) for each in layers]
    stack = [layer for layer, _ in pairs]
    shape: Shape = (28, 28, 1)
    for layer in stack:
        shape = layer.output_shape(shape)
    if len(shape) > 1:
        stack.append(Flatten(name="flatten"))
        shape = (int(np.prod(shape)),)
    stack.append(Dense(name="dense", units=CLASSES, activation="softmax"))
    kernel = np.zeros((shape[0], CLASSES), np.float32) if output is None else output.astype(np.float32)
    weights = {layer.name: held for layer, held in pairs if held}
    weights["dense"] = {"kernel": kernel, "bias": np.arange(CLASSES, dtype=np.float32)}
    network = Network(Architecture("hand", tuple(stack)), weights)
    found = sentences.describe(network, trace(network, digit))
    return {name: " ".join(map(plain, said)) for name, said in found.items()}


def test_an_upright_edge_is_found_down_the_middle_where_the_stroke_is() -> None:
    said = say(stroke(), convolution(VERTICAL_EDGE, VERTICAL_EDGE.T))["conv2d"]
    assert said.startswith("Map 0 responds most, up to 3, down the middle. Next comes map 1.")
    assert said.endswith("Not one of the 2 maps stays dark.")


@pytest.mark.parametrize(
    ("rows", "columns", "place"),
    [
        (slice(2, 6), slice(2, 6), "at the top left"),
        (slice(12, 16), slice(12, 16), "in the centre"),
        (slice(22, 26), slice(12, 16), "at the bottom"),
        (slice(12, 16), slice(22, 26), "at the right"),
        (slice(22, 25), slice(2, 26), "along the bottom"),
        (slice(2, 26), slice(2, 5), "along the left side"),
    ],
)
def test_it_is_said_where_a_map_responds(rows: slice, columns: slice, place: str) -> None:
    said = say(stroke(rows, columns), convolution(np.ones((3, 3)), -np.ones((3, 3))))["conv2d"]
    assert f"Map 0 responds most, up to 9, {place}." in said


def test_a_filter_whose_sums_are_all_negative_found_nothing() -> None:
    said = say(stroke(), convolution(VERTICAL_EDGE, -np.ones((3, 3)), bias=-0.125))["conv2d"]
    assert "Map 1 stays dark: all its sums are negative, so this filter found nothing here." in said
    both = say(stroke(), convolution(-np.ones((3, 3)), VERTICAL_EDGE, -np.ones((3, 3)), bias=-0.125))["conv2d"]
    assert "Of 3 maps 2 stay dark: all their sums are negative, so these filters found nothing here." in both


def test_where_no_map_responds_the_largest_sum_is_told() -> None:
    said = say(stroke(), convolution(-np.ones((3, 3)), -np.ones((3, 3)), bias=-0.125))["conv2d"]
    assert said == "Every map stays dark: no sum is above 0, the largest is −0.125."


def test_sums_of_zero_are_not_called_negative() -> None:
    said = say(stroke(), convolution(VERTICAL_EDGE, -np.ones((3, 3))))["conv2d"]
    assert "Map 1 stays dark: none of its sums is above 0." in said
    assert "negative" not in said


def test_weights_of_zero_are_the_reason_where_they_are() -> None:
    said = say(stroke(), convolution(VERTICAL_EDGE, np.zeros((3, 3)), bias=0.5))["conv2d"]
    assert "The weights of map 1 are all 0, so it is the same for every picture." in said
    assert "same value" not in said
    dark = say(stroke(), convolution(VERTICAL_EDGE, np.zeros((3, 3)), np.zeros((3, 3))))["conv2d"]
    assert "The weights of 2 maps are all 0, so these are the same for every picture." in dark


def test_a_constant_map_has_no_place() -> None:
    said = say(np.ones((28, 28), np.float32), convolution(np.ones((3, 3)), VERTICAL_EDGE))["conv2d"]
    assert "Map 0 responds most, up to 9. " in said
    assert "Map 0 has the same value everywhere." in said


def test_of_empty_paper_only_the_biases_are_left() -> None:
    said = say(np.zeros((28, 28), np.float32), convolution(VERTICAL_EDGE, np.ones((3, 3)), bias=0.25))
    assert said["conv2d"].startswith("All that this layer reads is 0, so its sums are the biases alone.")
    assert said["dense"] == "Nothing is drawn, so these shares say nothing."


def test_max_pooling_keeps_peaks_and_average_pooling_weakens_them() -> None:
    dot = stroke(slice(14, 15), slice(14, 15))
    kept = say(dot, MaxPooling2D(name="pool"))["pool"]
    assert kept == (
        "Each map shrinks from 28 × 28 to 14 × 14 values, 25 % of them. They hold 100 % of the energy (the sum of the "
        "squares). Every map that responds keeps its largest value."
    )
    weakened = say(dot, AveragePooling2D(name="pool"))["pool"]
    assert "They hold 6 % of the energy" in weakened  # a quarter of the value, squared
    assert "Averaging weakens peaks: the largest value falls from 1 to 0.25." in weakened


def test_a_peak_that_no_window_reads_is_missed() -> None:
    said = say(stroke(slice(27, 28), slice(27, 28)), MaxPooling2D(name="pool", pool_size=(3, 3)))["pool"]
    assert said.endswith("No map keeps its largest value, because no window covers it.")


def test_it_is_counted_which_maps_keep_their_peak() -> None:
    digit = stroke(slice(27, 28), slice(13, 14))
    digit[4, 20] = 0.5
    upper, lower = np.zeros((3, 3)), np.zeros((3, 3))
    upper[0, 1] = lower[2, 1] = 1  # only the lower one reads the last row, and answers in the last row of its map
    said = say(digit, convolution(upper, lower), MaxPooling2D(name="pool", pool_size=(5, 5)))["pool"]
    assert said.endswith("The largest value is kept in 1 of 2 maps that respond; in the others no window covers it.")


def test_overlapping_windows_repeat_strong_values() -> None:
    said = say(stroke(slice(14, 15), slice(14, 15)), MaxPooling2D(name="pool", pool_size=(3, 3), strides=(1, 1)))
    assert "They hold 9 times the energy" in said["pool"]


def test_a_pooling_of_nothing_loses_nothing() -> None:
    said = say(np.zeros((28, 28), np.float32), MaxPooling2D(name="pool"))["pool"]
    assert said.endswith("All that it reads is 0, so there was nothing to lose.")


def test_a_global_pooling_leaves_one_value() -> None:
    said = say(stroke(), convolution(VERTICAL_EDGE), GlobalMaxPooling2D(name="pool"))["pool"]
    assert said.startswith("Each map shrinks from 26 × 26 to 1 × 1 values, <1 % of them.")


def dense(kernel: np.ndarray, bias: np.ndarray | float = 0.0) -> tuple[Layer, dict[str, np.ndarray]]:
    units = kernel.shape[1]
    layer = Dense(name="hidden", units=units, activation="relu")
    return layer, {"kernel": kernel.astype(np.float32), "bias": np.full(units, bias, np.float32)}


def test_units_at_zero_are_counted_and_the_one_that_counts_most_is_named() -> None:
    digit = stroke(slice(0, 1), slice(0, 1))
    kernel = np.zeros((784, 4))
    kernel[0] = [2, -1, 3, -2]
    output = np.zeros((4, CLASSES))
    output[0, 9], output[2, 9] = 5, 1
    said = say(digit, Flatten(name="first"), dense(kernel), Dropout(name="dropout", rate=0.5), output=output)
    assert said["hidden"] == (
        "Of 4 units 2 are at 0, because their sums are negative. Unit 2 has the largest value, 3. Next comes unit 0. "
        "For the answer 9 unit 0 counts most: it adds 10 to that logit."
    )
    assert said["dropout"] == "Here it does nothing: all 4 values pass unchanged."


def test_negative_values_that_nothing_cuts_are_told_by_the_largest() -> None:
    bare = Conv2D(name="conv2d", filters=2, kernel_size=(3, 3))
    _, held = convolution(-np.ones((3, 3)), -np.ones((3, 3)), bias=-0.5)
    units = Dense(name="hidden", units=2)
    kernel = {"kernel": np.ones((1352, 2), np.float32), "bias": np.zeros(2, np.float32)}
    said = say(stroke(), (bare, held), Flatten(name="first"), (units, kernel))
    assert said["conv2d"] == "No value of these maps is above 0, the largest is −0.5."
    assert said["hidden"].startswith("No unit is above 0, the largest value is −")


def test_units_that_are_all_at_zero_are_said_to_be() -> None:
    said = say(stroke(), Flatten(name="first"), dense(-np.ones((784, 3))))["hidden"]
    assert said == "All 3 units are at 0."


def test_the_output_names_the_two_most_likely_digits_and_their_distance() -> None:
    said = say(stroke(), Flatten(name="first"))["dense"]
    assert said == (
        "9 gets 63.2 %, then 8 follows with 23.3 %: the logit of 9 is 1 larger, so its share is 2.7 times as large."
    )


def test_a_million_times_is_not_written_out() -> None:
    output = np.zeros((784, CLASSES))
    output[:, 3] = 10
    said = say(stroke(), Flatten(name="first"), output=output)["dense"]
    assert said.startswith("3 gets 100.0 %, then 9 follows with")
    assert said.endswith("so its share is more than a million times as large.")


def test_flatten_counts_what_is_zero_and_says_that_it_keeps_the_order() -> None:
    said = say(stroke())["flatten"]
    assert said == "The 28 × 28 × 1 values become one row of 784, in order and unchanged. 95 % of them are 0."


def test_layers_that_scale_and_frame_tell_what_they_made() -> None:
    normalize = BatchNormalization(name="normalize", epsilon=1e-7, scale=False)
    learned = {"beta": 0.5, "moving_mean": 1, "moving_variance": 0.25}
    held = {name: np.full(1, value, np.float32) for name, value in learned.items()}
    said = say(stroke(), ZeroPadding2D(name="frame"), (normalize, held))
    assert said["frame"] == "Each map grows from 28 × 28 to 30 × 30 values; the new ones are 0."
    assert said["normalize"] == "Values from 0 to 1 become values from −1.5 to 0.5."


def test_an_activation_of_its_own_says_what_it_reads() -> None:
    layer, held = convolution(VERTICAL_EDGE, -np.ones((3, 3)), bias=-0.5)
    bare = Conv2D(name="conv2d", filters=2, kernel_size=(3, 3))
    assert layer.name == bare.name
    said = say(stroke(), (bare, held), ReLU(name="relu"))["relu"]
    assert "Map 1 stays dark: nothing that it reads is above 0." in said


def test_a_softmax_of_its_own_is_the_output() -> None:
    bare = Dense(name="logits", units=CLASSES)
    held = {"kernel": np.zeros((784, CLASSES), np.float32), "bias": np.arange(CLASSES, dtype=np.float32)}
    stack = (Flatten(name="flatten"), bare, Softmax(name="softmax"))
    network = Network(Architecture("hand", stack), {"logits": held})
    found = sentences.describe(network, trace(network, stroke()))
    assert plain(found["softmax"][0]).startswith("9 gets 63.2 %, then 8")


def test_every_place_has_words() -> None:
    thirds = ("first", "middle", "last", "")
    assert set(sentences.PLACES) == {Place(rows, columns) for rows in thirds for columns in thirds}  # type: ignore[arg-type]
    assert len(set(sentences.PLACES.values())) == len(sentences.PLACES)


def test_small_maps_have_no_places() -> None:
    assert locate(np.ones((2, 5), np.float32)) is None
    assert locate(np.zeros((5, 5), np.float32)) == Place("", "")


@settings(deadline=None, max_examples=60)
@given(architecture=strategies.architectures(), seed=strategies.seeds())
def test_of_every_layer_of_any_network_something_true_is_said(architecture: Architecture, seed: int) -> None:
    network = strategies.network(architecture, seed)
    digit = np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)
    traced = trace(network, digit)
    found = sentences.describe(network, traced)
    assert list(found) == [layer.name for layer in traced.layers]
    for said in found.values():
        assert said
        assert not re.search(r"[{}]|nan|inf", " ".join(map(str, said)))


@settings(deadline=None, max_examples=60)
@given(architecture=strategies.architectures(), seed=strategies.seeds())
def test_the_strongest_map_and_the_dark_ones_are_those_of_the_definition(architecture: Architecture, seed: int) -> None:
    network = strategies.network(architecture, seed)
    digit = np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)
    for output in trace(network, digit).layers:
        if output.after.ndim != 3 or output.layer.role == "pooling":
            continue
        found = findings.find_in_maps(output.layer, network.weights_of(output.name), digit, output.before, output.after)
        assert found.dark == tuple(of for of in range(found.number) if not output.after[..., of].any())
        if found.strongest:
            assert found.strongest[0].top == output.after.max()
            assert output.after[..., found.strongest[0].of].max() == output.after.max()
        else:
            assert output.after.max() <= 0


def test_a_merge_is_said_to_join_the_layers_that_it_reads() -> None:
    network = strategies.network(BRANCHED, 1)
    digit = np.random.default_rng(0).random(BRANCHED.input_shape, dtype=np.float32)
    said = {
        name: " ".join(map(str, found)) for name, found in sentences.describe(network, trace(network, digit)).items()
    }
    assert said["add"].startswith("Each value is the sum of 3 values, one of each layer that is read.")
    assert said["together"].startswith("What 3 layers made comes one after the other, unchanged.")
    assert said["scaled"].startswith(
        "Each value is the product of one of Concatenation and one of Global average pooling."
    )
    assert "map" in said["add"].casefold()
