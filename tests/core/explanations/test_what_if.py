"""Copies of networks with changed filters: what changes, what does not, and which filter matters most."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.data import datasets
from cnnviz.core.errors import Refusal
from cnnviz.core.explanations import what_if
from cnnviz.core.explanations.contrast import Contrast
from cnnviz.core.explanations.what_if import Change
from cnnviz.core.inference import trace
from cnnviz.core.layers import Conv2D, Dense, DepthwiseConv2D, Flatten, SeparableConv2D
from cnnviz.core.layers.layer import Layer
from cnnviz.core.networks import model_store
from cnnviz.core.networks.architecture import Architecture
from cnnviz.core.networks.network import Network
from tests.core import strategies
from tests.core.inference.test_graphs import BRANCHED

CONTRAST = Contrast(3, 8)


def make_network(activation: str = "sigmoid") -> Network:
    layers: tuple[Layer, ...] = (
        Conv2D(name="conv", filters=3, kernel_size=(3, 3), activation=activation),
        DepthwiseConv2D(name="deep", kernel_size=(3, 3), depth_multiplier=2, activation=activation, use_bias=False),
        SeparableConv2D(name="apart", filters=4, kernel_size=(3, 3), activation=activation),
        Flatten(name="flatten"),
        Dense(name="answer", units=10, activation="softmax"),
    )
    return strategies.network(Architecture(name="small", layers=layers, input_shape=(9, 9, 2)), 5)


def make_digit() -> np.ndarray:
    return np.random.default_rng(2).random((9, 9, 2), dtype=np.float32)


def get_maps(network: Network, layer: str) -> np.ndarray:
    return next(each.after for each in trace.trace(network, make_digit()).layers if each.name == layer)


@pytest.mark.parametrize(("layer", "filters"), [("conv", 3), ("deep", 6), ("apart", 4)])
def test_a_filter_that_is_switched_off_leaves_what_its_activation_makes_of_0(layer: str, filters: int) -> None:
    network = make_network()
    for of in range(filters):
        without = what_if.change(network, [what_if.switch_off(network, layer, of)])
        before, after = get_maps(network, layer), get_maps(without, layer)
        np.testing.assert_array_equal(after[..., of], 0.5)
        others = [each for each in range(filters) if each != of]
        np.testing.assert_array_equal(after[..., others], before[..., others])


def test_the_original_is_never_changed() -> None:
    network = make_network()
    before = {layer: {name: array.copy() for name, array in of.items()} for layer, of in network.weights.items()}
    changed = what_if.change(network, [Change("conv", 1, np.ones((3, 3, 2)), 2.0), Change("answer", 3, bias=1.0)])
    for layer, of in before.items():
        for name, array in of.items():
            np.testing.assert_array_equal(network.weights[layer][name], array)
            assert not changed.weights[layer][name].flags.writeable
    assert changed.weights["conv"]["bias"][1] == 2
    np.testing.assert_array_equal(changed.weights["conv"]["kernel"][..., 1], 1)
    assert what_if.change(network, []).weights["conv"]["kernel"] is not network.weights["conv"]["kernel"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Change("flatten", 0, bias=1.0), "Only layers with kernels"),
        (Change("nowhere", 0, bias=1.0), "Only layers with kernels"),
        (Change("conv", 3, bias=1.0), "the filters 0 to 2"),
        (Change("conv", -1, bias=1.0), "the filters 0 to 2"),
        (Change("conv", 0, np.ones((3, 3))), "has the shape"),
        (Change("deep", 0, bias=1.0), "without biases"),
        (Change("conv", 0, bias=float("nan")), "finite"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(wrong: Change, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        what_if.change(make_network(), [wrong])


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_absences_are_those_of_switched_off_copies_the_largest_first(activation: str) -> None:
    network, digit = make_network(activation), make_digit()
    found = what_if.rank_filters(network, digit, CONTRAST)
    assert len(found) == 3 + 6 + 4
    falls = [abs(each.fall) for each in found]
    assert falls == sorted(falls, reverse=True)
    before = float(CONTRAST.measure(trace.trace(network, digit).logits))
    for each in found:
        without = trace.trace(what_if.change(network, [what_if.switch_off(network, each.layer, each.of)]), digit)
        assert each.fall == pytest.approx(before - float(CONTRAST.measure(without.logits)), abs=1e-4)
        assert each.answer == without.answer
        assert each.share == pytest.approx(float(without.probabilities.max()), abs=1e-5)


@pytest.mark.parametrize("name", ["dense-64", "cnn-rgb"])
def test_accuracy_is_that_of_the_first_thousand_test_digits(name: str) -> None:
    network, data = model_store.load(name), datasets.load_test()
    digits = what_if.prepare_examples(network, data)
    assert len(digits) == min(what_if.EXAMPLES, len(data.y_test))
    answers = trace.predict(network, digits).argmax(axis=1)
    assert what_if.measure_accuracy(network, data) == float((answers == data.y_test[: len(digits)]).mean())
    nothing = what_if.change(network, [Change(network.architecture.layers[-1].name, 7, bias=1e3)])
    sevens = float((data.y_test[: len(digits)] == 7).mean())
    assert what_if.measure_accuracy(nothing, data) == sevens


def test_absences_in_a_branch_are_those_of_switched_off_copies() -> None:
    network, digit = strategies.network(BRANCHED, 5), np.random.default_rng(5).random((8, 6, 2), dtype=np.float32)
    found = what_if.rank_filters(network, digit, CONTRAST)
    assert {each.layer for each in found} == {"first", "second", "left", "right"}
    before = float(CONTRAST.measure(trace.trace(network, digit).logits))
    for each in found:
        without = trace.trace(what_if.change(network, [what_if.switch_off(network, each.layer, each.of)]), digit)
        assert each.fall == pytest.approx(before - float(CONTRAST.measure(without.logits)), abs=1e-4)
